"""Files attached to tests, suites and results."""

from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import Field

from tools.kit.asking import Ask, Asking
from tools.kit.changed import Changed
from tools.kit.errors import Invalid, NotFound, Refused
from tools.kit.form import Attached, Form
from tools.kit.model import Answer
from tools.kit.text import Key, Untrusted, given, quote, word
from tools.kit.toolset import Progress, Toolset
from tools.kit.upload import DIRECTORIES, is_private, open_upload
from tools.testomatio.client.families import EMAIL, PASSWORD, TOKEN
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.issues import Attachment
from tools.testomatio.tools.issues import TargetId
from tools.testomatio.tools.placing import known_suite, known_test
from tools.testomatio.tools.projects import ProjectSlug
from tools.testomatio.tools.scope import Pairs, bare_id, place, targeted

tool = Toolset(Testomatio, needs="api")

Kind = Annotated[
    Literal["test", "suite", "testrun"], Field(description="What target_id belongs to; testrun: a result.")
]
AttachmentId = Annotated[
    str, Field(min_length=1, max_length=100, description="As testomatio_list_attachments gives it.")
]

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


async def target_there(api: Testomatio, project: str, kind: Kind, number: str) -> None:
    """See that what files are on is there, after a 404 that may have meant the route.

    Raises:
        NotFound: when the project has no such thing.
    """
    bare = bare_id(kind, number)
    if kind == "test":
        await known_test(api, project, bare, [])
    elif kind == "suite":
        await known_suite(api, project, bare, [])
    else:
        try:
            await api.result(project, int(bare))
        except NotFound as error:
            raise NotFound(f"Project {project[:100]!r} has no result {bare[:20]}.", status=404) from error


def no_route(kind: Kind, number: str) -> NotFound:
    """What is said where neither the public API nor the web's takes or shows files of a thing."""
    if kind == "suite":
        why = "The web's API, which is tried in its place, has files of tests and results only."
    else:
        why = (
            f"The web's API, which is tried in its place, needs a general token (testomat_...) in {TOKEN}, or {EMAIL} "
            f"and {PASSWORD}."
        )
    return NotFound(
        f"The {kind} {bare_id(kind, number)[:40]} is there, but this host's public API does not have attachments "
        f"(404), as live hosts did not in August 2026. {why}",
        status=404,
    )


async def attachments_of(api: Testomatio, project: str, kind: Kind, number: str) -> list[Attachment]:
    """The files of a thing; where the public API has no attachments, as the web's API shows them."""
    try:
        return (await api.attachments(project, targeted(kind, number))).data
    except NotFound as error:
        await target_there(api, project, kind, number)
        if kind == "suite" or not api.can_log_in:
            raise no_route(kind, number) from error
    bare = bare_id(kind, number)
    if kind == "test":
        addresses = (await api.web_test(project, bare)).data.attachments
    else:
        addresses = (await api.web_result(project, int(bare))).files
    return [Attachment(name=urlsplit(one).path.rsplit("/", 1)[-1] or None, url=one) for one in addresses]


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
    """List the files attached to a test, suite or result (testrun)."""
    found = await attachments_of(api, api.project_of(project), target, target_id)
    return Attachments(target=target, target_id=bare_id(target, target_id), total=len(found), items=found)


class UploadedFile(Answer):
    """A file that was attached."""

    done: str
    file: Untrusted
    attachment: Attachment


@tool.writes(idempotent=False, verify_with="list_attachments")
async def upload_attachment(
    api: Testomatio,
    progress: Progress,
    target: Kind,
    target_id: TargetId,
    file: Annotated[str, Field(min_length=1, description="Absolute path; picture, video, text or PDF, up to 50 MiB.")],
    project: ProjectSlug = None,
) -> UploadedFile:
    """Attach a file to a test, suite or result, from a directory of the server that TESTDESK_UPLOAD_DIRS allows."""
    slug = api.project_of(project)
    if not is_private(api.account.base_url, api.account):
        raise Refused("The platform's base address has no TLS, so no file is sent there.")
    where = targeted(target, target_id)
    allowed, over = api.account.settings.get(DIRECTORIES, ""), ""
    async with open_upload(file, allowed=allowed, extensions=tuple(TYPES), at_most=LARGEST) as found:
        kind = TYPES[Path(found.name).suffix.lower()]

        def form(field: str) -> Form:
            return Form([Attached(found, kind, name=field)], progress=progress)

        try:
            made = await _either_field(api, slug, where, form("file"), form("files"))
        except NotFound as error:
            await target_there(api, slug, target, target_id)
            if target == "suite" or not api.can_log_in:
                raise no_route(target, target_id) from error
            made = await _over_the_web(api, slug, target, bare_id(target, target_id), found.name, form("file"))
            over = " over the web's API, because this host's public API does not have attachments"
        return UploadedFile(done=f"Attached {found.size:,} bytes{over}.", file=found.name, attachment=made)


async def _either_field(api: Testomatio, project: str, where: Pairs, form: Form, later: Form) -> Attachment:
    """Send a file in the field of August 2026; a host that misses it there, and did nothing, gets the later one's."""
    try:
        return await api.upload_attachment(project, where, form)
    except Invalid as error:
        if error.status not in {400, 422}:
            raise
        return await api.upload_attachment(project, where, later)


async def _over_the_web(api: Testomatio, project: str, kind: Kind, number: str, name: str, form: Form) -> Attachment:
    """Send a file the way the vendor's own programs do; the answer is its address alone."""
    if kind == "test":
        made = await api.attach_to_test(project, number, form)
    else:
        made = await api.attach_to_result(project, int(number), form)
    return Attachment(name=name, url=made.url)


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


@tool.destroys(idempotent=True, verify_with="list_attachments")
async def delete_attachment(
    api: Testomatio, target: Kind, target_id: TargetId, attachment_id: AttachmentId, project: ProjectSlug = None
) -> Asking[Changed[Attachment]]:
    """Delete a file from a test, suite or result. The server asks the user to confirm."""
    slug = api.project_of(project)
    before = await _known(api, slug, target, target_id, attachment_id)
    size = f" ({before.size:,} bytes)" if before.size is not None else ""
    file = f"file {word(attachment_id)} {quote(before.name or '')}"
    where = f"{target} {given(bare_id(target, target_id))} of {place(slug)}"
    yield Ask(f"Delete the {file}{size} from {where}? There is no undo through this API.")
    await api.delete_attachment(slug, attachment_id, targeted(target, target_id))
    yield Changed[Attachment](done=f"Deleted {file} from {where}.", before=before)
