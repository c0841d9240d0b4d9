"""Acts that a call has begun end with it, and one that fails to end takes nothing from the others."""

from collections.abc import AsyncGenerator

import pytest

from server.guards.open_acts import close_later, closing_acts

pytestmark = pytest.mark.anyio


async def holding(closed: list[str], name: str, *, fails: bool = False) -> AsyncGenerator[str, None]:
    try:
        yield "Do it?"
    finally:
        closed.append(name)
        if fails:
            raise OSError("cannot be closed")


async def test_an_act_that_cannot_be_closed_is_logged_and_the_others_are_closed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    closed: list[str] = []
    async with closing_acts():
        for act in (holding(closed, "first", fails=True), holding(closed, "second")):
            close_later(act)
            await anext(act)
    assert closed == ["first", "second"]
    assert "an act could not be closed" in caplog.text


async def test_outside_of_a_call_an_act_is_left_to_whoever_began_it() -> None:
    act = holding([], "alone")
    close_later(act)
    assert await anext(act) == "Do it?"
    await act.aclose()
