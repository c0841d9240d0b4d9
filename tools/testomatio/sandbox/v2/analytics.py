"""Analytics of tests: the tests that match a report, with their metrics."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from statistics import fmean

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testomatio.sandbox import labelling
from tools.testomatio.sandbox.answers import invalid, v2_answer
from tools.testomatio.sandbox.records import Test, Testrun
from tools.testomatio.sandbox.v2 import tests
from tools.testomatio.sandbox.v2.pages import Row, page_of
from tools.testomatio.sandbox.v2.scope import V2
from tools.testomatio.sandbox.v2.window import MOST_DAYS, Window, query_number, window_of
from tools.testomatio.sandbox.world import World

routes: Routes[World] = Routes()

_GROUPED: dict[str, tuple[str, ...]] = {
    "failing": ("suite", "priority", "tag", "label", "env"),
    "skipped": ("suite", "priority", "tag", "label", "env"),
    "flaky": ("suite", "priority", "tag", "label", "env"),
    "slow": ("suite", "priority", "tag", "label", "env", "test"),
    "never-executed": ("suite", "priority", "tag", "label"),
}
"""Which reports can be grouped, and by what."""

Found = list[tuple[Test, Row]]


@routes.get(f"{V2}/analytics/tests/{{kind}}")
async def list_tests(call: Call[World]) -> Response:
    """Paged, or unpaged in groups."""
    kind = str(call.params["kind"])
    window = window_of(call)
    if kind not in _KINDS:
        raise invalid(f"kind is not included in the list: {', '.join(_KINDS)}")
    found = _KINDS[kind](call, window)
    by = call.last("group_by")
    if by:
        if by not in _GROUPED.get(kind, ()):
            raise invalid(f"group_by {by} is not supported for {kind}")
        rows = _by_test(window, found) if by == "test" else _group_rows(call.world, window, found, by)
        return v2_answer(call, rows, meta={"group_by": by, "kind": kind, "total_groups": len(rows)})
    return page_of(call, found, lambda one: tests.render_test(call.world, one[0]) | one[1])


def _flaky(call: Call[World], window: Window) -> Found:
    """Tests that sometimes pass and sometimes fail; an even split is the flakiest."""
    low = query_number(call, "min", 0.1, least=0, most=1) or 0
    high = query_number(call, "max", 0.9, least=0, most=1) or 0
    order = call.last("order_by") or "flakiness"
    if order not in {"flakiness", "pass_rate"}:
        raise invalid("order_by is one of flakiness, pass_rate")
    found: Found = []
    for test in window.tests:
        counts = _counts(window, test)
        tried = counts["passed"] + counts["failed"]
        rate = counts["passed"] / tried if tried else -1.0
        if counts["passed"] and counts["failed"] and low <= rate <= high:
            flakiness = round(1 - abs(2 * rate - 1), 3)
            figures = {"pass_rate": round(rate, 3), "flakiness": flakiness, "flaky_rate": flakiness}
            found.append((test, _figures(counts) | figures))
    if order == "pass_rate":
        return sorted(found, key=lambda one: _number(one[1]["pass_rate"]))
    return sorted(found, key=lambda one: -_number(one[1]["flakiness"]))


def _slow(call: Call[World], window: Window) -> Found:
    """Tests with a long average run time, slowest first."""
    threshold = query_number(call, "threshold_ms", 1000, least=11) or 0
    found = [(test, _times(window.results.get(test.id, []))) for test in window.tests]
    slow = [(test, row) for test, row in found if _number(row["avg_run_time"]) >= threshold]
    return sorted(slow, key=lambda one: -_number(one[1]["avg_run_time"]))


def _evergreen(call: Call[World], window: Window) -> Found:
    """Tests that always passed, at least once."""
    counted = [(test, _counts(window, test)) for test in window.tests]
    return [(test, _figures(counts)) for test, counts in counted if counts and set(counts) == {"passed"}]


def _never_executed(call: Call[World], window: Window) -> Found:
    """Tests without any result that are old enough."""
    maturity = query_number(call, "maturity_days", 0, least=0, most=MOST_DAYS) or 0
    born_by = call.world.now() - timedelta(days=maturity)
    return [(test, {}) for test in window.tests if not window.results.get(test.id) and test.created_at <= born_by]


def _failures(call: Call[World], window: Window) -> Found:
    """Tests that failed at least once, most failures first."""
    found: Found = []
    for test in window.tests:
        failed = [result for result in window.results.get(test.id, []) if result.status == "failed"]
        if failed:
            found.append((test, _figures(_counts(window, test)) | {"last_message": failed[-1].message}))
    return sorted(found, key=lambda one: -_number(one[1]["failed_count"]))


def _defects(call: Call[World], window: Window) -> Found:
    """Tests with a result that has a linked issue."""
    found: Found = []
    for test in window.tests:
        results = window.results.get(test.id, [])
        links = [link for result in results for link in call.world.links_of("testrun", result.id)]
        if links:
            found.append((test, {"defects": sorted({link.title for link in links})}))
    return found


def _issues(call: Call[World], window: Window) -> Found:
    """Tests with a linked issue."""
    linked = [(test, call.world.links_of("test", test.id)) for test in window.tests]
    return [(test, {"issues": [link.title for link in links]}) for test, links in linked if links]


_KINDS: dict[str, Callable[[Call[World], Window], Found]] = {
    "flaky": _flaky,
    "slow": _slow,
    "failing": lambda call, window: _with_last(window, "failed"),
    "evergreen": _evergreen,
    "never-executed": _never_executed,
    "skipped": lambda call, window: _with_last(window, "skipped"),
    "failures": _failures,
    "defects": _defects,
    "issues": _issues,
}


def _with_last(window: Window, status: str) -> Found:
    """Tests whose last result has this status."""
    found: Found = []
    for test in window.tests:
        results = window.results.get(test.id, [])
        if results and results[-1].status == status:
            found.append((test, _figures(_counts(window, test)) | {"last_message": results[-1].message}))
    return found


def _counts(window: Window, test: Test) -> Counter[str]:
    return Counter(result.status for result in window.results.get(test.id, []))


def _figures(counts: Counter[str]) -> Row:
    figures: Row = {f"{name}_count": counts[name] for name in ("passed", "failed", "skipped")}
    return {"executions": counts.total()} | figures


def _times(results: list[Testrun]) -> Row:
    """Run times of a test, in milliseconds."""
    durations = sorted(result.milliseconds for result in results if result.milliseconds is not None)
    if not durations:
        return {"executions": 0, "avg_run_time": 0, "max_run_time": 0, "p95_run_time": 0, "total_run_time": 0}
    return {
        "executions": len(durations),
        "avg_run_time": round(fmean(durations)),
        "max_run_time": round(durations[-1]),
        "p95_run_time": round(durations[int(0.95 * (len(durations) - 1))]),
        "total_run_time": round(sum(durations)),
    }


def _group_rows(world: World, window: Window, found: Found, by: str) -> list[Row]:
    """The number of tests for each value, largest group first."""
    counts: Counter[tuple[str, str]] = Counter(key for test, _ in found for key in _keys(world, window, test, by))
    return [{"key": key, "label": label, "test_count": number} for (key, label), number in counts.most_common()]


def _keys(world: World, window: Window, test: Test, by: str) -> list[tuple[str, str]]:
    if by == "suite":
        suite = world.suites.get(test.suite_id)
        return [] if suite is None else [(suite.id, suite.title)]
    if by == "tag":
        return [(tag, tag) for tag in test.tags]
    if by == "label":
        return [(str(label["id"]), str(label["title"])) for label in labelling.render_labels(world, test.labels)]
    if by == "env":
        used = {env for result in window.results.get(test.id, []) for env in window.runs[result.run_id].env}
        return [(env, env) for env in sorted(used)]
    return [(test.priority, test.priority.capitalize())]


def _by_test(window: Window, found: Found) -> list[Row]:
    """The slow tests with only their run times, largest total first."""
    rows: list[Row] = [{"key": test.id, "label": test.title} | _times(window.results[test.id]) for test, _ in found]
    return sorted(rows, key=lambda row: -_number(row["total_run_time"]))


def _number(value: object) -> float:
    return value if isinstance(value, int | float) else 0.0
