"""Bug actions: accept, reject and the three marks; none of them can be taken back."""

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testio.sandbox.answers import invalid
from tools.testio.sandbox.bugs import find, one
from tools.testio.sandbox.records import Bug
from tools.testio.sandbox.requests import body, require, string
from tools.testio.sandbox.world import REJECT_REASONS, World

routes: Routes[World] = Routes()


@routes.put("/bugs/{bug_id:int}/accept")
async def accept_bug(call: Call[World]) -> Response:
    bug = _open(find(call), "accepted")
    bug.status, bug.auto_accepted = "accepted", False
    return _done(call, bug)


@routes.put("/bugs/{bug_id:int}/reject")
async def reject_bug(call: Call[World]) -> Response:
    """Takes reason and comment out of the body, or out of the query as the client of 2022 sends them."""
    bug = find(call)
    sent = {name: call.last(name) for name in ("reason", "comment")} | dict(body(call))
    require(sent, "reason", "comment")
    reason, comment = string(sent, "reason") or "", string(sent, "comment")
    _open(bug, "rejected")
    if reason not in REJECT_REASONS:
        raise invalid("Reason is not included in the list")
    call.world.reject(bug, reason, comment, call.world.now())
    return _done(call, bug)


@routes.put("/bugs/{bug_id:int}/mark_as_known")
async def mark_as_known(call: Call[World]) -> Response:
    bug = find(call)
    bug.known = True
    return _done(call, bug)


@routes.put("/bugs/{bug_id:int}/mark_as_fixed")
async def mark_as_fixed(call: Call[World]) -> Response:
    bug = find(call)
    bug.fixed = True
    return _done(call, bug)


@routes.put("/bugs/{bug_id:int}/mark_as_exported")
async def mark_as_exported(call: Call[World]) -> Response:
    bug = find(call)
    bug.exported_at = bug.exported_at or call.world.now()
    bug.export_requested = False
    return _done(call, bug)


def _open(bug: Bug, done: str) -> Bug:
    if not bug.is_open:
        raise invalid(f"A bug that is {bug.status} cannot be {done}")
    return bug


def _done(call: Call[World], bug: Bug) -> Response:
    call.world.touched(bug)
    return one(call, bug)
