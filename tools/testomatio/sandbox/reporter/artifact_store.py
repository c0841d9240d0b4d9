"""Artifact store: the bucket whose credentials a reporter is handed, as far as uploading one file needs it.

The bucket is the door: programs make the address of a file from the host, the bucket and the key, and leave out any
path that the store itself is below. A file is put with the credentials of the store, and read by whoever has its
address. Signatures are looked at no further than whose key made them.
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
    """The content of a body that was signed piece by piece; None when it breaks off."""
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
