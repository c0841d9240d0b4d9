"""Test plans: many runs in stages, of which the API shows little more than names."""

from typing import Annotated

from pydantic import Field

from tools.kit.asking import UNKNOWN, Ask, Asking, Order
from tools.kit.changed import Changed
from tools.kit.errors import NotFound
from tools.kit.model import Answer
from tools.kit.page import Cursor, Limit, Page, Selection
from tools.kit.question import Lines
from tools.kit.text import many, quote, word
from tools.kit.toolset import Toolset
from tools.kit.vocabulary import Said, Status, instead_of
from tools.testery.client.testery import Testery
from tools.testery.models.orders import without_none
from tools.testery.models.schedules import Plan
from tools.testery.models.words import status_of
from tools.testery.tools.environments import EnvironmentKey, usable_environment
from tools.testery.tools.order_fields import DeployId, ReportToGit, RunVariables
from tools.testery.tools.order_questions import maintenance_lines, names_to_set
from tools.testery.tools.projects import complete_coverage
from tools.testery.tools.variables import new_variables

tool = Toolset(Testery)

PlanKey = Annotated[str, Field(min_length=1, max_length=200, description="From testery_list_test_plans.")]


class PlanRun(Answer):
    """A run of a test plan."""

    plan_id: int
    plan_run_id: int
    status: Status
    said: Said = None


async def known_plan(api: Testery, plan_key: str) -> Plan:
    """Find a plan by its key.

    Raises:
        NotFound: if there is none of that key, or more than one.
    """
    every = await api.test_plans()
    plans = [plan for plan in every if plan.key == plan_key]
    if len(plans) == 1:
        return plans[0]
    count = many(len(plans), "test plan") if plans else "No test plan"
    hint = "" if plans else instead_of(plan_key, [plan.key for plan in every]) + " "
    raise NotFound(f"{count} {quote(plan_key, at_most=60)}. {hint}testery_list_test_plans shows keys.", status=404)


@tool.reads()
async def list_test_plans(api: Testery, limit: Limit = 50, cursor: Cursor = None) -> Page[Plan]:
    """List the test plans with their keys; only the web app shows their stages and suites."""
    selection: Selection[Plan] = Selection(lambda plan: (plan.id,), limit=limit, cursor=cursor)
    for plan in await api.test_plans():
        selection.offer(plan)
    return selection.page(lambda plan: plan, complete_coverage(selection.matched))


@tool.spends(verify_with="list_test_runs")
async def start_test_plan(
    api: Testery,
    plan_key: PlanKey,
    environment_key: EnvironmentKey | None = None,
    deploy_id: DeployId = None,
    variables: RunVariables = None,
    report_to_git: ReportToGit = False,
) -> Asking[Changed[PlanRun]]:
    """Start a test plan: many runs on paid machines. Asks the user first."""
    to_set = new_variables(variables)
    plan = await known_plan(api, plan_key)
    environment = await usable_environment(api, environment_key) if environment_key is not None else None
    where = f"environment {word(environment.key)}" if environment is not None else "its own environment"
    named = f"test plan {word(plan.key)} {quote(plan.name or '')} on {where}"
    lines = Lines()
    if deploy_id is not None:
        lines.say(f"- Tied to deploy {deploy_id}")
    lines.add("Variables set", names_to_set(variables or ()))
    if report_to_git:
        lines.say("- The commits get statuses in Git, which others see")
    question = Lines(f"Start {named}?")
    question.say("It starts an unknown number of runs, one or more for each of its suites: machine time is paid.")
    question.say(*lines.lines, *await maintenance_lines(api))
    yield Ask(str(question), order=Order(machines=UNKNOWN))
    fields = {
        "updateVcsStatus": report_to_git,
        **without_none(
            environmentId=environment.id if environment is not None else None,
            deployId=deploy_id,
            variables=to_set,
        ),
    }
    run = await api.start_test_plan(plan.id, fields)
    yield Changed(
        done="Started.",
        now=PlanRun(plan_id=plan.id, plan_run_id=run.id, status=status_of(run.said), said=run.said),
        ordered=[named, *lines.facts],
        next="Keep both ids: testery_cancel_plan_run takes them, and no list shows them. testery_list_test_runs shows "
        "the runs it starts.",
    )


@tool.destroys(idempotent=True, verify_with="list_test_runs")
async def cancel_plan_run(
    api: Testery,
    plan_id: Annotated[int, Field(gt=0, description="From testery_start_test_plan.")],
    plan_run_id: Annotated[int, Field(gt=0, description="From testery_start_test_plan.")],
) -> Asking[Changed[PlanRun]]:
    """Cancel a run of a test plan and the test runs it started. Asks the user first."""
    plan = next((one for one in await api.test_plans() if one.id == plan_id), None)
    if plan is None:
        raise NotFound(f"No test plan {plan_id}. testery_list_test_plans shows ids.", status=404)
    yield Ask(
        f"Cancel run {plan_run_id} of test plan {plan_id} {word(plan.key)} {quote(plan.name or '')}? All of its runs "
        "that are not over stop, however many there are; the API does not say. They cannot be resumed."
    )
    try:
        run = await api.cancel_plan_run(plan_id, plan_run_id)
    except NotFound as error:
        raise NotFound(
            f"Test plan {plan_id} has no run {plan_run_id}. Only testery_start_test_plan gives such ids.", status=404
        ) from error
    yield Changed(
        done="The platform accepted it.",
        now=PlanRun(plan_id=plan_id, plan_run_id=run.id, status=status_of(run.said), said=run.said),
        next="testery_list_test_runs shows which of its runs have stopped.",
    )
