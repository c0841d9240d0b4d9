"""Rules over all questions: a person is asked about all that is sent, and nobody else's words stand among ours."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from mcp.types import ElicitResult

from server.app import build
from server.expose import ANOTHER
from server.guards.scope import offers
from server.inbox.events import EventStore
from server.sandbox import SandboxTransport
from server.store.sqlite import SqliteEngine
from tests.asking import Asking, Text, To, parameters, placed, stands_in, words_of
from tests.desk import NO, YES, Desk, desk, sandboxes, settings, text
from tests.planting import SENTENCE, Planting, vocabulary
from tools.kit.network import Network
from tools.kit.toolset import Effect
from tools.platforms import PLATFORMS
from tools.trackers.source import trackers

pytestmark = pytest.mark.anyio

DATA: dict[str, ModuleType] = {
    offer.key: import_module(f"tests.tools.{offer.key}.questions")
    for offer in (*offers(PLATFORMS), trackers)
    if any(tool.asks for tool in offer.tools)
}


async def asked(d: Desk, name: str, arguments: dict[str, Any]) -> str:
    """The question of a call that a person is to say no to."""
    before = len(d.asked)
    result = await d.call(name, **arguments)
    if len(d.asked) != before + 1:
        raise NotAsked(f"{name} asked {len(d.asked) - before} times: {text(result)[:400]}")
    return d.asked[-1]


class NotAsked(Exception):
    """A call that was to ask once."""


@asynccontextmanager
async def questioned(key: str, folder: Path, later: ElicitResult = NO) -> AsyncIterator[tuple[Desk, Planting]]:
    """A desk whose person says the same to everything, once the platform's data have made what they need."""
    module, answer = DATA[key], YES
    chosen = module.settings_in(folder) if hasattr(module, "settings_in") else settings()
    world, store = sandboxes(*getattr(module, "TRACKERS", ())), EventStore(SqliteEngine(None))
    behind = Planting(SandboxTransport(world))
    server = build(chosen, network=Network(behind), store=store)
    async with desk("legacy", person=lambda _: answer, told=chosen, world=world, server=server) as d:
        d.store = store
        if hasattr(module, "prepare"):
            await module.prepare(d)
        d.asked.clear()
        d.sandboxes.journal.reset()
        answer = later
        yield d, behind


def filled(value: Any, folder: Path) -> Any:
    """Arguments with the folder of this test's files in them."""
    if isinstance(value, dict):
        return {name: filled(one, folder) for name, one in value.items()}
    return value.replace("{folder}", str(folder)) if isinstance(value, str) else value


CHECKED = build(settings(trackers=("github",)))._tool_manager.list_tools()


@pytest.mark.parametrize("key", DATA)
async def test_every_parameter_of_an_asking_tool_stands_in_its_question_or_is_an_exception_with_a_reason(
    key: str, tmp_path: Path
) -> None:
    asking: list[Asking] = DATA[key].ASKING
    excepted: dict[str, dict[str, str]] = DATA[key].EXCEPTIONS
    wrong: list[str] = []
    async with questioned(key, tmp_path) as (d, _):
        ask = [
            t.name for t in CHECKED if t.name.startswith(f"{key}_") and t.annotations and t.annotations.destructive_hint
        ]
        # The limits of texts that no test may exceed are not all published.
        listed = {tool.name: parameters(tool.parameters) for tool in CHECKED if tool.name in ask}
        # What a question says of another equal act is in tests/server/test_recording.py.
        covered: dict[str, set[str]] = {name: {ANOTHER, *excepted.get(name, ())} for name in ask}
        for one in asking:
            covered[one.tool] |= set(one.other)
            try:
                first = await asked(d, one.tool, filled(one.base, tmp_path))
                for path, other in one.other.items():
                    fault = await wrong_with(d, one, path, other, listed[one.tool], first, tmp_path)
                    wrong += [f"{one.tool} {path}: {fault}"] if fault else []
            except NotAsked as error:
                wrong.append(str(error))
        wrong += [f"{name} {path}: not in the data" for name in ask for path in set(listed[name]) - covered[name]]
        wrong += [
            f"{name} {path}: no parameter" for name in ask for path in covered[name] - set(listed[name]) - {ANOTHER}
        ]
        sent = d.writes("github") + d.writes() if key == trackers.key else d.writes(key)
        wrong += [f"sent without a yes: {line}" for line in sent]
    assert not wrong, "\n".join(sorted(wrong))
    assert all(reason for reasons in excepted.values() for reason in reasons.values())


