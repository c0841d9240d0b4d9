"""Attachments: their signed addresses in answers, and the store of files those lead to."""

from collections.abc import AsyncIterator
from functools import lru_cache
from hashlib import sha256
from urllib.parse import quote, urlencode

from starlette.responses import Response, StreamingResponse

from tools.kit.sandbox.routes import Call, Routes
from tools.testio.sandbox.answers import ORIGIN, store_problem
from tools.testio.sandbox.pictures import png
from tools.testio.sandbox.records import Attachment
from tools.testio.sandbox.requests import Fields, integer, string
from tools.testio.sandbox.world import World

files: Routes[World] = Routes()
"""Routes of the file store, which stands beside the API and knows no token."""

FILES = "/testio/files"
SHOT = (320, 200)
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
_PAGE = b"<!doctype html><title>Expired</title><p>This link has expired. <a href='/login'>Log in</a> to get a new one."
_PIECE = b"\0" * 65536


def shown(attachment: Attachment) -> dict[str, object]:
    """An attachment; every address holds until its signature does."""
    return {
        "id": attachment.id,
        "url": address(attachment.id, attachment.name),
        "thumbnail_urls": {key: address(attachment.id, f"{key}.png") for key in THUMBNAILS},
        "content_type": "image/png",  # what was uploaded; what comes is another matter
        "original_filename": attachment.name,
    }


def address(attachment_id: int, name: str) -> str:
    """A signed address under the origin of whoever asks."""
    return f"{ORIGIN}{FILES}/{attachment_id}/{_quoted(name)}?{_QUERY}{_signature(attachment_id, name)}"


_quoted = lru_cache(256)(quote)


def read(entries: list[Fields], world: World) -> list[Attachment] | None:
    """The attachments a test names, by id or by the address of a file; None when an id is not known."""
    found = []
    for entry in entries:
        attachment_id = integer(entry.get("id"), "id")
        file_url = string(entry, "file_url")
        known = None if attachment_id is None else world.attachments.get(attachment_id)
        if known is None and (attachment_id is not None or not file_url):
            return None
        name = (file_url or "").split("?")[0].rsplit("/", 1)[-1] or "file"
        found.append(known or Attachment(0, name, file_url=file_url))
    return found


@files.get("/{attachment_id:int}/{name}")
async def get_file(call: Call[World]) -> Response:
    """Answer as a store of signed addresses does: the signature lets in, and a second credential is an error."""
    attachment_id, name = call.number("attachment_id"), str(call.params["name"])
    if "authorization" in call.request.headers:
        return store_problem(400, "InvalidArgument", "Only one auth mechanism allowed")
    if call.last("X-Amz-Signature") != _signature(attachment_id, name):
        return store_problem(403, "SignatureDoesNotMatch", "The request signature does not match")
    if attachment_id not in call.world.attachments:
        call.world.bugs.get(attachment_id // 10)  # a bug that nobody looked at yet brings its pictures along
    attachment = call.world.attachments.get(attachment_id)
    if attachment is None:
        return store_problem(404, "NoSuchKey", "The specified key does not exist.")
    thumbnail = THUMBNAILS.get(name.removesuffix(".png"))
    if thumbnail is None and name != attachment.name:
        return store_problem(404, "NoSuchKey", "The specified key does not exist.")
    if attachment.content_type == "text/html":
        return Response(_PAGE, media_type="text/html")
    picture = png(*(thumbnail or SHOT), attachment_id)
    if attachment.size is not None and thumbnail is None:
        headers = {"content-length": str(attachment.size)}
        return StreamingResponse(_padded(picture, attachment.size), headers=headers, media_type="image/png")
    return Response(picture, media_type=attachment.content_type)


async def _padded(picture: bytes, size: int) -> AsyncIterator[bytes]:
    """A picture that goes on and on: the same piece again and again, so that it costs no memory here."""
    yield picture
    left = size - len(picture)
    while left > 0:
        yield _PIECE if left >= len(_PIECE) else _PIECE[:left]
        left -= len(_PIECE)


def _signature(attachment_id: int, name: str) -> str:
    return sha256(f"{attachment_id}/{name}".encode()).hexdigest()
