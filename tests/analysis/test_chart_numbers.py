"""The numbers of charts: every value that is drawn is in a row, and every word on a chart is ASCII."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.analysis.chart_numbers import (
    FEWEST,
    MOST_DEVICES,
    WINDOW,
    Numbers,
    bugs_by_device,
    bugs_by_severity,
    flaky_tests,
    pass_rate,
    pass_rates,
    seconds,
    system_of,
)
from tools.analysis.reading import TestedRun
from tools.analysis.spans import MOST, Span, labels, period_of, span_of, spans
from tools.kit.evidence import BugReport, Device, TestResult
from tools.kit.survey import RunRow
from tools.kit.vocabulary import Severity, Status

DAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
FOREIGN = "Gerät Тест \u2026 日本"


def bug(number: int, day: float = 0, severity: Severity = "high", *devices: Device) -> BugReport:
    at = (DAY + timedelta(days=day)).isoformat()
    return BugReport("a", str(number), FOREIGN, severity=severity, outcome="open", devices=devices, reported_at=at)


def run(number: int, status: Status = "passed", platform: str = "a", **counts: Any) -> RunRow:
    began = DAY + timedelta(hours=number)
    ended = (began + timedelta(minutes=number + 1)).isoformat()
    return RunRow(
        platform=platform,
        run_id=str(number),
        title=FOREIGN,
        status=status,
        started_at=began.isoformat(),
        ended_at=ended,
        **counts,
    )


def runs_of(*patterns: str, platform: str = "a", environment: str = "") -> list[TestedRun]:
    """Runs, newest first, with a test for each pattern; patterns are oldest first."""
    statuses: dict[str, Status] = {"P": "passed", "F": "failed", "S": "skipped"}
    runs = [
        TestedRun(
            run(n, platform=platform).model_copy(update={"environment": environment or None}),
            [
                TestResult(title=f"test {place}", status=statuses[pattern[n]])
                for place, pattern in enumerate(patterns)
                if pattern[n] != "-"
            ],
        )
        for n in range(len(patterns[0]))
    ]
    return runs[::-1]


def drawn_values(numbers: Numbers) -> list[list[float]]:
    """The values that are drawn at each label, of all panels, without those that are not there."""
    every = [series.values for panel in numbers.chart.panels for series in panel.series]
    return [[value for value in values if value is not None] for values in zip(*every, strict=True)]


def is_ascii(numbers: Numbers) -> bool:
    return all(word.isascii() for word in numbers.chart.words())


def test_bugs_are_counted_by_week_with_the_empty_ones_between() -> None:
    numbers = bugs_by_severity([bug(1), bug(2, 1, "critical"), bug(3, 22), bug(4, 23), bug(5, 29, "low")])
    assert numbers.columns == ["critical", "high", "low"]
    assert [(row.label, row.values) for row in numbers.rows] == [
        ("2026-03-02", [1, 1, 0]),
        ("2026-03-09", [0, 0, 0]),
        ("2026-03-16", [0, 0, 0]),
        ("2026-03-23", [0, 2, 0]),
        ("2026-03-30", [0, 0, 1]),
    ]
    assert numbers.chart.subtitle == "reported from Mar 2 to Mar 31, 2026, by week"
    assert [label.word for label in numbers.chart.labels] == ["Mar 2", "Mar 9", "Mar 16", "Mar 23", "Mar 30"]
    assert sum(map(sum, drawn_values(numbers))) == 5


def test_the_period_follows_the_time_between_first_and_last_and_can_be_chosen() -> None:
    for days, period in ((0, "day"), (20, "day"), (21, "week"), (188, "week"), (189, "month")):
        assert period_of([DAY, DAY + timedelta(days=days)]) == period
    assert [row.label for row in bugs_by_severity([bug(1), bug(2, 31)], "month").rows] == ["2026-03", "2026-04"]


def test_bugs_that_no_column_has_room_for_and_those_without_a_time_are_counted() -> None:
    undated = BugReport("a", "9", "title")
    numbers = bugs_by_severity([bug(n, n) for n in range(MOST + 3)] + [undated], "day")
    assert len(numbers.rows) == MOST
    assert numbers.notes == ["Not in it: 3 bugs before 2026-03-05.", "Not in it: 1 bug without a time."]
    assert sum(map(sum, drawn_values(numbers))) == MOST


@given(st.dates(date(1999, 1, 1), date(2100, 1, 1)), st.integers(0, 400), st.sampled_from(["day", "week", "month"]))
def test_a_time_lies_in_its_span_and_spans_follow_each_other(start: date, days: int, period: str) -> None:
    chosen = "day" if period == "day" else "week" if period == "week" else "month"
    first = datetime(start.year, start.month, start.day, 23, 59, tzinfo=UTC)
    one: Span = span_of(first, chosen)  # type: ignore[arg-type]
    other = span_of(first + timedelta(days=days), chosen)  # type: ignore[arg-type]
    assert one.start <= start < one.after.start
    between = list(spans(one, other))
    assert (between[0], between[-1]) == (one, other)
    assert all(before.after == after for before, after in pairwise(between))
    assert all(label.word.isascii() for label in labels(between))


def test_the_year_stands_where_it_begins() -> None:
    columns = list(spans(Span(date(2025, 11, 1), "month"), Span(date(2026, 2, 1), "month")))
    assert [(label.word, label.below) for label in labels(columns)] == [
        *(("Nov", "2025"), ("Dec", ""), ("Jan", "2026"), ("Feb", ""))
    ]


def test_runs_have_their_rate_and_their_minutes_and_the_newest_are_drawn() -> None:
    rows = [run(n, passed=n, failed=1, blocked=1, skipped=5) for n in range(1, 6)]
    numbers = pass_rates([*rows, run(7, "running", passed=1), run(8, platform="b")], 4)
    assert [(row.label, row.platform, row.id, row.values) for row in numbers.rows] == [
        ("1", "a", "3", [60.0, 4.0]),
        ("2", "a", "4", [66.7, 5.0]),
        ("3", "a", "5", [71.4, 6.0]),
        ("4", "b", "8", [None, 9.0]),
    ]
    assert drawn_values(numbers)[3] == [540.0]
    assert numbers.notes == ["Not in it: 2 older runs."]


def test_a_run_without_counts_or_times_has_no_value() -> None:
    assert pass_rate(run(1)) is None
    assert pass_rate(run(1, passed=0, failed=0)) is None
    assert seconds(RunRow(platform="a", run_id="1", status="passed", started_at=DAY.isoformat())) is None
    assert pass_rates([RunRow(platform="a", run_id="1", status="passed")], 5).rows == []


def test_a_test_is_judged_at_each_run_by_the_runs_before_it() -> None:
    pattern = {"steady": "P" * 12, "flaky": "PFPFPPPPPPPP", "broken": "PPPPPPPFFFFF", "gone": "FPFP--------"}
    rows = flaky_tests(runs_of(*pattern.values()), 50).rows
    assert [row.id for row in rows] == [str(n) for n in range(FEWEST - 1, 12)], "too little is known at the first"
    flaky = {row.id: row.values for row in rows}
    assert flaky["2"] == [2, 0]
    assert flaky["4"] == [2, 0]
    assert flaky["8"] == [2, 1]
    assert flaky["11"] == [1, 1], f"FPFP and PFPF ended more than {WINDOW} runs ago, in part"


def test_where_many_runs_were_read_each_that_is_drawn_has_its_whole_window() -> None:
    runs = runs_of("PF" * WINDOW)
    assert [row.id for row in flaky_tests(runs, 50).rows] == [str(n) for n in range(WINDOW - 1, 2 * WINDOW)]
    assert all(row.values == [1, 0] for row in flaky_tests(runs, 50).rows)
    assert len(flaky_tests(runs, 4).rows) == 4


def test_what_differs_by_environment_only_is_not_flaky() -> None:
    chrome, safari = runs_of("PPPPPP", environment="chrome"), runs_of("FFFFFF", environment="safari")
    mixed = [one for pair in zip(chrome, safari, strict=True) for one in pair]
    for n, one in enumerate(mixed):
        one.run.run_id = str(len(mixed) - n)
    assert {tuple(row.values) for row in flaky_tests(mixed, 50).rows} == {(0, 0)}


def test_platforms_are_judged_apart_and_have_lines_of_their_own() -> None:
    pairs = zip(runs_of("PFPF", platform="a"), runs_of("PPPP", platform="b"), strict=True)
    numbers = flaky_tests([one for pair in pairs for one in pair], 50)
    assert [(row.platform, row.values) for row in numbers.rows] == [("b", [0, 0]), ("a", [1, 0])] * 2
    lines = {series.name: series.values for series in numbers.chart.panels[0].series}
    assert lines == {"a": (None, 1.0, None, 1.0), "b": (0.0, None, 0.0, None)}


def test_devices_are_numbered_on_the_chart_and_named_in_the_text() -> None:
    phone, other = Device("iPhone 15", "iOS 17.4"), Device(FOREIGN, "Android 14")
    numbers = bugs_by_device([bug(1, 0, "high", phone, phone, other), bug(2, 0, "high", phone), bug(3)])
    assert [(row.label, row.name, row.values) for row in numbers.rows] == [
        ("1", "iPhone 15", [2]),
        ("2", FOREIGN, [1]),
        ("3", "not known", [1]),
    ]
    assert [label.below for label in numbers.chart.labels] == ["iOS", "Android", "not known"]
    assert numbers.columns == ["open"]


def test_devices_with_the_fewest_bugs_are_counted_only() -> None:
    numbers = bugs_by_device([bug(n, 0, "low", Device(f"device {n:03}")) for n in range(MOST_DEVICES + 4)])
    assert len(numbers.rows) == MOST_DEVICES
    assert numbers.notes == ["Not in it: 4 devices with fewer bugs."]


@pytest.mark.parametrize(
    ("device", "system"),
    [
        (Device("Samsung Galaxy S23", "Android 14"), "Android"),
        (Device("Apple iPad Air"), "iOS"),
        (Device("Apple MacBook Pro", "macOS 14"), "macOS"),
        (Device("Dell XPS 13", "Windows 11"), "Windows"),
        (Device("Toaster", "Тест"), ""),
    ],
)
def test_a_system_is_one_of_our_own_words(device: Device, system: str) -> None:
    assert system_of(device) == system


@given(
    st.lists(
        st.builds(
            BugReport,
            st.just("a"),
            st.text(max_size=5),
            st.text(max_size=5),
            severity=st.sampled_from(["critical", "high", "medium", "low", "unknown"]),
            outcome=st.sampled_from(["open", "accepted", "rejected", "unknown"]),
            devices=st.lists(st.builds(Device, st.text(max_size=9), st.text(max_size=9)), max_size=3).map(tuple),
            reported_at=st.none() | st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1)).map(str) | st.text(),
        ),
        max_size=12,
    )
)
def test_every_word_on_a_chart_is_ascii_and_every_number_is_in_the_text(reports: list[BugReport]) -> None:
    for numbers in (bugs_by_severity(reports), bugs_by_device(reports)):
        assert is_ascii(numbers)
        assert [[value for value in row.values if value] for row in numbers.rows] == drawn_values(numbers)
        assert len(numbers.rows) == len(numbers.chart.labels)


def test_every_word_on_a_chart_of_runs_is_ascii() -> None:
    runs = [run(n, passed=n, failed=2) for n in range(1, 9)]
    assert is_ascii(pass_rates(runs, 5))
    assert is_ascii(flaky_tests(runs_of("PFPFPF"), 9))
