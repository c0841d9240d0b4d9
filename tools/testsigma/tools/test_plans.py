"""Reading test plans and their runs."""

from typing import Annotated, Literal

from pydantic import Field

from tools.kit.model import Answer, answer_from
from tools.kit.page import Cursor, Limit, Page, Selection
from tools.kit.text import Key, Untrusted, clean
from tools.kit.toolset import Progress, Toolset
from tools.testsigma.client.testsigma import Testsigma
from tools.testsigma.models.projects import Project
from tools.testsigma.models.test_plans import TestPlan
from tools.testsigma.models.test_runs import TestRun
from tools.testsigma.tools.identity import (
    PLAN,
    PlanId,
    ProjectOfId,
    ProjectRef,
    known_project,
    newest_first,
    read_by_id,
)
from tools.testsigma.tools.run_view import RunRow, run_row

tool = Toolset(Testsigma)


class PlanRow(Answer):
    """A test plan as a list shows it."""

    id: Key
    title: Untrusted | None = None
    status: Key | None = None
    test_runs: int | None = None
    start_date: Key | None = None
    end_date: Key | None = None


class PlanView(PlanRow):
    """A test plan with all its fields."""

    project: Key | None = None
    description: Untrusted | None = None
    labels: list[Untrusted] = Field(default_factory=list)
    test_cases: int | None = None
    completed_at: Key | None = None
    created_at: Key | None = None
    updated_at: Key | None = None


def plan_row(plan: TestPlan) -> PlanRow:
    return answer_from(PlanRow, plan, id=plan.key, test_runs=plan.test_runs_count)


def plan_view(project: Project, plan: TestPlan) -> PlanView:
    counts = {"test_runs": plan.test_runs_count, "test_cases": plan.test_cases_count}
    return answer_from(PlanView, plan, id=plan.key, project=project.key, **counts)


async def known_plan(api: Testsigma, plan_id: str, project: str | None) -> tuple[Project, TestPlan]:
    """Read a test plan and its project."""
    return await read_by_id(api, PLAN, api.test_plan, plan_id, project)


@tool.reads(full_text_in="get_test_plan")
async def list_test_plans(
    api: Testsigma,
    progress: Progress,
    project: ProjectRef,
    status: Annotated[Literal["active", "completed"] | None, Field(description="Default: both.")] = None,
    text: Annotated[str | None, Field(max_length=200, description="Words of the title.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[PlanRow]:
    """List a project's test plans, newest first; a plan groups test runs."""
    owner = await known_project(api, project)
    selection: Selection[TestPlan] = Selection(
        newest_first, limit=limit, cursor=cursor, filters=[owner.id, status, text]
    )
    words = (text or "").casefold().split()

    def on_row(plan: TestPlan) -> None:
        title = clean(plan.title or "").casefold()
        fits = status in {None, "completed" if plan.is_completed else "active"}
        if fits and all(word in title for word in words):
            selection.offer(plan)

    walked = await api.walk_test_plans(owner.id, on_row, progress=progress)
    return selection.page(plan_row, walked.coverage(selection.matched))


@tool.reads(long_text=True)
async def get_test_plan(api: Testsigma, plan_id: PlanId, project: ProjectOfId = None) -> PlanView:
    """Read one test plan."""
    owner, plan = await known_plan(api, plan_id, project)
    return plan_view(owner, plan)


@tool.reads(full_text_in="get_test_run")
async def list_plan_runs(
    api: Testsigma,
    progress: Progress,
    plan_id: PlanId,
    project: ProjectOfId = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[RunRow]:
    """List the test runs of a plan, newest first."""
    owner, plan = await known_plan(api, plan_id, project)
    selection: Selection[TestRun] = Selection(newest_first, limit=limit, cursor=cursor, plan=plan.id)
    walked = await api.walk_plan_runs(owner.id, plan.key, selection.offer, progress=progress)
    return selection.page(run_row, walked.coverage(selection.matched))
