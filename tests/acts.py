"""Acts that ask, run by a test without a server: what they ask, and what they answer after a yes."""

from typing import TypeVar

from server.guards.fence import render_question
from server.guards.redact import Redactor
from tools.kit.asking import Asking, answer_of, question_of

R = TypeVar("R")


async def question(act: Asking[R]) -> str:
    """What an act asks; it ends there."""
    asked = (await question_of(act)).question
    await act.aclose()
    assert asked is not None, "it asked nothing"
    return asked


def rendered(text: str) -> str:
    """A text of an act as the user reads it."""
    return render_question(text, Redactor([]))


async def shown_question(act: Asking[R]) -> str:
    """What an act asks, as the user reads it; it ends there."""
    return rendered(await question(act))


async def confirmed(act: Asking[R]) -> R:
    """What an act answers after a yes, or where it asks nothing."""
    await question_of(act)
    return await answer_of(act)
