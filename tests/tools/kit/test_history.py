"""What a row of verdicts means: broken, flaky, fixed, or another matter on each environment."""

from collections.abc import Sequence
from typing import Any

import pytest

from tools.kit.history import Outcome, Past, history_of


def outcomes(letters: str, environments: Sequence[str] = ()) -> list[Outcome]:
    """Results of as many runs, given the oldest first and answered the newest first."""
    words: dict[str, Any] = {"P": "passed", "F": "failed", "B": "blocked", "-": "queued", "S": "skipped"}
    made = [
        Outcome(
            run_id=str(number),
            status=words[letter],
            at=f"2026-04-{number + 1:02}",
            environment=environments[number % len(environments)] if environments else None,
            error=f"Total was {number}" if letter == "F" else None,
        )
        for number, letter in enumerate(letters)
    ]
    return made[::-1]


@pytest.mark.parametrize(
    ("letters", "environments", "trend", "changes"),
    [
        ("", (), "no results", 0),
        ("PPPP", (), "passing", 0),
        ("PPFFF", (), "failing", 1),
        ("FFF", (), "failing", 0),
        ("FFPP", (), "fixed", 1),
        ("PFPFP", (), "flaky", 4),
        ("P-F-F", (), "failing", 1),
        ("PSB", (), "failing", 1),
        ("PFPF", ("Chrome", "Safari"), "differs by environment", 3),
        ("PFPP", ("Chrome", "Safari"), "flaky", 2),
    ],
)
def test_verdicts_tell_flaky_from_broken(letters: str, environments: Sequence[str], trend: str, changes: int) -> None:
    told = history_of(outcomes(letters, environments))
    assert (told.trend, told.changes) == (trend, changes)


def test_it_says_since_when_and_each_error_once() -> None:
    told = history_of(outcomes("PPFFF"), title="Saved card", why="only 5 were read")
    assert (told.pattern, told.passed, told.failed) == ("PPFFF", 2, 3)
    assert (told.first_failed_at, told.last_failed_at, told.last_passed_at) == (
        "2026-04-03",
        "2026-04-05",
        "2026-04-02",
    )
    assert (told.failing_since_run, told.complete, told.why) == ("2", False, "only 5 were read")
    assert [row.error for row in told.results] == ["Total was 4", None, None, None, None]


def test_results_of_one_run_are_one_row_led_by_the_failure() -> None:
    told = history_of([Outcome("1", "passed"), Outcome("1", "failed", error="Total was 3"), Outcome("1", "passed")])
    assert (told.trend, told.pattern) == ("flaky", "B")
    assert [(row.status, row.error, row.others) for row in told.results] == [("failed", "Total was 3", "2 passed")]


def test_a_past_keeps_in_which_runs_it_failed() -> None:
    past = Past()
    for run_id, status in (("3", "failed"), ("2", "passed"), ("1", "failed"), ("0", "pending")):
        past.add(run_id, status)
    assert (past.failed_in, past.summary()) == (["3", "1"], "failed 2 of 3 (FPF)")


def test_a_history_keeps_what_each_result_has() -> None:
    first = Outcome("9", "failed", "FAILED", "Nightly 9", "Chrome", "2026-04-09", "r9", "Total was 3")
    others = [
        Outcome("9", "skipped", environment="Safari"),
        Outcome("8", "passed", "Green", "Nightly 8", "Safari", "2026-04-08", "r8"),
        Outcome("7", "blocked", None, "Nightly 7", "Chrome", "2026-04-07", error="Total was 4"),
    ]
    history = history_of([first, *others], test_id="t1", title="Saved card")
    assert history.model_dump(exclude_none=True) == {
        "test_id": "t1",
        "title": "Saved card",
        "trend": "differs by environment",
        "pattern": "FPF",
        "changes": 2,
        "passed": 1,
        "failed": 2,
        "first_failed_at": "2026-04-07",
        "last_failed_at": "2026-04-09",
        "last_passed_at": "2026-04-08",
        "failing_since_run": "9",
        "by_environment": [
            {"environment": "Chrome", "trend": "failing", "pattern": "FF"},
            {"environment": "Safari", "trend": "passing", "pattern": "P"},
        ],
        "results": [
            {
                "run_id": "9",
                "run": "Nightly 9",
                "environment": "Chrome",
                "at": "2026-04-09",
                "status": "failed",
                "result_id": "r9",
                "error": "Total was 3",
                "others": "1 skipped",
            },
            {
                "run_id": "8",
                "run": "Nightly 8",
                "environment": "Safari",
                "at": "2026-04-08",
                "status": "passed",
                "said": "Green",
                "result_id": "r8",
            },
            {"run_id": "7", "run": "Nightly 7", "environment": "Chrome", "at": "2026-04-07", "status": "blocked"},
        ],
        "complete": True,
    }


@pytest.mark.parametrize(
    ("past", "passed_too", "mark"),
    [
        ("", False, "no history"),
        ("", True, "flaky"),
        ("P", False, "new"),
        ("F", False, "known"),
        ("PF", False, "flaky"),
        ("FP", False, "known"),
        ("B", False, "flaky"),
    ],
)
def test_a_failure_is_marked_by_its_past(past: str, passed_too: bool, mark: str) -> None:
    earlier = Past()
    for number, letter in enumerate(past):
        for status in {"P": ["passed"], "F": ["failed"], "B": ["passed", "failed"]}[letter]:
            earlier.add(str(number), status)
    assert earlier.mark(passed_too=passed_too) == mark


def test_a_past_without_runs_has_no_summary_and_one_that_only_failed_began_at_an_unknown_run() -> None:
    past = Past()
    assert past.summary() is None
    past.add("3", "failed")
    assert past.since is None
    past.add("2", "passed")
    assert past.since == "3"


def test_a_test_on_one_environment_has_no_results_by_environment() -> None:
    assert history_of(outcomes("PFP", ("Chrome",))).by_environment == []
    assert len(history_of(outcomes("PFP", ("Chrome", "Safari"))).by_environment) == 2
