"""The numbers of each chart: what is drawn, and the text beside it with all numbers and the names of things."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from tools.analysis.chart_rows import ChartRow, Period
from tools.analysis.reading import TestedRun
from tools.analysis.series import Series as TestSeries
from tools.analysis.series import series_of
from tools.analysis.spans import MOST, Span, day_of, labels, period_of, span_of, spans
from tools.kit.chart import OUTCOME_COLOURS, SEVERITY_COLOURS, Chart, Label, Panel, layers, line_series
from tools.kit.evidence import BugReport, Device
from tools.kit.history import Outcome, Past, history_of, trend
from tools.kit.rows import minute
from tools.kit.survey import RunRow
from tools.kit.text import many
from tools.kit.when import milliseconds, parse_timestamp

WINDOW: Final = 10
"""Runs of a platform by which a test is judged at each run."""
FEWEST: Final = 3
"""The same where a platform has not many more runs."""
MOST_DEVICES: Final = 20
OVER: Final = frozenset({"passed", "failed", "blocked", "cancelled", "unknown"})
SYSTEMS: Final = {
    "iOS": ("ios", "iphone", "ipad"),
    "Android": ("android", "pixel", "galaxy", "xiaomi", "huawei", "oneplus"),
    "Windows": ("windows",),
    "macOS": ("macos", "mac os", "macbook", "imac", "os x"),
    "Linux": ("linux", "ubuntu"),
}
"""Systems that a chart names, and the words of a device by which each is recognized."""
RATE_RULE: Final = (
    "pass_rate: passed of passed, failed and blocked, by the run's own counts. Runs that go on are left out."
)
FLAKY_RULE: Final = (
    f"At each run, a test is judged by the last {WINDOW} runs of its platform that were read: flaky if it changed more "
    "than once between passed and failed, or did both in one run, and not by environment; failing if it failed in the "
    f"newest of them without a break. Runs before which too few were read are not drawn; a platform with fewer than "
    f"{2 * WINDOW} runs is drawn from its run {FEWEST} on."
)


@dataclass(frozen=True)
class Numbers:
    """A chart, and its numbers as rows."""

    chart: Chart
    columns: list[str]
    rows: list[ChartRow]
    rule: str = ""
    notes: list[str] = field(default_factory=list)


def bugs_by_severity(reports: Sequence[BugReport], period: Period | None = None) -> Numbers:
    """Reported bugs in layers by severity, a column for each day, week or month."""
    dated = [(when, report) for report in reports if (when := parse_timestamp(report.reported_at)) is not None]
    chosen: Period = period or period_of(when for when, _ in dated)
    counts = Counter[tuple[Span, str]]((span_of(when, chosen), report.severity) for when, report in dated)
    places = sorted({span for span, _ in counts})
    every = list(spans(places[0], places[-1])) if places else []
    columns, notes = every[-MOST:], list[str]()
    if len(every) > len(columns):
        left_out = sum(count for (span, _), count in counts.items() if span < columns[0])
        notes.append(f"Not in it: {many(left_out, 'bug')} before {columns[0].name}.")
    if len(dated) < len(reports):
        notes.append(f"Not in it: {many(len(reports) - len(dated), 'bug')} without a time.")
    values = {name: [_number(counts[span, name]) for span in columns] for name in SEVERITY_COLOURS}
    drawn = layers(values, SEVERITY_COLOURS)
    names = [series.name for series in drawn]
    chart = Chart(
        "Bugs by severity",
        f"reported {_between(when for when, _ in dated)}, by {chosen}",
        tuple(labels(columns)),
        (Panel("bugs", "layers", "count", drawn),),
    )
    rows = [ChartRow(label=span.name, values=[counts[span, name] for name in names]) for span in columns]
    return Numbers(chart, names, rows, notes=notes)


def pass_rates(runs: Sequence[RunRow], at_most: int) -> Numbers:
    """Pass rate and duration of the newest runs, from left to right."""
    known = [run for run in runs if run.status in OVER and (pass_rate(run), seconds(run)) != (None, None)]
    known.sort(key=lambda run: -milliseconds(run.started_at))
    newest = known[:at_most][::-1]
    names = list(dict.fromkeys(run.platform for run in newest))
    rates = {name: [pass_rate(run) if run.platform == name else None for run in newest] for name in names}
    times = {name: [seconds(run) if run.platform == name else None for run in newest] for name in names}
    chart = Chart(
        "Pass rate and duration of runs",
        f"{many(len(newest), 'run')}, numbered as in the text, {_between(map(_began, newest))}",
        tuple(_numbered(n, run) for n, run in enumerate(newest, 1)),
        (
            Panel("passed of passed, failed and blocked", "lines", "percent", line_series(names, rates)),
            Panel("duration", "lines", "seconds", line_series(names, times)),
        ),
    )
    rows = [_run_row(n, run, [pass_rate(run), _minutes(run)]) for n, run in enumerate(newest, 1)]
    notes = [f"Not in it: {many(len(known) - len(newest), 'older run')}."] if len(known) > len(newest) else []
    return Numbers(chart, ["pass_rate_percent", "minutes"], rows, RATE_RULE, notes)


def flaky_tests(tested: Sequence[TestedRun], at_most: int) -> Numbers:
    """Flaky and failing tests at each of the newest runs, from left to right; they come newest first."""
    runs = _judged([one.run for one in tested])[:at_most][::-1]
    counts = _unsteady(tested)
    names = list(dict.fromkeys(run.platform for run in runs))

    def values(which: str) -> dict[str, list[float | None]]:
        return {
            name: [float(counts[_key(run), which]) if run.platform == name else None for run in runs] for name in names
        }

    chart = Chart(
        "Flaky and failing tests",
        f"{many(len(runs), 'run')}, numbered as in the text, {_between(map(_began, runs))}",
        tuple(_numbered(n, run) for n, run in enumerate(runs, 1)),
        (
            Panel(f"flaky tests in the last {WINDOW} runs", "lines", "count", line_series(names, values("flaky"))),
            Panel("failing tests", "lines", "count", line_series(names, values("failing"))),
        ),
    )
    rows = [
        _run_row(n, run, [counts[_key(run), "flaky"], counts[_key(run), "failing"]]) for n, run in enumerate(runs, 1)
    ]
    return Numbers(chart, ["flaky", "failing"], rows, FLAKY_RULE)


def bugs_by_device(reports: Sequence[BugReport]) -> Numbers:
    """Bugs by device, those with the most first, in layers by what was decided."""
    counts, systems = Counter[tuple[str, str]](), dict[str, str]()
    for report in reports:
        for device in {one.name: one for one in report.devices}.values() or (Device(),):
            counts[device.name, report.outcome] += 1
            systems.setdefault(device.name, system_of(device))
    totals = Counter[str]()
    for (name, _), count in counts.items():
        totals[name] += count
    ordered = sorted(totals, key=lambda name: (name == "", -totals[name], name))
    devices, notes = ordered[:MOST_DEVICES], list[str]()
    if len(ordered) > len(devices):
        notes.append(f"Not in it: {many(len(ordered) - len(devices), 'device')} with fewer bugs.")
    values = {outcome: [_number(counts[name, outcome]) for name in devices] for outcome in OUTCOME_COLOURS}
    drawn = layers(values, OUTCOME_COLOURS)
    outcomes = [series.name for series in drawn]
    times = (when for report in reports if (when := parse_timestamp(report.reported_at)) is not None)
    chart = Chart(
        "Bugs by device",
        f"reported {_between(times)}; devices are numbered as in the text",
        tuple(Label(str(n), systems[name] if name else "not known") for n, name in enumerate(devices, 1)),
        (Panel("bugs; one with several devices counts for each", "layers", "count", drawn),),
        is_list=True,
    )
    rows = [
        ChartRow(label=str(n), name=name or "not known", values=[counts[name, outcome] for outcome in outcomes])
        for n, name in enumerate(devices, 1)
    ]
    return Numbers(chart, outcomes, rows, notes=notes)


def pass_rate(run: RunRow) -> float | None:
    """Percent of what was decided in a run; None where it has no counts."""
    if run.passed is None:
        return None
    decided = run.passed + (run.failed or 0) + (run.blocked or 0)
    return round(100 * run.passed / decided, 1) if decided else None


def seconds(run: RunRow) -> float | None:
    """How long a run took; None where it goes on or the platform does not say."""
    began, ended = parse_timestamp(run.started_at), parse_timestamp(run.ended_at)
    if began is None or ended is None or ended <= began:
        return None
    return (ended - began).total_seconds()


def system_of(device: Device) -> str:
    """The system of a device in one of our own words; empty where none fits."""
    for text in (device.system.casefold(), device.name.casefold()):
        for system, words in SYSTEMS.items():
            if any(word in text for word in words):
                return system
    return ""


def _judged(runs: Sequence[RunRow]) -> list[RunRow]:
    """The runs, newest first, up to which enough were read: otherwise the oldest would seem to have no flaky tests."""
    totals, passed, found = Counter(run.platform for run in runs), Counter[str](), list[RunRow]()
    for run in runs:
        total = totals[run.platform]
        if total - passed[run.platform] >= (WINDOW if total >= 2 * WINDOW else min(FEWEST, total)):
            found.append(run)
        passed[run.platform] += 1
    return found


def _unsteady(tested: Sequence[TestedRun]) -> Counter[tuple[tuple[str, str], str]]:
    """How many tests are flaky and failing at each run."""
    counts = Counter[tuple[tuple[str, str], str]]()
    by_platform: dict[str, list[TestedRun]] = {}
    for one in tested:
        by_platform.setdefault(one.run.platform, []).append(one)
    for newest_first in by_platform.values():
        keys = [_key(one.run) for one in newest_first]
        for series in series_of(newest_first):
            if any(outcome.is_failure for outcome in series.outcomes):
                _count_series(series, keys, counts)
    return counts


def _count_series(
    series: TestSeries, keys: list[tuple[str, str]], counts: Counter[tuple[tuple[str, str], str]]
) -> None:
    """Judge one test at each run, by the results in the window that ends with it."""
    place = {run_id: n for n, (_, run_id) in enumerate(keys)}
    outcomes = [outcome for outcome in series.outcomes if outcome.status not in {"queued", "running"}]
    places = [place[outcome.run_id] for outcome in outcomes]
    for n, key in enumerate(keys):
        inside = outcomes[bisect_left(places, n) : bisect_left(places, n + WINDOW)]
        found = _trend(inside)
        if found in {"flaky", "failing"}:
            counts[key, found] += 1


def _trend(outcomes: Sequence[Outcome]) -> str:
    past = Past()
    for outcome in outcomes:
        past.add(outcome.run_id, "failed" if outcome.is_failure else outcome.status)
    found = trend(list(past.verdicts.values()))
    return history_of(outcomes).trend if found == "flaky" else found  # it may differ by environment only


def _key(run: RunRow) -> tuple[str, str]:
    return run.platform, run.run_id


def _run_row(number: int, run: RunRow, values: list[float | int | None]) -> ChartRow:
    return ChartRow(
        label=str(number),
        name=run.title,
        platform=run.platform,
        id=run.run_id,
        at=minute(run.started_at),
        values=values,
    )


def _numbered(number: int, run: RunRow) -> Label:
    began = _began(run)
    return Label(str(number), day_of(began) if began is not None else "")


def _began(run: RunRow) -> datetime | None:
    return parse_timestamp(run.started_at)


def _minutes(run: RunRow) -> float | None:
    took = seconds(run)
    return round(took / 60, 1) if took is not None else None


def _number(count: int) -> float | None:
    return float(count) if count else None


def _between(times: Iterable[datetime | None]) -> str:
    """The days from the first to the last of some times."""
    days = sorted({when.date() for when in times if when is not None})
    if not days:
        return "at no known time"
    first, last = days[0], days[-1]
    if first == last:
        return f"on {day_of(last)}, {last.year}"
    year = f", {first.year}" if first.year != last.year else ""
    return f"from {day_of(first)}{year} to {day_of(last)}, {last.year}"
