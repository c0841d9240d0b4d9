"""Result filters: the filters and the order of results."""

from collections.abc import Callable

from tools.kit.sandbox.routes import Call
from tools.testomatio.sandbox import dates, labelling
from tools.testomatio.sandbox.access import project
from tools.testomatio.sandbox.answers import invalid
from tools.testomatio.sandbox.records import Test, Testrun
from tools.testomatio.sandbox.requests import query_list
from tools.testomatio.sandbox.world import World

SORTS = ("created_at", "suite", "testcase", "failure")
DEFECTS = ("has_defects", "without_defects")


def matching_results(call: Call[World]) -> list[Testrun]:
    """The project's results that match all filters, in order of creation."""
    world, slug = call.world, project(call).slug
    if run_id := call.last("run_id"):
        found = [result for result in world.results.of_run(run_id) if result.project == slug]
    else:
        found = [result for result in world.results if result.project == slug]
    for matches in [*_own_filters(call), *_related_filters(call)]:
        found = [result for result in found if matches(result)]
    return found


def _own_filters(call: Call[World]) -> list[Callable[[Testrun], bool]]:
    """Filters on a result's own fields."""
    world, filters = call.world, list[Callable[[Testrun], bool]]()
    if test_ids := query_list(call, "test_ids"):
        filters.append(lambda result: result.test_id in test_ids)
    if statuses := query_list(call, "filter[status]"):
        filters.append(lambda result: result.status in statuses)
    if kinds := query_list(call, "filter[kind]"):
        filters.append(lambda result: ("automated" if result.automated else "manual") in kinds)
    if people := query_list(call, "filter[user]"):
        emails = {user.email for user in world.users.values() if str(user.id) in people}
        filters.append(lambda result: result.assigned_to in emails)
    if substatuses := query_list(call, "filter[substatus]"):
        filters.append(lambda result: result.substatus in substatuses)
    if text := call.last("filter[search]"):
        filters.append(lambda result: text.lower() in result.title.lower())
    if (message := call.last("filter[message]")) is not None:
        filters.append(lambda result: bool(result.message) == _is_true(message))
    if between := call.last("filter[finished_at_date_range]"):
        filters.append(_finished_between(between))
    return filters


def _related_filters(call: Call[World]) -> list[Callable[[Testrun], bool]]:
    """Filters on a result's test, its run and its links."""
    world, filters = call.world, list[Callable[[Testrun], bool]]()

    def test_of(result: Testrun) -> Test | None:
        return world.tests.main.get(result.test_id or "")

    if priorities := query_list(call, "filter[priority]"):
        filters.append(lambda result: (test := test_of(result)) is not None and test.priority in priorities)
    if tags := {tag.lstrip("@") for tag in query_list(call, "tags")}:
        filters.append(lambda result: (test := test_of(result)) is not None and bool(tags & set(test.tags)))
    if labels := set(query_list(call, "labels")):
        filters.append(lambda result: bool(labels & labelling.label_names(world, world.runs[result.run_id].labels)))
    if environments := set(query_list(call, "envs")):
        filters.append(lambda result: bool(environments & set(world.runs[result.run_id].env)))
    if groups := query_list(call, "rungroups"):
        filters.append(lambda result: world.runs[result.run_id].rungroup_id in groups)
    if (link := call.last("filter[link]")) is not None:
        filters.append(lambda result: bool(world.links_of("testrun", result.id)) == _is_true(link))
    if defects := call.last("defects"):
        if defects not in DEFECTS:
            raise invalid(f"defects is not included in the list: {', '.join(DEFECTS)}")
        filters.append(lambda result: bool(world.links_of("testrun", result.id)) == (defects == "has_defects"))
    return filters


def _finished_between(between: str) -> Callable[[Testrun], bool]:
    first, _, last = between.partition(",")
    since, until = dates.parse_date(first), dates.parse_date(last)
    if since is None or until is None:
        raise invalid("filter[finished_at_date_range] is two dates with a comma between")
    return lambda result: result.finished_at is not None and since <= result.finished_at <= until


def sorted_results(call: Call[World], found: list[Testrun]) -> list[Testrun]:
    """Oldest first unless another order is requested; newest first with the switch `newest_results_first`."""
    wanted = call.last("sort") or "created_at"
    order = call.last("order") or (
        "desc" if not call.last("sort") and call.world.switches.newest_results_first else "asc"
    )
    if wanted not in SORTS or order not in {"asc", "desc"}:
        raise invalid(f"sort is one of {', '.join(SORTS)}, order is asc or desc")
    keys: dict[str, Callable[[Testrun], tuple[str, ...]]] = {
        "created_at": lambda result: (result.created_at.isoformat(), f"{result.id:012}"),
        "suite": lambda result: (result.suite_title or "", result.title),
        "testcase": lambda result: (result.title,),
        "failure": lambda result: ("0" if result.status == "failed" else "1", result.message or ""),
    }
    key = keys[wanted]
    return sorted(found, key=key, reverse=order == "desc")


def _is_true(text: str) -> bool:
    return text.lower() in {"true", "1"}
