"""Creating, changing, completing and deleting test plans; the runs of a deleted plan stay."""

from typing import Annotated, Any

from pydantic import Field

from tools.kit.asking import Ask, Asking
from tools.kit.changed import Changed
from tools.kit.editing import Edits, apply_edits, text_fields
from tools.kit.errors import Refused
from tools.kit.question import join_counts
from tools.kit.text import quote, word
from tools.kit.toolset import Toolset
from tools.testsigma.client.paging import Count
from tools.testsigma.client.testsigma import Testsigma
from tools.testsigma.models.projects import Project
from tools.testsigma.models.test_plans import TestPlan
from tools.testsigma.models.test_runs import TestRun
from tools.testsigma.tools.case_changes import label_ids
from tools.testsigma.tools.changes import (
    UNCHANGED,
    Day,
    LongText,
    Title,
    changed_fields,
    date_fields,
    describe_changes,
    not_none,
    require_change,
)
from tools.testsigma.tools.identity import PlanId, ProjectOfId, ProjectRef, known_project
from tools.testsigma.tools.names import LabelNames, normalized
from tools.testsigma.tools.test_plans import PlanView, known_plan, plan_view

tool = Toolset(Testsigma)


@tool.writes(idempotent=False, verify_with="list_test_plans")
async def create_test_plan(
    api: Testsigma,
    project: ProjectRef,
    title: Title,
    description: LongText | None = None,
    start: Day = None,
    end: Day = None,
    labels: LabelNames = None,
) -> Changed[PlanView]:
    """Create a test plan. Runs join it when they are created: testsigma_create_test_run takes its id."""
    when = date_fields(start, end, api.now())
    owner = await known_project(api, project)
    fields: dict[str, Any] = not_none(title=title, description=description) | when
    if labels:
        fields["label_ids"] = await label_ids(api, labels)
    return Changed(done="Created.", now=plan_view(owner, await api.create_test_plan(owner.id, fields)))


@tool.writes(idempotent=True, verify_with="get_test_plan")
async def update_test_plan(
    api: Testsigma,
    plan_id: PlanId,
    project: ProjectOfId = None,
    title: Title | None = None,
    description: LongText | None = None,
    start: Day = None,
    end: Day = None,
    labels: Annotated[LabelNames, Field(description="Replaces all labels.")] = None,
    edits: Edits = None,
) -> Changed[PlanView]:
    """Change a test plan; omitted fields stay."""
    when = date_fields(start, end, api.now())
    texts = not_none(title=title, description=description)
    require_change(texts | not_none(labels=labels, edits=edits) | when)
    owner, before = await known_plan(api, plan_id, project)
    fields = changed_fields(before, texts) | when
    fields |= apply_edits(text_fields(before, "title", "description"), edits, texts)
    if labels is not None and {normalized(name) for name in labels} != {normalized(name) for name in before.labels}:
        fields["label_ids"] = await label_ids(api, labels)
    if not fields:
        return Changed(done=UNCHANGED, now=plan_view(owner, before))
    await api.update_test_plan(owner.id, before.key, fields)
    after = await api.test_plan(owner.id, before.key)
    return Changed(done=describe_changes(fields), now=plan_view(owner, after), before=plan_view(owner, before))


async def plan_runs(api: Testsigma, project: Project, plan: TestPlan) -> tuple[list[TestRun], Count]:
    """The runs of a plan, and their number."""
    runs: list[TestRun] = []
    walked = await api.walk_plan_runs(project.id, plan.key, runs.append)
    return runs, Count(len(runs), walked.coverage(len(runs)).complete)


@tool.destroys(idempotent=True, verify_with="get_test_plan")
async def complete_test_plan(api: Testsigma, plan_id: PlanId, project: ProjectOfId = None) -> Asking[Changed[PlanView]]:
    """Mark a test plan as completed; the API cannot reopen it. Asks the user first."""
    owner, before = await known_plan(api, plan_id, project)
    if before.is_completed:
        raise Refused(f"Test plan {word(before.key)} is already completed.")
    runs, count = await plan_runs(api, owner, before)
    open_runs = sum(not run.is_closed for run in runs)
    yield Ask(
        f"Mark test plan {word(before.key)} {quote(before.title or '')} of project {quote(owner.display_name)} as "
        f"completed? It has {join_counts(count.of('test run')) or 'no test run'}"
        f"{f', {open_runs} of them not closed' if open_runs else ''}. The API cannot undo it."
    )
    answer = await api.complete_test_plan(owner.id, before.key)
    after = await api.test_plan(owner.id, before.key)
    # Only the answer to this call has the time of completion.
    after = after.model_copy(update={"completed_at": after.completed_at or answer.completed_at})
    yield Changed(done="Completed.", now=plan_view(owner, after), before=plan_view(owner, before))


@tool.destroys(idempotent=True, verify_with="get_test_plan")
async def delete_test_plan(api: Testsigma, plan_id: PlanId, project: ProjectOfId = None) -> Asking[Changed[PlanView]]:
    """Delete a test plan; its runs stay. Asks the user first."""
    owner, before = await known_plan(api, plan_id, project)
    _, count = await plan_runs(api, owner, before)
    runs = join_counts(count.of("test run"))
    left = f"{runs} {'stays' if count.number == 1 else 'stay'}, without a plan. " if runs else ""
    name = f"test plan {word(before.key)} {quote(before.title or '')} of project {quote(owner.display_name)}"
    yield Ask(f"Delete {name}? {left}There is no undo.")
    await api.delete_test_plan(owner.id, before.key)
    yield Changed(done=f"Deleted {name}.", before=plan_view(owner, before))
