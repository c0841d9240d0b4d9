"""Stats: metrics of a project, by day, priority and milestone."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testomatio.sandbox.access import project
from tools.testomatio.sandbox.answers import invalid, v2_answer
from tools.testomatio.sandbox.dates import zulu
from tools.testomatio.sandbox.query.fields import finished_results, run_seconds
from tools.testomatio.sandbox.query.matching import PRIORITIES
from tools.testomatio.sandbox.records import Run, Testrun
from tools.testomatio.sandbox.v2 import milestones, runs
from tools.testomatio.sandbox.v2.pages import Row, page_of
from tools.testomatio.sandbox.v2.scope import V2
from tools.testomatio.sandbox.v2.window import Window, window_of
from tools.testomatio.sandbox.world import World

routes: Routes[World] = Routes()

STATUSES = ("passed", "failed", "skipped")


@routes.get(f"{V2}/analytics/stats/{{kind}}")
async def get_stats(call: Call[World]) -> Response:
    """Only the two lists of runs are paged."""
    kind, window = str(call.params["kind"]), window_of(call)
    if kind.startswith("milestone-") and kind in _MILESTONE:
        return _of_milestone(call, kind, window)
    if kind == "runs-summary":
        own = sorted(window.runs.values(), key=lambda run: run.created_at, reverse=True)
        inside = [run for run in own if window.since is None or window.since <= run.created_at < window.until]
        return page_of(call, inside, lambda run: _run_summary(call.world, run))
    if kind not in _KINDS:
        raise invalid(f"kind is not included in the list: {', '.join(['runs-summary', *_KINDS, *_MILESTONE])}")
    return v2_answer(call, _KINDS[kind](call, window))


def _run_summary(world: World, run: Run) -> Row:
    row = runs.render_run(world, run)
    fields = ("id", "title", "status", "kind", "env", "tests_count", "created_at")
    counts = Counter(result.status for result in world.results.of_run(run.id))
    figures: Row = {f"{status}_count": counts[status] for status in STATUSES}
    return {name: row[name] for name in fields} | figures | {
        "duration": run_seconds(run),
        "finished_at": zulu(run.finished_at),
    }  # fmt: skip


def _project_summary(call: Call[World], window: Window) -> Row:
    states = Counter(test.state for test in window.tests)
    own = project(call).slug
    return {
        "tests_count": len(window.tests),
        "manual_count": states["manual"],
        "automated_count": states["automated"],
        "detached_count": states["detached"],
        "suites_count": sum(suite.file_type == "file" for suite in call.world.suites.of(own)),
        "runs_count": len(window.runs),
        "testruns_count": sum(len(results) for results in window.results.values()),
        "automation_rate": _share(states["automated"], len(window.tests)),
        "success_rate": _success(window.all_results()),
    }


def _results_by_date(call: Call[World], window: Window) -> list[Row]:
    """The number of results and of passed results for each day."""
    by_day: dict[str, Counter[str]] = {}
    for result in window.all_results():
        by_day.setdefault(_day(result.finished_at), Counter())[result.status] += 1
    rows: list[Row] = []
    for day in window.days():
        counts = by_day.get(str(day), Counter())
        figures: Row = {status: counts[status] for status in STATUSES}
        rate = _share(counts["passed"], counts["passed"] + counts["failed"])
        rows.append({"date": str(day), "total": counts.total(), "success_rate": rate} | figures)
    return rows


def _automation_by_date(call: Call[World], window: Window) -> list[Row]:
    """The number of tests on each day, by their current state."""
    rows: list[Row] = []
    for day in window.days():
        states = Counter(test.state for test in window.tests if test.created_at.astimezone(UTC).date() <= day)
        total = states.total()
        rows.append(
            {"date": str(day), "total": total, "automated": states["automated"], "manual": states["manual"]}
            | {"automation_rate": _share(states["automated"], total)}
        )
    return rows


def _priority_by_date(call: Call[World], window: Window) -> list[Row]:
    rows: list[Row] = []
    for day in window.days():
        there = Counter(test.priority for test in window.tests if test.created_at.astimezone(UTC).date() <= day)
        rows.append({"date": str(day)} | {name: there[name] for name in PRIORITIES})
    return rows


def _only_failed(rows: list[Row]) -> list[Row]:
    return [{"priority": row["priority"], "failed": row["failed"]} for row in rows]


_KINDS: dict[str, Callable[[Call[World], Window], Row | list[Row]]] = {
    "project-summary": _project_summary,
    "success-rate-by-date": _results_by_date,
    "automation-rate-by-date": _automation_by_date,
    "testruns-by-date": _results_by_date,
    "priority-by-date": _priority_by_date,
    "automation-by-date": _automation_by_date,
    "failed-runs-by-priority": lambda call, window: _only_failed(_by_priority(call, window.all_results())),
    "run-results-by-priority-status": lambda call, window: _by_priority(call, window.all_results()),
    "latest-failed-runs-by-priority": lambda call, window: _only_failed(_by_priority(call, _latest(call, window))),
    "latest-run-results-by-priority-status": lambda call, window: _by_priority(call, _latest(call, window)),
}


def _latest(call: Call[World], window: Window) -> list[Testrun]:
    """The results of the last finished run."""
    over = [run for run in window.runs.values() if run.finished_at is not None]
    last = max(over, key=lambda run: run.finished_at or run.created_at, default=None)
    return [] if last is None else call.world.results.of_run(last.id)


def _by_priority(call: Call[World], results: Iterable[Testrun]) -> list[Row]:
    priorities = {test.id: test.priority for test in call.world.tests.of(project(call).slug)}
    counts = Counter((priorities.get(one.test_id or "", "normal"), one.status) for one in results)
    return [
        {"priority": priority} | {status: counts[priority, status] for status in STATUSES}
        for priority in reversed(PRIORITIES)
    ]


# By milestone


def _of_milestone(call: Call[World], kind: str, window: Window) -> Response:
    """Empty without a milestone.

    Raises:
        Respond: 422 for a slug that is not visible in the project.
    """
    slug = call.last("milestone")
    if not slug:
        return v2_answer(call, [])
    if slug not in {one.slug for one in milestones.visible_milestones(call.world, project(call).slug)}:
        raise invalid(f"Unknown milestone {slug}")
    if kind == "milestone-runs":
        reached = [run for run in window.runs.values() if slug in run.milestones]
        return page_of(call, reached, lambda run: _run_summary(call.world, run))
    return v2_answer(call, _MILESTONE[kind](call, window, slug))


def _completion(call: Call[World], window: Window, slug: str) -> Row:
    results = [one for run in window.runs.values() if slug in run.milestones
               for one in call.world.results.of_run(run.id)]  # fmt: skip
    counts = Counter(one.status for one in results)
    fields: Row = {status: counts[status] for status in (*STATUSES, "pending")}
    return {"total": len(results), "completion_rate": _share(len(results) - counts["pending"], len(results))} | fields


def _tests(call: Call[World], window: Window, slug: str) -> list[Row]:
    return [
        {
            "id": test.id,
            "title": test.title,
            "status": next((r.status for r in finished_results(call.world, test)[-1:]), None),
        }
        for test in window.tests
        if slug in test.milestones
    ]


def _plans(call: Call[World], window: Window, slug: str) -> list[Row]:
    own = (plan for plan in call.world.plans.values() if plan.project == project(call).slug)
    return [{"id": plan.id, "title": plan.title, "kind": plan.kind} for plan in own if slug in plan.milestones]


def _requirements(call: Call[World], window: Window, slug: str) -> list[Row]:
    world = call.world
    reached = [suite for suite in world.suites.of(project(call).slug) if slug in suite.milestones]
    ids = {one: None for suite in reached for one in suite.requirements}
    return [{"id": one, "title": world.requirements[one].title} for one in ids]


def _users(call: Call[World], window: Window, slug: str) -> list[Row]:
    results = (one for run in window.runs.values() if slug in run.milestones
               for one in call.world.results.of_run(run.id))  # fmt: skip
    counts = Counter(one.assigned_to for one in results if one.assigned_to)
    return [
        {"email": email, "name": getattr(call.world.user(email), "name", None), "testruns_count": number}
        for email, number in counts.most_common()
    ]


_MILESTONE: dict[str, Callable[[Call[World], Window, str], Row | list[Row]]] = {
    "milestone-completion": _completion,
    "milestone-tests": _tests,
    "milestone-runs": lambda call, window, slug: [],
    "milestone-plans": _plans,
    "milestone-requirements": _requirements,
    "milestone-users": _users,
}


def _success(results: Iterable[Testrun]) -> float | None:
    counts = Counter(one.status for one in results)
    return _share(counts["passed"], counts["passed"] + counts["failed"])


def _share(part: int, total: int) -> float | None:
    return round(part / total, 3) if total else None


def _day(at: datetime | None) -> str:
    return "" if at is None else str(at.astimezone(UTC).date())
