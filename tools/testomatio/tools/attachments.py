"""Files attached to tests, suites and results."""

from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field

from tools.kit.errors import Invalid, NotFound, PlatformError, Refused
from tools.kit.form import Attached, Form
from tools.kit.model import Answer
from tools.kit.text import Key, Untrusted, quote
from tools.kit.toolset import Progress, Toolset
from tools.kit.upload import DIRECTORIES, is_private, opened
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.issues import Attachment
from tools.testomatio.tools.issues import TargetId
from tools.testomatio.tools.placing import known_suite, known_test
from tools.testomatio.tools.projects import ProjectSlug
from tools.testomatio.tools.scope import Pairs, bare_id, targeted

tool = Toolset(Testomatio, needs="api")

Kind = Literal["test", "suite", "testrun"]
AttachmentId = Annotated[str, Field(min_length=1, max_length=100)]

LARGEST: Final = 50 * 2**20
"""No limit is documented; a test's file of more than this is a mistake."""
TYPES: Final = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".svg": "image/svg+xml",
    ".mp4": "video/mp4",
    ".webm": "video/webm",
    ".mov": "video/quicktime",
    ".txt": "text/plain",
    ".log": "text/plain",
    ".md": "text/markdown",
    ".csv": "text/csv",
    ".html": "text/html",
    ".xml": "application/xml",
    ".json": "application/json",
    ".har": "application/json",
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".zip": "application/zip",
}


async def not_there(api: Testomatio, project: str, kind: Kind, number: str) -> PlatformError:
    """What a 404 of the attachments means: their target is not there, or this host has no such route at all."""
    bare = bare_id(kind, number)
    try:
        if kind == "test":
            await known_test(api, project, bare, [])
        elif kind == "suite":
            await known_suite(api, project, bare, [])
        else:
            await api.result(project, int(bare))
    except NotFound as error:
        return (
            error
            if kind != "testrun"
            else NotFound(f"Project {project[:100]!r} has no result {bare[:20]}.", status=404)
        )
    return NotFound(
        f"The {kind} {bare[:40]} is there, so it is the route for attachments that this host does not have (404): live "
        "hosts were seen without it in August 2026. The web app takes and shows files.",
        status=404,
    )


async def attachments_of(api: Testomatio, project: str, kind: Kind, number: str) -> list[Attachment]:
    """The files of a thing."""
    try:
        return (await api.attachments(project, targeted(kind, number))).data
    except NotFound as error:
        raise await not_there(api, project, kind, number) from error


class Attachments(Answer):
    """The files of a thing."""

    target: Key
    target_id: Key
    total: int
    items: list[Attachment]


@tool.reads()
async def list_attachments(
    api: Testomatio, target: Kind, target_id: TargetId, project: ProjectSlug = None
) -> Attachments:
    """List the files attached to a test, suite or result (testrun); some hosts do not have this route."""
    found = await attachments_of(api, api.project_of(project), target, target_id)
    return Attachments(target=target, target_id=bare_id(target, target_id), total=len(found), items=found)


class UploadedFile(Answer):
    """A file that was attached."""

    done: str
    file: Untrusted
    attachment: Attachment


@tool.writes(idempotent=False, settled_by="list_attachments")
async def upload_attachment(
    api: Testomatio,
    progress: Progress,
    target: Kind,
    target_id: TargetId,
    file: Annotated[str, Field(min_length=1, description="Whole path; picture, video, text, PDF, up to 50 MiB.")],
    project: ProjectSlug = None,
) -> UploadedFile:
    """Attach a file to a test, suite or result, from a directory of the server that TESTDESK_UPLOAD_DIRS allows."""
    slug = api.project_of(project)
    if not is_private(api.account.base_url, api.account):
        raise Refused("The platform's base address has no TLS, so no file is sent there. Nothing was sent.")
    where = targeted(target, target_id)
    allowed = api.account.settings.get(DIRECTORIES, "")
    async with opened(file, allowed=allowed, extensions=tuple(TYPES), at_most=LARGEST) as found:
        kind = TYPES[Path(found.name).suffix.lower()]

        def form(field: str) -> Form:
            return Form([Attached(found, kind, name=field)], progress=progress)

        try:
            made = await _either_field(api, slug, where, form("file"), form("files"))
        except NotFound as error:
            raise await not_there(api, slug, target, target_id) from error
        return UploadedFile(done=f"Attached {found.size:,} bytes.", file=found.name, attachment=made)


async def _either_field(api: Testomatio, project: str, where: Pairs, form: Form, later: Form) -> Attachment:
    """Send a file in the field of August 2026; a host that misses it there, and did nothing, gets the later one's."""
    try:
        return await api.upload_attachment(project, where, form)
    except Invalid as error:
        if error.status not in {400, 422}:
            raise
        return await api.upload_attachment(project, where, later)


async def _known(api: Testomatio, project: str, kind: Kind, number: str, attachment_id: str) -> Attachment:
    found = await attachments_of(api, project, kind, number)
    one = next((one for one in found if one.id == attachment_id), None)
    if one is None:
        raise NotFound(
            f"The {kind} {bare_id(kind, number)[:40]} has no attachment {attachment_id[:60]!r}. "
            "testomatio_list_attachments shows ids.",
            status=404,
        )
    return one


async def about_to_delete_attachment(
    api: Testomatio, target: Kind, target_id: str, attachment_id: str, project: str | None
) -> str:
    slug = api.project_of(project)
    one = await _known(api, slug, target, target_id, attachment_id)
    size = f" ({one.size:,} bytes)" if one.size is not None else ""
    where = f"{target} {bare_id(target, target_id)}"
    return (
        f"Delete the file {quote(one.name or one.id)}{size} from {where} of project {slug}? "
        "There is no undo through this API."
    )


class DeletedFile(Answer):
    """A file that is gone, as it was."""

    done: str
    before: Attachment


@tool.destroys(about_to_delete_attachment, idempotent=True, settled_by="list_attachments")
async def delete_attachment(
    api: Testomatio, target: Kind, target_id: TargetId, attachment_id: AttachmentId, project: ProjectSlug = None
) -> DeletedFile:
    """Delete a file from a test, suite or result, after a person said yes."""
    slug = api.project_of(project)
    one = await _known(api, slug, target, target_id, attachment_id)
    await api.delete_attachment(slug, one.id, targeted(target, target_id))
    return DeletedFile(done="Deleted.", before=one)
