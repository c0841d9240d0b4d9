"""Controls: the endpoints below `/_sandbox` that reset, move time, set faults and list requests."""

import json
from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tools.kit.sandbox.clock import BadDuration, Clock, parse_duration
from tools.kit.sandbox.faults import BadFault, Faults
from tools.kit.sandbox.journal import Journal
from tools.kit.sandbox.sandbox import Sandbox

PREFIX = "/_sandbox"


class Controls:
    """Answers the control requests of a composition."""

    def __init__(self, sandboxes: Mapping[str, Sandbox], journal: Journal, faults: Faults) -> None:
        self.sandboxes, self.journal, self.faults = sandboxes, journal, faults
        self._calls: dict[tuple[str, str], Callable[[Request], Awaitable[Response]]] = {
            ("GET", ""): self._overview,
            ("POST", "/reset"): self._reset,
            ("GET", "/requests"): self._requests,
            ("GET", "/clock"): self._show_clock,
            ("POST", "/clock"): self._set_clock,
            ("GET", "/faults"): self._show_faults,
            ("POST", "/faults"): self._set_fault,
            ("DELETE", "/faults"): self._clear_faults,
        }

    def mounts(self) -> dict[str, list[str]]:
        """Every platform's mounts, its API first."""
        return {key: list(sandbox.mounts) for key, sandbox in self.sandboxes.items()}

    def clocks(self) -> list[Clock]:
        """All clocks, which are moved together; never empty."""
        return list({id(box.clock): box.clock for box in self.sandboxes.values()}.values()) or [Clock()]

    def reset(self) -> None:
        """Put state, clocks, journal and faults back to the start."""
        for sandbox in self.sandboxes.values():
            sandbox.reset()
        self.journal.reset()
        self.faults.reset()

    async def answer(self, request: Request) -> Response:
        if "origin" in request.headers:
            # A page open in a browser could post here without the user's knowledge; our tools never send this header.
            return _problem(403, "The controls cannot be used from a web page")
        path = request.scope["path"].removeprefix(PREFIX).rstrip("/")
        call = self._calls.get((request.method, path))
        if call is not None:
            try:
                return await call(request)
            except (BadDuration, BadFault) as error:
                return _problem(422, str(error), error.problems if isinstance(error, BadFault) else [str(error)])
        key, _, action = path.strip("/").partition("/")
        if request.method == "POST" and key in self.sandboxes:
            done = await self.sandboxes[key].act(action, request.scope, request.receive)
            if done is not None:
                return done
        return JSONResponse({"error": f"No control at {request.method} {PREFIX}{path}", **self._known()}, 404)

    def _known(self) -> dict[str, list[str]]:
        own = [f"{method} {PREFIX}{path}" for method, path in self._calls]
        actions = [f"POST {PREFIX}/{key}/{name}" for key, box in self.sandboxes.items() for name in box.actions]
        return {"controls": own + actions}

    async def _overview(self, request: Request) -> Response:
        return JSONResponse({"mounts": self.mounts(), **self._known()})

    async def _reset(self, request: Request) -> Response:
        self.reset()
        return JSONResponse({"reset": True})

    async def _requests(self, request: Request) -> Response:
        since = request.query_params.get("since", "0")
        if not since.isdecimal():
            return _problem(422, "since is the number of the last request that was read")
        entries = self.journal.as_json(platform=request.query_params.get("platform"), since=int(since))
        return JSONResponse({"requests": entries})

    async def _show_clock(self, request: Request) -> Response:
        clock = self.clocks()[0]
        return JSONResponse({"now": clock.now().isoformat(), "factor": clock.factor})

    async def _set_clock(self, request: Request) -> Response:
        sent = await _json(request)
        if not isinstance(sent, dict) or not sent or sent.keys() - {"advance", "factor"}:
            raise BadDuration('send {"advance": "2h"} or {"advance": seconds}, {"factor": 60}, or both')
        advance = parse_duration(sent.get("advance", 0))
        factor = sent.get("factor")
        if factor is not None and (isinstance(factor, bool) or not isinstance(factor, int | float)):
            raise BadDuration("a factor is a number of sandbox seconds for each real second")
        for clock in self.clocks():
            if factor is not None:
                clock.accelerate(float(factor))
            clock.advance(advance)
        return await self._show_clock(request)

    async def _show_faults(self, request: Request) -> Response:
        return JSONResponse({"faults": self.faults.as_json()})

    async def _set_fault(self, request: Request) -> Response:
        return JSONResponse({"fault": self.faults.add(await _json(request)).as_json()}, 201)

    async def _clear_faults(self, request: Request) -> Response:
        self.faults.reset()
        return JSONResponse({"faults": []})


async def _json(request: Request) -> object:
    try:
        return json.loads(await request.body() or b"null")
    except ValueError:
        return None


def _problem(status: int, error: str, problems: list[str] | None = None) -> Response:
    return JSONResponse({"error": error, "problems": problems or [error]}, status)
