"""Hook: how a sandbox tells a listener that something happened, on this machine and nowhere else."""

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
"""Real seconds before the second and the third try, whatever the pace of the story."""


class NotHere(ValueError):
    """The address does not lead to this machine, so nothing is sent to it."""


@dataclass(frozen=True)
class Delivery:
    """What came of telling: the last answer and how often it was tried."""

    status: int | None
    tries: int
    problem: str | None = None
    """Why there was no answer at the last try."""

    @property
    def is_taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def local(url: str) -> SplitResult:
    """The parts of an address on this machine.

    Raises:
        NotHere: for every other address, and for what is none.
    """
    try:
        parts = urlsplit(url)
        is_web = parts.scheme in {"http", "https"} and (parts.port is None or parts.port > 0)
    except ValueError as error:
        raise NotHere("This is no address") from error
    if not is_web or not is_loopback(parts.hostname or ""):
        raise NotHere("Only an address on this machine is told: http://127.0.0.1, http://localhost or http://[::1]")
    return parts


def is_loopback(host: str) -> bool:
    """Whether a host's name or number means this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


async def deliver(url: str, payload: object, *, waits: Sequence[float] = WAITS, timeout: float = TIMEOUT) -> Delivery:
    """POST JSON to a listener; a 5xx and a broken connection are tried again after each wait, nothing else is.

    Of the answer only the status counts; a redirect is not followed.

    Raises:
        NotHere: when the address leads anywhere else; nothing was sent.
    """
    parts, body, tries = local(url), json.dumps(payload, ensure_ascii=False).encode("utf-8", "replace"), 0
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
        # A hosts file can point the name localhost elsewhere: what counts is who is at the other end.
        if not ip_address(connection.sock.getpeername()[0]).is_loopback:
            raise NotHere(f"{parts.hostname} is another machine here")
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", target, body, {"Content-Type": "application/json", "Accept": "*/*"})
        return connection.getresponse().status
    finally:
        connection.close()
