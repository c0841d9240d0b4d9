"""Export: sends a bug to a connection, with a real POST when its URL is on this machine."""

from starlette.responses import JSONResponse, Response

from tools.kit.sandbox.hook import NotLocal, deliver, local_address
from tools.kit.sandbox.routes import Call, Routes
from tools.testio.sandbox import attachments, devices
from tools.testio.sandbox.answers import ORIGIN, refuse
from tools.testio.sandbox.bugs import texts_of, visible_bug
from tools.testio.sandbox.dates import zulu
from tools.testio.sandbox.records import Bug, Connection
from tools.testio.sandbox.requests import Fields, body, integer
from tools.testio.sandbox.story.wording import TESTERS
from tools.testio.sandbox.world import World

controls: Routes[World] = Routes()

WEB = "https://harbour.example.test"
"""The account's web address."""
PRIORITIES = {"critical": "p1", "high": "p2", "low": "p3"}


@controls.action("export")
async def export_bug(call: Call[World]) -> Response:
    """Send a bug, as a click on Export does: `{"bug_id": 88101}`; `connection_id` selects another connection."""
    world, sent = call.world, body(call)
    world.apply_due_changes()
    bug = visible_bug(world, integer(sent.get("bug_id"), "bug_id"))
    if bug is None:
        raise refuse(422, "bug_id is the ID of a bug that the customer can see")
    connection = _connection(world, bug, sent)
    try:
        local_address(connection.url)
    except NotLocal as error:
        raise refuse(
            422, f"Nothing was sent: connection {connection.id} has the URL {connection.url}. {error}"
        ) from error
    at = world.now()
    try:
        delivery = await deliver(connection.url, payload(call, bug))
    except NotLocal as error:
        raise refuse(422, f"Nothing was sent: {error}") from error
    if delivery.is_accepted:
        bug.exported_at, bug.export_requested = at, False
    elif bug.exported_at is None:
        bug.export_requested = True
    world.discard_rendered(bug)
    return JSONResponse(
        {
            "bug_id": bug.id,
            "connection_id": connection.id,
            "url": connection.url,
            "delivered": delivery.is_accepted,
            "status": delivery.status,
            "tries": delivery.tries,
            "problem": delivery.problem,
            "exported_at": zulu(bug.exported_at),
        }
    )


def payload(call: Call[World], bug: Bug) -> dict[str, object]:
    """The event, whose field names differ from the API's."""
    texts, is_report = texts_of(bug), bug.report is not None
    page = f"{WEB}/products/{bug.product_id}/test_cycles/{bug.cycle_id}/bugs/{bug.id}"
    pictures = [call.world.attachments[number] for number in bug.attachments]
    return {
        "event": "bug.exported",
        "exported_at": zulu(call.world.now()),
        "bug": {
            "id": bug.id,
            "title": texts.title if bug.report is None else bug.report["title"],
            "description": f"{texts.actual} ({texts.location})",
            "steps_to_reproduce": [] if is_report else texts.steps,
            "expected_result": None if is_report else texts.expected,
            "actual_result": None if is_report else texts.actual,
            "severity": bug.severity,
            "priority": PRIORITIES.get(bug.severity, "p4"),
            "status": bug.status,
            "attachments": [
                {"url": attachments.file_url(p.id, p.name).replace(ORIGIN, call.origin), "type": "image/png"}
                for p in pictures
            ],
            "device": None if bug.device is None else devices.device_summary(bug.device),
            "reporter": {"id": TESTERS.index(bug.author) + 1001 if bug.author in TESTERS else 1000, "name": bug.author},
            "test_cycle_id": bug.cycle_id,
            "product_id": bug.product_id,
            "link": page,
        },
    }


def _connection(world: World, bug: Bug, sent: Fields) -> Connection:
    """The connection in the request, else the one of the bug's section, else of its product."""
    named = integer(sent.get("connection_id"), "connection_id")
    product = world.products[bug.product_id]
    section = product.section(bug.section_id)
    own = (section and section.connection_id) or product.connection_id
    connection = world.connections.get(named or own or 0)
    if connection is None:
        raise refuse(422, "No connection has this ID" if named else "The bug's product has no connection")
    return connection
