"""Failures that differ only by what changes from run to run are one group."""

import pytest

from tools.kit.failure_groups import NO_WORDS, first_words, group_failures, normalized_error, plain_text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("total went from 49.90 to 44.91", "total went from 19,90 to 1.791,00"),
        ("\x1b[31mTimeout 30000ms exceeded\x1b[0m", "Timeout 1500ms exceeded"),
        ("order 5d0c7b1e-1111-4222-8333-944455556666 lost", "order 0f0f0f0f-aaaa-4bbb-8ccc-dddddddddddd lost"),
        ("at 2026-04-03T08:12:11Z in a1b2c3d4e5", "at 2026-04-01 00:00:00+0000 in 99ffee0011"),
        ("at checkout.spec.ts:41:12", "at checkout.spec.ts:7:3"),
        ("two\n  lines", "two lines"),
        ("payment pay_7b6f84b7e33b lost", "payment pay_00aa11bb22cc lost"),
    ],
)
def test_what_changes_from_run_to_run_does_not_count(one: str, other: str) -> None:
    assert normalized_error(one) == normalized_error(other)


@pytest.mark.parametrize(
    ("one", "other"), [("card declined", "card accepted"), ("code OLD10 refused", "code OLD15 refused")]
)
def test_words_count(one: str, other: str) -> None:
    assert normalized_error(one) != normalized_error(other)


def test_colours_and_the_invisible_are_taken_out() -> None:
    assert plain_text("\x1b[1;31mred\x1b[0m \x1b]8;;x\x07link\u200b") == "red link"


def test_groups_come_largest_first_and_keep_their_members_in_order() -> None:
    errors = ["b 1", None, "a 1", "a 2", "", "a 3"]
    assert [(group.key, group.members) for group in group_failures(errors, lambda error: error)] == [
        ("a <n>", ["a 1", "a 2", "a 3"]),
        (NO_WORDS, [None, ""]),
        ("b <n>", ["b 1"]),
    ]


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        (None, None),
        ("Total was 3", "Total was 3"),
        ("Total was 30", "Total was…"),
        ("Total\twas thirty", "Total\twas…"),
        ("Total\tbecame30", "Total…"),
        ("Total\nwas thirty", "Total…"),
        ("Totalwasthirty", "…"),
        ("Total was 3 ", "Total was 3…"),
    ],
)
def test_a_long_message_ends_behind_a_line_or_a_word(message: str | None, shown: str | None) -> None:
    assert first_words(message, 11) == shown
