"""Bug actions: accept, reject and the three marks; none of them can be undone."""

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testio.sandbox.answers import invalid
from tools.testio.sandbox.bugs import answer_bug, find_bug
from tools.testio.sandbox.records import Bug
from tools.testio.sandbox.requests import body, require, string
from tools.testio.sandbox.world import REJECT_REASONS, World

routes: Routes[World] = Routes()


@routes.put("/bugs/{bug_id:int}/accept")
async def accept_bug(call: Call[World]) -> Response:
    bug = _require_open(find_bug(call), "accepted")
    bug.status, bug.auto_accepted = "accepted", False
    return _answer(call, bug)


@routes.put("/bugs/{bug_id:int}/reject")
async def reject_bug(call: Call[World]) -> Response:
    """Read reason and comment from the body, or from the query as the client of 2022 sends them."""
    bug = find_bug(call)
    sent = {name: call.last(name) for name in ("reason", "comment")} | dict(body(call))
    require(sent, "reason", "comment")
    reason, comment = string(sent, "reason") or "", string(sent, "comment")
    _require_open(bug, "rejected")
    if reason not in REJECT_REASONS:
        raise invalid("Reason is not included in the list")
    call.world.reject(bug, reason, comment, call.world.now())
    return _answer(call, bug)


@routes.put("/bugs/{bug_id:int}/mark_as_known")
async def mark_as_known(call: Call[World]) -> Response:
    bug = find_bug(call)
    bug.known = True
    return _answer(call, bug)


@routes.put("/bugs/{bug_id:int}/mark_as_fixed")
async def mark_as_fixed(call: Call[World]) -> Response:
    bug = find_bug(call)
    bug.fixed = True
    return _answer(call, bug)


@routes.put("/bugs/{bug_id:int}/mark_as_exported")
async def mark_as_exported(call: Call[World]) -> Response:
    bug = find_bug(call)
    bug.exported_at = bug.exported_at or call.world.now()
    bug.export_requested = False
    return _answer(call, bug)


def _require_open(bug: Bug, done: str) -> Bug:
    if not bug.is_open:
        raise invalid(f"A bug that is {bug.status} cannot be {done}")
    return bug


def _answer(call: Call[World], bug: Bug) -> Response:
    call.world.discard_rendered(bug)
    return answer_bug(call, bug)
