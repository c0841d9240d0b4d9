"""Signing: URLs that work for a limited time; the file store takes no other credential."""

from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import quote, urlencode

from starlette.responses import Response

from tools.kit.sandbox.routes import Call
from tools.testery.sandbox.answers import store_problem
from tools.testery.sandbox.dates import compact, read_compact
from tools.testery.sandbox.world import World

_CREDENTIAL = "SANDBOX/20260403/us-east-1/s3/aws4_request"


def signed_url(call: Call[World], method: str, path: str, at: datetime, valid_for: timedelta) -> str:
    """A URL at the caller's origin that is valid for one method and a limited time."""
    date, seconds = compact(at), str(int(valid_for.total_seconds()))
    query = {
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Credential": _CREDENTIAL,
        "X-Amz-Date": date,
        "X-Amz-Expires": seconds,
        "X-Amz-SignedHeaders": "host",
        "X-Amz-Signature": _signature(method, path, date, seconds),
    }
    return f"{call.origin}{quote(path)}?{urlencode(query)}"


def reject_unsigned(call: Call[World]) -> Response | None:
    """The store's error for a request without a valid signature; None for a valid request."""
    scope, signature = call.request.scope, call.last("X-Amz-Signature")
    date, seconds = call.last("X-Amz-Date") or "", call.last("X-Amz-Expires") or ""
    at = read_compact(date)
    if "authorization" in call.request.headers:
        return store_problem(400, "InvalidArgument", "Only one auth mechanism allowed")
    if signature is None or at is None:
        return store_problem(403, "AccessDenied", "Access Denied")
    if signature != _signature(call.method, f"{scope['root_path']}{scope['path']}", date, seconds):
        return store_problem(403, "SignatureDoesNotMatch", "The request signature does not match the address")
    if call.clock.now() >= at + timedelta(seconds=int(seconds)):
        return store_problem(403, "AccessDenied", "Request has expired")
    return None


def _signature(method: str, path: str, date: str, seconds: str) -> str:
    return sha256(f"{method} {path} {date} {seconds}".encode()).hexdigest()
