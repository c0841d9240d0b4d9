"""Results: the test cases of a run, with their results and assignees.

Written as `test_run_status_id` and `user_id`, read as `status_id` and `assignee_id`. Where the reference is silent:
either all results are recorded or none; a test case that is not in the run yet is 404; without a user, the assignee
does not change.
"""

import re
from collections.abc import Mapping

from starlette.responses import Response

from tools.kit.sandbox.multipart import NotMultipart, Part, parts
from tools.kit.sandbox.routes import Call, Routes
from tools.testsigma.sandbox import cases
from tools.testsigma.sandbox.answers import (
    Row,
    answer_record,
    foreign_key,
    invalid,
    json_response,
    not_found,
    unprocessable,
)
from tools.testsigma.sandbox.paging import answer_page
from tools.testsigma.sandbox.records import RunCase
from tools.testsigma.sandbox.requests import (
    Fields,
    body,
    object_in,
    objects,
    set_updated,
    string,
    user_in,
    user_or_none,
    uuid,
)
from tools.testsigma.sandbox.runs import find_open_run, find_run, results_of
from tools.testsigma.sandbox.settings import render_user, result_name
from tools.testsigma.sandbox.world import World

routes: Routes[World] = Routes()

LARGEST_FILE = 25 * 1024 * 1024
"""The limit for attachments in the web app."""
_FILE = re.compile(r"attachments_(\d{1,6})_\d{1,6}")
_TABLE = "test_run_cases"

RunCases = Mapping[str, RunCase]
"""The visible cases of a run, by test case ID."""


@routes.get("/projects/{project_id}/test_runs/{run_id}/test_cases")
async def list_results(call: Call[World]) -> Response:
    """A page of the run's cases; in the documented form, all of them in short and without `page_info`."""
    world, run = call.world, find_run(call)
    rows = results_of(world, run)
    if world.switches.as_documented:
        return json_response({"message": "", "data": {"test_cases": [_render_documented(world, row) for row in rows]}})
    return answer_page(call, "test_run_cases", _TABLE, rows, lambda row: _render_result(world, row))


@routes.put("/projects/{project_id}/test_runs/{run_id}/test_cases")
async def record_results(call: Call[World]) -> Response:
    """Record results from the part `data` of a form, which may include files, or from plain JSON."""
    world, run = call.world, find_open_run(call)
    sent, files = _body_and_files(call)
    entries = objects(sent, "test_run_cases")
    if not entries:
        raise invalid("test_run_cases is required")
    run_cases = {result.case_id: result for result in results_of(world, run)}
    checked = [_validate(world, run_cases, entry) for entry in entries]
    attached = _attachment_counts(files)
    for place, (result, status_id, user_id, entry) in enumerate(checked):
        result.status_id, result.attempts = status_id, result.attempts + 1
        result.assignee_id = result.assignee_id if user_id is None else user_id
        result.attachments += attached.get(place, 0)
        if "description" in entry:
            result.description = string(entry, "description")
        set_updated(world, result)
    set_updated(world, run)
    return json_response(
        {"message": "", "data": {"test_run_cases": [_render_recorded(world, result) for result, *_ in checked]}}
    )


@routes.put("/projects/{project_id}/test_runs/{run_id}/assign_user")
async def assign_user(call: Call[World]) -> Response:
    world, run, sent = call.world, find_open_run(call), body(call)
    run_cases = {result.case_id: result for result in results_of(world, run)}
    result = _case_in_run(run_cases, uuid(sent.get("test_case_id")))
    result.assignee_id = user_in(world, sent, "user_id", _TABLE)
    set_updated(world, result)
    fields: Row = {
        "test_case_id": result.case_id,
        "user_id": result.assignee_id,
        "updated_at": world.timestamp(result.meta.updated_at),
    }
    return answer_record("test_run_case", fields, message="User assigned successfully")


def _render_result(world: World, result: RunCase) -> Row:
    """A case of a run, with the test case except for its preconditions."""
    case, assignee = world.cases.get(result.case_id), world.users.get(result.assignee_id)
    row: Row = {
        "id": result.id,
        "status": world.value_of(result.id, result_name(world, result.status_id)),
        "status_id": result.status_id,
        "assignee_id": result.assignee_id,
        "assignee": assignee and render_user(world, assignee),
        "test_case": case and {n: v for n, v in cases.render_case(world, case).items() if n != "preconditions"},
        "attempts": result.attempts,
        "attachments_count": result.attachments,
    }
    return row if result.description is None else row | {"description": result.description}


def _render_documented(world: World, result: RunCase) -> Row:
    case = world.cases.get(result.case_id)
    status = result_name(world, result.status_id).upper().replace(" ", "_")
    name = "" if case is None else case.title
    return {"id": result.case_id, "name": name, "status": status, "assignee_id": result.assignee_id}


def _render_recorded(world: World, result: RunCase) -> Row:
    return {
        "test_case_id": result.case_id,
        "test_run_status_id": result.status_id,
        "user_id": result.assignee_id,
        "updated_at": world.timestamp(result.meta.updated_at),
    }


def _body_and_files(call: Call[World]) -> tuple[Fields, list[Part]]:
    if not call.content_type.lower().startswith("multipart/"):
        return body(call), []
    try:
        found = parts(call.content_type, call.body)
    except NotMultipart as error:
        raise invalid("The request body is not a valid form") from error
    data = next((part.text for part in found if part.name == "data"), None)
    if data is None:
        raise invalid("data is required")
    return object_in(data), [part for part in found if part.filename is not None]


def _attachment_counts(files: list[Part]) -> dict[int, int]:
    """The number of files for each entry; files without an entry in their name are ignored."""
    found: dict[int, int] = {}
    for part in files:
        if len(part.content) > LARGEST_FILE:
            raise unprocessable("An attachment must not be larger than 25 MB")
        if match := _FILE.fullmatch(part.name):
            found[int(match[1])] = found.get(int(match[1]), 0) + 1
    return found


def _validate(world: World, run_cases: RunCases, entry: Fields) -> tuple[RunCase, str, str | None, Fields]:
    result = _case_in_run(run_cases, uuid(entry.get("test_case_id")))
    status_id = uuid(entry.get("test_run_status_id"))
    if status_id not in world.lookups["results"]:
        raise foreign_key(_TABLE, "test_run_status")
    string(entry, "description")
    user_id = user_or_none(world, entry, "user_id", _TABLE) if "user_id" in entry else None
    return result, status_id, user_id, entry


def _case_in_run(run_cases: RunCases, case_id: str) -> RunCase:
    if case_id not in run_cases:
        raise not_found("Test run case", case_id)
    return run_cases[case_id]
