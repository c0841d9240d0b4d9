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
from tools.testomatio.client.credentials import EMAIL, PASSWORD, TOKEN
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.issues import Attachment
from tools.testomatio.tools.issues import TargetId
from tools.testomatio.tools.placing import known_suite, known_test
from tools.testomatio.tools.projects import ProjectSlug
from tools.testomatio.tools.scope import Pairs, bare_id, found_in, place, targeted

tool = Toolset(Testomatio, needs="api")

Kind = Annotated[Literal["test", "suite", "testrun"], Field(description="testrun: a result.")]
AttachmentId = Annotated[str, Field(min_length=1, max_length=100, description="From testomatio_list_attachments.")]

LARGEST: Final = 50 * 2**20
"""The platform documents no limit; a larger file is most likely a mistake."""
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


async def check_target(api: Testomatio, project: str, kind: Kind, number: str) -> None:
    """Check that the target of files exists, after a 404 that may have meant the route.

    Raises:
        NotFound: when the project has no such target.
    """
    bare = bare_id(kind, number)
    if kind == "test":
        await known_test(api, project, bare, [])
    elif kind == "suite":
        await known_suite(api, project, bare, [])
    else:
        where = "testomatio_list_results shows ids."
        await found_in(api, project, api.result(project, int(bare)), f"result {bare[:20]}", where)


def no_route(kind: Kind, number: str) -> NotFound:
    """The error where neither the public API nor the web API handles files of a target."""
    if kind == "suite":
        why = "The web API, the fallback, has files of tests and results only."
    else:
        why = f"The web API, the fallback, needs a general token (testomat_...) in {TOKEN}, or {EMAIL} and {PASSWORD}."
    return NotFound(
        f"The {kind} {bare_id(kind, number)[:40]} exists, but the public API of this host does not have attachments "
        f"(404); no live host had them in August 2026. {why}",
        status=404,
    )


async def attachments_of(api: Testomatio, project: str, kind: Kind, number: str) -> list[Attachment]:
    """The files of a target, from the public API or, where it has no attachments, from the web API."""
    try:
        return (await api.attachments(project, targeted(kind, number))).data
    except NotFound as error:
        await check_target(api, project, kind, number)
        if kind == "suite" or not api.can_log_in:
            raise no_route(kind, number) from error
    bare = bare_id(kind, number)
    if kind == "test":
        addresses = (await api.web_test(project, bare)).data.attachments
    else:
        addresses = (await api.web_result(project, int(bare))).files
    return [Attachment(name=_file_name(one), url=one) for one in addresses]


def _file_name(address: str) -> str | None:
    """The last piece of an address; None if it has none or is not one."""
    try:
        return urlsplit(address).path.rsplit("/", 1)[-1] or None
    except ValueError:
        return None


class Attachments(Answer):
    """The files of a target."""

    target: Key
    target_id: Key
    total: int
    items: list[Attachment]


@tool.reads()
async def list_attachments(
    api: Testomatio, target: Kind, target_id: TargetId, project: ProjectSlug = None
) -> Attachments:
    """List the files attached to a test, suite or result (testrun)."""
    files = await attachments_of(api, api.project_of(project), target, target_id)
    return Attachments(target=target, target_id=bare_id(target, target_id), total=len(files), items=files)


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
    """Attach a file to a test, suite or result; TESTDESK_UPLOAD_DIRS names the directories it may be in."""
    slug = api.project_of(project)
    if not is_private(api.account.base_url, api.account):
        raise Refused("The platform's base address has no TLS, so no file is sent there.")
    query = targeted(target, target_id)
    allowed, how = api.account.settings.get(DIRECTORIES, ""), ""
    async with open_upload(file, allowed=allowed, extensions=tuple(TYPES), at_most=LARGEST) as upload:
        kind = TYPES[Path(upload.name).suffix.lower()]

        def form(field: str) -> Form:
            return Form([Attached(upload, kind, name=field)], progress=progress)

        try:
            made = await _either_field(api, slug, query, form("file"), form("files"))
        except NotFound as error:
            await check_target(api, slug, target, target_id)
            if target == "suite" or not api.can_log_in:
                raise no_route(target, target_id) from error
            made = await _over_the_web(api, slug, target, bare_id(target, target_id), upload.name, form("file"))
            how = " through the web API, because the public API of this host does not have attachments"
        return UploadedFile(done=f"Attached {upload.size:,} bytes{how}.", file=upload.name, attachment=made)


async def _either_field(api: Testomatio, project: str, query: Pairs, form: Form, later: Form) -> Attachment:
    """Send a file in the field that hosts took in August 2026; where a host rejects it there, in the newer one."""
    try:
        return await api.upload_attachment(project, query, form)
    except Invalid as error:
        if error.status not in {400, 422}:
            raise
        return await api.upload_attachment(project, query, later)


async def _over_the_web(api: Testomatio, project: str, kind: Kind, number: str, name: str, form: Form) -> Attachment:
    """Send a file as the vendor's own programs do; the answer holds its address only."""
    if kind == "test":
        made = await api.attach_to_test(project, number, form)
    else:
        made = await api.attach_to_result(project, int(number), form)
    return Attachment(name=name, url=made.url)


async def known_attachment(api: Testomatio, project: str, kind: Kind, number: str, attachment_id: str) -> Attachment:
    """Find a file by its id, or say where ids come from."""
    for file in await attachments_of(api, project, kind, number):
        if file.id == attachment_id:
            return file
    raise NotFound(
        f"The {kind} {bare_id(kind, number)[:40]} has no attachment {attachment_id[:60]!r}. "
        "testomatio_list_attachments shows ids.",
        status=404,
    )


@tool.destroys(idempotent=True, verify_with="list_attachments")
async def delete_attachment(
    api: Testomatio, target: Kind, target_id: TargetId, attachment_id: AttachmentId, project: ProjectSlug = None
) -> Asking[Changed[Attachment]]:
    """Delete a file from a test, suite or result. Asks the user first."""
    slug = api.project_of(project)
    before = await known_attachment(api, slug, target, target_id, attachment_id)
    size = f" ({before.size:,} bytes)" if before.size is not None else ""
    file = f"file {word(attachment_id)} {quote(before.name or '')}"
    where = f"{target} {given(bare_id(target, target_id))} of {place(slug)}"
    yield Ask(f"Delete the {file}{size} from {where}? There is no undo through this API.")
    await api.delete_attachment(slug, attachment_id, targeted(target, target_id))
    yield Changed[Attachment](done=f"Deleted {file} from {where}.", before=before)
