"""Why a run failed: groups of failures, and why two counts differ."""

import pytest

from tools.kit.run_failures import Failure, describe_marks, error_groups, render_group, why_counts_differ

FAILURES = [
    Failure("1", "Pay", "Total was 3", "known", "FAILED"),
    Failure("2", "Pay later", "Total was 4", "known"),
    Failure("3", "Log in", "No button", "flaky"),
    Failure("4", "Log out", None, "new"),
    Failure("5", "Log on", "No button", "new"),
    Failure("6", "Log off", "No button"),
]


def test_groups_with_new_failures_come_first_and_then_the_largest() -> None:
    assert [[one.id for one in group.members] for group in error_groups(FAILURES)] == [
        ["3", "5", "6"],
        ["4"],
        ["1", "2"],
    ]
    assert [group.members[0].id for group in error_groups(FAILURES, is_ranked=True)] == ["1", "3", "4"]


def test_a_group_is_shown_with_its_new_failures_first_and_the_rest_counted() -> None:
    login, empty, total = error_groups(FAILURES)
    assert render_group(login, named=2).model_dump() == {
        "error": "No button",
        "count": 3,
        "marks": "1 new, 1 flaky, 1 no history",
        "failed": [
            {"id": "5", "title": "Log on", "mark": "new", "said": None},
            {"id": "3", "title": "Log in", "mark": "flaky", "said": None},
        ],
        "more": 1,
    }
    assert render_group(login, named=3).more is None
    assert render_group(empty).error == "(no error text)"
    shown = render_group(total, error=8)
    assert (shown.error, shown.failed[0].said) == ("Total…", "FAILED")


def test_marks_are_counted_in_their_order() -> None:
    assert describe_marks(FAILURES) == "2 new, 1 flaky, 2 known, 1 no history"
    assert describe_marks([]) == "none"


@pytest.mark.parametrize(
    ("own", "results", "among", "why"),
    [
        ({"passed": 3, "failed": None}, {"passed": 3, "failed": 1}, {}, None),
        ({"passed": 0}, {}, {}, None),
        (
            {"passed": 3, "failed": 2},
            {"passed": 3},
            {"retried tests": 0},
            "The run counts 2 failed; its results hold 0 failed: the run's own counts may lag behind.",
        ),
        (
            {"passed": 3, "failed": 2},
            {"passed": 2, "failed": 3},
            {"retried tests": 1, "hidden tests": 2, "others": 0},
            "The run counts 3 passed, 2 failed; its results hold 2 passed, 3 failed: among these are 1 retried tests "
            "and 2 hidden tests.",
        ),
    ],
)
def test_counts_that_differ_are_explained(
    own: dict[str, int | None], results: dict[str, int], among: dict[str, int], why: str | None
) -> None:
    assert why_counts_differ(own, results, among) == why
