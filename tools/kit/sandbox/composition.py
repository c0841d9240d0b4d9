"""Composition: several sandboxes as one application, with a journal, ordered faults and controls for all."""

import json
from collections.abc import Mapping, MutableMapping
from datetime import UTC
from email.utils import format_datetime
from typing import Any

import anyio
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tools.kit.sandbox.clock import Clock
from tools.kit.sandbox.control import PREFIX, Controls
from tools.kit.sandbox.faults import Fault, Faults
from tools.kit.sandbox.journal import Journal
from tools.kit.sandbox.sandbox import Sandbox

EFFECTS = "sandbox.effects"
"""A door that has this among its ASGI extensions stages delays and cuts itself, told by the two messages below."""
DELAY = "sandbox.delay"
CUT = "sandbox.cut"
HOME = "sandbox.home"
"""In a scope: the folder that was put before its path, because the caller's port leaves it out."""

PIECE = 64 * 1024
LARGEST_REQUEST = 64 * 1024 * 1024


def compose(sandboxes: Mapping[str, Sandbox]) -> "Composition":
    """Join sandboxes, by the platform's key, into one application."""
    return Composition(sandboxes)


class Composition:
    """The application: controls below `/_sandbox`, every sandbox below its mounts, a list of the mounts elsewhere."""

    def __init__(self, sandboxes: Mapping[str, Sandbox]) -> None:
        self.sandboxes = dict(sandboxes)
        self.journal = Journal()
        self.faults = Faults(self.sandboxes)
        self.controls = Controls(self.sandboxes, self.journal, self.faults)
        self._doors = {
            mount: (key, door) for key, sandbox in self.sandboxes.items() for mount, door in sandbox.mounts.items()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        if scope["type"] != "http":
            return
        path: str = scope["path"]
        send = _dated(send, self._clock_of(path))
        body = await _body(receive)
        if body is None:
            await JSONResponse({"error": "The request is larger than a sandbox takes"}, 413)(scope, receive, send)
            return
        receive = replay(body)
        if _is_control(path):
            await (await self.controls.answer(Request(scope, receive)))(scope, receive, send)
            return
        await self._visit(scope, receive, send, path, body)

    def alone(self, key: str) -> ASGIApp:
        """One platform at the paths that its vendor serves, for clients that take an origin and no folder below it.

        World, journal, faults and controls are those of the whole, and what a mount names in full is there as well.
        """
        sandbox = self.sandboxes[key]
        home = "/" + sandbox.mount.split("/")[1]

        async def rooted(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http" and not _is_control(scope["path"]):
                found = self.find(scope["path"])
                if found is None or found[0] != key:
                    scope = {**scope, "path": home + scope["path"], HOME: home}
            await self(scope, receive, send)

        return rooted

    def find(self, path: str) -> tuple[str, str, ASGIApp] | None:
        """The platform's key, the mount and the door that a path belongs to."""
        for mount, (key, door) in self._doors.items():
            if path == mount or path.startswith(mount + "/"):
                return key, mount, door
        return None

    def _clock_of(self, path: str) -> Clock:
        found = self.find(path)
        return self.controls.clocks()[0] if found is None else self.sandboxes[found[0]].clock

    async def _visit(self, scope: Scope, receive: Receive, send: Send, path: str, body: bytes) -> None:
        found = self.find(path)
        status, fault = 500, None

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        key, below = None, path
        try:
            if found is None:
                await self._lost(path)(scope, receive, noted)
                return
            key, mount, door = found
            below = path[len(mount) :] or "/"
            root_path = scope.get("root_path", "") + mount.removeprefix(scope.get(HOME, ""))
            scope = {**scope, "path": below, "root_path": root_path}
            # A fault's path is below the API's mount; the doors beside it are named in full.
            fault = self.faults.due(key, scope["method"], below if mount == self.sandboxes[key].mount else path)
            if fault is None:
                await door(scope, receive, noted)
            else:
                await _suffer(fault, door, scope, receive, noted)
        finally:
            request = Request(scope)
            self.journal.note(
                at=self._clock_of(path).now(),
                platform=key,
                method=scope["method"],
                path=below,
                query=request.query_params.multi_items(),
                headers=request.headers.items(),
                body=body,
                status=status,
                fault=None if fault is None else fault.kind,
            )

    def _lost(self, path: str) -> Response:
        return JSONResponse({"error": f"Nothing is mounted at {path}", "mounts": self.controls.mounts()}, 404)


def _is_control(path: str) -> bool:
    return path == PREFIX or path.startswith(PREFIX + "/")


def _dated(send: Send, clock: Clock) -> Send:
    """Write the time inside the sandbox into each answer, so that a caller can tell ages by the platform's clock."""

    async def dated(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = list(message.get("headers", ()))
            if not any(name.lower() == b"date" for name, _ in headers):  # a fault may have been ordered with another
                date = format_datetime(clock.now().astimezone(UTC), usegmt=True)
                message = {**message, "headers": [*headers, (b"date", date.encode("ascii"))]}
        await send(message)

    return dated


async def _suffer(fault: Fault, door: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request the way its fault says."""
    answer = await _collect(door, scope, receive) if fault.applied else None
    if answer is None and fault.kind in {"delay", "cut"}:
        answer = await _collect(_empty, scope, receive)
    if fault.kind == "status":
        await _ordered(fault)(scope, receive, send)
    elif fault.kind == "redirect":
        await Response(status_code=302, headers={"location": fault.location})(scope, receive, send)
    elif fault.kind == "garbage":
        await Response('{"broken": [1, 2', media_type="application/json")(scope, receive, send)
    elif fault.kind == "huge":
        await _huge(int(fault.amount), send)
    elif fault.kind == "delay" and answer is not None:
        if _stages_effects(scope):
            await send({"type": DELAY, "seconds": fault.amount})
        else:
            await anyio.sleep(fault.amount)
        for message in answer:
            await send(message)
    elif answer is not None:
        await _cut(answer, int(fault.amount), scope, send)


async def _cut(answer: list[Message], after: int, scope: Scope, send: Send) -> None:
    """Send the head of an answer with its full length, a part of its body, and no more."""
    start, body = answer[0], b"".join(message.get("body", b"") for message in answer[1:])
    body = body or b"{}"
    headers = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
    await send({**start, "headers": [*headers, (b"content-length", str(len(body)).encode())]})
    await send({"type": "http.response.body", "body": body[: min(after, len(body) - 1)], "more_body": True})
    if _stages_effects(scope):
        await send({"type": CUT})
    # Over a port, returning with the body unfinished makes the server close the connection.


async def _huge(size: int, send: Send) -> None:
    """Send valid JSON of exactly this size, in pieces that are one and the same in memory."""
    opening, closing = b'{"padding": "', b'"}'
    headers = [(b"content-type", b"application/json"), (b"content-length", str(size).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    left = size - len(opening) - len(closing)
    if left < 0:
        await send({"type": "http.response.body", "body": b" " * size})
        return
    await send({"type": "http.response.body", "body": opening, "more_body": True})
    piece = b"x" * PIECE
    while left > 0:
        await send({"type": "http.response.body", "body": piece if left >= PIECE else piece[:left], "more_body": True})
        left -= PIECE
    await send({"type": "http.response.body", "body": closing})


def _ordered(fault: Fault) -> Response:
    status = int(fault.amount)
    headers = dict(fault.headers)
    if isinstance(fault.body, str):
        return Response(fault.body, status, headers, None if _names_type(headers) else "text/html; charset=utf-8")
    body = {"error": "Ordered by a fault"} if fault.body is None else fault.body
    return Response(json.dumps(body), status, headers, None if _names_type(headers) else "application/json")


def _names_type(headers: Mapping[str, str]) -> bool:
    return any(name.lower() == "content-type" for name in headers)


def _stages_effects(scope: Scope) -> bool:
    extensions: MutableMapping[str, Any] = scope.get("extensions") or {}
    return EFFECTS in extensions


async def _empty(scope: Scope, receive: Receive, send: Send) -> None:
    await JSONResponse({})(scope, receive, send)


async def _collect(app: ASGIApp, scope: Scope, receive: Receive) -> list[Message]:
    messages: list[Message] = []

    async def keep(message: Message) -> None:
        messages.append(message)

    await app(scope, receive, keep)
    return messages


async def _body(receive: Receive) -> bytes | None:
    """The whole body of a request, or None when it is past what a sandbox takes."""
    pieces, size, more = [], 0, True
    while more:
        message = await receive()
        pieces.append(message.get("body", b""))
        size += len(pieces[-1])
        more = message.get("more_body", False)
        if size > LARGEST_REQUEST:
            return None
    return b"".join(pieces)


def replay(body: bytes) -> Receive:
    """Give a whole body as the one message of a request."""
    given = False

    async def receive() -> Message:
        nonlocal given
        if given:
            return {"type": "http.disconnect"}
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
