"""Generated calls of every tool against the sandboxes: each is answered, or refused in a sentence of ours."""

import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from random import Random
from typing import Any

import pytest
from mcp.types import ElicitResult

from server.app import build
from server.guards.scope import offers
from tests.desk import ERAS, NO, YES, Desk, desk, settings, text
from tests.fuzz.generating import Generator, known_values, waits_not, working_calls
from tests.fuzz.soak import IS_SOAK
from tools.kit import asking
from tools.kit.platform import ToolSource
from tools.kit.toolset import Effect, Tool
from tools.platforms import PLATFORMS

pytestmark = pytest.mark.anyio

EACH = 100 if IS_SOAK else 5
"""Calls of each tool."""
AT_ONCE = 25
IN_ONE_WORLD = 15
"""Calls of each tool, and tools, that share a sandbox: later ones find less and less in it."""
WORKING = working_calls()
KNOWN = known_values(WORKING)
SCHEMAS = {tool.name: tool.parameters for tool in build(settings())._tool_manager.list_tools()}
READS_BY_POST = {"/bugs", "/api/login"}
UNHANDLED = re.compile(
    r"Unexpected error|Traceback|Input should|Value error|validation error|pydantic|has no attribute|NoneType|"
    r"not subscriptable|unexpected keyword|Error executing|Errno|<class|\bNone\b(?! of\b)|codec can't"
)
"""What no sentence of ours says."""


class Errors(logging.Handler):
    """Keeps what is logged as an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(logging.Formatter("%(message)s").format(record))


@contextmanager
def logged_errors() -> Iterator[list[str]]:
    handler, root = Errors(), logging.getLogger()
    root.addHandler(handler)
    try:
        yield handler.lines
    finally:
        root.removeHandler(handler)


@pytest.fixture(autouse=True)
def nothing_waits(monkeypatch: pytest.MonkeyPatch, pauses: list[float]) -> None:
    monkeypatch.setattr("tools.kit.wait.SETTLES_WITHIN", 0.0)


@pytest.fixture
def questions(monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """The questions of all acts that began, None for each that needs no yes."""
    found: list[str | None] = []

    async def noted(act: asking.Asking[Any]) -> asking.Ask:
        asked = await asking.question_of(act)
        found.append(asked.question)
        return asked

    monkeypatch.setattr("server.expose.question_of", noted)
    return found


def generated(name: str, number: int) -> dict[str, Any]:
    """The arguments of one call; each number makes the same at every run."""
    schema = SCHEMAS[name]
    make = Generator(Random(f"{name} {number}"), KNOWN, schema.get("$defs", {}))
    return waits_not(make.arguments(schema, WORKING.get(name, ())))


def problems(tool: Tool, entries: list[Any], questions: list[str | None], answers: list[ElicitResult]) -> Iterator[str]:
    """What a call may not have done to a platform."""
    yield from (f"the sandbox failed at {e.method} {e.path}" for e in entries if e.status >= 500)
    for write in (e for e in entries if e.method not in ("GET", "HEAD") and e.path not in READS_BY_POST):
        sent = f"{write.method} {write.path} was sent"
        if tool.effect is Effect.READS:
            yield f"{sent} by a tool that reads"
        if tool.asks and not answers and any(question is not None for question in questions):
            yield f"{sent} without its question"
        if NO in answers:
            yield f"{sent} after a no"


@dataclass
class Person:
    """Says no to the first question, yes to the next, and so on."""

    choices: Iterator[ElicitResult] = field(default_factory=lambda: cycle([NO, YES]))
    answers: list[ElicitResult] = field(default_factory=list)
    """What was answered during the present call."""

    def __call__(self, question: str) -> ElicitResult:
        self.answers.append(next(self.choices))
        return self.answers[-1]


async def call(
    d: Desk, person: Person, name: str, tool: Tool, number: int, questions: list[str | None], errors: list[str]
) -> str:
    """Make one generated call, and say what is wrong with it; nothing if it is fine."""
    arguments, journal = generated(name, number), d.sandboxes.journal
    person.answers.clear()
    questions.clear()
    errors.clear()
    since = journal.entries()[-1].number if len(journal) else 0
    result = await d.call(name, **arguments)
    wrong = list(problems(tool, journal.entries(since=since), questions, person.answers))
    wrong += [f"logged: {line}" for line in errors]
    if result.is_error and UNHANDLED.search(text(result)):
        wrong.append(f"answered: {text(result)[:500]}")
    return f"{name} {json.dumps(arguments)[:2_000]} (number {number}): {'; '.join(wrong)}" if wrong else ""


@pytest.mark.parametrize("offer", offers(PLATFORMS), ids=lambda offer: str(offer.key))
async def test_every_generated_call_is_answered_or_refused_in_words(
    offer: ToolSource, questions: list[str | None]
) -> None:
    wrong, called = [], 0
    with logged_errors() as errors:
        for place in range(0, len(offer.tools), IN_ONE_WORLD):
            tools = offer.tools[place : place + IN_ONE_WORLD]
            for first in range(0, EACH, AT_ONCE):
                async with desk(ERAS[place // IN_ONE_WORLD % 2], person=(person := Person())) as d:
                    for number in range(first, min(first + AT_ONCE, EACH)):
                        for tool in tools:
                            called += 1
                            wrong.append(await call(d, person, offer.name_of(tool), tool, number, questions, errors))
    assert called == EACH * len(offer.tools)
    assert not any(wrong), "\n".join(filter(None, wrong))


async def test_the_finders_hold_too_whatever_they_are_to_call(questions: list[str | None]) -> None:
    """They pass a call on to a tool that is not listed."""
    tools = {offer.name_of(tool): tool for offer in offers(PLATFORMS) for tool in offer.tools}
    make = Random("finders")
    with logged_errors() as errors:
        async with desk(told=settings({"TESTDESK_TOOLSETS": "testio:bugs"}), person=Person()) as d:
            for number in range(EACH * 12):
                name = make.choice(sorted(tools))
                through = make.choice(["call_tool", "call_read_tool"])
                given: Any = make.choice([generated(name, number), json.dumps(generated(name, number)), None, [], "{"])
                called = await d.call(through, name=make.choice([name, name, name[:-1], ""]), arguments=given)
                found = await d.call("find_tools", text=str(generated("testio_list_bugs", number))[:200])
                assert not found.is_error, text(found)
                assert not errors, f"{through} {name} {given}: {errors}"
                assert not (called.is_error and UNHANDLED.search(text(called))), text(called)
                if tools[name].effect is not Effect.READS and through == "call_read_tool":
                    assert called.is_error
