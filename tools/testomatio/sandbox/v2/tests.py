"""Tests: the list with its filters, and creating and changing tests."""

from collections.abc import Iterable
from operator import attrgetter

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Respond, Routes
from tools.testomatio.sandbox import labelling
from tools.testomatio.sandbox.access import caller, project
from tools.testomatio.sandbox.answers import created, invalid, no_content, refuse, server_error, v2_answer
from tools.testomatio.sandbox.query.fields import finished_results, pick_tests
from tools.testomatio.sandbox.query.matching import PRIORITIES
from tools.testomatio.sandbox.records import Suite, Test, bare
from tools.testomatio.sandbox.requests import Fields, assign, boolean, choice, fields_of, require, string, strings_sent
from tools.testomatio.sandbox.v2.pages import Groups, Row, page_of
from tools.testomatio.sandbox.v2.scope import V2, assignee, branch, test_of
from tools.testomatio.sandbox.world import World

routes: Routes[World] = Routes()

STATES = ("manual", "automated", "detached")


@routes.get(f"{V2}/tests")
async def list_tests(call: Call[World]) -> Response:
    """Newest first; `suites` without brackets is a server error."""
    if call.last("suites") is not None:
        raise Respond(server_error(call))
    world, slug, own = call.world, branch(call), project(call)
    found = newest_first(world.tests.of(own.slug, slug))
    if call.all("suites[]"):
        roots = [world.suites.get(suite_id, slug) for suite_id in call.all("suites[]")]
        suite_ids = {
            suite.id for root in roots if root and root.project == own.slug for suite in world.below(root, slug)
        }
        found = [test for test in found if test.suite_id in suite_ids]
    if query := call.last("tql"):
        found = pick_tests(world, query, found, slug)
    return page_of(call, found, lambda test: render_test(world, test), groups=groups(world))


@routes.get(f"{V2}/tests/{{id}}")
async def get_test(call: Call[World]) -> Response:
    return v2_answer(call, render_test(call.world, test_of(call, call.params["id"])))


@routes.post(f"{V2}/tests")
async def create_test(call: Call[World]) -> Response:
    sent = fields_of(call, "test")
    suite = suite_for_tests(call, sent.get("suite_id"))
    test = create_in(call, suite, sent)
    return created(call, render_test(call.world, test))


@routes.put(f"{V2}/tests/{{id}}")
@routes.patch(f"{V2}/tests/{{id}}")
async def update_test(call: Call[World]) -> Response:
    test = change(call, test_of(call, call.params["id"]), fields_of(call, "test"))
    return v2_answer(call, render_test(call.world, test))


@routes.delete(f"{V2}/tests/{{id}}")
async def delete_test(call: Call[World]) -> Response:
    call.world.drop_test(test_of(call, call.params["id"]), branch(call))
    return no_content()


def newest_first(tests: Iterable[Test]) -> list[Test]:
    """Tests, newest first; of those created at the same time, the last in its suite first."""
    return sorted(tests, key=attrgetter("created_at", "position"), reverse=True)


def suite_for_tests(call: Call[World], suite_id: object) -> Suite:
    """The suite for a test.

    Raises:
        Respond: 404 when it is absent or unknown, 422 when it is a folder.
    """
    suite = call.world.suites.get(str(suite_id), branch(call))
    if suite is None or suite.project != project(call).slug:
        raise refuse(404, "Suite is required")
    if suite.file_type == "folder":
        raise invalid("A folder holds suites and no tests")
    return suite


def create_in(call: Call[World], suite: Suite, sent: Fields) -> Test:
    """Add a new test at the end of a suite."""
    world, slug, now = call.world, branch(call), call.world.now()
    require(sent, "title")
    test = Test(world.new_id(), suite.project, suite.id, string(sent, "title") or "", now, now)
    _set_fields(call, test, sent)
    links = labelling.read_links(call, sent, "test")
    test.created_by = caller(call).email
    test.position = 1 + max((one.position for one in world.tests_in(suite, slug)), default=0)
    world.tests.add(test, slug)
    labelling.apply_links(call, test, links, "test")
    return test


def change(call: Call[World], test: Test, sent: Fields) -> Test:
    """Set the fields that were sent; on a branch, in the branch's copy."""
    world, slug = call.world, branch(call)
    if test.shared_from is not None:
        raise invalid("A shared test is changed in the project it comes from")
    suite = suite_for_tests(call, sent["suite_id"]) if "suite_id" in sent else None
    if "title" in sent:
        require(sent, "title")
    links = labelling.read_links(call, sent, "test")
    trial = Test(test.id, test.project, test.suite_id, test.title, test.created_at, test.updated_at)
    _set_fields(call, trial, sent)  # refuses invalid values before anything is stored

    test = world.tests.edit(test.id, slug)
    _set_fields(call, test, sent)
    if suite is not None and suite.id != test.suite_id:
        test.position = 1 + max((one.position for one in world.tests_in(suite, slug)), default=0)
        test.suite_id = suite.id
    labelling.apply_links(call, test, links, "test")
    test.updated_at = world.now()
    if slug is None:
        _update_copies(world, test)
    return test


def _set_fields(call: Call[World], test: Test, sent: Fields) -> None:
    """Set the plain fields that were sent."""
    assign(test, strings_sent(sent, "title", "description", "emoji", "code"))
    test.priority = choice(sent, "priority", PRIORITIES, test.priority)
    test.state = choice(sent, "state", STATES, test.state)
    if "assigned_to" in sent:
        test.assigned_to = assignee(call, sent)
    if "sync" in sent:
        test.sync = boolean(sent, "sync")


def _update_copies(world: World, test: Test) -> None:
    """Update the copies of a shared test in other projects."""
    for copy in world.tests.main.values():
        if copy.shared_from == test.id:
            copy.title, copy.description, copy.code = test.title, test.description, test.code
            copy.priority, copy.state, copy.updated_at = test.priority, test.state, test.updated_at


def render_test(world: World, test: Test) -> Row:
    return {
        "id": test.id,
        "type": "test",
        "title": test.title,
        "clean_title": bare(test.title),
        "public_title": test.title,
        "emoji": test.emoji,
        "state": test.state,
        "is_shared": test.shared_from is not None,
        "assigned_to": test.assigned_to,
        "priority": test.priority,
        "self_tags": test.tags,
        "sync": test.sync,
        "code": test.code,
        "description": test.description,
        "position": test.position,
        "suite_id": test.suite_id,
        "labels": labelling.render_labels(world, test.labels),
    }


def groups(world: World) -> Groups[Test]:
    """The fields that tests can be counted by."""
    return {
        "state": lambda test: test.state,
        "priority": lambda test: test.priority,
        "created_by": lambda test: test.created_by,
        "assigned_to": lambda test: test.assigned_to,
        "suite_id": lambda test: test.suite_id,
        "status": lambda test: [one.status for one in finished_results(world, test)[-1:]] or "pending",
    }
