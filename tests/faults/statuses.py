"""Responses with another status, and what they ask the caller to do."""

import time
from dataclasses import dataclass
from email.utils import formatdate
from typing import Any, Final

from tests.faults.connections import whole
from tests.faults.proxy import Answer, Exchange, Fault


@dataclass(frozen=True)
class Status:
    """A status with what must hold."""

    name: str
    fault: Fault
    read: str
    write: str


def answers(line: str, *, is_carried_out: bool = False, body: bytes = b'{"error": "no"}', **headers: str) -> Fault:
    """A response with this status, before or after the request is carried out."""

    async def fault(exchange: Exchange) -> bool:
        await (exchange.carry_out() if is_carried_out else exchange.body())
        sent = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        answer = Answer(f"HTTP/1.1 {line}".encode(), ((b"content-type", b"application/json"), *sent), body)
        await exchange.send(whole(answer))
        return True

    return fault


def in_seconds(seconds: float) -> str:
    return formatdate(time.time() + seconds, usegmt=True)


def limited(asked: str | None, read: str = "right") -> Status:
    """429; a read goes on after the pause that is asked for, if it is short enough."""
    more: dict[str, Any] = {} if asked is None else {"retry_after": asked}
    name = "429" if asked is None else f"429, Retry-After: {asked[:40]}"
    return Status(name, answers("429 Too Many Requests", **more), read, "limited")


STATUSES: Final = [
    limited(None),
    *(limited(asked) for asked in ("0", "1", "0.5", "-5", "-1e300", "nan", "inf", "soon", "1, 2", "", "9" * 400)),
    *(limited(asked, "missing") for asked in ("21", "3600", "1e300", "99999999999999999999")),
    Status("429, Retry-After: a date", answers("429 No", retry_after=in_seconds(2)), "right", "limited"),
    Status(
        "429, Retry-After: a date that has passed", answers("429 No", retry_after=in_seconds(-9)), "right", "limited"
    ),
    Status("429, Retry-After: next year", answers("429 No", retry_after=in_seconds(3e7)), "missing", "limited"),
    Status(
        "429, Retry-After: the year 9999",
        answers("429 No", retry_after="Fri, 31 Dec 9999 23:59:59 GMT"),
        "missing",
        "limited",
    ),
    Status(
        "429, Retry-After: no date", answers("429 No", retry_after="Mon, 99 Foo 2026 99:99:99 GMT"), "right", "limited"
    ),
    *(
        Status(
            f"{status}{' after it was carried out' if done else ''}",
            answers(f"{status} X", is_carried_out=done),
            read,
            "unknown",
        )
        for status, read in [
            (500, "missing"),
            (501, "missing"),
            (502, "right"),
            (503, "right"),
            (504, "right"),
            (520, "missing"),
            (524, "missing"),
            (599, "missing"),
            (999, "missing"),
        ]
        for done in (False, True)
    ),
    Status("503, Retry-After: 1", answers("503 X", retry_after="1"), "right", "unknown"),
    Status("503, Retry-After: 3600", answers("503 X", retry_after="3600"), "missing", "unknown"),
    Status("503 with a web page", answers("503 X", body=b"<html><title>Down</title></html>"), "right", "unknown"),
    Status("503 with a body of 30 MB", answers("503 X", body=b" " * 30_000_000), "right", "unknown"),
    *(
        Status(str(status), answers(f"{status} X"), "missing", "refused")
        for status in (400, 401, 402, 403, 404, 405, 409, 410, 413, 415, 418, 422, 423, 451)
    ),
    Status("400 with a body that is cut", answers("400 X", body=b'{"error": "no'), "missing", "refused"),
    Status(
        "400 with nested reasons", answers("400 X", body=b'{"errors":' * 900 + b"1" + b"}" * 900), "missing", "refused"
    ),
    *(
        Status(
            f"{status} to {'another host' if 'example' in where else where}",
            answers(f"{status} X", location=where, body=b""),
            "missing",
            write,
        )
        for status, write in [(301, "unknown"), (302, "unknown"), (303, "unknown"), (307, "refused"), (308, "refused")]
        for where in ("https://other.example/api", "/elsewhere")
    ),
    Status(
        "302 after it was carried out",
        answers("302 X", location="/done", is_carried_out=True, body=b""),
        "missing",
        "unknown",
    ),
    Status("302 without a place", answers("302 X", body=b""), "missing", "unknown"),
    Status("302 to a file", answers("302 X", location="file:///etc/passwd", body=b""), "missing", "unknown"),
    Status("302 to no address", answers("302 X", location="http://[::1", body=b""), "right", "unknown"),
    Status("300", answers("300 X"), "missing", "unknown"),
    Status("304", answers("304 X", body=b""), "missing", "unknown"),
    Status("101", answers("101 X", upgrade="websocket", connection="upgrade", body=b""), "missing", "unknown"),
]
