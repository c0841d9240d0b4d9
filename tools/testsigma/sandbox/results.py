"""Results: the test cases of a run, their recorded results and who is to do them.

Written as `test_run_status_id` and `user_id`, read as `status_id` and `assignee_id`. Where the reference is silent:
results are all recorded or none; a test case that is not in the run, or not yet, is 404; a user that is not sent stays.
"""

import re
from collections.abc import Mapping

from starlette.responses import Response

from tools.kit.sandbox.multipart import NotMultipart, Part, parts
from tools.kit.sandbox.routes import Call, Routes
from tools.testsigma.sandbox import cases
from tools.testsigma.sandbox.answers import Row, foreign_key, invalid, not_found, one, rendered, unprocessable
from tools.testsigma.sandbox.paging import listed
from tools.testsigma.sandbox.records import RunCase
from tools.testsigma.sandbox.requests import Fields, body, object_in, objects, string, touch, user, user_or_none, uuid
from tools.testsigma.sandbox.runs import find, find_open, results_of
from tools.testsigma.sandbox.settings import result_name, shown_user
from tools.testsigma.sandbox.world import World

routes: Routes[World] = Routes()

LARGEST_FILE = 25 * 1024 * 1024
"""What the web app says of attachments."""
_FILE = re.compile(r"attachments_(\d{1,6})_\d{1,6}")
_TABLE = "test_run_cases"

Inside = Mapping[str, RunCase]
"""The cases of a run that can be seen by now, by the test case's id."""


@routes.get("/projects/{project_id}/test_runs/{run_id}/test_cases")
async def list_results(call: Call[World]) -> Response:
    """A page of the run's cases; as documented, all of them in short and without `page_info`."""
    world, run = call.world, find(call)
    rows = results_of(world, run)
    if world.switches.as_documented:
        return rendered({"message": "", "data": {"test_cases": [_documented(world, row) for row in rows]}})
    return listed(call, "test_run_cases", _TABLE, rows, lambda row: _shown(world, row))


@routes.put("/projects/{project_id}/test_runs/{run_id}/test_cases")
async def record_results(call: Call[World]) -> Response:
    """Record results from the text part `data` of a form, or from plain JSON; files may come with the form."""
    world, run = call.world, find_open(call)
    sent, files = _sent(call)
    entries = objects(sent, "test_run_cases")
    if not entries:
        raise invalid("test_run_cases is required")
    inside = {result.case_id: result for result in results_of(world, run)}
    checked = [_checked(world, inside, entry) for entry in entries]
    attached = _attached(files)
    for place, (result, status_id, user_id, entry) in enumerate(checked):
        result.status_id, result.attempts = status_id, result.attempts + 1
        result.assignee_id = result.assignee_id if user_id is None else user_id
        result.attachments += attached.get(place, 0)
        if "description" in entry:
            result.description = string(entry, "description")
        touch(world, result)
    touch(world, run)
    return rendered({"message": "", "data": {"test_run_cases": [_written(world, result) for result, *_ in checked]}})


@routes.put("/projects/{project_id}/test_runs/{run_id}/assign_user")
async def assign_user(call: Call[World]) -> Response:
    world, run, sent = call.world, find_open(call), body(call)
    inside = {result.case_id: result for result in results_of(world, run)}
    result = _in_run(inside, uuid(sent.get("test_case_id")))
    result.assignee_id = user(world, sent, "user_id", _TABLE)
    touch(world, result)
    told: Row = {
        "test_case_id": result.case_id,
        "user_id": result.assignee_id,
        "updated_at": world.moment(result.mark.updated_at),
    }
    return one("test_run_case", told, message="User assigned successfully")


def _shown(world: World, result: RunCase) -> Row:
    """A case of a run, with the whole test case in it but its preconditions."""
    case, assignee = world.cases.get(result.case_id), world.users.get(result.assignee_id)
    row: Row = {
        "id": result.id,
        "status": world.word(result.id, result_name(world, result.status_id)),
        "status_id": result.status_id,
        "assignee_id": result.assignee_id,
        "assignee": assignee and shown_user(world, assignee),
        "test_case": case and {n: v for n, v in cases.shown(world, case).items() if n != "preconditions"},
        "attempts": result.attempts,
        "attachments_count": result.attachments,
    }
    return row if result.description is None else row | {"description": result.description}


def _documented(world: World, result: RunCase) -> Row:
    case = world.cases.get(result.case_id)
    status = result_name(world, result.status_id).upper().replace(" ", "_")
    name = "" if case is None else case.title
    return {"id": result.case_id, "name": name, "status": status, "assignee_id": result.assignee_id}


def _written(world: World, result: RunCase) -> Row:
    return {
        "test_case_id": result.case_id,
        "test_run_status_id": result.status_id,
        "user_id": result.assignee_id,
        "updated_at": world.moment(result.mark.updated_at),
    }


def _sent(call: Call[World]) -> tuple[Fields, list[Part]]:
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


def _attached(files: list[Part]) -> dict[int, int]:
    """How many files came for which entry; one whose name says none is passed over."""
    found: dict[int, int] = {}
    for part in files:
        if len(part.content) > LARGEST_FILE:
            raise unprocessable("An attachment must not be larger than 25 MB")
        if match := _FILE.fullmatch(part.name):
            found[int(match[1])] = found.get(int(match[1]), 0) + 1
    return found


def _checked(world: World, inside: Inside, entry: Fields) -> tuple[RunCase, str, str | None, Fields]:
    result = _in_run(inside, uuid(entry.get("test_case_id")))
    status_id = uuid(entry.get("test_run_status_id"))
    if status_id not in world.lookups["results"]:
        raise foreign_key(_TABLE, "test_run_status")
    string(entry, "description")
    user_id = user_or_none(world, entry, "user_id", _TABLE) if "user_id" in entry else None
    return result, status_id, user_id, entry


def _in_run(inside: Inside, case_id: str) -> RunCase:
    if case_id not in inside:
        raise not_found("Test run case", case_id)
    return inside[case_id]
