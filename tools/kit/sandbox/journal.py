"""Journal: the requests that sandboxes received and the statuses of their answers, without credentials."""

import json
from collections import deque
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from urllib.parse import parse_qsl

from tools.kit.sandbox.multipart import NotMultipart, parts

MAX_ENTRIES = 500
LONGEST_BODY = 64 * 1024  # only the size of a larger body is stored

_SECRET_HEADERS = frozenset(
    {"authorization", "proxy-authorization", "cookie", "x-api-key", "api-key", "x-auth-token", "private-token"}
)
_SECRET_NAMES = frozenset({"api_key", "apikey", "token", "access_token", "api_token", "jwt", "x-amz-signature"})
"""Names of credentials in a query, in a form, and at any depth of a JSON body."""
_LOGIN = frozenset({"email", "password"})
"""A password beside an e-mail address is the caller's own; any other is data that a test may look for."""


@dataclass(frozen=True)
class Entry:
    """One request as it arrived, and the status of its answer."""

    number: int
    at: str
    platform: str | None
    method: str
    path: str
    query: list[tuple[str, str]]
    headers: dict[str, str]
    body: object
    status: int
    fault: str | None


class Journal:
    """The last requests, oldest first, each with an increasing number."""

    def __init__(self, size: int = MAX_ENTRIES) -> None:
        self._entries: deque[Entry] = deque(maxlen=size)
        self._number = 0

    def __len__(self) -> int:
        return len(self._entries)

    def reset(self) -> None:
        self._entries.clear()
        self._number = 0

    def record(
        self,
        *,
        at: datetime,
        platform: str | None,
        method: str,
        path: str,
        query: Iterable[tuple[str, str]],
        headers: Iterable[tuple[str, str]],
        body: bytes,
        status: int,
        fault: str | None = None,
    ) -> Entry:
        """Store one request; anything that may be a credential is masked first."""
        self._number += 1
        entry = Entry(
            number=self._number,
            at=at.isoformat(timespec="milliseconds"),
            platform=platform,
            method=method,
            path=path,
            query=[(name, _masked(name, value)) for name, value in query],
            headers=masked_headers(headers := list(headers)),
            body=masked_body(body, next((v for n, v in headers if n.lower() == "content-type"), "")),
            status=status,
            fault=fault,
        )
        self._entries.append(entry)
        return entry

    def entries(self, *, platform: str | None = None, since: int = 0) -> list[Entry]:
        """Requests after number `since`, of one platform or of all."""
        return [e for e in self._entries if e.number > since and platform in (None, e.platform)]

    def as_json(self, *, platform: str | None = None, since: int = 0) -> list[dict[str, object]]:
        return [asdict(entry) for entry in self.entries(platform=platform, since=since)]


def masked_headers(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Headers with credentials masked; `authorization` is always present and keeps its scheme."""
    masked = {"authorization": "absent"}
    for name, value in ((name.lower(), value) for name, value in headers):
        if name in {"authorization", "proxy-authorization"}:
            scheme, _, secret = value.partition(" ")
            masked[name] = f"{scheme} present" if secret.strip() else "present"
        elif name in _SECRET_HEADERS:
            masked[name] = "present"
        else:
            masked[name] = f"{masked[name]}, {value}" if name in masked else value
    return masked


def masked_body(body: bytes, content_type: str = "") -> object:
    """The JSON or form in a body of moderate size, else its size in bytes; None for an empty body.

    Files of a form are stored as name and size; credentials are masked at any depth.
    """
    if not body:
        return None
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return _masked_form(content_type, body)
    if len(body) > LONGEST_BODY:
        return {"bytes": len(body)}
    if kind == "application/x-www-form-urlencoded":
        return _without_secrets(dict(parse_qsl(body.decode("utf-8", "replace"))))
    try:
        return _without_secrets(json.loads(body))
    except (ValueError, RecursionError):
        return {"bytes": len(body)}


def _masked_form(content_type: str, body: bytes) -> object:
    """The parts of a form in their order: strings unchanged, a file as its name, content type and size."""
    try:
        found = parts(content_type, body)
    except NotMultipart:
        return {"bytes": len(body)}
    masked: list[tuple[str, object]] = []
    for part in found:
        if part.filename is not None:
            file = {"filename": part.filename, "content_type": part.content_type, "bytes": len(part.content)}
            masked.append((part.name, file))
        elif len(part.content) > LONGEST_BODY:
            masked.append((part.name, {"bytes": len(part.content)}))
        else:
            masked.append((part.name, _masked(part.name, part.text)))
    return {"form": masked}


def _masked(name: str, value: str) -> str:
    return "present" if name.lower() in _SECRET_NAMES else value


def _without_secrets(data: object) -> object:
    if isinstance(data, dict):
        secret = _SECRET_NAMES | {"password"} if data.keys() >= _LOGIN else _SECRET_NAMES
        return {
            name: "present" if name.lower() in secret and value else _without_secrets(value)
            for name, value in data.items()
        }
    return [_without_secrets(value) for value in data] if isinstance(data, list) else data
