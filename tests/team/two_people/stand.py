"""The people of the attempts, and what an attempt is written with: calls in both eras, and whose requests left."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from json import loads
from pathlib import Path
from typing import Any, Final

import httpx
import httpx2

from tests.desk import change_bug
from tests.team.handshake import Answerer, Handshake, always_yes, wire
from tests.team.serving import ANNA, BEN, TEAM_TOKENS, TOKENS, Someone, Team, envelope, rpc, someone, with_tokens

DORA, EVE, MARA, FAY, GUS, GUEST = "dora", "eve", "mara", "fay", "gus", "hal"
TESTIO, TESTOMATIO = "TESTIO_API_TOKEN", "TESTOMATIO_API_TOKEN"
BROUGHT: Final = "tio-brought-9Lk4jHg7FdS2aQ1w"
"""A credential that somebody sends in a header."""
PASSWORD: Final = "Kran7hafen?Blick"
"""A secret of the platform, that stands in the title of a bug too."""
REJECT: Final = {"bug_id": 88107, "reason": "known_bug", "comment": "The same as bug 88101."}
OWN: Final = {"Testdesk-Testio-Token": BROUGHT}
ERAS: Final = ("auto", "legacy")
LISTED: Final = "testio:bugs, testio_create_connection, testio_create_exploratory_test"
"""The tools that are listed: few, since a list of all takes longer than all attempts. All can be called."""
CONFIGURATION: Final = """
[team]
header_credentials = true
[budgets.people]
writes_a_minute = 1_000
[budgets.people.fay]
writes_a_minute = 1
[budgets.people.gus]
writes_a_minute = 1
"""


def everybody(folder: Path) -> list[Someone]:
    """Anna works with credentials of her own, the others with the team's; Ben and Dora differ in nothing else."""
    anna = with_tokens(folder, someone(ANNA, lines=('subject = "anna"',)))
    ben = someone(BEN, lines=('subject = "ben"',))
    rights = {EVE: ("read",), MARA: ("read", "triage", "admin"), GUEST: ("order",)}
    others = [someone(name, rights=held) for name, held in rights.items()]
    return [anna, ben, *others, *map(someone, (DORA, FAY, GUS))]


def holders(requests: list[str]) -> list[set[str]]:
    """Whose credential each request carried."""
    known = {"team": [*TEAM_TOKENS.values()], ANNA: [*TOKENS[ANNA].values()], "brought": [BROUGHT]}
    return [{who for who, tokens in known.items() if any(one in request for one in tokens)} for request in requests]


def sent_by(t: Team) -> set[str]:
    """Whose credentials left since the last look; something did."""
    requests = t.sent()
    assert requests, "nothing was sent"
    return set().union(*holders(requests))


def writes(t: Team) -> list[str]:
    """The requests since the last look that changed a bug, or created a label or an environment."""
    starts = [request.split("\n", 1)[0] for request in t.sent()]
    return [one for one in starts if re.match("PUT|POST .*/(labels|test_environments)", one)]


@dataclass
class Caller:
    """A client of a person, of either era, that sends what it is given."""

    http: httpx2.AsyncClient
    url: str
    session: Handshake | None
    program: str

    async def send(self, method: str, **params: Any) -> dict[str, Any]:
        """The message that answers a request."""
        if self.session is None:
            body, headers = envelope(method, params, self.program)
            return read_message(await self.http.post(self.url, json=body, headers=headers))
        return read_message(await self.session.post(self.url, self.session.request(method, params)))

    async def call(self, tool: str, /, **arguments: Any) -> dict[str, Any]:
        """What a tool answers, without a question."""
        return await self.send("tools/call", name=tool, arguments=arguments)

    async def act(self, tool: str, /, answerer: Answerer = always_yes, **arguments: Any) -> dict[str, Any]:
        """What a tool answers that asks; the answer is a yes unless another one is given."""
        if self.session is not None:
            return await self.session.call(self.url, tool, arguments, answerer=answerer)
        asked = (await self.call(tool, **arguments))["result"]
        return await self.send("tools/call", name=tool, arguments=arguments, **yes_to(asked))


def read_message(response: httpx2.Response) -> dict[str, Any]:
    """The last message of a response."""
    lines = [line.removeprefix("data: ") for line in response.text.splitlines() if line.startswith("data: {")]
    message: dict[str, Any] = loads(lines[-1] if lines else response.text or "{}")
    return message


@asynccontextmanager
async def caller(
    t: Team, name: str, mode: str = "auto", *, program: str = "tests", **headers: str
) -> AsyncIterator[Caller]:
    """A client of a person; `mode` is the era."""
    async with wire(t.people[name].key) as http:
        http.headers.update(headers)
        session = None if mode == "auto" else Handshake(http)
        if session is not None:
            await session.open(t.running.url)
        yield Caller(http, t.running.url, session, program)


async def asked_round(t: Team, name: str, **headers: str) -> dict[str, Any]:
    """A question that a person was asked in the newer era, with its sealed state."""
    async with t.raw(name, **headers) as http:
        _, message = await rpc(http, "tools/call", {"name": "testio_reject_bug", "arguments": REJECT})
    t.sent()
    asked: dict[str, Any] = message["result"]
    assert asked["inputRequests"]
    return asked


def yes_to(asked: Mapping[str, Any], action: str = "accept") -> dict[str, Any]:
    """The parameters that answer such a question."""
    answer = {"action": action, "content": {"answer": "yes"}} if action == "accept" else {"action": action}
    return {"inputResponses": dict.fromkeys(asked["inputRequests"], answer), "requestState": asked["requestState"]}


def reopen(t: Team) -> None:
    """Let the bug of `REJECT` be as if nobody had decided about it."""
    change_bug(t.world, 88107, status="forwarded", comments=[])


class CookieSetting(httpx.AsyncBaseTransport):
    """Sets a cookie with each response, as a platform might for whoever has logged in."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self._inner.handle_async_request(request)
        response.headers["set-cookie"] = "session=of-whoever-asked-first; Path=/"
        return response


def raw_headers(headers: list[tuple[str, str | bytes]]) -> list[tuple[bytes, bytes]]:
    """Headers as they travel; some are no text."""
    return [(name.encode(), value if isinstance(value, bytes) else value.encode("latin-1")) for name, value in headers]
