"""Access: authorization, the rate limit, and the headers of every answer."""

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Handler, Respond, Route, Routes
from tools.testsigma.sandbox import imports
from tools.testsigma.sandbox.answers import json_response, plain_error, problem
from tools.testsigma.sandbox.identity import uuid_of
from tools.testsigma.sandbox.rate_limit import LIMIT
from tools.testsigma.sandbox.world import World

MISSING = "map[error:Authorization header required]"
INVALID = "Authorization header required"
_READS = {"GET", "HEAD", "OPTIONS"}


def admit(call: Call[World]) -> Response | None:
    """Require `Authorization: Bearer <anything>` except `wrong` and `expired`, before the path is matched."""
    refusal = _refusal(call)
    if refusal is None:
        imports.finish_due(call.world)
        return None
    return add_headers(call, refusal)


def unknown_path(call: Call[World]) -> Response:
    """404 for a path that the API does not have, and for a method that a path does not accept."""
    return add_headers(call, plain_error(404, "Not Found"))


def with_headers(table: Routes[World]) -> Routes[World]:
    """The same routes, with the headers added to each answer."""
    wrapped: Routes[World] = Routes()
    wrapped.actions |= table.actions
    wrapped.routes += [Route(route.method, route.path, _handler_with_headers(route.handler)) for route in table]
    return wrapped


def add_headers(call: Call[World], response: Response) -> Response:
    """Add the request ID and the three headers of the rate limit."""
    world = call.world
    response.headers["x-request-id"] = uuid_of(f"request/{next(world.request_numbers)}")
    response.headers["x-tms-api-limit"] = str(LIMIT)
    # When no request is refused, never report 0 remaining.
    least = 0 if world.switches.rate_limit else 1
    response.headers["x-tms-api-remaining"] = str(max(world.rate_limit.remaining, least))
    response.headers["x-tms-api-reset"] = str(-(world.now() // 1000))
    return response


def _refusal(call: Call[World]) -> Response | None:
    header, switches = call.request.headers.get("authorization"), call.world.switches
    if header is None:
        return plain_error(401, MISSING)
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or token.strip() in {"", "wrong", "expired"}:
        return plain_error(401, INVALID)
    if not call.world.rate_limit.take() and switches.rate_limit:
        return json_response({"message": "rate limit exceeded"}, 500)
    if switches.read_only_key and call.method not in _READS:
        return problem(403, "Forbidden", "A Read Only member cannot create, update or delete").response
    return None


def _handler_with_headers(handler: Handler[World]) -> Handler[World]:
    async def answer(call: Call[World]) -> Response:
        try:
            response = await handler(call)
        except Respond as early:
            response = early.response
        return add_headers(call, response)

    return answer
