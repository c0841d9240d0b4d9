"""Step groups: listing, reading, creating, changing and deleting; questions name the test cases that embed one."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

from pydantic import Field

from tools.kit.asking import Ask, Asking
from tools.kit.changed import Changed
from tools.kit.editing import Edits, describe_edits
from tools.kit.model import Answer, answer_from
from tools.kit.page import Cursor, Limit, Page, Selection
from tools.kit.question import Lines
from tools.kit.text import Key, Untrusted, clean, many, quote, word
from tools.kit.toolset import Progress, Toolset
from tools.testsigma.client.paging import Count
from tools.testsigma.client.testsigma import Testsigma
from tools.testsigma.models.projects import Project
from tools.testsigma.models.step_groups import StepGroup
from tools.testsigma.models.test_cases import TestCase
from tools.testsigma.tools.case_changes import Steps, label_ids, step_lines
from tools.testsigma.tools.changes import (
    UNCHANGED,
    LongText,
    Title,
    changed_fields,
    describe_changes,
    not_none,
    require_change,
)
from tools.testsigma.tools.identity import (
    GROUP,
    GroupId,
    ProjectOfId,
    ProjectRef,
    by_number,
    known_project,
    read_by_id,
)
from tools.testsigma.tools.names import LabelNames
from tools.testsigma.tools.text_edits import group_edits

tool = Toolset(Testsigma)

MOST_READ: Final = 40
"""At most so many test cases are read one by one where a list leaves out their steps."""


class GroupRow(Answer):
    """A step group as a list shows it."""

    id: Key
    title: Untrusted | None = None
    description: Untrusted | None = None
    updated_at: Key | None = None


class GroupStepView(Answer):
    """A step of a step group."""

    action: Untrusted | None = None
    expected: Untrusted | None = None


class GroupView(Answer):
    """A step group with all its fields."""

    id: Key
    project: Key | None = None
    title: Untrusted | None = None
    description: Untrusted | None = None
    labels: list[Untrusted] = Field(default_factory=list)
    steps: list[GroupStepView] = Field(default_factory=list)
    created_at: Key | None = None
    updated_at: Key | None = None


def group_view(project: Project, group: StepGroup) -> GroupView:
    steps = [GroupStepView(action=step.description, expected=step.expected) for step in group.ordered_steps]
    return answer_from(GroupView, group, id=group.key, project=project.key, steps=steps)


async def known_group(api: Testsigma, step_group_id: str, project: str | None) -> tuple[Project, StepGroup]:
    """Read a step group and its project."""
    return await read_by_id(api, GROUP, api.step_group, step_group_id, project)


@tool.reads(full_text_in="get_step_group")
async def list_step_groups(
    api: Testsigma,
    progress: Progress,
    project: ProjectRef,
    text: Annotated[str | None, Field(description="Words of the title.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[GroupRow]:
    """List a project's step groups: lists of steps that test cases share."""
    owner = await known_project(api, project)
    selection: Selection[StepGroup] = Selection(by_number, limit=limit, cursor=cursor, filters=[owner.id, text])
    words = (text or "").casefold().split()

    def on_row(group: StepGroup) -> None:
        title = clean(group.title or "").casefold()
        if all(word in title for word in words):
            selection.offer(group)

    walked = await api.walk_step_groups(owner.id, on_row, progress=progress)
    return selection.page(
        lambda one: answer_from(GroupRow, one, id=one.key),
        walked.coverage(selection.matched),
    )


class GroupWithUses(GroupView):
    """A step group with the test cases that embed it."""

    used_by: list[Key] = Field(default_factory=list)
    note: str | None = None


@tool.reads(long_text=True)
async def get_step_group(
    api: Testsigma,
    step_group_id: GroupId,
    project: ProjectOfId = None,
    find_cases: Annotated[bool, Field(description="Also list cases that embed it; reads all.")] = False,
) -> GroupWithUses:
    """Read one step group with its steps."""
    owner, group = await known_group(api, step_group_id, project)
    case_ids, note = list[str](), None
    if find_cases:
        case_ids, count = await embedding_cases(api, owner, group)
        note = None if count.is_exact else "Not all test cases could be read."
    return GroupWithUses(**dict(group_view(owner, group)), used_by=case_ids, note=note)


async def embedding_cases(api: Testsigma, project: Project, group: StepGroup) -> tuple[list[str], Count]:
    """The ids of the test cases that embed a step group, and their number."""
    case_ids: list[str] = []
    unread: list[TestCase] = []

    def on_row(case: TestCase) -> None:
        if case.individual_steps is None:
            if case.template_type != "TCD":
                unread.append(case)
        elif any(step.step_group_id == group.id for step in case.individual_steps):
            case_ids.append(case.key)

    walked = await api.walk_test_cases(project.id, on_row)
    left, unread[MOST_READ:] = len(unread[MOST_READ:]), []
    for case in unread:
        full = await api.test_case(project.id, case.key)
        if any(step.step_group_id == group.id for step in full.individual_steps or ()):
            case_ids.append(case.key)
    return case_ids, Count(len(case_ids), not left and walked.coverage(0).complete)


