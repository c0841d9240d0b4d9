"""Templates of descriptions, for tests and other things that the web app creates from one."""

from functools import partial
from typing import Annotated

from pydantic import Field

from tools.kit.asking import Ask, Asking
from tools.kit.changed import Changed
from tools.kit.editing import Edits, apply_edits, text_fields
from tools.kit.errors import Refused
from tools.kit.model import Answer, answer_from
from tools.kit.page import Cursor, Limit, Page
from tools.kit.text import Key, Untrusted, quote, word
from tools.kit.toolset import Progress, Toolset
from tools.kit.vocabulary import WordFilter
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.ids import TestId
from tools.testomatio.models.web import Template
from tools.testomatio.tools.paging import page_from
from tools.testomatio.tools.projects import ProjectSlug
from tools.testomatio.tools.scope import Pairs, found_in, given_fields, of_project, place
from tools.testomatio.tools.suite_tree import WEB_PAGE

web = Toolset(Testomatio, needs="web")

TemplateId = Annotated[str, Field(min_length=1, max_length=40, description="From testomatio_list_templates.")]
TemplateKind = Annotated[
    str, Field(min_length=1, max_length=40, pattern=r"^[\w-]+$", description="What it is for, such as test.")
]
Title = Annotated[str, Field(min_length=1, max_length=200, description="Such as Test by hand.")]
Body = Annotated[str, Field(max_length=50_000, description="Markdown.")]


class TemplateRow(Answer):
    """A template as a list shows it."""

    id: Key
    title: Untrusted | None = None
    kind: Key | None = None
    is_default: bool | None = None


async def known_template(api: Testomatio, project: str, template_id: str, query: Pairs) -> Template:
    """Read a template, or say where ids come from."""
    read, what = api.template(project, template_id, query), f"template {template_id[:40]!r}"
    return await found_in(api, project, read, what, "testomatio_list_templates shows ids.")


@web.reads(full_text_in="get_template")
async def list_templates(
    api: Testomatio,
    progress: Progress,
    kind: TemplateKind | None = None,
    project: ProjectSlug = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[TemplateRow]:
    """List the templates of descriptions of a project."""
    slug = api.project_of(project)
    kinds = WordFilter("kind of template", kind)
    query: Pairs = [("kind", kind)] if kind else []

    def fits(one: Template) -> bool:
        # For a kind without templates, the platform lists those of all kinds.
        return kinds.fits(one.kind)

    with of_project(slug):
        page: Page[TemplateRow] = await page_from(
            partial(api.templates_page, slug, query),
            partial(answer_from, TemplateRow),
            limit=limit,
            cursor=cursor,
            fits=fits,
            per_page=WEB_PAGE,
            progress=progress,
            of=[slug, kinds.key],
        )
    if page.coverage.matched == 0 and kind and cursor is None:
        kinds.see([one.kind for one in (await api.templates_page(slug, [], 1)).data])
        page.note = kinds.unknown
    return page


@web.reads(long_text=True)
async def get_template(
    api: Testomatio,
    template_id: TemplateId | None = None,
    default_of: Annotated[
        TemplateKind | None, Field(description="Read the default of this kind, such as test.")
    ] = None,
    test_id: Annotated[TestId | None, Field(description="Fill it in for this test.")] = None,
    project: ProjectSlug = None,
) -> Template:
    """Read one template, by its id or as the default of a kind."""
    slug = api.project_of(project)
    if (template_id is None) == (default_of is None):
        raise Refused("Give either template_id or default_of.")
    filled: Pairs = [("test_id", test_id)] if test_id else []
    if template_id is None:
        read, what = api.default_template(slug, default_of or ""), f"default template of the kind {default_of!r}"
        default = await found_in(api, slug, read, what, "testomatio_list_templates shows kinds.")
        if not filled:
            return default
        template_id = default.id
    return await known_template(api, slug, template_id, filled)


@web.writes(idempotent=False, verify_with="list_templates")
async def create_template(
    api: Testomatio,
    title: Title,
    kind: TemplateKind,
    body: Body,
    project: ProjectSlug = None,
) -> Changed[Template]:
    """Create a template of descriptions, for tests or another kind."""
    slug = api.project_of(project)
    with of_project(slug):
        made = await api.create_template(slug, {"title": title, "kind": kind, "body": body})
    return Changed[Template](done="Created.", now=made)


@web.writes(idempotent=True, verify_with="get_template")
async def update_template(
    api: Testomatio,
    template_id: TemplateId,
    title: Title | None = None,
    body: Body | None = None,
    edits: Edits = None,
    project: ProjectSlug = None,
) -> Changed[Template]:
    """Change a template; texts already written from it stay."""
    slug = api.project_of(project)
    fields = given_fields(title=title, body=body, edits=edits)
    before = await known_template(api, slug, template_id, [])
    fields |= apply_edits(text_fields(before, "title", "body"), fields.pop("edits", None), fields)
    await api.update_template(slug, template_id, fields)
    after = await known_template(api, slug, template_id, [])
    return Changed[Template](done="Changed.", now=after, before=before)


@web.destroys(idempotent=True, verify_with="list_templates")
async def delete_template(
    api: Testomatio, template_id: TemplateId, project: ProjectSlug = None
) -> Asking[Changed[Template]]:
    """Delete a template. Asks the user first."""
    slug = api.project_of(project)
    before = await known_template(api, slug, template_id, [])
    name = f"template {word(before.id)} {quote(before.title or '')}"
    default = f", the default of its kind {word(before.kind)}," if before.is_default else ""
    yield Ask(f"Delete {name}{default} of {place(slug)}? There is no undo.")
    await api.delete_template(slug, template_id)
    yield Changed[Template](done=f"Deleted {name} of {place(slug)}.", before=before)
