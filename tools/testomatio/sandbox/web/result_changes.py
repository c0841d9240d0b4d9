"""Changes to results in the web API: status, assignee, custom status, steps and custom values.

Where the reference is silent: each of them returns the result, and any text may be a custom status.
"""

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testomatio.sandbox.access import caller, project
from tools.testomatio.sandbox.answers import answer, invalid, refuse
from tools.testomatio.sandbox.lifecycle import start
from tools.testomatio.sandbox.records import Testrun
from tools.testomatio.sandbox.requests import Fields, body, choice, number, objects, require, string
from tools.testomatio.sandbox.v2.testruns import STATUSES
from tools.testomatio.sandbox.web import results as web_results
from tools.testomatio.sandbox.web.json_api import document, read_document
from tools.testomatio.sandbox.web.results import find_result
from tools.testomatio.sandbox.world import World

routes: Routes[World] = Routes()

_RESULT = "/api/{p}/testruns/{result_id}"


@routes.put(_RESULT)
@routes.patch(_RESULT)
async def update_result(call: Call[World]) -> Response:
    """Update a result; people are numbers, and null removes the assignee."""
    world, result = call.world, find_result(call)
    sent = read_document(call, "testrun").attributes
    status = choice(sent, "status", STATUSES, result.status)
    message = string(sent, "message") if "message" in sent else result.message
    run_time = number(sent, "run-time") if "run-time" in sent else result.run_time
    result.assigned_to = _member(call, sent) if "assigned-to" in sent else result.assigned_to
    if status != result.status:
        result.substatus = None
    if "status" in sent:
        is_open = status == "pending"
        result.executed_by, result.finished_at = (None, None) if is_open else (caller(call).email, world.now())
    result.status, result.message, result.run_time = status, message, run_time
    if status != "pending":
        start(world, world.runs[result.run_id])
    return _answer(call, result)


@routes.put(f"{_RESULT}/testrun_extras/substatus")
async def set_substatus(call: Call[World]) -> Response:
    result, sent = find_result(call), body(call)
    require(sent, "value")
    result.substatus = string(sent, "value")
    return _answer(call, result)


@routes.delete(f"{_RESULT}/testrun_extras/substatus")
async def clear_substatus(call: Call[World]) -> Response:
    result = find_result(call)
    result.substatus = None
    return _answer(call, result)


@routes.post(f"{_RESULT}/testrun_extras/bulk_update")
async def set_values(call: Call[World]) -> Response:
    """Set values by key; an `oldKey` is removed, so the same key replaces its value."""
    result, entries = find_result(call), objects(body(call), "metafields")
    for entry in entries:
        require(entry, "key")
    for entry in entries:
        result.meta.pop(string(entry, "oldKey") or "", None)
        result.meta[string(entry, "key") or ""] = string(entry, "value") or ""
    return _answer(call, result)


@routes.get(f"{_RESULT}/steps")
async def list_steps(call: Call[World]) -> Response:
    """Steps, with durations as strings."""
    return answer({"steps": [_step(step) for step in find_result(call).steps]})


@routes.post(f"{_RESULT}/steps")
async def set_step(call: Call[World]) -> Response:
    """Set the step at a position; an automated result ignores it but still answers success."""
    result, step = find_result(call), body(call).get("step")
    if not isinstance(step, dict):
        raise refuse(400, "param is missing or the value is empty: step")
    position = number(step, "pos")
    if position is None or position < 0 or position != int(position):
        raise invalid("pos is not a position")
    if not result.automated:
        stored: dict[str, object] = {
            "title": string(step, "title"),
            "status": string(step, "status"),
            "pos": int(position),
        }
        others = [one for one in result.steps if one.get("pos") != position]
        result.steps = sorted([*others, stored], key=_position)
    return answer({"steps": [_step(one) for one in result.steps]})


def _position(step: Fields) -> float:
    position = step.get("pos")
    return position if isinstance(position, int | float) else -1


def _step(step: Fields) -> Fields:
    duration = step.get("duration")
    return {**step, "duration": None if duration is None else str(duration)}


def _member(call: Call[World], sent: Fields) -> str | None:
    """The e-mail address of the member with this number; None for nobody.

    Raises:
        Respond: 422 for anyone who is not a member or is read-only.
    """
    number_sent = string(sent, "assigned-to")
    if not number_sent:
        return None
    members = [call.world.users[one] for one in project(call).members]
    found = next((user for user in members if str(user.id) == number_sent and not user.is_read_only), None)
    if found is None:
        raise invalid("assigned-to is not a member of the project")
    return found.email


def _answer(call: Call[World], result: Testrun) -> Response:
    result.updated_at = call.world.now()
    return document(web_results.render_result(call, result))
