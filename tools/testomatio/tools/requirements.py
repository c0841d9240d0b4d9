"""Requirements, the specifications that tests are written from: texts, files, pages of Jira and Confluence."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from tools.kit.asking import Ask, Asking
from tools.kit.changed import Changed
from tools.kit.editing import Edits, apply_edits, text_fields
from tools.kit.errors import Refused
from tools.kit.form import Attached, Form
from tools.kit.model import Answer, answer_from
from tools.kit.page import Cursor, Limit, Page
from tools.kit.text import Key, Untrusted, many, quote, word
from tools.kit.toolset import Progress, Toolset
from tools.kit.upload import DIRECTORIES, is_private, open_upload
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.requirements import Requirement
from tools.testomatio.tools.attachments import LARGEST, TYPES
from tools.testomatio.tools.paging import page_from
from tools.testomatio.tools.projects import ProjectSlug
from tools.testomatio.tools.scope import Pairs, found_in, given_fields, of_project, place

tool = Toolset(Testomatio, needs="api")

Source = Annotated[Literal["jira", "confluence", "file", "text"], Field(description="Where its text comes from.")]
RequirementId = Annotated[str, Field(min_length=1, max_length=40, description="From testomatio_list_requirements.")]
Files = Annotated[
    list[Annotated[str, Field(min_length=1)]] | None,
    Field(max_length=10, description="Absolute paths; for source file."),
]
Text = Annotated[str | None, Field(max_length=100_000, description="For source text: 500 characters or more.")]
Details = Annotated[str | None, Field(max_length=20_000, description="More to know, beside the description.")]

Title = Annotated[str, Field(min_length=1, max_length=500, description="Such as Rules for coupons.")]
Active = Annotated[bool | None, Field(description="Whether it is in force.")]
IsGlobal = Annotated[bool | None, Field(description="For the whole project, not single suites.")]

SHORTEST: Final = 500
"""The fewest characters of a text requirement that the platform accepts."""


class RequirementRow(Answer):
    """A requirement as a list shows it."""

    id: Key
    title: Untrusted | None = None
    source: Key | None = None
    active: bool | None = None
    is_global: bool | None = None


async def known_requirement(api: Testomatio, project: str, requirement_id: str) -> Requirement:
    """Read a requirement, or say where ids come from."""
    read, what = api.requirement(project, requirement_id), f"requirement {requirement_id[:40]!r}"
    return await found_in(api, project, read, what, "testomatio_list_requirements shows ids.")


@tool.reads(full_text_in="get_requirement")
async def list_requirements(
    api: Testomatio,
    progress: Progress,
    source: Source | None = None,
    scope: Annotated[
        Literal["global", "attached", "detached", "without_suites"] | None,
        Field(description="How it is linked to suites."),
    ] = None,
    project: ProjectSlug = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[RequirementRow]:
    """List the requirements (specifications) of a project."""
    slug = api.project_of(project)
    query: Pairs = [(name, value) for name, value in (("source", source), ("scope", scope)) if value]

    def to_row(one: Requirement) -> RequirementRow:
        return answer_from(RequirementRow, one, source=one.source_type)

    fetch = partial(api.requirements_page, slug, query)
    with of_project(slug):
        return await page_from(fetch, to_row, limit=limit, cursor=cursor, progress=progress, of=[slug, query])


@tool.reads(long_text=True)
async def get_requirement(api: Testomatio, requirement_id: RequirementId, project: ProjectSlug = None) -> Requirement:
    """Read one requirement with its text and the suites it is linked to."""
    return await known_requirement(api, api.project_of(project), requirement_id)


def check_length(source: str | None, description: str | None) -> None:
    """Check that the text of a text requirement is long enough for the platform.

    Raises:
        Refused: when it is shorter.
    """
    length = len((description or "").strip())
    if source == "text" and length < SHORTEST:
        raise Refused(f"A text requirement needs at least {SHORTEST} characters of description; this one has {length}.")


@asynccontextmanager
async def request_body(
    api: Testomatio, fields: dict[str, Any], files: list[str] | None, progress: Progress
) -> AsyncIterator[dict[str, Any] | Form]:
    """The body of a write: JSON, or with files a form, in which booleans are sent as strings.

    Raises:
        Refused: for a file that may not be sent.
    """
    if not files:
        yield fields
        return
    if not is_private(api.account.base_url, api.account):
        raise Refused("The platform's base address has no TLS, so no file is sent there.")
    allowed = api.account.settings.get(DIRECTORIES, "")
    async with AsyncExitStack() as stack:
        uploads = [
            await stack.enter_async_context(open_upload(one, allowed=allowed, extensions=tuple(TYPES), at_most=LARGEST))
            for one in files
        ]
        parts = [Attached(one, TYPES[Path(one.name).suffix.lower()], name="files") for one in uploads]
        texts = {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in fields.items()}
        yield Form(parts, texts, progress)


@tool.writes(idempotent=False, verify_with="list_requirements")
async def create_requirement(
    api: Testomatio,
    progress: Progress,
    title: Title,
    source: Source,
    description: Text = None,
    details: Details = None,
    active: Active = None,
    is_global: IsGlobal = None,
    confluence_url: Annotated[str | None, Field(max_length=1000, description="For source confluence.")] = None,
    files: Files = None,
    project: ProjectSlug = None,
) -> Changed[Requirement]:
    """Create a requirement; testomatio_add_links links it to suites."""
    slug = api.project_of(project)
    check_length(source, description)
    for is_needed, value in ((source == "confluence", confluence_url), (source == "file", files)):
        if is_needed != bool(value):
            raise Refused(
                "confluence_url goes with source confluence, files with source file, and neither with another source."
            )
    fields = given_fields(title=title, source_type=source, description=description, details=details, active=active)
    fields |= {} if is_global is None else {"global": is_global}
    fields |= {} if confluence_url is None else {"confluence_url": confluence_url}
    async with request_body(api, fields, files, progress) as body:
        with of_project(slug):
            made = await api.create_requirement(slug, body)
    return Changed[Requirement](done="Created.", now=made)


@tool.writes(idempotent=True, verify_with="get_requirement")
async def update_requirement(
    api: Testomatio,
    progress: Progress,
    requirement_id: RequirementId,
    title: Title | None = None,
    description: Text = None,
    details: Details = None,
    active: Active = None,
    is_global: IsGlobal = None,
    files: Files = None,
    edits: Edits = None,
    project: ProjectSlug = None,
) -> Changed[Requirement]:
    """Change a requirement; omitted fields stay, and its source too."""
    slug = api.project_of(project)
    fields = given_fields(
        title=title,
        description=description,
        details=details,
        active=active,
        is_global=is_global,
        files=files or None,
        edits=edits,
    )
    fields.pop("files", None)
    if "is_global" in fields:
        fields["global"] = fields.pop("is_global")
    before = await known_requirement(api, slug, requirement_id)
    fields |= apply_edits(text_fields(before, "title", "description", "details"), fields.pop("edits", None), fields)
    if "description" in fields:
        if before.source_type not in {"text", None}:
            raise Refused(
                f"The source of this requirement is {before.source_type}; only a text one takes a description."
            )
        check_length("text", fields["description"])
    if files and before.source_type not in {"file", None}:
        raise Refused(f"The source of this requirement is {before.source_type}; only a file one takes files.")
    async with request_body(api, fields, files, progress) as body:
        await api.update_requirement(slug, requirement_id, body)
    after = await known_requirement(api, slug, requirement_id)
    return Changed[Requirement](done="Changed.", now=after, before=before)


@tool.destroys(idempotent=True, verify_with="list_requirements")
async def delete_requirement(
    api: Testomatio, requirement_id: RequirementId, project: ProjectSlug = None
) -> Asking[Changed[Requirement]]:
    """Delete a requirement. Asks the user first."""
    slug = api.project_of(project)
    before = await known_requirement(api, slug, requirement_id)
    name = f"requirement {word(before.id)} {quote(before.title or '')}"
    linked = f" {many(len(before.suites), 'suite is', 'suites are')} linked to it." if before.suites else ""
    yield Ask(
        f"Delete {name} ({word(before.source_type or 'source unknown')}) of {place(slug)}, with its text and files?"
        f"{linked} There is no undo."
    )
    await api.delete_requirement(slug, requirement_id)
    yield Changed[Requirement](done=f"Deleted {name} of {place(slug)}.", before=before)