def describe_cases(case_ids: Sequence[str], count: Count) -> str:
    """Count test cases, and name the first of them."""
    named = ", ".join(map(word, case_ids[:10])) + (", ..." if len(case_ids) > 10 else "")
    return f"{count.of('test case')}{f' ({named})' if case_ids else ''}"


def step_fields(steps: Steps | None) -> list[dict[str, Any]] | None:
    """Steps as a step group takes them: with `expected_result` in the singular."""
    if steps is None:
        return None
    return [
        {"step_description": step.action, "expected_result": step.expected, "order": place}
        for place, step in enumerate(steps, 1)
    ]


@tool.writes(idempotent=False, verify_with="list_step_groups")
async def create_step_group(
    api: Testsigma,
    project: ProjectRef,
    title: Title,
    steps: Steps,
    description: LongText | None = None,
    labels: LabelNames = None,
) -> Changed[GroupView]:
    """Create a step group that test cases can embed in the web app."""
    owner = await known_project(api, project)
    fields = not_none(title=title, description=description, steps=step_fields(steps))
    if labels:
        fields["label_ids"] = await label_ids(api, labels)
    return Changed(done="Created.", now=group_view(owner, await api.create_step_group(owner.id, fields)))


@tool.writes(idempotent=True, verify_with="get_step_group")
async def update_step_group(
    api: Testsigma,
    step_group_id: GroupId,
    project: ProjectOfId = None,
    title: Title | None = None,
    description: LongText | None = None,
    steps: Annotated[Steps | None, Field(description="Replaces all steps.")] = None,
    labels: Annotated[LabelNames, Field(description="Replaces all labels.")] = None,
    edits: Edits = None,
) -> Asking[Changed[GroupView]]:
    """Change a step group. Asks the user first where test cases embed it: they change with it."""
    texts = not_none(title=title, description=description)
    require_change(texts | not_none(steps=steps, labels=labels, edits=edits))
    owner, before = await known_group(api, step_group_id, project)
    fields = changed_fields(before, texts) | not_none(steps=step_fields(steps))
    fields |= group_edits(before, edits, texts | not_none(steps=steps))
    if labels is not None:
        fields["label_ids"] = await label_ids(api, labels)
    if not fields:
        yield Ask(None)
        yield Changed(done=UNCHANGED, now=group_view(owner, before))
        return
    case_ids, count = await embedding_cases(api, owner, before)
    change = "embeds it and changes with it" if count.number == 1 else "embed it and change with it"
    lines = Lines(
        f"Change step group {word(before.key)} {quote(before.title or '')}? {describe_cases(case_ids, count)} of "
        f"project {quote(owner.display_name)} {change}."
    )
    lines.becomes("Title", before.title, title)
    lines.becomes("Description", before.description, description)
    lost = many(len(before.steps), "step") if steps and before.steps else None
    lines.add("Its present steps, which are lost", lost)
    step_lines(lines, steps)
    lines.fields({"All labels": labels})
    lines.parts(describe_edits(edits))
    lines.say("The API keeps no older version of it.")
    yield Ask(str(lines) if count.number or not count.is_exact else None)
    await api.update_step_group(owner.id, before.key, fields)
    after = await api.step_group(owner.id, before.key)
    yield Changed(
        done=describe_changes(fields, steps_are="steps"), now=group_view(owner, after), before=group_view(owner, before)
    )


@tool.destroys(idempotent=True, verify_with="get_step_group")
async def delete_step_group(
    api: Testsigma, step_group_id: GroupId, project: ProjectOfId = None
) -> Asking[Changed[GroupView]]:
    """Delete a step group; every test case that embeds it loses it. Asks the user first."""
    owner, before = await known_group(api, step_group_id, project)
    case_ids, count = await embedding_cases(api, owner, before)
    unlinked = "No test case embeds it."
    if count.number or not count.is_exact:
        unlinked = f"It is unlinked from {describe_cases(case_ids, count)}."
    name, place = f"step group {word(before.key)} {quote(before.title or '')}", quote(owner.display_name)
    steps = many(len(before.steps), "step")
    yield Ask(f"Delete {name} ({steps}) of project {place}? {unlinked} There is no undo.")
    await api.delete_step_group(owner.id, before.key)
    yield Changed(done=f"Deleted {name} of project {place}.", before=group_view(owner, before))
