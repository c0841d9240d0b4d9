"""An act that asks is one generator: it reads, yields its question, acts, and yields its answer.

    @tool.destroys(idempotent=True, verify_with="get_run")
    async def cancel_run(api: Shop, run_id: RunId) -> Asking[Run]:
        run = await known_run(api, run_id)
        yield Ask(f"Cancel {describe(run)}?")
        yield await api.cancel(run_id)

Reads and refusals come before the question; what needs the confirmation comes after it. An act that deletes an object
with everything in it has the object's name typed: `Ask(f"Delete {describe(shop)}?", typed=shop.name)`.
"""

import math
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any, Final, TypeVar, get_args, get_origin

R = TypeVar("R")

UNKNOWN: Final = math.inf
"""An amount that an order does not state; no limit has room for it."""


@dataclass(frozen=True)
class Order:
    """What an act orders, as an operator's budgets count it."""

    acts: int = 1
    """Paid things."""
    hours: float = 0.0
    """Hours of testers; 0 where the order is not by the hour."""
    machines: float = 0.0
    """Runners times copies; 0 where it runs on none."""


@dataclass(frozen=True)
class Ask:
    """The question of an act; None where this case needs no confirmation."""

    question: str | None
    typed: str | None = None
    """The name of the object, for the user to type; None where a choice of yes or no is enough."""
    order: Order | None = Order()
    """What a tool that spends orders; None where this case orders nothing."""


Asking = AsyncGenerator[Ask | R, None]
"""The type of an act that asks: it yields one Ask, then one answer of type R."""


async def question_of(act: Asking[R]) -> Ask:
    """Run an act up to its question; nothing has been changed by then."""
    first = await anext(act)
    if not isinstance(first, Ask):
        raise TypeError("an act that asks yields its Ask before its answer")
    return first


async def answer_of(act: Asking[R]) -> R:
    """Carry out an act that is paused at its question, and return its answer."""
    answers = [answer async for answer in act]
    if len(answers) != 1 or isinstance(answers[0], Ask):
        raise TypeError("an act that asks yields one Ask and one answer")
    return answers[0]


def answer_type(annotation: Any) -> Any:
    """The type of a tool's answer, whether or not the tool asks."""
    if get_origin(annotation) is not AsyncGenerator:
        return annotation
    (answer,) = (arm for arm in get_args(get_args(annotation)[0]) if arm is not Ask)
    return answer
