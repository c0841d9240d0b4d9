"""Old host: the address in the documentation, which redirects to the API."""

from urllib.parse import quote

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testsigma.sandbox.world import World

OLD_MOUNT = "/testsigma/old/api/v1"
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")


def redirects_to(mount: str) -> Routes[World]:
    """Routes that answer every request with 301 to the same path below another mount, with any credential."""
    routes: Routes[World] = Routes()

    async def moved(call: Call[World]) -> Response:
        query = f"?{call.request.url.query}" if call.request.url.query else ""
        path = quote(call.request.scope["path"])
        return Response(status_code=301, headers={"location": f"{call.origin}{mount}{path}{query}"})

    for method in METHODS:
        routes.route(method, "/{rest:path}")(moved)
    return routes
