"""Switches of a fake API: what may be sent, and what is refused in the platform's words."""

from dataclasses import dataclass

import pytest
from starlette.responses import PlainTextResponse

from tools.kit.sandbox.routes import Respond
from tools.kit.sandbox.switches import switch_values, with_changes


@dataclass(frozen=True)
class Truths:
    strict: bool = False
    bare: bool = False


@dataclass(frozen=True)
class Mixed(Truths):
    every: int = 0


def refused(reason: str) -> Respond:
    return Respond(PlainTextResponse(reason, 422))


def test_what_is_not_sent_stays_and_the_first_switches_are_untouched() -> None:
    first = Mixed(bare=True)
    assert with_changes(first, {"every": 5, "strict": True}, refused) == Mixed(strict=True, bare=True, every=5)
    assert switch_values(first) == {"bare": True, "every": 0, "strict": False}


@pytest.mark.parametrize(
    "sent", [{"turbo": True}, {"strict": 1}, {"strict": "yes"}, {"every": True}, {"every": -1}, {"every": None}]
)
def test_an_unknown_name_another_type_and_a_negative_number_are_refused(sent: dict[str, object]) -> None:
    with pytest.raises(Respond) as answered:
        with_changes(Mixed(), sent, refused)
    told = b"send true or false (a number where the value is one) for any of bare, every, strict"
    assert answered.value.response.body == told


def test_no_number_is_spoken_of_where_none_stands() -> None:
    with pytest.raises(Respond) as answered:
        with_changes(Truths(), {"every": 5}, refused)
    assert answered.value.response.body == b"send true or false for any of bare, strict"
