"""Artifact store: the bucket for which reporters get credentials, enough to upload one file.

The bucket is the mount: clients build the URL of a file from the host, the bucket and the key, without a path before
the bucket. A PUT needs the store's credentials, a GET needs none. Of a signature only the access key is checked.
"""

from hashlib import md5

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testomatio.sandbox.world import World

store_routes: Routes[World] = Routes()

BUCKET = "testomatio-artifacts"
STORE = f"/{BUCKET}"
_HEADERS = {"x-content-type-options": "nosniff", "content-security-policy": "sandbox"}


@store_routes.put("/{key:path}")
async def put_artifact(call: Call[World]) -> Response:
    held = [project.storage for project in call.world.projects.values() if project.storage]
    sent = call.request.headers.get("authorization", "")
    if not any(f"Credential={one['ACCESS_KEY_ID']}/" in sent for one in held):
        return _refused(403, "InvalidAccessKeyId")
    is_chunked = "aws-chunked" in call.request.headers.get("content-encoding", "")
    content = _unchunked(call.body) if is_chunked else call.body
    if content is None:
        return _refused(400, "IncompleteBody")
    call.world.artifacts[str(call.params["key"])] = (call.content_type or "application/octet-stream", content)
    tag = md5(content, usedforsecurity=False).hexdigest()
    return Response(headers={"etag": f'"{tag}"'})


@store_routes.get("/{key:path}")
async def get_artifact(call: Call[World]) -> Response:
    found = call.world.artifacts.get(str(call.params["key"]))
    if found is None:
        return _refused(404, "NoSuchKey")
    content_type, content = found
    return Response(content, headers=_HEADERS, media_type=content_type)


def _unchunked(body: bytes) -> bytes | None:
    """The content of a body in signed chunks; None when it is truncated."""
    pieces, rest = list[bytes](), body
    while True:
        head, found, rest = rest.partition(b"\r\n")
        try:
            size = int(head.split(b";")[0], 16)
        except ValueError:
            return None
        if not found or size < 0 or len(rest) < size:
            return None
        if size == 0:
            return b"".join(pieces)
        pieces.append(rest[:size])
        rest = rest[size:].removeprefix(b"\r\n")


def _refused(status: int, code: str) -> Response:
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{code}</Message></Error>'
    return Response(text, status, media_type="application/xml")
