"""Attachments: files on tests, suites and results, in a store without credentials."""

from collections.abc import Collection
from hashlib import sha256

from starlette.responses import Response

from tools.kit.sandbox.multipart import NotMultipart, parts
from tools.kit.sandbox.routes import Call, Respond, Routes
from tools.testomatio.sandbox import issue_links
from tools.testomatio.sandbox.access import project
from tools.testomatio.sandbox.answers import created, invalid, no_content, not_found, refuse, unknown_path, v2_answer
from tools.testomatio.sandbox.dates import zulu
from tools.testomatio.sandbox.project_records import Attachment
from tools.testomatio.sandbox.v2.pages import Row, slim_rows
from tools.testomatio.sandbox.v2.scope import V2
from tools.testomatio.sandbox.world import World

routes: Routes[World] = Routes()
file_routes: Routes[World] = Routes()

FILES = "/testomatio-files"
"""The mount of the files, separate from the API."""
TARGETS = ("test", "suite", "testrun")


@routes.get(f"{V2}/attachments")
async def list_attachments(call: Call[World]) -> Response:
    rows = [render_attachment(call, file) for file in call.world.files_of(*_target(call))]
    return v2_answer(call, slim_rows(call, rows), meta={"total": len(rows)})


@routes.post(f"{V2}/attachments")
async def upload_attachment(call: Call[World]) -> Response:
    """Upload one file, in a field `file` or `files`."""
    resource_type, resource_id = _target(call)
    attachment = store_attachment(call, resource_type, resource_id, fields={"file", "files", "files[]"})
    return created(call, render_attachment(call, attachment))


def store_attachment(
    call: Call[World], resource_type: str, resource_id: str | int, *, fields: Collection[str]
) -> Attachment:
    """Store the file in one of these fields of a form.

    Raises:
        Respond: 422 unless there is exactly one file.
    """
    world = call.world
    try:
        found = parts(call.content_type, call.body)
    except NotMultipart as error:
        raise invalid("File can't be blank") from error
    sent = [part for part in found if part.filename and part.name in fields]
    if len(sent) != 1:
        raise invalid("Exactly one file is required")
    attachment = Attachment(
        sha256(f"attachment {len(world.attachments)} {world.new_id()}".encode()).hexdigest()[:16],
        project(call).slug,
        sent[0].filename or "",
        sent[0].content_type,
        len(sent[0].content),
        resource_type,
        resource_id,
        world.now(),
        sent[0].content,
    )
    return world.attachments.setdefault(attachment.id, attachment)


@routes.delete(f"{V2}/attachments/{{id}}")
async def delete_attachment(call: Call[World]) -> Response:
    target = _target(call)
    attachment = call.world.attachments.get(call.params["id"])
    if attachment is None or (attachment.resource_type, attachment.resource_id) != target:
        raise not_found("Attachment")
    del call.world.attachments[attachment.id]
    return no_content()


@file_routes.get("/{id}/{name}")
async def get_file(call: Call[World]) -> Response:
    attachment = call.world.attachments.get(call.params["id"])
    if attachment is None:
        raise refuse(404, "Not found")
    return Response(attachment.content or b"", media_type=attachment.content_type)


def _target(call: Call[World]) -> tuple[str, str | int]:
    """The target of a file.

    Raises:
        Respond: 404 with the switch `without_attachments`, 422 unless there is exactly one target.
    """
    if call.world.switches.without_attachments:
        raise Respond(unknown_path(call))
    targets = [(name, value) for name in TARGETS if (value := call.last(f"{name}_id"))]
    if len(targets) != 1:
        raise invalid(f"Exactly one of {', '.join(f'{name}_id' for name in TARGETS)} is required")
    resource_type, resource_id = targets[0]
    return resource_type, issue_links.check_target(call.world, project(call).slug, resource_type, resource_id)


def render_attachment(call: Call[World], attachment: Attachment) -> Row:
    return {
        "id": attachment.id,
        "type": "attachment",
        "name": attachment.name,
        "content_type": attachment.content_type,
        "size": attachment.size,
        "url": f"{call.origin}{FILES}/{attachment.id}/{attachment.name}",
        "created_at": zulu(attachment.created_at),
    }
