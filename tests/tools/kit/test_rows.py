"""Rows of lists stay short."""

import pytest
from pydantic import BaseModel

from tools.kit.model import answer_from
from tools.kit.rows import Brief, minute, true_or_none


def test_a_text_is_cut_behind_its_last_letter_to_fit_a_row() -> None:
    assert [Brief(5)(text) for text in ("green", "greens", "tea   x")] == ["green", "gree…", "tea…"]
    assert Brief()("x" * 80) == "x" * 80
    assert Brief()("x" * 81) == "x" * 79 + "…"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2026-04-09T16:05:59+02:00", "2026-04-09T14:05Z"),
        ("2026-04-09", "2026-04-09T00:00Z"),
        ("soon", "soon"),
        (None, None),
    ],
)
def test_a_time_is_told_to_the_minute_in_utc(text: str | None, shown: str | None) -> None:
    assert minute(text) == shown


def test_false_is_left_out() -> None:
    assert [true_or_none(value) for value in (True, False, None)] == [True, None, None]


class Record(BaseModel):
    id: int
    title: str
    link: str


class Row(BaseModel):
    id: int
    title: str
    steps: int = 0


def test_a_row_takes_over_the_fields_that_it_shares_but_for_its_own() -> None:
    record = Record(id=7, title="Cart", link="https://shop.example.test")
    assert answer_from(Row, record, id=8, steps=2) == Row(id=8, title="Cart", steps=2)
    assert answer_from(Row, record) == Row(id=7, title="Cart")