async def wrong_with(
    d: Desk, one: Asking, path: str, other: Any, known: dict[str, Any], first: str, folder: Path
) -> str | None:
    """What is wrong with how a question says the value of a parameter."""
    other = other if isinstance(other, To) else To(other)
    value = other.value.of(known[path]) if isinstance(other.value, Text) else other.value
    arguments = placed(one.base | other.also, path, value)
    try:
        question = await asked(d, one.tool, filled(arguments, folder))
    except NotAsked as error:
        return str(error)
    if missing := [word[:60] for word in other.shown or words_of(value) if not stands_in(word, question)]:
        return f"{missing} not in {question[:300]!r}"
    return f"changes nothing in {question[:300]!r}" if other.changes and question == first else None


@pytest.mark.parametrize("key", [key for key in DATA if key != trackers.key])  # a tracker has no models to spoil
async def test_a_word_of_a_platforms_stands_in_a_question_on_one_short_line_whatever_it_says(
    key: str, tmp_path: Path
) -> None:
    """All words at once, but for those that the questions go by: these one at a time, where the tool still asks.

    A question that reads no such word is as it was.
    """
    alone = frozenset(DATA[key].GO_BY)
    read: dict[int, set[str]] = {}
    wrong: list[str] = []
    async with questioned(key, tmp_path) as (d, behind):
        for names in [vocabulary(key) - alone, *map(frozenset, zip(sorted(alone), strict=True))]:
            behind.names = frozenset(names)
            for number, one in enumerate(DATA[key].ASKING):
                if not read.get(number, names) & names:
                    continue
                behind.read.clear()
                try:
                    question = await asked(d, one.tool, filled(one.base, tmp_path))
                except NotAsked as error:
                    wrong += [] if names & alone else [str(error)]
                    continue
                read.setdefault(number, set(behind.read))
                wrong += [f"{one.tool}, {sorted(names)[:3]}: {line[:200]!r}" for line in spoilt_lines(question)]
    assert not wrong, "\n".join(wrong)


def spoilt_lines(question: str) -> list[str]:
    """The lines that a planted sentence stands in as if it were ours, or with more than a word has room for."""
    planted = [line for line in question.splitlines() if SENTENCE in line or "y" * 60 in line]
    return [line for line in planted if "y" * 60 in line or not re.search(rf"'[^']*{re.escape(SENTENCE)}[^']*'", line)]


@pytest.mark.parametrize("key", DATA)
async def test_the_answer_to_an_order_or_a_deletion_says_what_it_was_and_where(key: str, tmp_path: Path) -> None:
    """What was named in the call stands in the answer's own sentences, and so does more of what was asked."""
    effects = {offer.name_of(tool): tool.effect for offer in (*offers(PLATFORMS), trackers) for tool in offer.tools}
    wrong: list[str] = []
    async with questioned(key, tmp_path, YES) as (d, _):
        for one in DATA[key].ASKING:
            is_order = effects[one.tool] is Effect.SPENDS
            if not is_order and "_delete_" not in one.tool:
                continue
            d.sandboxes.controls.reset()
            if hasattr(DATA[key], "prepare"):
                await DATA[key].prepare(d)
            d.asked.clear()
            answer = await d.answer(one.tool, **filled(one.base, tmp_path))
            said = "\n".join([answer["done"], *answer.get("ordered", [])])
            names = [value for name, value in one.base.items() if name.endswith(("_id", "_key", "label", "branch"))]
            missing = [word for word in words_of(names) if not stands_in(word, said)]
            if missing or (is_order and not any(line.lower() in d.asked[0].lower() for line in answer["ordered"])):
                wrong.append(f"{one.tool}: {missing} not in {said!r}")
    assert not wrong, "\n".join(wrong)
