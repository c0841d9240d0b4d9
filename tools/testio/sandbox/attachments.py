"""Attachments: their signed URLs in answers, and the file store behind them."""

from collections.abc import AsyncIterator
from functools import lru_cache
from hashlib import sha256
from urllib.parse import quote, urlencode

from starlette.responses import Response, StreamingResponse

from tools.kit.sandbox.routes import Call, Routes
from tools.testio.sandbox.answers import ORIGIN, store_problem
from tools.testio.sandbox.pictures import draw_screenshot
from tools.testio.sandbox.records import Attachment
from tools.testio.sandbox.requests import Fields, integer, string
from tools.testio.sandbox.world import World

file_routes: Routes[World] = Routes()
"""Routes of the file store, which is separate from the API and takes no token."""

FILES = "/testio/files"
SHOT_SIZE = (320, 200)
THUMBNAILS = {"50x50": (50, 50), "150x150": (150, 150), "200x200": (200, 200), "x250": (400, 250), "50x36": (50, 36)}

_QUERY = urlencode(
    {
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Credential": "SANDBOX/20260403/eu-central-1/s3/aws4_request",
        "X-Amz-Date": "20260403T070000Z",
        "X-Amz-Expires": "3600",
        "X-Amz-SignedHeaders": "host",
        "X-Amz-Signature": "",
    }
)
_EXPIRED_PAGE = (
    b"<!doctype html><title>Expired</title><p>This link has expired. <a href='/login'>Log in</a> to get a new one."
)
_CHUNK = b"\0" * 65536


def render_attachment(attachment: Attachment) -> dict[str, object]:
    """An attachment; its URLs are valid as long as the signature."""
    return {
        "id": attachment.id,
        "url": file_url(attachment.id, attachment.name),
        "thumbnail_urls": {key: file_url(attachment.id, f"{key}.png") for key in THUMBNAILS},
        "content_type": "image/png",  # as uploaded; the file served may be something else
        "original_filename": attachment.name,
    }


def file_url(attachment_id: int, name: str) -> str:
    """A signed URL at the caller's origin."""
    return f"{ORIGIN}{FILES}/{attachment_id}/{_quoted(name)}?{_QUERY}{_signature(attachment_id, name)}"


_quoted = lru_cache(256)(quote)


def read_attachments(entries: list[Fields], world: World) -> list[Attachment] | None:
    """The attachments of a test request, by ID or file URL; None when an ID is unknown."""
    found = []
    for entry in entries:
        attachment_id = integer(entry.get("id"), "id")
        url = string(entry, "file_url")
        known = None if attachment_id is None else world.attachments.get(attachment_id)
        if known is None and (attachment_id is not None or not url):
            return None
        name = (url or "").split("?")[0].rsplit("/", 1)[-1] or "file"
        found.append(known or Attachment(0, name, file_url=url))
    return found


@file_routes.get("/{attachment_id:int}/{name}")
async def get_file(call: Call[World]) -> Response:
    """Serve a file if the signature is valid; a second credential is an error."""
    attachment_id, name = call.number("attachment_id"), str(call.params["name"])
    if "authorization" in call.request.headers:
        return store_problem(400, "InvalidArgument", "Only one auth mechanism allowed")
    if call.last("X-Amz-Signature") != _signature(attachment_id, name):
        return store_problem(403, "SignatureDoesNotMatch", "The request signature does not match")
    if attachment_id not in call.world.attachments:
        call.world.bugs.get(attachment_id // 10)  # generates the bug and its attachments if needed
    attachment = call.world.attachments.get(attachment_id)
    if attachment is None:
        return store_problem(404, "NoSuchKey", "The specified key does not exist.")
    thumbnail = THUMBNAILS.get(name.removesuffix(".png"))
    if thumbnail is None and name != attachment.name:
        return store_problem(404, "NoSuchKey", "The specified key does not exist.")
    if attachment.content_type == "text/html":
        return Response(_EXPIRED_PAGE, media_type="text/html")
    picture = draw_screenshot(*(thumbnail or SHOT_SIZE), attachment_id)
    if attachment.size is not None and thumbnail is None:
        headers = {"content-length": str(attachment.size)}
        return StreamingResponse(_padded(picture, attachment.size), headers=headers, media_type="image/png")
    return Response(picture, media_type=attachment.content_type)


async def _padded(picture: bytes, size: int) -> AsyncIterator[bytes]:
    """A picture padded to a size with one repeated chunk, so that it takes no memory."""
    yield picture
    left = size - len(picture)
    while left > 0:
        yield _CHUNK if left >= len(_CHUNK) else _CHUNK[:left]
        left -= len(_CHUNK)


def _signature(attachment_id: int, name: str) -> str:
    return sha256(f"{attachment_id}/{name}".encode()).hexdigest()
