"""Uploads: the store for files of a build, with a signed URL for each."""

from datetime import datetime, timedelta
from hashlib import md5
from urllib.parse import quote, unquote

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testery.sandbox.signing import reject_unsigned, signed_url
from tools.testery.sandbox.world import World

upload_routes: Routes[World] = Routes()
"""Routes of the file store, which is separate from the API and takes no token."""

UPLOADS = "/testery/uploads"
VALID_FOR = timedelta(minutes=15)


def upload_url(call: Call[World], project_id: int, build: str, file: str, at: datetime) -> str:
    """The signed URL for one file of a build."""
    # A build's name may contain a slash, which must not become part of the path.
    return signed_url(call, "PUT", f"{UPLOADS}/{project_id}/{quote(build, safe='')}/{file}", at, VALID_FOR)


@upload_routes.put("/{project_id:int}/{build}/{file:path}")
async def put_file(call: Call[World]) -> Response:
    """Store a file's size, which makes the build known; the content type is not signed."""
    refused = reject_unsigned(call)
    if refused is not None:
        return refused
    files = call.world.builds.setdefault((call.number("project_id"), unquote(call.params["build"])), {})
    files[call.params["file"]] = len(call.body)
    tag = md5(call.body, usedforsecurity=False).hexdigest()
    return Response(headers={"etag": f'"{tag}"'})
