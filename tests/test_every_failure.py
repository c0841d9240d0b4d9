"""Rules over every failure: nothing secret leaves in an error, a log or the trace of a crash, whoever caused it."""

import json
from collections.abc import Callable

import httpx
import pytest

from server.app import build
from server.store.ledger import entries
from server.store.sqlite import SqliteEngine
from tests.desk import desk, settings, text
from tests.test_every_string import CALLS, CANARY, PLANT, TOKEN, is_clean
from tools.kit.network import Network

pytestmark = pytest.mark.anyio

DOCUMENT = {"error": PLANT, "message": PLANT, "errors": [{"detail": PLANT, f"key {PLANT}": [PLANT]}]}
HEADERS = {"x-request-id": f"{TOKEN} password={CANARY}", "location": f"/{TOKEN}", "www-authenticate": f"Token {TOKEN}"}
FIRST = dict(reversed(CALLS))
"""One call of every tool."""


class Failing(httpx.AsyncBaseTransport):
    """A platform that answers every request in the same way, or breaks."""

    def __init__(self, answer: Callable[[], httpx.Response]) -> None:
        self._answer = answer
        self.requests = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests += 1
        return self._answer()


async def failures(answer: Callable[[], httpx.Response], every: int = 1) -> list[str]:
    """What tools answer to such a platform, each or some of them, and what a person is asked."""
    platform, engine = Failing(answer), SqliteEngine(None)
    async with desk(server=build(settings(), network=Network(platform), engine=engine)) as d:
        said = []
        for name, arguments in [*FIRST.items()][::every]:
            result = await d.call(name, **arguments)
            said += [f"{name}: {one}" for one in (text(result), json.dumps(result.structured_content))]
        said += d.asked
        records = [str(entry.record) for entry in await engine.run(lambda db: list(entries(db)))]
    assert any("'failed'" in one or "'unknown'" in one for one in records), "some of them are writes"
    said += records
    assert platform.requests > len(FIRST) // 2 // every, "most tools ask their platform"
    return said


def leaks(said: list[str]) -> list[str]:
    return [one for one in said if not is_clean(one)]


async def test_no_secret_leaves_in_an_error_that_a_platform_words(capsys: pytest.CaptureFixture[str]) -> None:
    said = await failures(lambda: httpx.Response(422, json=DOCUMENT, headers=HEADERS))
    said.append(capsys.readouterr().err)
    assert not leaks(said), "\n---\n".join(leaks(said))
    assert any("[hidden]" in one for one in said), "the platform's words are shown without them"


async def test_no_secret_leaves_in_a_crash_or_its_trace(capsys: pytest.CaptureFixture[str]) -> None:
    def crash() -> httpx.Response:
        raise RuntimeError(f"holding {TOKEN} and password={CANARY}")

    said = await failures(crash, every=4)
    traces = capsys.readouterr().err
    assert not leaks([*said, traces]), "\n---\n".join(leaks([*said, traces]))
    assert "RuntimeError: holding [hidden] and password=[hidden]" in traces
