"""Sandbox: one platform's imitation, a world that is built when first asked for and the routes over it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from tools.kit.sandbox.clock import Clock
from tools.kit.sandbox.routes import Answered, Call, H, Handler, Route, Routes, Switchboard

W = TypeVar("W")

Admit = Callable[[Call[W]], Response | None]
"""Looks at a request before its route does; an answer of its own ends the request."""


class Sandbox:
    """An imitation under one mount, with doors beside it that need no credential; each instance has its own world."""

    def __init__(
        self,
        mount: str,
        seed: Callable[[Clock], W],
        routes: Sequence[Routes[W]] = (),
        *,
        beside: Mapping[str, Sequence[Routes[W]]] | None = None,
        admit: Admit[W] | None = None,
        lost: Callable[[Call[W]], Response] | None = None,
        clock: Clock | None = None,
        curl: str = "{base}/",
        clients: Mapping[str, str] | None = None,
    ) -> None:
        self.mount = mount.rstrip("/")
        self.clock = clock or Clock()
        self.curl = curl
        """The arguments of a first curl; `{base}` stands for the mount's address."""
        self.clients = dict(clients or {})
        """By the name of each of the vendor's programs, the line that runs it against `{root}`, the platform's port."""
        self._seed: Callable[[Clock], Any] = seed
        self._admit: Admit[Any] | None = admit
        self._lost: Callable[[Call[Any]], Response] = lost or (lambda _: JSONResponse({"error": "Not found"}, 404))
        self._world: Any = None
        self._own: Routes[Any] = Routes()
        self._doors: dict[str, Switchboard[Any]] = {self.mount: Switchboard()}
        self._actions: dict[str, Handler[Any]] = {}
        for table in routes:
            for route in table:
                self._declare(route)
            self._actions |= table.actions
        for door, tables in (beside or {}).items():
            self._doors[door.rstrip("/")] = Switchboard()
            for table in tables:
                for route in table:
                    self._doors[door.rstrip("/")].add(route)
                self._actions |= table.actions

    @property
    def world(self) -> Any:  # each platform's own state, known to its own handlers only
        """The state; built at the first request, so that a server with a sandbox starts at once."""
        if self._world is None:
            self._world = self._seed(self.clock)
        return self._world

    @property
    def routes(self) -> list[tuple[str, str]]:
        """Method and path of each endpoint below the mount."""
        return [(route.method, route.path) for route in self._own]

    @property
    def actions(self) -> list[str]:
        return sorted(self._actions)

    @property
    def app(self) -> ASGIApp:
        """The imitation as an application for paths below the mount."""
        return self.door(self.mount)

    @property
    def mounts(self) -> dict[str, ASGIApp]:
        """Every door of the platform: the API's mount first."""
        return {mount: self.door(mount) for mount in self._doors}

    def route(self, method: str, path: str) -> Callable[[H], H]:
        """Declare a handler on this sandbox alone."""

        def declared(handler: H) -> H:
            self._declare(Route(method, path, handler))
            return handler

        return declared

    def reset(self) -> None:
        """Forget everything that happened; the next request meets the first world at the first instant."""
        self._world = None
        self.clock.reset()

    def door(self, mount: str) -> ASGIApp:
        switchboard, admit = self._doors[mount], self._admit if mount == self.mount else None

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            call = await self._call(scope, receive)
            try:
                response = await self._answer(call, scope["path"], switchboard, admit)
            except Answered as answered:
                response = answered.response
            await response(scope, receive, send)

        return app

    async def act(self, name: str, scope: Scope, receive: Receive) -> Response | None:
        """Do one of the platform's own actions; None when it has none of this name."""
        action = self._actions.get(name)
        if action is None:
            return None
        try:
            return await action(await self._call(scope, receive))
        except Answered as answered:
            return answered.response

    def _declare(self, route: Route[Any]) -> None:
        self._own.routes.append(route)
        self._doors[self.mount].add(route)

    async def _call(self, scope: Scope, receive: Receive) -> Call[Any]:
        request = Request(scope, receive)
        return Call(request, self.world, self.clock, await request.body())

    async def _answer(
        self, call: Call[Any], path: str, switchboard: Switchboard[Any], admit: Admit[Any] | None
    ) -> Response:
        if admit is not None and (refusal := admit(call)) is not None:
            return refusal
        # Clients that join a host and a path with a slash between them begin with two; servers take these for one.
        found = switchboard.find(call.method, "/" + path.strip("/"))
        if found is None:
            return self._lost(call)
        route, params = found
        return await route.handler(Call(call.request, call.world, call.clock, call.body, params))
