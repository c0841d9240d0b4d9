"""Uploads: the place that files of a build are put to, with an address that was signed for each."""

from datetime import datetime, timedelta
from hashlib import md5
from urllib.parse import quote, unquote

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testery.sandbox.signing import refusal, signed
from tools.testery.sandbox.world import World

upload_routes: Routes[World] = Routes()
"""Routes of the store, which stands beside the API and knows no token."""

UPLOADS = "/testery/uploads"
VALID_FOR = timedelta(minutes=15)


def address(call: Call[World], project_id: int, build: str, file: str, at: datetime) -> str:
    """Where one file of a build is to be put."""
    # A build's name may hold a slash, which must not look like one of the address.
    return signed(call, "PUT", f"{UPLOADS}/{project_id}/{quote(build, safe='')}/{file}", at, VALID_FOR)


@upload_routes.put("/{project_id:int}/{build}/{file:path}")
async def put_file(call: Call[World]) -> Response:
    """Keep a file's size, which is what makes its build known; the type of its content is not signed."""
    refused = refusal(call)
    if refused is not None:
        return refused
    files = call.world.builds.setdefault((call.number("project_id"), unquote(call.params["build"])), {})
    files[call.params["file"]] = len(call.body)
    tag = md5(call.body, usedforsecurity=False).hexdigest()
    return Response(headers={"etag": f'"{tag}"'})
