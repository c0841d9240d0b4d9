"""Plans: named selections of tests, by ID, suite or query."""

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testomatio.sandbox import labelling
from tools.testomatio.sandbox.access import project
from tools.testomatio.sandbox.answers import created, invalid, no_content, v2_answer
from tools.testomatio.sandbox.query.fields import pick_tests
from tools.testomatio.sandbox.records import Plan, Test
from tools.testomatio.sandbox.requests import (
    Fields,
    assign,
    boolean,
    choice,
    fields_of,
    query_list,
    require,
    string,
    strings,
    strings_sent,
)
from tools.testomatio.sandbox.v2.pages import Groups, Row, page_of
from tools.testomatio.sandbox.v2.scope import V2, find_record
from tools.testomatio.sandbox.world import World

routes: Routes[World] = Routes()

KINDS = ("manual", "automated", "mixed")
_GROUPS: Groups[Plan] = {"kind": lambda plan: plan.kind, "hidden": lambda plan: str(plan.hidden).lower()}


@routes.get(f"{V2}/plans")
async def list_plans(call: Call[World]) -> Response:
    world = call.world
    found = [plan for plan in world.plans.values() if plan.project == project(call).slug]
    if kind := call.last("kind"):
        found = [plan for plan in found if plan.kind == kind]
    if (hidden := call.last("hidden")) is not None:
        found = [plan for plan in found if plan.hidden == (hidden.lower() in {"true", "1"})]
    if labels := query_list(call, "labels"):
        found = [plan for plan in found if set(labels) & labelling.label_names(world, plan.labels)]
    if text := call.last("search_text"):
        found = [plan for plan in found if text.lower() in plan.title.lower()]
    return page_of(call, found, lambda plan: render_plan(world, plan), groups=_GROUPS)


@routes.get(f"{V2}/plans/{{id}}")
async def get_plan(call: Call[World]) -> Response:
    return v2_answer(call, render_plan(call.world, _find_plan(call)))


@routes.post(f"{V2}/plans")
async def create_plan(call: Call[World]) -> Response:
    sent = fields_of(call, "plan")
    require(sent, "title")
    plan = Plan(call.world.new_id(), project(call).slug, "", call.world.now())
    links = labelling.read_links(call, sent, "plan")
    _set_fields(call, plan, sent)
    call.world.plans[plan.id] = plan
    labelling.apply_links(call, plan, links, "plan")
    return created(call, render_plan(call.world, plan))


@routes.put(f"{V2}/plans/{{id}}")
@routes.patch(f"{V2}/plans/{{id}}")
async def update_plan(call: Call[World]) -> Response:
    plan, sent = _find_plan(call), fields_of(call, "plan")
    if "title" in sent:
        require(sent, "title")
    links = labelling.read_links(call, sent, "plan")
    _set_fields(call, plan, sent)
    labelling.apply_links(call, plan, links, "plan")
    return v2_answer(call, render_plan(call.world, plan))


@routes.delete(f"{V2}/plans/{{id}}")
async def delete_plan(call: Call[World]) -> Response:
    call.world.drop_plan(_find_plan(call))
    return no_content()


def tests_of(world: World, plan: Plan) -> list[Test]:
    """The tests that a plan selects; without a selection, all tests of its kind."""
    own = list(world.tests.of(plan.project))
    if plan.tql:
        return pick_tests(world, plan.tql, own)
    if plan.test_ids or plan.suite_ids:
        return selected_tests(world, plan.project, plan.test_ids, plan.suite_ids)
    return [test for test in own if plan.kind in {"mixed", test.state}]


def selected_tests(
    world: World, slug: str, test_ids: list[str], suite_ids: list[str], branch: str | None = None
) -> list[Test]:
    """Tests by ID, `*` for all, and by suite, without duplicates."""
    own = list(world.tests.of(slug, branch))
    if "*" in test_ids:
        return own
    roots = [suite for suite_id in suite_ids if (suite := world.suites.get(suite_id, branch)) is not None]
    inside = {suite.id for root in roots for suite in world.below(root, branch)}
    return [test for test in own if test.id in test_ids or test.suite_id in inside]


def check_selection(world: World, slug: str, sent: Fields, branch: str | None = None) -> None:
    """Check that the tests and suites in a body exist.

    Raises:
        Respond: 422 for the first that does not.
    """
    for name, what, records in (("test_ids", "Test", world.tests), ("suite_ids", "Suite", world.suites)):
        for record_id in strings(sent, name):
            one = records.get(record_id, branch)
            if record_id != "*" and (one is None or one.project != slug):
                raise invalid(f"{what} {record_id} does not exist")


def _set_fields(call: Call[World], plan: Plan, sent: Fields) -> None:
    """Set the fields that were sent; in the older draft the selection is in an object `test_plan`."""
    selection = sent.get("test_plan")
    if isinstance(selection, dict):
        selected = {"test_ids": selection.get("tests"), "suite_ids": selection.get("suites")}
        sent = {**{name: value for name, value in selected.items() if value}, **sent}
    check_selection(call.world, plan.project, sent)
    kind = choice(sent, "kind", KINDS, plan.kind)
    tql = string(sent, "tql") if "tql" in sent else plan.tql
    if tql:
        pick_tests(call.world, tql, [])
    texts = strings_sent(sent, "title", "description")
    hidden = boolean(sent, "hidden", default=plan.hidden)
    as_manual = boolean(sent, "as_manual", default=plan.as_manual)

    assign(plan, texts)
    plan.kind, plan.tql, plan.hidden, plan.as_manual = kind, tql or None, hidden, as_manual
    plan.test_ids = strings(sent, "test_ids") if "test_ids" in sent else plan.test_ids
    plan.suite_ids = strings(sent, "suite_ids") if "suite_ids" in sent else plan.suite_ids


def _find_plan(call: Call[World]) -> Plan:
    return find_record(call, call.world.plans, str(call.params["id"]), "Plan")


def render_plan(world: World, plan: Plan) -> Row:
    return {
        "id": plan.id,
        "type": "plan",
        "title": plan.title,
        "description": plan.description,
        "kind": plan.kind,
        "hidden": plan.hidden,
        "labels": labelling.render_labels(world, plan.labels),
    }
