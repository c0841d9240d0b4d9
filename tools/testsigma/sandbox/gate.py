"""Gate: who is let in, how fast, and the headers that every answer carries."""

from collections.abc import Awaitable, Callable

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Respond, Route, Routes
from tools.testsigma.sandbox import imports
from tools.testsigma.sandbox.answers import flat, problem, rendered
from tools.testsigma.sandbox.identity import uuid_of
from tools.testsigma.sandbox.pace import LIMIT
from tools.testsigma.sandbox.world import World

MISSING = "map[error:Authorization header required]"
UNUSABLE = "Authorization header required"
_READS = {"GET", "HEAD", "OPTIONS"}


def admit(call: Call[World]) -> Response | None:
    """Ask for `Authorization: Bearer <anything>` before looking at the path; `wrong` and `expired` are refused."""
    refusal = _refusal(call)
    if refusal is None:
        imports.settle(call.world)
        return None
    return marked(call, refusal)


def lost(call: Call[World]) -> Response:
    """A path the API does not have, or a method that a path does not take."""
    return marked(call, flat(404, "Not Found"))


def headed(table: Routes[World]) -> Routes[World]:
    """The same routes, with the headers on each answer."""
    wrapped: Routes[World] = Routes()
    wrapped.actions |= table.actions
    wrapped.routes += [Route(route.method, route.path, _headed(route.handler)) for route in table]
    return wrapped


def marked(call: Call[World], response: Response) -> Response:
    """An answer with its request's id and the three headers of the rate limit."""
    world = call.world
    response.headers["x-request-id"] = uuid_of(f"request/{next(world.request_numbers)}")
    response.headers["x-tms-api-limit"] = str(LIMIT)
    # Where nobody is refused, nobody should be told that nothing remains.
    response.headers["x-tms-api-remaining"] = str(max(world.pace.remaining, 0 if world.switches.rate_limit else 1))
    response.headers["x-tms-api-reset"] = str(-(world.now() // 1000))
    return response


def _refusal(call: Call[World]) -> Response | None:
    header, switches = call.request.headers.get("authorization"), call.world.switches
    if header is None:
        return flat(401, MISSING)
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or token.strip() in {"", "wrong", "expired"}:
        return flat(401, UNUSABLE)
    if not call.world.pace.take() and switches.rate_limit:
        return rendered({"message": "rate limit exceeded"}, 500)
    if switches.read_only_key and call.method not in _READS:
        return problem(403, "Forbidden", "A Read Only member cannot create, update or delete").response
    return None


def _headed(handler: Callable[[Call[World]], Awaitable[Response]]) -> Callable[[Call[World]], Awaitable[Response]]:
    async def answer(call: Call[World]) -> Response:
        try:
            response = await handler(call)
        except Respond as answered:
            response = answered.response
        return marked(call, response)

    return answer
