"""Every request of a call of every tool, broken in turn: no change is denied, doubled or invented."""

import json
import re
from collections import Counter
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

import anyio
import httpx
import pytest
from mcp.types import CallToolResult

from server.app import build
from server.guards.scope import offers
from tests.desk import YES, desk, sandboxes, settings, text
from tests.faults.breaking import Break, Breaking
from tests.faults.soak import SOAK
from tools.kit.network import Network
from tools.kit.sandbox.composition import Composition
from tools.kit.toolset import Effect
from tools.platforms import PLATFORMS

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("no_pauses")]

EFFECTS: Final = {offer.name_of(tool): tool.effect for offer in offers(PLATFORMS) for tool in offer.tools}
CALLS: Final[list[tuple[str, dict[str, Any]]]] = [
    call for offer in offers(PLATFORMS) for call in import_module(f"tests.tools.{offer.key}.calls").CALLS
]
SOME: Final = {
    "testsigma_update_folder": "lost",
    "testsigma_create_test_run": "503 from then on",
    "testsigma_delete_folder": "a web page",
    "testery_delete_schedule": "a web page",
    "testio_get_test_case_results": "503 from then on",
    "testomatio_add_links": "lost",
}
"""What is tried in the short form: tools that once said something wrong."""
PAGE: Final = b"<!DOCTYPE html><html><head><title>Sign in</title></head></html>"


def _lost(request: httpx.Request, response: httpx.Response | None) -> httpx.Response:
    raise httpx.ReadError("no luck", request=request)


def _unavailable(request: httpx.Request, response: httpx.Response | None) -> httpx.Response:
    return httpx.Response(503, json={"error": "no"})


def _page(request: httpx.Request, response: httpx.Response | None) -> httpx.Response:
    return httpx.Response(200, content=PAGE, headers={"content-type": "text/html"})


WAYS: Final = [
    (Break("lost", _lost, is_carried_out=True), True),
    (Break("503 from then on", _unavailable), True),
    (Break("a web page", _page), False),
]
"""Ways to break a request, and whether the later ones are broken too."""
CASES: Final = [
    pytest.param(name, arguments, broken, lasts, id=f"{number} {name} - {broken.name}")
    for number, (name, arguments) in enumerate(CALLS)
    for broken, lasts in WAYS
]
DENIES: Final = re.compile(r"Nothing was sent|nothing was changed|was not processed")
ADMITS: Final = re.compile(
    r"may or may not have happened|accepted a change|The change itself was accepted|could not be|not_read|not known"
    r"|unknown|not_sent|failed|warning|not_applied|already|[Nn]ot recorded"
)
LACKS: Final = re.compile(
    r'"complete":false|not_read|could not be|"why"|_known":false|"error"|not known|not compared|unavailable'
    r"|did not answer|cannot be|not checked|without"
)


@dataclass
class Run:
    """A call with a request broken, and what came of it."""

    result: CallToolResult
    transport: Breaking

    @property
    def sent(self) -> Counter[str]:
        return Counter(str(line) for line in self.transport.lines if line.is_write)

    @property
    def done(self) -> Counter[str]:
        return Counter(str(line) for line in self.transport.lines if line.is_write and line.is_done)

    @property
    def text(self) -> str:
        return text(self.result) + json.dumps(self.result.structured_content, separators=(",", ":"))


@pytest.fixture
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """A read that is sent again is sent at once."""

    async def at_once(seconds: float) -> None:
        await anyio.lowlevel.checkpoint()

    monkeypatch.setattr("tools.kit.client.anyio.sleep", at_once)
    monkeypatch.setattr("tools.kit.wait.SETTLES_WITHIN", 0.0)


@pytest.fixture(scope="module")
def world() -> Composition:
    return sandboxes()


async def run(world: Composition, name: str, arguments: dict[str, Any], transport: Breaking) -> Run:
    world.controls.reset()
    server = build(settings(), network=Network(transport))
    async with desk("legacy", person=YES, world=world, server=server) as d:
        return Run(await d.call(name, **arguments), transport)


@pytest.mark.parametrize(
    ("name", "arguments", "broken", "lasts"),
    CASES if SOAK else [case for case in CASES if SOME.get(str(case.values[0])) == case.values[2].name],  # type: ignore[union-attr]
)
async def test_whatever_request_breaks_what_is_said_of_a_change_is_true(
    name: str, arguments: dict[str, Any], broken: Break, lasts: bool, world: Composition
) -> None:
    good = await run(world, name, arguments, Breaking(world))
    assert not good.result.is_error, good.text
    wrong = []
    for at, line in enumerate(good.transport.lines):
        with anyio.fail_after(60):
            tried = await run(world, name, arguments, Breaking(world, broken, at, lasts))
        wrong += [f"{at} {line}: {what}: {tried.text[:300]}" for what in wrong_with(name, tried, good)]
    assert not wrong, "\n".join(wrong)


def wrong_with(name: str, tried: Run, good: Run) -> list[str]:
    wrong = []
    if "Unexpected error" in tried.text:
        wrong.append("not foreseen")
    if tried.sent - good.sent or tried.done - good.done:
        wrong.append("more was sent or done than once")
    if tried.result.is_error:
        if tried.done and DENIES.search(tried.text):
            wrong.append("a change is denied")
        elif tried.done and not ADMITS.search(tried.text):
            wrong.append("a change is not mentioned")
    elif EFFECTS[name] is not Effect.READS:
        if tried.done != good.done and not ADMITS.search(tried.text):
            wrong.append("a change is invented")
    elif tried.result.structured_content != good.result.structured_content and not LACKS.search(tried.text):
        wrong.append("something is missing, and it is not said")
    return wrong


def test_the_short_form_has_calls_of_its_own() -> None:
    assert SOME.keys() <= {name for name, _ in CALLS}
