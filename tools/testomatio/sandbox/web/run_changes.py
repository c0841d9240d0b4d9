"""Changes to runs in the web API: texts, and events such as the end of a run.

Where the reference is silent: an event that does not apply to the run is 422, and null removes a run from its group.
"""

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testomatio.sandbox.lifecycle import apply_event
from tools.testomatio.sandbox.requests import Fields, assign, choice, require, string, strings, strings_sent
from tools.testomatio.sandbox.v2.scope import find_record
from tools.testomatio.sandbox.web import runs as web_runs
from tools.testomatio.sandbox.web.json_api import document, read_document
from tools.testomatio.sandbox.world import World

routes: Routes[World] = Routes()

EVENTS = ("finish", "finish_manual", "launch", "rerun", "scheduled", "terminate")


@routes.put("/api/{p}/runs/{run_id}")
@routes.patch("/api/{p}/runs/{run_id}")
async def update_run(call: Call[World]) -> Response:
    """Set the fields that were sent, then apply the event."""
    world, run = call.world, web_runs.find_run(call)
    sent = read_document(call, "run", snake={"rungroup_id"}).attributes
    if "title" in sent:
        require(sent, "title")
    event, texts_sent = choice(sent, "status-event", EVENTS, ""), strings_sent(sent, "title", "description")
    env = strings(sent, "env") if isinstance(sent.get("env"), list) else None
    group_id = _group(call, sent, run.rungroup_id)
    if event:
        apply_event(world, run, event)
    assign(run, texts_sent)
    run.env = run.env if env is None else env
    run.rungroup_id, run.updated_at = group_id, world.now()
    return document(web_runs.render_run(world, run))


def _group(call: Call[World], sent: Fields, default: str | None) -> str | None:
    """The group of a run, under either spelling of its key."""
    names = [name for name in ("rungroup-id", "rungroup_id") if name in sent]
    if not names:
        return default
    group_id = string(sent, names[0])
    return find_record(call, call.world.rungroups, group_id, "Rungroup").id if group_id else None
