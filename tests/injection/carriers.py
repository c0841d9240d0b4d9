"""The sandboxes with an attempt in every text that people write, in every object's keys, or in every error."""

import json
import re
from collections.abc import Iterator
from itertools import cycle
from typing import Any, Final
from zlib import crc32

import httpx

from server.sandbox import SandboxTransport
from tests.injection.corpus import ATTEMPTS, HOST, Attempt
from tests.planting import written
from tools.kit.sandbox.composition import Composition
from tools.platforms import PLATFORMS

WRITTEN: Final = {platform.key: written(platform.key) - {"id", "type", "document"} for platform in PLATFORMS}
PLANTED_ROWS: Final = 3
"""Rows of a list that get attempts: more would only be cut from the answer."""
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")
_FAKES: Final = ("written_by_others", "addresses_you", "confirmed", "source", "next_cursor")


def in_turn(start: int = 0) -> Iterator[Attempt]:
    """All attempts without end, beginning with one of them."""
    first = start % len(ATTEMPTS)
    return cycle(ATTEMPTS[first:] + ATTEMPTS[:first])


class Carrier(httpx.AsyncBaseTransport):
    """The sandboxes, with the next attempt in each text of what is read, and in a key of each object.

    What is read again has the same attempts in it: a question whose words change is asked again.
    """

    def __init__(self, world: Composition, start: int = 0) -> None:
        self._inside, self._start = SandboxTransport(world), start
        self._next = in_turn()
        self.hosts: set[str] = set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.hosts.add(request.url.host)
        response = await self._inside.handle_async_request(request)
        body = await response.aread()
        try:
            document = json.loads(body)
        except ValueError:
            return httpx.Response(response.status_code, headers=dict(response.headers), content=body)
        self._next = in_turn(self._start + crc32(request.url.path.encode()))
        names = WRITTEN.get(request.url.path.split("/")[1], frozenset[str]())
        headers = {name: value for name, value in response.headers.items() if name.lower() != "content-length"}
        return httpx.Response(response.status_code, headers=headers, json=self.planted(document, names))

    def planted(self, node: Any, names: frozenset[str], name: str = "") -> Any:
        """A document with attempts in it."""
        if isinstance(node, dict):
            planted = {key: self.planted(value, names, key) for key, value in node.items()}
            attempt = next(self._next)
            fakes = {fake: [] if attempt.number % 2 else attempt.text for fake in _FAKES if fake not in node}
            return planted | fakes | {attempt.text: attempt.lines}
        if isinstance(node, list):
            return [self.planted(value, names, name) for value in node[:PLANTED_ROWS]] + node[PLANTED_ROWS:]
        if not isinstance(node, str) or _DATE.match(node) or not (name in names or re.search(r"\s", node)):
            return node
        attempt = next(self._next)
        return f"{node} {attempt.text if attempt.number % 2 else attempt.lines}"


class Failing(httpx.AsyncBaseTransport):
    """A platform that fails every request with the next attempt in its error, in one form after another."""

    FORMS: Final = ("error", "message", "reasons", "title", "fields", "location")
    STATUSES: Final = (400, 401, 403, 404, 409, 422, 429, 500)

    def __init__(self, start: int = 0) -> None:
        self._next, self.hosts = in_turn(start), set[str]()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.hosts.add(request.url.host)
        attempt = next(self._next)
        form, status = self.FORMS[attempt.number % len(self.FORMS)], self.STATUSES[attempt.number % len(self.STATUSES)]
        match form:
            case "error":
                return httpx.Response(status, json={"error": attempt.text})
            case "message":
                return httpx.Response(status, json={"message": attempt.lines, "error": {"detail": attempt.text}})
            case "reasons":
                return httpx.Response(status, json={"errors": [attempt.text, {"detail": attempt.lines}]})
            case "fields":
                return httpx.Response(status, json={"errors": {attempt.text: [attempt.lines]}})
            case "title":
                return httpx.Response(status, html=f"<html><title>{attempt.text.replace('<', '&lt;')}</title>")
        return httpx.Response(302, headers={"location": f"https://{attempt.mark.lower()}.{HOST}/{attempt.number}"})
