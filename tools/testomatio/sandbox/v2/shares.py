"""Shares: tests and suites of one project that appear in another some seconds after the request."""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testomatio.sandbox import labelling
from tools.testomatio.sandbox.access import caller, project
from tools.testomatio.sandbox.answers import invalid, not_found, refuse, v2_answer
from tools.testomatio.sandbox.records import Project, Suite, Test
from tools.testomatio.sandbox.requests import Fields, body, require, string, strings
from tools.testomatio.sandbox.v2.scope import V2
from tools.testomatio.sandbox.world import World

routes: Routes[World] = Routes()

DONE_AFTER = 5
"""Seconds until a queued share is done."""
MOST_TESTS, MOST_SUITES = 1000, 200


@routes.post(f"{V2}/shares/tests")
async def share_tests(call: Call[World]) -> Response:
    """Share tests; tests that are copies themselves are skipped and reported."""
    world, own, sent = call.world, project(call), body(call)
    require(sent, "target_project_id", "target_suite_id")
    target = _target(call, string(sent, "target_project_id") or "")
    suite = world.suites.get(string(sent, "target_suite_id") or "")
    if suite is None or suite.project != target.slug or suite.file_type != "file":
        raise invalid("target_suite_id is not a suite of the target project that holds tests")
    ids = _ids(sent, "test_ids", MOST_TESTS)
    tests = [test for test_id in ids if (test := world.tests.get(test_id)) is not None and test.project == own.slug]
    if len(tests) < len(ids):
        raise invalid("test_ids holds a test that does not exist")
    tests += [test for test in world.tests.of(own.slug) if _has_label(world, sent, test)]
    chosen = list({test.id: test for test in tests}.values())
    skipped = [test.id for test in chosen if test.shared_from is not None]
    world.soon(DONE_AFTER, partial(_copy_tests, world, [one for one in chosen if one.id not in skipped], suite))
    return v2_answer(call, {"status": "queued"} | ({"skipped_test_ids": skipped} if skipped else {}))


@routes.post(f"{V2}/shares/suites")
async def share_suites(call: Call[World]) -> Response:
    """Share suites; suites with tests are linked, folders are copied with their content."""
    world, own, sent = call.world, project(call), body(call)
    slugs = strings(sent, "target_project_ids")
    if not slugs:
        raise invalid("Target project ids can't be blank")
    targets = [_target(call, slug) for slug in slugs]
    folder_id = string(sent, "destination_folder_id")
    if folder_id and len(targets) > 1:
        raise invalid("destination_folder_id goes with a single target project")
    folder = world.suites.get(folder_id or "")
    if folder_id and (folder is None or folder.project != targets[0].slug or folder.file_type != "folder"):
        raise invalid("destination_folder_id is not a folder of the target project")
    ids = _ids(sent, "suite_ids", MOST_SUITES)
    suites = [one for suite_id in ids if (one := world.suites.get(suite_id)) is not None and one.project == own.slug]
    if len(suites) < len(ids):
        raise invalid("suite_ids holds a suite that does not exist")
    suites += [suite for suite in world.suites.of(own.slug) if _has_label(world, sent, suite)]
    chosen = list({suite.id: suite for suite in suites}.values())
    for target in targets:
        world.soon(DONE_AFTER, partial(_copy_suites, world, chosen, target.slug, folder_id or None))
    return v2_answer(call, {"status": "queued"})


@routes.delete(f"{V2}/shares/tests/{{id}}")
async def unshare_test(call: Call[World]) -> Response:
    """Turn the copy into an independent test."""
    test = call.world.tests.get(call.params["id"])
    if test is None or test.project != project(call).slug or test.shared_from is None:
        raise not_found("Shared test")
    test.shared_from = None
    return v2_answer(call, {"id": test.id})


@routes.delete(f"{V2}/shares/suites/{{id}}")
async def unshare_suite(call: Call[World]) -> Response:
    """Turn the copy into an independent suite with independent tests."""
    world, suite = call.world, call.world.suites.get(call.params["id"])
    if suite is None or suite.project != project(call).slug or suite.shared_from is None:
        raise not_found("Shared suite")
    for one in world.below(suite):
        one.shared_from = None
        for test in world.tests_in(one):
            test.shared_from = None
    return v2_answer(call, {"id": suite.id})


def _target(call: Call[World], slug: str) -> Project:
    """A project to share into.

    Raises:
        Respond: 404 when the caller is not a member, 403 when it is read-only, 422 when it is of another type.
    """
    own, target = project(call), call.world.projects.get(slug)
    if target is None or caller(call).id not in target.members:
        raise refuse(404, "Target project not found")
    if target.status == "archived":
        raise refuse(403, "Target project is read-only")
    if target.slug == own.slug or target.type != own.type:
        raise invalid("Target must be another project of the same type")
    return target


def _ids(sent: Fields, name: str, most: int) -> list[str]:
    ids = strings(sent, name)
    if not ids and not strings(sent, "labels"):
        raise invalid(f"At least one of {name}, labels is required")
    if len(ids) > most:
        raise invalid(f"{name} holds at most {most}")
    return ids


def _has_label(world: World, sent: Fields, record: Test | Suite) -> bool:
    names = {name.lower() for name in strings(sent, "labels")}
    return bool(names & {name.lower() for name in labelling.label_names(world, record.labels)})


def _copy_tests(world: World, tests: Iterable[Test], suite: Suite) -> None:
    """Add read-only copies to a suite, without duplicates."""
    existing = world.tests_in(suite)
    there = {test.shared_from for test in existing}
    position = max((test.position for test in existing), default=0)
    for test in tests:
        if test.id not in there:
            position += 1
            world.tests.add(_copy(world, test, suite, position))


def _copy(world: World, test: Test, suite: Suite, position: int) -> Test:
    return replace(
        test,
        id=world.new_id(),
        project=suite.project,
        suite_id=suite.id,
        position=position,
        shared_from=test.id,
        assigned_to=None,
        labels=[],
        milestones=[],
        linked_tags=list(test.linked_tags),
        params=list(test.params),
        created_at=world.now(),
        updated_at=world.now(),
    )


def _copy_suites(world: World, suites: Iterable[Suite], slug: str, parent_id: str | None) -> None:
    for suite in suites:
        _copy_suite(world, suite, slug, parent_id)


def _copy_suite(world: World, suite: Suite, slug: str, parent_id: str | None) -> None:
    siblings = [one for one in world.suites.of(slug) if one.parent_id == parent_id]
    copy = next((one for one in siblings if one.shared_from == suite.id), None)
    if copy is None:
        copy = Suite(world.new_id(), slug, suite.title, parent_id, suite.file_type, suite.description, suite.emoji)
        copy.position = 1 + max((one.position for one in siblings), default=0)
        copy.shared_from, copy.created_at = suite.id, world.now()
        world.suites.add(copy)
    _copy_tests(world, world.tests_in(suite), copy)
    for child in world.children(suite):
        _copy_suite(world, child, slug, copy.id)
