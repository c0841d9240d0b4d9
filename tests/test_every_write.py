"""Rules over every tool that changes something: what leaves is what a person could see."""

import json
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest

from server.guards.scope import offers
from server.guards.visible import texts_in
from tests.desk import ERAS, desk, settings, text
from tools.kit.toolset import Effect
from tools.platforms import PLATFORMS

pytestmark = pytest.mark.anyio

WRITES = {offer.name_of(tool) for offer in offers(PLATFORMS) for tool in offer.tools if tool.effect is not Effect.READS}
CALLS: list[tuple[str, dict[str, Any]]] = [
    call
    for offer in offers(PLATFORMS)
    for call in import_module(f"tests.tools.{offer.key}.calls").CALLS
    if call[0] in WRITES
]
STRAYS = ("\u200b", "\u202e", "\U000e0041", "\u2066")


def spoilt(given: Any, stray: str) -> Iterator[Any]:
    """The same arguments, each time with one text spoilt."""
    if isinstance(given, str):
        yield given[:1] + stray + given[1:]
    elif isinstance(given, dict):
        for name, value in given.items():
            yield from ({**given, name: other} for other in spoilt(value, stray))
    elif isinstance(given, list):
        for place, value in enumerate(given):
            yield from ([*given[:place], other, *given[place + 1 :]] for other in spoilt(value, stray))


@pytest.mark.parametrize("mode", ERAS)
async def test_no_text_with_something_invisible_leaves_or_is_asked_about(mode: str) -> None:
    tried = 0
    async with desk(mode) as d:
        for number, (name, arguments) in enumerate(CALLS):
            for other in spoilt(arguments, STRAYS[number % len(STRAYS)]):
                # A path or an id may be refused for another reason, and a choice is brought to the word that it means.
                tried += "cannot see" in text(await d.call(name, **other))
        sent = [(entry.path, entry.query, entry.body) for entry in d.sandboxes.journal.entries()]
        for stray in STRAYS:
            assert stray not in "".join(d.asked)
            assert stray not in json.dumps(sent, ensure_ascii=False, default=str)
    assert tried > 100, "every text of every call, but paths, ids and choices"


async def test_the_argument_and_the_character_are_named() -> None:
    async with desk() as d:
        told = await d.refusal("testio_reject_bug", bug_id=88107, reason="known_bug", comment="fi\u200bne")
        assert told == (
            "comment holds an invisible character (zero width space, U+200B), which a person who is asked cannot see. "
            "Send the text without it. Nothing was sent."
        )
        cases = [{"title": "A", "feature_id": 302, "steps": ["Look", "Lo\u2067ok"]}]
        told = await d.refusal("testio_create_test_cases", product_id=71, test_cases=cases)
        assert told.startswith("test_cases[0].steps[1] holds an invisible character (right-to-left isolate, U+2067)")
        assert d.arrived() == []


@pytest.mark.parametrize("mode", ERAS)
async def test_what_a_script_or_an_emoji_needs_leaves_as_it_was_given(mode: str) -> None:
    comment = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 \U0001f469\u200d\U0001f4bb \u2764\ufe0f\nDone"
    async with desk(mode) as d:
        await d.answer("testio_reject_bug", bug_id=88107, reason="known_bug", comment=comment)
        _, body = d.sent("PUT", "/bugs/88107/reject")
        assert comment in [text for _, text in texts_in(body)]


async def test_a_credential_of_ours_in_a_text_is_never_sent() -> None:
    async with desk() as d:
        for token in settings().secrets:
            refused = await d.refusal("testio_update_product", product_id=71, description=f"Token: {token}")
            assert refused == "description holds a credential of this server. Nothing was sent."
        assert d.writes() == []
