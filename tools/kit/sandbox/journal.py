"""Journal: what arrived at the sandboxes and what they answered, without the credentials."""

import json
from collections import deque
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from urllib.parse import parse_qsl

from tools.kit.sandbox.multipart import NotMultipart, parts

KEPT = 500
LONGEST_BODY = 64 * 1024  # a larger body is kept as its size only

_SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "x-api-key", "api-key", "x-auth-token"})
_SECRET_NAMES = frozenset({"api_key", "apikey", "token", "access_token", "api_token", "jwt", "x-amz-signature"})
"""What is a credential in a query, in a form, and anywhere in a JSON body."""
_LOGIN = frozenset({"email", "password"})
"""A password is the caller's own where these two come together; elsewhere it is data that a test may ask for."""


@dataclass(frozen=True)
class Entry:
    """One request as it arrived, and the status it was answered with."""

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
    """The last requests, oldest first, each with a number that only grows."""

    def __init__(self, kept: int = KEPT) -> None:
        self._entries: deque[Entry] = deque(maxlen=kept)
        self._number = 0

    def __len__(self) -> int:
        return len(self._entries)

    def reset(self) -> None:
        self._entries.clear()
        self._number = 0

    def note(
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
        """Keep one request; what could be a credential is replaced before it is stored."""
        self._number += 1
        entry = Entry(
            number=self._number,
            at=at.isoformat(timespec="milliseconds"),
            platform=platform,
            method=method,
            path=path,
            query=[(name, _shown(name, value)) for name, value in query],
            headers=shown_headers(headers := list(headers)),
            body=shown_body(body, next((v for n, v in headers if n.lower() == "content-type"), "")),
            status=status,
            fault=fault,
        )
        self._entries.append(entry)
        return entry

    def entries(self, *, platform: str | None = None, since: int = 0) -> list[Entry]:
        """Requests after number `since`, of one platform or of all."""
        return [e for e in self._entries if e.number > since and platform in (None, e.platform)]

    def shown(self, *, platform: str | None = None, since: int = 0) -> list[dict[str, object]]:
        return [asdict(entry) for entry in self.entries(platform=platform, since=since)]


def shown_headers(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Headers with credentials replaced; `authorization` is always there and says its scheme."""
    shown = {"authorization": "absent"}
    for name, value in ((name.lower(), value) for name, value in headers):
        if name in {"authorization", "proxy-authorization"}:
            scheme, _, secret = value.partition(" ")
            shown[name] = f"{scheme} present" if secret.strip() else "present"
        elif name in _SECRET_HEADERS:
            shown[name] = "present"
        else:
            shown[name] = f"{shown[name]}, {value}" if name in shown else value
    return shown


def shown_body(body: bytes, content_type: str = "") -> object:
    """JSON or a form where it is one, of a fair size; else how many bytes there were; None for nothing.

    Of a form's files the names and sizes are kept; what could be a credential is replaced, however deep it stands.
    """
    if not body:
        return None
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return _shown_form(content_type, body)
    if len(body) > LONGEST_BODY:
        return {"bytes": len(body)}
    if kind == "application/x-www-form-urlencoded":
        return _without_secrets(dict(parse_qsl(body.decode("utf-8", "replace"))))
    try:
        return _without_secrets(json.loads(body))
    except (ValueError, RecursionError):
        return {"bytes": len(body)}


def _shown_form(content_type: str, body: bytes) -> object:
    """The parts of a form in their order: texts as they are, a file as its name, kind and size."""
    try:
        found = parts(content_type, body)
    except NotMultipart:
        return {"bytes": len(body)}
    shown: list[tuple[str, object]] = []
    for part in found:
        if part.filename is not None:
            told = {"filename": part.filename, "content_type": part.content_type, "bytes": len(part.content)}
            shown.append((part.name, told))
        elif len(part.content) > LONGEST_BODY:
            shown.append((part.name, {"bytes": len(part.content)}))
        else:
            shown.append((part.name, _shown(part.name, part.text)))
    return {"form": shown}


def _shown(name: str, value: str) -> str:
    return "present" if name.lower() in _SECRET_NAMES else value


def _without_secrets(told: object) -> object:
    if isinstance(told, dict):
        secret = _SECRET_NAMES | {"password"} if told.keys() >= _LOGIN else _SECRET_NAMES
        return {
            name: "present" if name.lower() in secret and value else _without_secrets(value)
            for name, value in told.items()
        }
    return [_without_secrets(value) for value in told] if isinstance(told, list) else told
