"""A question shows all that is sent, line by line, and says what is empty."""

from typing import Any

import pytest

from tools.kit.question import Lines, join_counts, render_fields, render_list, render_value
from tools.kit.text import given, quote


def test_lines_leave_out_what_was_not_given() -> None:
    lines = Lines("Create it?", "For good?")
    values: list[object] = [None, "", [], 0, False, "tea"]
    for value in values:
        lines.add("Kind", value)
    lines.fields({"size": None, "count": 0, "title": "Tea"})
    lines.say("Cannot be undone.", None, "", "Really.")
    assert str(lines) == (
        f"Create it?\nFor good?\n- Kind: 0\n- Kind: False\n- Kind: tea\n- count: 0\n- title: {given('Tea')}\n"
        "Cannot be undone.\nReally."
    )
    assert lines.lines == str(lines).splitlines()
    assert lines.facts == [line.removeprefix("- ") for line in lines.lines]


def test_names_with_the_same_text_share_a_line() -> None:
    lines = Lines()
    lines.rows([("Chrome", "on"), ("Edge", ""), ("Safari", "off"), ("Firefox", "on")])
    assert lines.lines == ["- Chrome, Firefox: on", "- Safari: off"]


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("green", "black", f"- Tea: {quote('green', at_most=400)} becomes {given('black')}"),
        (None, "black", f"- Tea: nothing becomes {given('black')}"),
        ("", "black", f"- Tea: nothing becomes {given('black')}"),
        (0, 3, "- Tea: 0 becomes 3"),
        (True, False, "- Tea: yes becomes no"),
        (2.5, "", "- Tea: 2.5 becomes nothing, which empties it"),
    ],
)
def test_a_changed_field_shows_its_old_value(old: object, new: object, line: str) -> None:
    lines = Lines()
    lines.becomes("Tea", old, new)
    lines.becomes("Cup", "old", None)
    assert lines.lines == [line]


def test_each_part_of_a_text_has_a_line() -> None:
    lines = Lines()
    lines.parts(["a becomes b.", "c is removed."])
    assert lines.lines == ["- Part of a text: a becomes b.", "- Part of a text: c is removed."]


@pytest.mark.parametrize(
    ("counts", "phrase"),
    [
        ([], ""),
        (["0 tests"], ""),
        (["1 test"], "1 test"),
        (["0 suites", "10 tests"], "10 tests"),
        (["1 test", "0 runs", "2 suites", "3 plans"], "1 test, 2 suites and 3 plans"),
    ],
)
def test_counts_are_joined_without_the_zeros(counts: list[str], phrase: str) -> None:
    assert join_counts(*counts) == phrase


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (True, "yes"),
        (False, "no"),
        (0, "0"),
        (1.5, "1.5"),
        ("tea", given("tea")),
        (" ", "nothing, which empties it"),
        (["tea", 2], f"{given('tea')}, 2"),
        ([], "none at all"),
        ({"a": 1, "b": 2}, f"{given('a: 1')}, {given('b: 2')}"),
        (object, given(object)),
    ],
)
def test_a_value_is_shown_whole(value: Any, shown: str) -> None:
    assert render_value(value) == shown


def test_a_row_is_one_sentence_and_a_list_is_shown_whole() -> None:
    assert render_fields({"first_name": "Ada", "age": 3, "left": None}) == f"first name {given('Ada')}, age 3"
    assert render_list(iter(())) == "none at all"
