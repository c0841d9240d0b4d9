"""Storage: a stand-in for S3, to which a client uploads an app with a signed form.

It stores only the size of each file. A policy allows a gigabyte, as in the API, but the sandbox refuses requests
larger than 64 MiB.
"""

import json
from base64 import b64decode, b64encode
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from html import escape
from http import HTTPStatus
from urllib.parse import quote

from starlette.responses import Response

from tools.kit.sandbox import multipart
from tools.kit.sandbox.routes import Call, Respond, Routes
from tools.testio.sandbox.answers import ORIGIN, store_problem
from tools.testio.sandbox.dates import parse_date, zulu
from tools.testio.sandbox.world import World

storage_routes: Routes[World] = Routes()
"""Routes of the storage, which is separate from the API and takes no token."""

STORAGE = "/testio/storage"
LARGEST = 1024**3
VALID_FOR = timedelta(hours=1)
PLACEHOLDER = "${filename}"
FIELDS = (
    "key", "success_action_status", "policy", "x-amz-credential", "x-amz-algorithm", "x-amz-date", "x-amz-signature",
)  # fmt: skip

_CREDENTIAL = "SANDBOX/20260403/eu-central-1/s3/aws4_request"
_ALGORITHM = "AWS4-HMAC-SHA256"


def storage_key(binary_id: int, filename: str) -> str:
    """The key of a file."""
    return f"uploads/binary_app/package/{binary_id}/{filename}"


def storage_url(stored: str) -> str:
    """The URL of a file; the storage does not serve files."""
    return f"{ORIGIN}{STORAGE}/{quote(stored)}?X-Amz-Signature={_signature(stored)}"


def form_fields(binary_id: int, now: datetime) -> dict[str, str]:
    """The form fields to send with the file."""
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    policy = {
        "expiration": zulu(now + VALID_FOR),
        "conditions": [
            ["starts-with", "$key", storage_key(binary_id, "")],
            {"success_action_status": "201"},
            ["content-length-range", 1, LARGEST],
            {"x-amz-credential": _CREDENTIAL},
            {"x-amz-algorithm": _ALGORITHM},
            {"x-amz-date": stamp},
        ],
    }
    encoded = b64encode(json.dumps(policy).encode()).decode()
    values = (storage_key(binary_id, PLACEHOLDER), "201", encoded, _CREDENTIAL, _ALGORITHM, stamp, _signature(encoded))
    return dict(zip(FIELDS, values, strict=True))


@storage_routes.post("/")
async def store_file(call: Call[World]) -> Response:
    """Store a file as S3 does: with signed fields, no other credential, the file last, and within the policy."""
    if "authorization" in call.request.headers:
        raise _refused(400, "InvalidArgument", "Only one auth mechanism allowed")
    fields, file = _form(call)
    absent = [name for name in FIELDS if not fields.get(name)]
    if "key" in absent:
        raise _refused(400, "InvalidArgument", "Bucket POST must contain a field named 'key'.")
    if absent:
        raise _refused(403, "AccessDenied", f"Bucket POST must contain a field named '{absent[0]}'.")
    if fields["x-amz-signature"] != _signature(fields["policy"]):
        raise _refused(403, "SignatureDoesNotMatch", "The signature does not match the policy.")
    limits = _within_policy(fields, call.clock.now())
    size = len(file.content)
    if size < limits[0]:
        raise _refused(400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size")
    if size > limits[1]:
        raise _refused(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
    stored = fields["key"].replace(PLACEHOLDER, file.filename or "")
    call.world.stored[stored] = size
    location = f"{call.origin}{STORAGE}/{quote(stored)}"
    body = f"<PostResponse><Location>{location}</Location><Key>{escape(stored, quote=False)}</Key></PostResponse>"
    return Response(body, HTTPStatus.CREATED, {"location": location}, "application/xml")


def _form(call: Call[World]) -> tuple[dict[str, str], multipart.Part]:
    try:
        parts = multipart.parts(call.content_type, call.body)
    except multipart.NotMultipart as error:
        raise _refused(400, "MalformedPOSTRequest", "The body is not well-formed multipart/form-data.") from error
    fields: dict[str, str] = {}
    for part in parts:
        if part.name.lower() == "file":
            return fields, part  # fields after the file are ignored
        fields[part.name.lower()] = part.text
    raise _refused(400, "InvalidArgument", "POST requires exactly one file upload per request.")


def _within_policy(fields: dict[str, str], now: datetime) -> tuple[int, int]:
    """The sizes that a policy allows, once its other conditions are met."""
    policy = json.loads(b64decode(fields["policy"]))  # the signature was checked, so it is ours
    expiration = parse_date(policy["expiration"])
    if expiration is None or now >= expiration:
        raise _refused(403, "AccessDenied", "Invalid according to Policy: Policy expired.")
    limits = (0, LARGEST)
    for condition in policy["conditions"]:
        if isinstance(condition, dict):
            is_met = all(fields.get(name) == value for name, value in condition.items())
        elif condition[0] == "starts-with":
            is_met = fields.get(condition[1].removeprefix("$"), "").startswith(condition[2])
        else:
            limits, is_met = (condition[1], condition[2]), True
        if not is_met:
            raise _refused(403, "AccessDenied", "Invalid according to Policy: Policy Condition failed.")
    return limits


def _refused(status: int, code: str, message: str) -> Respond:
    return Respond(store_problem(status, code, message))


def _signature(text: str) -> str:
    return sha256(f"storage {text}".encode()).hexdigest()
