"""Routes: handlers of a fake API by method and path, declared apart from any state."""

import json
import pkgutil
from bisect import insort
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib import import_module
from typing import Any, Generic, TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import compile_path

from tools.kit.sandbox.clock import Clock

W = TypeVar("W")


class Respond(Exception):
    """Ends a handler early with this answer."""

    def __init__(self, response: Response) -> None:
        self.response = response
        super().__init__(response.status_code)


class NotJson(ValueError):
    """The body of a request is not JSON."""


@dataclass(frozen=True)
class Call(Generic[W]):
    """One request as a handler gets it: what was sent, and the platform's state."""

    request: Request
    world: W
    clock: Clock
    body: bytes
    params: dict[str, Any] = field(default_factory=dict)

    @property
    def method(self) -> str:
        return self.request.method

    @property
    def origin(self) -> str:
        """The scheme and host that the caller used, without a path."""
        return f"{self.request.url.scheme}://{self.request.headers.get('host') or self.request.url.netloc}"

    @property
    def base(self) -> str:
        """The address of the mount as the caller sees it: on the platform's own port without the sandbox's folder."""
        return f"{self.origin}{self.request.scope.get('root_path', '')}"

    @property
    def content_type(self) -> str:
        """The body's content type; empty when there is no such header."""
        return self.request.headers.get("content-type", "")

    def number(self, name: str) -> int:
        """An integer from the path."""
        return int(self.params[name])

    def last(self, name: str) -> str | None:
        """A query parameter; the last value of a repeated one, as most servers read it."""
        values = self.request.query_params.getlist(name)
        return values[-1] if values else None

    def all(self, name: str) -> list[str]:
        """Every value of a query parameter."""
        return self.request.query_params.getlist(name)

    def json(self) -> object:
        """The parsed body; None when there is none.

        Raises:
            NotJson: when it does not parse.
        """
        if not self.body.strip():
            return None
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise NotJson(str(error)) from error


Handler = Callable[[Call[W]], Awaitable[Response]]
H = TypeVar("H", bound=Callable[..., Awaitable[Response]])


@dataclass(frozen=True)
class Route(Generic[W]):
    method: str
    path: str
    handler: Handler[W]


class Routes(Generic[W]):
    """A table of handlers on one subject; `{name:int}` in a path matches an integer only."""

    def __init__(self) -> None:
        self.routes: list[Route[W]] = []
        self.actions: dict[str, Handler[W]] = {}

    def __iter__(self) -> Iterator[Route[W]]:
        return iter(self.routes)

    def route(self, method: str, path: str) -> Callable[[H], H]:
        """Declare a handler for a method and a path below the mount."""

        def declared(handler: H) -> H:
            self.routes.append(Route(method, path, handler))
            return handler

        return declared

    def get(self, path: str) -> Callable[[H], H]:
        return self.route("GET", path)

    def post(self, path: str) -> Callable[[H], H]:
        return self.route("POST", path)

    def put(self, path: str) -> Callable[[H], H]:
        return self.route("PUT", path)

    def patch(self, path: str) -> Callable[[H], H]:
        return self.route("PATCH", path)

    def delete(self, path: str) -> Callable[[H], H]:
        return self.route("DELETE", path)

    def action(self, name: str) -> Callable[[H], H]:
        """Declare something the platform does by itself, triggered by a control: it is not part of the API."""

        def declared(handler: H) -> H:
            self.actions[name] = handler
            return handler

        return declared


@cache
def find_routes(package: str) -> tuple[Routes[Any], ...]:
    """The tables that modules of a package call `routes` or `controls`, in the order of the modules' names."""
    folders = import_module(package).__path__
    modules = [import_module(name) for _, name, _ in pkgutil.walk_packages(folders, f"{package}.")]
    return tuple(vars(module)[name] for name in ("routes", "controls") for module in modules if name in vars(module))


class Router(Generic[W]):
    """Finds the route for a method and a path. A literal segment wins over a placeholder, the leftmost first."""

    def __init__(self) -> None:
        self._tables: dict[str, list[tuple[Any, dict[str, Any], Route[W]]]] = {}
        """By method, the most literal routes first."""

    def add(self, route: Route[W]) -> None:
        pattern, _, convertors = _compiled(route.path)
        table = self._tables.setdefault(route.method, [])
        insort(table, (pattern, convertors, route), key=lambda row: _placeholders(row[2].path))

    def match(self, method: str, path: str) -> tuple[Route[W], dict[str, Any]] | None:
        """The most literal route that fits, with the values in its path."""
        for pattern, convertors, route in self._tables.get(method, ()):
            if fit := pattern.match(path):
                return route, {name: convertors[name].convert(text) for name, text in fit.groupdict().items()}
        return None


_compiled = lru_cache(1_024)(compile_path)


@lru_cache(1_024)
def _placeholders(path: str) -> list[bool]:
    return ["{" in segment for segment in path.split("/")]
