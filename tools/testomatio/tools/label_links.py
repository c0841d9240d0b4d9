"""Add and remove labels, tags, milestones and requirements, and read them back: the platform can lose them."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated

from pydantic import Field

from tools.kit.asking import Ask, Asking
from tools.kit.errors import NotFound, OutcomeUnknown, PlatformError, Refused
from tools.kit.model import Answer
from tools.kit.question import render_list
from tools.kit.text import Key, Untrusted, many, quote, word
from tools.kit.together import gather
from tools.kit.toolset import Toolset
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.suites import Suite
from tools.testomatio.models.tests import Test
from tools.testomatio.tools.label_values import Labels
from tools.testomatio.tools.link_calls import (
    Calls,
    Linked,
    Links,
    MilestoneName,
    Requirements,
    Thing,
    calls_for_all,
    lost_labels,
    resolve_links,
)
from tools.testomatio.tools.projects import ProjectSlug
from tools.testomatio.tools.scope import Branch, place
from tools.testomatio.tools.tests import Tags

tool = Toolset(Testomatio, needs="api")
Ids = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=40)]],
    Field(min_length=1, max_length=50, description="Ids of things of this kind."),
]


class LinkRow(Answer):
    """The outcome for one thing."""

    id: Key
    title: Untrusted | None = None
    status: Key = Field(description="done, partly (see missing), unread (accepted), failed, unknown.")
    missing: list[Untrusted] = Field(default_factory=list, description="Accepted by the platform and not applied.")
    why: Untrusted | None = None


class Linking(Answer):
    """The outcome for each thing."""

    done: str
    items: list[LinkRow]
    note: str | None = None


async def _apply(things: Sequence[tuple[str, Calls]], kind: Linked, links: Links, action: str) -> Linking:
    """Change each thing and read it back; a failure does not stop the others."""

    async def change(number: str, calls: Calls) -> LinkRow:
        try:
            await calls.change({"link": links.wire(action)})
        except PlatformError as error:
            if isinstance(error, NotFound):
                error = await _explained(calls, error)
            status = "unknown" if isinstance(error, OutcomeUnknown) else "failed"
            return LinkRow(id=number, status=status, why=str(error))
        try:
            after = await calls.read()
        except PlatformError as error:
            return LinkRow(id=number, status="unread", why=str(error))
        missing = _missing(after, links) if action == "add" else _left(after, links)
        return LinkRow(id=number, title=after.title, status="partly" if missing else "done", missing=missing)

    rows = await gather([partial(change, *each) for each in things], at_once=4)
    done = sum(row.status == "done" for row in rows)
    lost = [row for row in rows if row.status == "partly"]
    return Linking(
        done=f"{done} of {len(rows)} done."
        + (f" {len(lost)} accepted by the platform and not applied: call again for these." if lost else ""),
        items=rows,
        note=links.unread(kind),
    )


async def _explained(calls: Calls, error: NotFound) -> PlatformError:
    """The error of a read, which says whether the thing or its project is missing."""
    try:
        await calls.read()
    except PlatformError as explained:
        return explained
    return error


def _missing(after: Thing, links: Links) -> list[str]:
    """What was to be added and is not there."""
    return [*lost_labels(after.labels, links.labels), *(f"@{tag}" for tag in links.tags if _has(after, tag) is False)]


def _left(after: Thing, links: Links) -> list[str]:
    """What was to be removed and is still there."""
    gone = set(lost_labels(after.labels, links.labels))
    still = [one.by_title for one in links.labels if one.by_title not in gone]
    return [*still, *(f"@{tag}" for tag in links.tags if _has(after, tag))]


def _has(thing: Thing, tag: str) -> bool | None:
    """Whether something has a tag; None for kinds whose tags the API does not show."""
    if not isinstance(thing, Test | Suite):
        return None
    return tag in {one.removeprefix("@") for one in thing.tags}


@tool.writes(idempotent=True, verify_with="get_test")
async def add_links(
    api: Testomatio,
    kind: Linked,
    ids: Ids,
    labels: Labels = None,
    tags: Tags = None,
    milestone: MilestoneName = None,
    requirements: Requirements = None,
    branch: Branch = None,
    project: ProjectSlug = None,
) -> Linking:
    """Add labels, tags, a milestone or requirements to things; issues: testomatio_link_issue."""
    slug = api.project_of(project)
    links = await resolve_links(api, slug, kind, labels, tags, milestone, requirements)
    return await _apply(await calls_for_all(api, slug, kind, ids, branch), kind, links, "add")


@tool.destroys(idempotent=True, verify_with="get_test")
async def remove_links(
    api: Testomatio,
    kind: Linked,
    ids: Ids,
    labels: Labels = None,
    tags: Tags = None,
    milestone: MilestoneName = None,
    requirements: Requirements = None,
    branch: Branch = None,
    project: ProjectSlug = None,
) -> Asking[Linking]:
    """Remove labels, tags, a milestone or requirements from things. Asks the user first."""
    slug = api.project_of(project)
    links = await resolve_links(api, slug, kind, labels, tags, milestone, requirements)
    targets = await calls_for_all(api, slug, kind, ids, branch)
    things = await gather([calls.read for _, calls in targets], at_once=4)
    readable = bool(links.labels or links.tags)
    carriers = [thing for thing in things if not readable or links.unread(kind) or _left(thing, links)]
    if not carriers:
        raise Refused(f"None of these carries {links.describe()}.")
    titled = len(carriers) <= 20
    names = ", ".join(f"{word(one.id)}{f' {quote(one.title)}' if titled and one.title else ''}" for one in carriers)
    without = [number for number, thing in zip(ids, things, strict=True) if thing not in carriers]
    also = f" Not carried by {render_list(without)}." if without else ""
    yield Ask(
        f"Take {links.describe()} off {many(len(carriers), kind)} of {place(slug, branch)}: {names}?{also} "
        "A label's value goes with it. There is no undo but to put them on again."
    )
    yield await _apply(targets, kind, links, "remove")
