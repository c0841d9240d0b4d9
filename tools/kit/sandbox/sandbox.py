"""Sandbox: one platform's fake API, with state that is built at the first request and routes over it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from tools.kit.sandbox.clock import Clock
from tools.kit.sandbox.routes import Call, H, Handler, Respond, Route, Router, Routes

W = TypeVar("W")

Admit = Callable[[Call[W]], Response | None]
"""Checks a request before its route runs; an answer from here ends the request."""


class Sandbox:
    """A fake API under one mount, with other mounts that need no credential; each instance has its own state."""

    def __init__(
        self,
        mount: str,
        seed: Callable[[Clock], W],
        routes: Sequence[Routes[W]] = (),
        *,
        other_mounts: Mapping[str, Sequence[Routes[W]]] | None = None,
        admit: Admit[W] | None = None,
        not_found: Callable[[Call[W]], Response] | None = None,
        clock: Clock | None = None,
        curl: str = "{base}/",
        clients: Mapping[str, str] | None = None,
        has_own_port: bool = True,
    ) -> None:
        self.mount = mount.rstrip("/")
        self.has_own_port = has_own_port
        """Whether it is also served at an origin of its own, where all are served on ports."""
        self.clock = clock or Clock()
        self.curl = curl
        """The arguments of a first curl command; `{base}` is the mount's address."""
        self.clients = dict(clients or {})
        """The command that runs each of the vendor's programs against `{root}`, the platform's port."""
        self._seed: Callable[[Clock], Any] = seed
        self._admit: Admit[Any] | None = admit
        self._not_found: Callable[[Call[Any]], Response] = not_found or (
            lambda _: JSONResponse({"error": "Not found"}, 404)
        )
        self._world: Any = None
        self._own: Routes[Any] = Routes()
        self._routers: dict[str, Router[Any]] = {self.mount: Router()}
        self._actions: dict[str, Handler[Any]] = {}
        for table in routes:
            for route in table:
                self._declare(route)
            self._actions |= table.actions
        for other, tables in (other_mounts or {}).items():
            self._routers[other.rstrip("/")] = Router()
            for table in tables:
                for route in table:
                    self._routers[other.rstrip("/")].add(route)
                self._actions |= table.actions

    @property
    def world(self) -> Any:  # each platform's own type, known to its handlers only
        """The state; built at the first request, so that the server starts at once."""
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
        """The application for paths below the mount."""
        return self._app_at(self.mount)

    @property
    def mounts(self) -> dict[str, ASGIApp]:
        """The application of every mount, the API's first."""
        return {mount: self._app_at(mount) for mount in self._routers}

    def route(self, method: str, path: str) -> Callable[[H], H]:
        """Declare a handler on this sandbox alone."""

        def declared(handler: H) -> H:
            self._declare(Route(method, path, handler))
            return handler

        return declared

    def reset(self) -> None:
        """Discard all changes; the next request sees the initial state at the initial time."""
        self._world = None
        self.clock.reset()

    def _app_at(self, mount: str) -> ASGIApp:
        router, admit = self._routers[mount], self._admit if mount == self.mount else None

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            call = await self._call(scope, receive)
            try:
                response = await self._answer(call, scope["path"], router, admit)
            except Respond as early:
                response = early.response
            await response(scope, receive, send)

        return app

    async def act(self, name: str, scope: Scope, receive: Receive) -> Response | None:
        """Run one of the platform's own actions; None when there is no such action."""
        action = self._actions.get(name)
        if action is None:
            return None
        try:
            return await action(await self._call(scope, receive))
        except Respond as early:
            return early.response

    def _declare(self, route: Route[Any]) -> None:
        self._own.routes.append(route)
        self._routers[self.mount].add(route)

    async def _call(self, scope: Scope, receive: Receive) -> Call[Any]:
        request = Request(scope, receive)
        return Call(request, self.world, self.clock, await request.body())

    async def _answer(self, call: Call[Any], path: str, router: Router[Any], admit: Admit[Any] | None) -> Response:
        if admit is not None and (refusal := admit(call)) is not None:
            return refusal
        # Clients that join a base address and a path with a slash may send two; servers read them as one.
        found = router.match(call.method, "/" + path.strip("/"))
        if found is None:
            return self._not_found(call)
        route, params = found
        return await route.handler(Call(call.request, call.world, call.clock, call.body, params))
