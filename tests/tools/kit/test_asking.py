"""An act that asks yields its question once, then its answer, and nothing is done before it goes on."""

from collections.abc import AsyncGenerator
from typing import Any

import pytest

from tools.kit.asking import Ask, Asking, answer_of, answer_type, question_of


class Log(list[str]):
    """What an act did."""


async def drop(log: Log, asked: str | None) -> Asking[int]:
    log.append("read")
    try:
        yield Ask(asked)
        log.append("sent")
        yield 7
    finally:
        log.append("closed")


@pytest.mark.anyio
@pytest.mark.parametrize("asked", ["Drop it?", None])
async def test_an_act_stands_at_its_question_until_it_goes_on(asked: str | None) -> None:
    log = Log()
    act = drop(log, asked)
    assert log == []
    assert await question_of(act) == Ask(asked)
    assert log == ["read"]
    assert await answer_of(act) == 7
    assert log == ["read", "sent", "closed"]


@pytest.mark.anyio
async def test_an_act_that_is_closed_at_its_question_sends_nothing() -> None:
    log = Log()
    act = drop(log, "Drop it?")
    await question_of(act)
    await act.aclose()
    assert log == ["read", "closed"]


async def answers_first() -> Asking[int]:
    yield 7


async def asks_twice() -> Asking[int]:
    yield Ask("One?")
    yield Ask("Two?")


async def answers_twice() -> Asking[int]:
    yield Ask("One?")
    yield 7
    yield 8


async def never_answers() -> Asking[int]:
    yield Ask("One?")


@pytest.mark.anyio
@pytest.mark.parametrize("broken", [answers_first, asks_twice, answers_twice, never_answers])
async def test_an_act_of_another_form_is_an_error(broken: Any) -> None:
    async def run() -> None:
        act = broken()
        await question_of(act)
        await answer_of(act)

    with pytest.raises(TypeError, match="yields"):
        await run()


def test_the_answer_of_an_act_has_the_type_after_the_question() -> None:
    assert answer_type(Asking[int]) is int
    assert answer_type(AsyncGenerator[Ask | str, None]) is str
    assert answer_type(int) is int
