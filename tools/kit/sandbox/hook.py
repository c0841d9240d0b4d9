"""Hooks: a sandbox posts events to a listener on this machine and to no other address."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

import anyio
import anyio.to_thread

TIMEOUT = 5.0
WAITS = (0.1, 0.3)
"""Real seconds before the second and the third try, whatever the clock's factor."""


class NotLocal(ValueError):
    """The address is not on this machine, so nothing is sent to it."""


@dataclass(frozen=True)
class Delivery:
    """The result of a delivery: the last status and the number of tries."""

    status: int | None
    tries: int
    problem: str | None = None
    """Why the last try got no answer."""

    @property
    def is_accepted(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def local_address(url: str) -> SplitResult:
    """The parts of a URL on this machine.

    Raises:
        NotHere: for every other URL, and for text that is not a URL.
    """
    try:
        parts = urlsplit(url)
        is_web = parts.scheme in {"http", "https"} and (parts.port is None or parts.port > 0)
    except ValueError as error:
        raise NotLocal("This is not a URL") from error
    if not is_web or not is_loopback(parts.hostname or ""):
        raise NotLocal("Events are sent to this machine only: http://127.0.0.1, http://localhost or http://[::1]")
    return parts


def is_loopback(host: str) -> bool:
    """Whether a host name or IP address is this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


async def deliver(url: str, payload: object, *, waits: Sequence[float] = WAITS, timeout: float = TIMEOUT) -> Delivery:
    """POST JSON to a listener; only a 5xx and a broken connection are retried, once after each wait.

    Only the status of the answer is used; redirects are not followed.

    Raises:
        NotHere: when the address is not on this machine; nothing was sent.
    """
    parts, body, tries = local_address(url), json.dumps(payload, ensure_ascii=False).encode("utf-8", "replace"), 0
    while True:
        status, problem, tries = None, None, tries + 1
        try:
            status = await anyio.to_thread.run_sync(_post, parts, body, timeout)
        except (OSError, HTTPException) as error:
            problem = f"{type(error).__name__}: {error}"
        if tries > len(waits) or (status is not None and status < 500):
            return Delivery(status, tries, problem)
        await anyio.sleep(waits[tries - 1])


def _post(parts: SplitResult, body: bytes, timeout: float) -> int:
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=timeout)
    try:
        connection.connect()
        # A hosts file can map localhost to another machine, so check the address that was connected.
        if not ip_address(connection.sock.getpeername()[0]).is_loopback:
            raise NotLocal(f"{parts.hostname} resolves to another machine")
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", target, body, {"Content-Type": "application/json", "Accept": "*/*"})
        return connection.getresponse().status
    finally:
        connection.close()
