"""Journal: what arrived at the sandboxes and what they answered, without the credentials."""

import json
from collections import deque
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

KEPT = 500
LONGEST_BODY = 64 * 1024  # a larger body is kept as its size only

_SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "x-api-key", "api-key", "x-auth-token"})
_SECRET_QUERY = frozenset({"api_key", "apikey", "token", "access_token", "api_token"})


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
            query=[(name, "present" if name.lower() in _SECRET_QUERY else value) for name, value in query],
            headers=shown_headers(headers),
            body=shown_body(body),
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


def shown_body(body: bytes) -> object:
    """Parsed JSON where it is some, of a fair size; else how many bytes there were; None for nothing."""
    if not body:
        return None
    if len(body) <= LONGEST_BODY:
        try:
            return json.loads(body)
        except ValueError:
            pass
    return {"bytes": len(body)}
