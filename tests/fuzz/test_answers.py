"""Answers of a platform with one value changed: each is read as far as possible, or named as what it is."""

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx
import pytest

from server.app import build
from server.sandbox import SandboxTransport
from tests.desk import YES, desk, sandboxes, settings, text
from tests.fuzz.generating import TEXTS, waits_not, working_calls
from tests.fuzz.soak import IS_SOAK
from tests.fuzz.test_calls import UNHANDLED, logged_errors
from tools.kit.network import Network

pytestmark = pytest.mark.anyio

EACH, EVERY = (25, 1) if IS_SOAK else (1, 3)
"""Changed answers for a working call, and which of the calls are made: each, or each third."""
ODD: tuple[Any, ...] = (
    *(None, True, 0, -1, 2**63, 10**30, 1.5, 1e300, "", "x", [], {}, [None], [[]], [{}], {"id": None}),
    *TEXTS,
)


@dataclass
class Changing(httpx.AsyncBaseTransport):
    """Changes one value in one of the answers that pass."""

    inner: SandboxTransport
    random: Random = field(default_factory=Random)
    left: int = -1
    """Answers to let pass before one is changed."""
    changed: str = ""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self.inner.handle_async_request(request)
        body = await response.aread()
        try:
            document = json.loads(body)
        except ValueError:
            return httpx.Response(response.status_code, content=body, headers=response.headers)
        self.left -= 1
        if self.left < 0 and not self.changed and (places := list(_places(document))):
            holder, key = self.random.choice(places)
            holder[key] = copy.deepcopy(self.random.choice(ODD))
            self.changed = f"{request.method} {request.url.path}: {key} is {holder[key]!r:.80}"
            body = json.dumps(document).encode()
        headers = {"content-type": "application/json", "date": response.headers.get("date", "")}
        return httpx.Response(response.status_code, content=body, headers=headers)


def _places(document: Any) -> Iterator[tuple[Any, Any]]:
    """Every value inside a document, as its holder and its key; of long lists the first ones."""
    if isinstance(document, dict):
        pairs: Any = document.items()
    elif isinstance(document, list):
        pairs = enumerate(document[:3])
    else:
        return
    for key, value in list(pairs):
        yield document, key
        yield from _places(value)


@pytest.mark.parametrize("platform", ["testio", "testomatio", "testery", "testsigma", "across"])
async def test_a_value_of_any_kind_in_an_answer_makes_no_call_fail_in_a_way_that_is_not_named(
    platform: str, monkeypatch: pytest.MonkeyPatch, pauses: list[float]
) -> None:
    monkeypatch.setattr("tools.kit.wait.SETTLES_WITHIN", 0.0)
    wrong = []
    calls = [(name, one) for name, made in working_calls().items() if name.startswith(platform) for one in made]
    calls = calls[::EVERY]
    for number in range(EACH):
        transport = Changing(SandboxTransport(sandboxes()))
        server = build(settings(), network=Network(transport))
        with logged_errors() as errors:
            async with desk(server=server, person=YES) as d:
                for name, arguments in calls:
                    transport.random = Random(f"{name} {number}")
                    transport.left, transport.changed = transport.random.choice((0, 0, 0, 1, 2)), ""
                    errors.clear()
                    result = await d.call(name, **waits_not(arguments))
                    if errors or (result.is_error and UNHANDLED.search(text(result))):
                        wrong.append(
                            f"{name} ({number}), {transport.changed}: {text(result)[:300]} {errors[:1]}"[:1500]
                        )
    assert not wrong, "\n".join(wrong)
