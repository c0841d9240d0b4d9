"""Steps and snippets that tests share."""

from functools import partial
from typing import Annotated, Any, Literal

from pydantic import Field

from tools.kit.asking import Ask, Asking
from tools.kit.changed import Changed
from tools.kit.editing import Edits, apply_edits, text_fields
from tools.kit.model import Answer
from tools.kit.page import Cursor, Limit, Page
from tools.kit.text import Untrusted, many, quote
from tools.kit.toolset import Progress, Toolset
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.steps import Step
from tools.testomatio.tools.label_values import Labels, resolve_labels
from tools.testomatio.tools.link_calls import lost_labels
from tools.testomatio.tools.paging import page_from
from tools.testomatio.tools.projects import ProjectSlug
from tools.testomatio.tools.scope import found_in, given_fields, of_project, place

tool = Toolset(Testomatio, needs="api")

Kind = Annotated[Literal["step", "snippet"], Field(description="A snippet holds several steps.")]
StepId = Annotated[int, Field(gt=0, le=2**53, description="From testomatio_list_steps.")]
Title = Annotated[str, Field(min_length=1, max_length=500, description="Such as Log in as admin.")]
Description = Annotated[str | None, Field(max_length=50_000, description="Markdown.")]


class StepRow(Answer):
    """A step as a list shows it."""

    id: int
    title: Untrusted | None = None
    used_by: int | None = None
    labels: list[Untrusted] = Field(default_factory=list)


def _row(step: Step) -> StepRow:
    labels = [one.title or one.id or "" for one in step.labels]
    return StepRow(id=step.id, title=step.title, used_by=step.usage_count, labels=labels)


async def known_step(api: Testomatio, project: str, kind: str, step_id: int) -> Step:
    """Read a step or a snippet, or say where ids come from."""
    read = api.snippet(project, step_id) if kind == "snippet" else api.step(project, step_id)
    where = "testomatio_list_steps shows ids; check that kind fits."
    return await found_in(api, project, read, f"{kind} {step_id}", where)


@tool.reads(full_text_in="get_step")
async def list_steps(
    api: Testomatio,
    progress: Progress,
    kind: Kind = "step",
    text: Annotated[str | None, Field(max_length=200, description="Part of the title.")] = None,
    project: ProjectSlug = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[StepRow]:
    """List the shared steps, or the snippets, and how many tests use each."""
    slug, part = api.project_of(project), (text or "").casefold()

    def fits(step: Step) -> bool:
        return part in (step.title or "").casefold()

    fetch, of = partial(api.snippets_page if kind == "snippet" else api.steps_page, slug), [slug, kind, text]
    with of_project(slug):
        return await page_from(fetch, _row, limit=limit, cursor=cursor, fits=fits, progress=progress, of=of)


@tool.reads(long_text=True)
async def get_step(api: Testomatio, step_id: StepId, kind: Kind = "step", project: ProjectSlug = None) -> Step:
    """Read one shared step or snippet."""
    return await known_step(api, api.project_of(project), kind, step_id)


@tool.writes(idempotent=False, verify_with="list_steps")
async def create_step(
    api: Testomatio,
    title: Title,
    description: Description = None,
    kind: Kind = "step",
    labels: Labels = None,
    project: ProjectSlug = None,
) -> Changed[Step]:
    """Create a shared step or snippet."""
    slug = api.project_of(project)
    wanted = await resolve_labels(api, slug, labels)
    link = [one.link("add") for one in wanted] or None
    fields = given_fields(title=title, description=description, link=link)
    with of_project(slug):
        made = await (api.create_snippet(slug, fields) if kind == "snippet" else api.create_step(slug, fields))
    if not wanted:
        return Changed[Step](done="Created.", now=made)
    after = await known_step(api, slug, kind, made.id)
    lost = lost_labels(after.labels, wanted)
    done = "Created, but not all labels were applied; testomatio_add_links tries again." if lost else "Created."
    return Changed[Step](done=done, now=after, not_applied=lost)


@tool.writes(idempotent=True, verify_with="get_step")
async def update_step(
    api: Testomatio,
    step_id: StepId,
    title: Title | None = None,
    description: Description = None,
    kind: Kind = "step",
    edits: Edits = None,
    project: ProjectSlug = None,
) -> Changed[Step]:
    """Change a shared step or snippet for all tests that use it; labels: testomatio_add_links."""
    slug = api.project_of(project)
    fields: dict[str, Any] = given_fields(title=title, description=description, edits=edits)
    before = await known_step(api, slug, kind, step_id)
    fields |= apply_edits(text_fields(before, "title", "description"), fields.pop("edits", None), fields)
    await (api.update_snippet(slug, step_id, fields) if kind == "snippet" else api.update_step(slug, step_id, fields))
    after = await known_step(api, slug, kind, step_id)
    return Changed[Step](done="Changed.", now=after, before=before)


@tool.destroys(idempotent=True, verify_with="list_steps")
async def delete_step(
    api: Testomatio, step_id: StepId, kind: Kind = "step", project: ProjectSlug = None
) -> Asking[Changed[Step]]:
    """Delete a shared step or snippet. Asks the user first."""
    slug = api.project_of(project)
    before = await known_step(api, slug, kind, step_id)
    name = f"{kind} {step_id} {quote(before.title or '')} of {place(slug)}"
    count = before.usage_count
    used = "How many tests use it is not known" if count is None else f"It is used by {many(count, 'test')}"
    yield Ask(f"Delete {name}? {'No test uses it' if count == 0 else used}. There is no undo.")
    await (api.delete_snippet(slug, step_id) if kind == "snippet" else api.delete_step(slug, step_id))
    yield Changed[Step](done=f"Deleted {name}.", before=before)
