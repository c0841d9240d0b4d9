"""Labels, tags, milestones and requirements to link, and the requests that link them to each kind of object."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, Any, Literal

from pydantic import Field

from tools.kit.errors import NotFound, Refused
from tools.kit.text import given, quote
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.labels import Carried
from tools.testomatio.models.plans import Plan
from tools.testomatio.models.requirements import Milestone
from tools.testomatio.models.runs import Run
from tools.testomatio.models.steps import Step
from tools.testomatio.models.suites import Suite
from tools.testomatio.models.tests import Test
from tools.testomatio.tools.label_values import LabelValue, resolve_labels
from tools.testomatio.tools.paging import drain
from tools.testomatio.tools.placing import known_suite, known_test
from tools.testomatio.tools.plans import known_plan
from tools.testomatio.tools.runs import known_run
from tools.testomatio.tools.scope import Pairs, bare_id, found_in, missing, of_project, on_branch

Linked = Annotated[Literal["test", "suite", "run", "plan", "step", "snippet"], Field(description="What ids belong to.")]
Thing = Test | Suite | Run | Plan | Step
BRANCHED = frozenset({"test", "suite", "run"})
"""The kinds that a branch has versions of."""
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
