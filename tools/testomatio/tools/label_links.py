"""Add and remove labels, tags, milestones and requirements, and read them back: the platform can lose them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, Any, Literal

from pydantic import Field

from tools.kit.asking import Ask, Asking
from tools.kit.errors import NotFound, OutcomeUnknown, PlatformError, Refused
from tools.kit.model import Answer
from tools.kit.question import render_list
from tools.kit.text import Key, Untrusted, given, many, quote, word
from tools.kit.together import gather
from tools.kit.toolset import Toolset
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.labels import Carried
from tools.testomatio.models.plans import Plan
from tools.testomatio.models.requirements import Milestone
from tools.testomatio.models.runs import Run
from tools.testomatio.models.steps import Step
from tools.testomatio.models.suites import Suite
from tools.testomatio.models.tests import Test
from tools.testomatio.tools.label_values import Labels, LabelValue, resolve_labels
from tools.testomatio.tools.paging import drain
from tools.testomatio.tools.placing import known_suite, known_test
from tools.testomatio.tools.plans import known_plan
from tools.testomatio.tools.projects import ProjectSlug
from tools.testomatio.tools.runs import known_run
from tools.testomatio.tools.scope import Branch, Pairs, bare_id, found_in, missing, of_project, on_branch, place
from tools.testomatio.tools.tests import Tags

tool = Toolset(Testomatio, needs="api")

Linked = Annotated[Literal["test", "suite", "run", "plan", "step", "snippet"], Field(description="What ids belong to.")]
Thing = Test | Suite | Run | Plan | Step
BRANCHED = frozenset({"test", "suite", "run"})
"""The kinds that a branch has versions of."""
Ids = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=40)]],
    Field(min_length=1, max_length=50, description="Ids of things of this kind."),
]
MilestoneName = Annotated[str | None, Field(max_length=200, description="Slug or title of a milestone.")]
Requirements = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=40)]] | None,
    Field(max_length=20, description="Ids of requirements; kind suite only."),
]


def lost_labels(carried: Sequence[Carried], wanted: Sequence[LabelValue]) -> list[str]:
    """The wanted labels that something does not carry."""
    pairs = {(one.id, value) for one in carried for value in (None, one.value)}
    titles = {((one.title or "").casefold(), value) for one in carried for value in (None, one.value)}
    return [
        one.by_title
        for one in wanted
        if (one.label.id, one.value) not in pairs and (one.label.name.casefold(), one.value) not in titles
    ]


@dataclass
class Links:
    """What to add to things, or to remove from them."""

    labels: list[LabelValue]
    tags: list[str]
    milestone: Milestone | None = None
    requirements: list[str] = field(default_factory=list)

    def wire(self, action: str) -> list[dict[str, str]]:
        """The `link` field of a request."""
        entries = [one.link(action) for one in self.labels]
        entries += [{"action": action, "type": "tag", "value": tag} for tag in self.tags]
        if self.milestone is not None:
            entries.append({"action": action, "type": "milestone", "value": self.milestone.id})
        return entries + [{"action": action, "type": "requirement", "value": one} for one in self.requirements]

    def unread(self, kind: str) -> str | None:
        """Which links the API shows nowhere, so that they cannot be read back."""
        sent = (("milestone", self.milestone), ("requirements", self.requirements))
        kinds = [name for name, is_there in sent if is_there]
        kinds += ["tags"] if self.tags and kind in {"run", "plan"} else []
        return f"The API does not show {' and '.join(kinds)} on things, so these were not read back." if kinds else None

    def describe(self) -> str:
        parts = [f"label {given(one.by_title)}" for one in self.labels] + [f"tag {given(tag)}" for tag in self.tags]
        if self.milestone is not None:
            parts.append(f"milestone {quote(self.milestone.title or self.milestone.id, at_most=200)}")
        return ", ".join(parts + [f"requirement {given(one)}" for one in self.requirements])


@dataclass(frozen=True)
class Calls:
    """How to read and change one thing."""

    read: Callable[[], Awaitable[Thing]]
    change: Callable[[dict[str, Any]], Awaitable[Any]]


def calls_for(api: Testomatio, project: str, kind: Linked, number: str, query: Pairs) -> Calls:
    """The calls for a thing of a kind.

    Raises:
        Refused: for the id of a step that is not a number.
    """
    bare = bare_id(kind, number)
    if kind == "test":
        return Calls(
            partial(known_test, api, project, bare, query),
            lambda fields: api.update_test(project, bare, fields, query),
        )
    if kind == "suite":
        return Calls(
            partial(known_suite, api, project, bare, query),
            lambda fields: api.update_suite(project, bare, fields, query),
        )
    branch = str(query[0][1]) if query else None
    if kind == "run":
        return Calls(
            partial(known_run, api, project, bare, branch),
            lambda fields: api.update_run(project, bare, fields, branch=branch),
        )
    if kind == "plan":
        return Calls(partial(known_plan, api, project, bare), lambda fields: api.update_plan(project, bare, fields))
    if not (bare.isascii() and bare.isdigit()):
        raise Refused(f"The id of a {kind} is a number, not {bare[:40]!r}. testomatio_list_steps shows ids.")
    if kind == "step":
        return Calls(partial(api.step, project, int(bare)), lambda fields: api.update_step(project, int(bare), fields))
    return Calls(
        partial(api.snippet, project, int(bare)), lambda fields: api.update_snippet(project, int(bare), fields)
    )


async def calls_for_all(
    api: Testomatio, project: str, kind: Linked, ids: list[str], branch: str | None
) -> list[tuple[str, Calls]]:
    """The calls for several things, with their bare ids; all ids are checked before the first write."""
    query = await on_branch(api, project, branch if kind in BRANCHED else None)
    return [(bare_id(kind, number), calls_for(api, project, kind, number, query)) for number in ids]


async def resolve_links(
    api: Testomatio,
    project: str,
    kind: Linked,
    labels: list[str] | None,
    tags: list[str] | None,
    milestone: str | None,
    requirements: list[str] | None,
) -> Links:
    """Look up the labels, the milestone and the requirements of a call.

    Raises:
        Refused: for nothing to do, for an undefined label, and for what this kind of thing does not take.
    """
    if not (labels or tags or milestone or requirements):
        raise Refused("Give at least one label, tag, milestone or requirement.")
    if requirements and kind != "suite":
        raise Refused("Requirements are linked to suites only.")
    if (tags or milestone) and kind in {"step", "snippet"}:
        raise Refused("Steps and snippets take labels only.")
    for one in requirements or ():
        where = "testomatio_list_requirements shows ids. Nothing was sent."
        await found_in(api, project, api.requirement(project, one), f"requirement {one!r}", where)
    return Links(
        await resolve_labels(api, project, labels),
        [tag.removeprefix("@") for tag in tags or ()],
        await known_milestone(api, project, milestone) if milestone else None,
        list(requirements or ()),
    )


async def known_milestone(api: Testomatio, project: str, name: str) -> Milestone:
    """Read a milestone by its slug or title, or say where slugs come from."""
    try:
        return await api.milestone(project, name)
    except NotFound as error:
        with of_project(project):
            milestones = await drain(lambda page: api.milestones_page(project, [], page))
        for milestone in milestones.rows:
            if (milestone.title or "").casefold() == name.casefold():
                return milestone
        where = "testomatio_list_milestones shows slugs."
        raise await missing(api, project, f"milestone {name[:80]!r}", where) from error


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
