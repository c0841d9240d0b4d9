"""Composition: several sandboxes as one application, with one journal, one list of faults and one set of controls."""

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
"""A server with this ASGI extension delays and cuts answers itself, on the two messages below."""
DELAY = "sandbox.delay"
CUT = "sandbox.cut"
PLATFORM_FOLDER = "sandbox.folder"
"""In a scope: the folder that was prepended to its path, because the platform's own port leaves it out."""

PIECE = 64 * 1024
LARGEST_REQUEST = 64 * 1024 * 1024


def compose(sandboxes: Mapping[str, Sandbox]) -> "Composition":
    """Join sandboxes, by the platform's key, into one application."""
    return Composition(sandboxes)


class Composition:
    """The application: controls below `/_sandbox`, each sandbox below its mounts; other paths list the mounts."""

    def __init__(self, sandboxes: Mapping[str, Sandbox]) -> None:
        self.sandboxes = dict(sandboxes)
        self.journal = Journal()
        self.faults = Faults(self.sandboxes)
        self.controls = Controls(self.sandboxes, self.journal, self.faults)
        self._mounts = {
            mount: (key, app) for key, sandbox in self.sandboxes.items() for mount, app in sandbox.mounts.items()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        if scope["type"] != "http":
            return
        path: str = scope["path"]
        send = _with_date(send, self._clock_of(path))
        body = await _body(receive)
        if body is None:
            await JSONResponse({"error": "The request is larger than a sandbox accepts"}, 413)(scope, receive, send)
            return
        receive = replay(body)
        if _is_control(path):
            await (await self.controls.answer(Request(scope, receive)))(scope, receive, send)
            return
        await self._serve(scope, receive, send, path, body)

    def platform_app(self, key: str) -> ASGIApp:
        """One platform at its vendor's paths, for clients that take an origin without a path.

        State, journal, faults and controls are shared with the composition. Full mount paths work as well.
        """
        sandbox = self.sandboxes[key]
        folder = "/" + sandbox.mount.split("/")[1]

        async def rooted(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http" and not _is_control(scope["path"]):
                found = self.app_at(scope["path"])
                if found is None or found[0] != key:
                    scope = {**scope, "path": folder + scope["path"], PLATFORM_FOLDER: folder}
            await self(scope, receive, send)

        return rooted

    def app_at(self, path: str) -> tuple[str, str, ASGIApp] | None:
        """The platform's key, the mount and the application that serve a path."""
        for mount, (key, app) in self._mounts.items():
            if path == mount or path.startswith(mount + "/"):
                return key, mount, app
        return None

    def _clock_of(self, path: str) -> Clock:
        found = self.app_at(path)
        return self.controls.clocks()[0] if found is None else self.sandboxes[found[0]].clock

    async def _serve(self, scope: Scope, receive: Receive, send: Send, path: str, body: bytes) -> None:
        found = self.app_at(path)
        status, fault = 500, None

        async def send_and_note_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        key, below = None, path
        try:
            if found is None:
                await self._lost(path)(scope, receive, send_and_note_status)
                return
            key, mount, app = found
            below = path[len(mount) :] or "/"
            root_path = scope.get("root_path", "") + mount.removeprefix(scope.get(PLATFORM_FOLDER, ""))
            scope = {**scope, "path": below, "root_path": root_path}
            # A fault's path is relative to the API's mount; paths at other mounts are absolute.
            fault = self.faults.take(key, scope["method"], below if mount == self.sandboxes[key].mount else path)
            if fault is None:
                await app(scope, receive, send_and_note_status)
            else:
                await _apply_fault(fault, app, scope, receive, send_and_note_status)
        finally:
            request = Request(scope)
            self.journal.record(
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


def _with_date(send: Send, clock: Clock) -> Send:
    """Add the sandbox's time to each answer as its Date, so that a caller can compute ages by the platform's clock."""

    async def dated(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = list(message.get("headers", ()))
            if not any(name.lower() == b"date" for name, _ in headers):  # a fault may bring its own
                date = format_datetime(clock.now().astimezone(UTC), usegmt=True)
                message = {**message, "headers": [*headers, (b"date", date.encode("ascii"))]}
        await send(message)

    return dated


async def _apply_fault(fault: Fault, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request as its fault says."""
    answer = await _collect(app, scope, receive) if fault.applied else None
    if answer is None and fault.kind in {"delay", "cut"}:
        answer = await _collect(_empty, scope, receive)
    if fault.kind == "status":
        await _status_response(fault)(scope, receive, send)
    elif fault.kind == "redirect":
        await Response(status_code=302, headers={"location": fault.location})(scope, receive, send)
    elif fault.kind == "garbage":
        await Response('{"broken": [1, 2', media_type="application/json")(scope, receive, send)
    elif fault.kind == "huge":
        await _huge(int(fault.amount), send)
    elif fault.kind == "delay" and answer is not None:
        if _supports_effects(scope):
            await send({"type": DELAY, "seconds": fault.amount})
        else:
            await anyio.sleep(fault.amount)
        for message in answer:
            await send(message)
    elif answer is not None:
        await _cut(answer, int(fault.amount), scope, send)


async def _cut(answer: list[Message], after: int, scope: Scope, send: Send) -> None:
    """Send the headers of an answer with its full length, a part of its body, and nothing else."""
    start, body = answer[0], b"".join(message.get("body", b"") for message in answer[1:])
    body = body or b"{}"
    headers = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
    await send({**start, "headers": [*headers, (b"content-length", str(len(body)).encode())]})
    await send({"type": "http.response.body", "body": body[: min(after, len(body) - 1)], "more_body": True})
    if _supports_effects(scope):
        await send({"type": CUT})
    # On a port, returning before the body is complete makes the server close the connection.


async def _huge(size: int, send: Send) -> None:
    """Send valid JSON of exactly this size, in chunks that share one buffer."""
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


def _status_response(fault: Fault) -> Response:
    status = int(fault.amount)
    headers = dict(fault.headers)
    if isinstance(fault.body, str):
        return Response(fault.body, status, headers, None if _names_type(headers) else "text/html; charset=utf-8")
    body = {"error": "Set by a fault"} if fault.body is None else fault.body
    return Response(json.dumps(body), status, headers, None if _names_type(headers) else "application/json")


def _names_type(headers: Mapping[str, str]) -> bool:
    return any(name.lower() == "content-type" for name in headers)


def _supports_effects(scope: Scope) -> bool:
    extensions: MutableMapping[str, Any] = scope.get("extensions") or {}
    return EFFECTS in extensions


async def _empty(scope: Scope, receive: Receive, send: Send) -> None:
    await JSONResponse({})(scope, receive, send)


async def _collect(app: ASGIApp, scope: Scope, receive: Receive) -> list[Message]:
    messages: list[Message] = []

    async def collect(message: Message) -> None:
        messages.append(message)

    await app(scope, receive, collect)
    return messages


async def _body(receive: Receive) -> bytes | None:
    """The whole body of a request, or None when it is too large."""
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
    """A `receive` that returns the whole body as one message."""
    is_sent = False

    async def receive() -> Message:
        nonlocal is_sent
        if is_sent:
            return {"type": "http.disconnect"}
        is_sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
