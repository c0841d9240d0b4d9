"""Attachments: files on tests, suites and results; they lie in a store that asks for nothing."""

from collections.abc import Collection
from hashlib import sha256

from starlette.responses import Response

from tools.kit.sandbox.multipart import NotMultipart, parts
from tools.kit.sandbox.routes import Call, Respond, Routes
from tools.testomatio.sandbox import issue_links
from tools.testomatio.sandbox.access import project
from tools.testomatio.sandbox.answers import created, gone, invalid, lost, not_found, refuse, v2
from tools.testomatio.sandbox.dates import zulu
from tools.testomatio.sandbox.project_records import Attachment
from tools.testomatio.sandbox.v2.pages import Row, slimmed
from tools.testomatio.sandbox.v2.scope import V2
from tools.testomatio.sandbox.world import World

routes: Routes[World] = Routes()
files: Routes[World] = Routes()

FILES = "/testomatio-files"
"""The door where the files themselves lie, beside the API."""
TARGETS = ("test", "suite", "testrun")


@routes.get(f"{V2}/attachments")
async def list_attachments(call: Call[World]) -> Response:
    target = _target(call)
    found = [one for one in call.world.attachments.values() if (one.resource_type, one.resource_id) == target]
    return v2(call, slimmed(call, [shown(call, one) for one in found]), meta={"total": len(found)})


@routes.post(f"{V2}/attachments")
async def upload_attachment(call: Call[World]) -> Response:
    """One file, in a field `file` or `files`."""
    resource_type, resource_id = _target(call)
    one = kept(call, resource_type, resource_id, fields={"file", "files", "files[]"})
    return created(call, shown(call, one))


def kept(call: Call[World], resource_type: str, resource_id: str | int, *, fields: Collection[str]) -> Attachment:
    """Keep the one file that a form brings in one of these fields.

    Raises:
        Respond: 422 when it brings none or several.
    """
    world = call.world
    try:
        found = parts(call.content_type, call.body)
    except NotMultipart as error:
        raise invalid("File can't be blank") from error
    sent = [part for part in found if part.filename and part.name in fields]
    if len(sent) != 1:
        raise invalid("Exactly one file is required")
    one = Attachment(
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
    return world.attachments.setdefault(one.id, one)


@routes.delete(f"{V2}/attachments/{{id}}")
async def delete_attachment(call: Call[World]) -> Response:
    target = _target(call)
    one = call.world.attachments.get(call.params["id"])
    if one is None or (one.resource_type, one.resource_id) != target:
        raise not_found("Attachment")
    del call.world.attachments[one.id]
    return gone()


@files.get("/{id}/{name}")
async def get_file(call: Call[World]) -> Response:
    one = call.world.attachments.get(call.params["id"])
    if one is None:
        raise refuse(404, "Not found")
    return Response(one.content or b"", media_type=one.content_type)


def _target(call: Call[World]) -> tuple[str, str | int]:
    """What a file is on.

    Raises:
        Respond: 404 where v2 has no attachments yet, 422 when not exactly one target is named.
    """
    if call.world.switches.without_attachments:
        raise Respond(lost(call))
    named = [(name, value) for name in TARGETS if (value := call.last(f"{name}_id"))]
    if len(named) != 1:
        raise invalid(f"Exactly one of {', '.join(f'{name}_id' for name in TARGETS)} is required")
    resource_type, resource_id = named[0]
    return resource_type, issue_links.check_target(call.world, project(call).slug, resource_type, resource_id)


def shown(call: Call[World], one: Attachment) -> Row:
    return {
        "id": one.id,
        "type": "attachment",
        "name": one.name,
        "content_type": one.content_type,
        "size": one.size,
        "url": f"{call.origin}{FILES}/{one.id}/{one.name}",
        "created_at": zulu(one.created_at),
    }
