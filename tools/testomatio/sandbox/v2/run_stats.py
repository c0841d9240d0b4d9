"""Run stats: a run's results by suite, tag, label, assignee or priority."""

from collections import Counter
from collections.abc import Callable

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testomatio.sandbox import labelling
from tools.testomatio.sandbox.answers import answer, in_camel_case, invalid
from tools.testomatio.sandbox.records import Testrun
from tools.testomatio.sandbox.requests import query_integer
from tools.testomatio.sandbox.v2.runs import find_run
from tools.testomatio.sandbox.v2.scope import V2
from tools.testomatio.sandbox.world import World

routes: Routes[World] = Routes()

PER_PAGE = 30
STATUSES = ("passed", "failed", "skipped", "pending")
SORTS = ("title", *(f"{status}_count" for status in STATUSES))


@routes.get(f"{V2}/runs/{{id}}/stats/{{dimension}}")
async def get_run_stats(call: Call[World]) -> Response:
    """The only answer of v2 with `meta` in camelCase."""
    world, run, dimension = call.world, find_run(call), str(call.params["dimension"])
    if dimension not in _DIMENSIONS:
        raise invalid(f"dimension is not included in the list: {', '.join(_DIMENSIONS)}")
    sort_field = call.last("sort_field") or "title"
    if sort_field not in SORTS:
        raise invalid(f"sort_field is not included in the list: {', '.join(SORTS)}")
    counts: dict[str, Counter[str]] = {}
    for result in world.results.of_run(run.id):
        for title in _DIMENSIONS[dimension](world, result):
            counts.setdefault(title, Counter())[result.status] += 1
    rows: list[dict[str, object]] = [
        {"title": title, **{f"{status}_count": count[status] for status in STATUSES}}
        for title, count in sorted(counts.items())
    ]
    is_descending = call.last("sort_direction") == "desc"
    rows.sort(key=lambda row: (str(row["title"]) if sort_field == "title" else "", _number(row[sort_field])),
              reverse=is_descending)  # fmt: skip
    page = query_integer(call.last("page"), 1) or 1
    meta = {"page": page, "perPage": PER_PAGE, "totalCount": len(rows), "totalPages": -(-len(rows) // PER_PAGE)}
    page_rows = rows[PER_PAGE * (page - 1) :][:PER_PAGE]
    return answer({"data": in_camel_case(page_rows) if world.switches.camel_case else page_rows, "meta": meta})


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _suites(world: World, result: Testrun) -> list[str]:
    return [result.suite_title or "No suite"]


def _tags(world: World, result: Testrun) -> list[str]:
    test = world.tests.main.get(result.test_id or "")
    return [] if test is None else test.tags


def _labels(world: World, result: Testrun) -> list[str]:
    test = world.tests.main.get(result.test_id or "")
    return [] if test is None else [str(label["title"]) for label in labelling.render_labels(world, test.labels)]


def _assignees(world: World, result: Testrun) -> list[str]:
    user = world.user(result.assigned_to)
    return ["Unassigned" if user is None else user.name]


def _priorities(world: World, result: Testrun) -> list[str]:
    test = world.tests.main.get(result.test_id or "")
    return ["normal" if test is None else test.priority]


_DIMENSIONS: dict[str, Callable[[World, Testrun], list[str]]] = {
    "suites": _suites,
    "tags": _tags,
    "labels": _labels,
    "assignees": _assignees,
    "priorities": _priorities,
}
