"""Creating, changing and deleting runs."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import Field

from tools.kit.asking import Ask, Asking
from tools.kit.changed import Changed
from tools.kit.editing import Edits, apply_edits, describe_edits, text_fields
from tools.kit.errors import Refused
from tools.kit.failure_groups import plain_text
from tools.kit.question import Lines
from tools.kit.toolset import Toolset
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.ids import SuiteId, TestId
from tools.testomatio.models.runs import Run
from tools.testomatio.tools.names import SUITE
from tools.testomatio.tools.projects import ProjectSlug
from tools.testomatio.tools.run_counts import Counts, counts_of
from tools.testomatio.tools.runs import GroupId, RunId, RunKind, RunState, RunWhole, describe, known_run
from tools.testomatio.tools.scope import Branch, of_project, on_branch, place

tool = Toolset(Testomatio, needs="api")

T = TypeVar("T")

Title = Annotated[str, Field(min_length=1, description="One line.")]
Description = Annotated[str | None, Field(description="Goal, scope, build.")]
Env = Annotated[str | None, Field(description="Such as 'Chrome, Windows'.")]
Email = Annotated[str | None, Field(description="E-mail of a member.")]
Strategy = Annotated[Literal["test", "random", "none"], Field(description="test: as tests name; random: in turn.")]
TestIds = Annotated[list[TestId] | None, Field(description="From testomatio_list_tests.")]
SuiteIds = Annotated[list[SuiteId] | None, SUITE, Field(description="From testomatio_get_suite_tree.")]
PlanIds = Annotated[list[Annotated[str, Field(min_length=1)]] | None, Field(description="From testomatio_list_plans.")]

UNREAD: Final = frozenset({"test_ids", "suite_ids", "plan_ids", "link"})
"""Fields that no read shows, so that nothing tells whether they were applied."""


def given(**fields: Any) -> dict[str, Any]:
    """The fields that have a value."""
    return {name: value for name, value in fields.items() if value is not None}


def change_of(before: T, now: T, sent: Mapping[str, Any]) -> Changed[T]:
    """Describe a change as a read shows it; fields with another value than was sent are not applied."""
    wrong = []
    for name, value in sent.items():
        if name in UNREAD or not hasattr(now, name):
            continue
        stored, wanted = getattr(now, name), value
        if isinstance(stored, list) and isinstance(value, str):
            stored, wanted = sorted(stored), sorted(piece.strip() for piece in value.split(",") if piece.strip())
        elif isinstance(stored, str) and isinstance(value, str):
            stored, wanted = plain_text(stored), plain_text(value)
        if stored != wanted and (stored or wanted):
            wrong.append(name)
    done = "Accepted, but not all of it shows." if wrong else "Changed."
    return Changed(done=done, before=before, now=now, not_applied=wrong)


@tool.writes(idempotent=False, verify_with="list_runs")
async def create_run(
    api: Testomatio,
    title: Title,
    kind: RunKind = "manual",
    plan_ids: PlanIds = None,
    test_ids: Annotated[list[TestId] | None, Field(description="['*'] takes all tests.")] = None,
    suite_ids: SuiteIds = None,
    env: Env = None,
    envs: Annotated[list[str] | None, Field(description="A manual run for each, in a new group.")] = None,
    group_id: GroupId | None = None,
    assigned_to: Email = None,
    assign_strategy: Strategy | None = None,
    description: Description = None,
    branch: Branch = None,
    project: ProjectSlug = None,
) -> Changed[RunWhole]:
    """Create a run of tests, suites or plans; for CI to report into: testomatio_create_reported_run."""
    if env and envs:
        raise Refused("Give env for one run or envs for one run in each, not both.")
    if envs and kind != "manual":
        raise Refused(f"envs creates manual runs only; give env for a run of kind {kind}.")
    slug = api.project_of(project)
    fields = given(
        title=title,
        kind=kind,
        plan_ids=plan_ids,
        test_ids=test_ids,
        suite_ids=suite_ids,
        env=env,
        envs=envs,
        rungroup_id=group_id,
        assigned_to=assigned_to,
        assign_strategy=assign_strategy,
        description=description,
    )
    await on_branch(api, slug, branch)
    with of_project(slug):
        run = await api.create_run(slug, fields, branch=branch)
    counts = await counts_of(api, slug, run.id)
    done = "Created."
    if envs and len(envs) > 1:
        done = f"Created one run for each of {len(envs)} environments; this is the first."
    return Changed(done=done, now=RunWhole(run=run, results=counts), next=_next(run, counts, envs))


def _next(run: Run, counts: Counts, envs: list[str] | None) -> str:
    """What to do next with a new run."""
    if envs and len(envs) > 1 and run.rungroup_id:
        return f"testomatio_list_runs with group_id {run.rungroup_id} shows them all."
    if run.status == "scheduled":
        return "testomatio_launch_run starts it."
    if counts.total == 0:
        return "It has no tests: testomatio_update_run takes test_ids or suite_ids."
    return "testomatio_add_results sets its pending results."


def keeps_tests(test_ids: list[str] | None, suite_ids: list[str] | None) -> bool:
    return test_ids is None and suite_ids is None


@tool.writes(idempotent=True, verify_with="get_run", unasked_when=keeps_tests)
async def update_run(
    api: Testomatio,
    run_id: RunId,
    title: Title | None = None,
    description: Description = None,
    kind: RunKind | None = None,
    env: Env = None,
    group_id: GroupId | None = None,
    assigned_to: Email = None,
    assign_strategy: Strategy | None = None,
    test_ids: TestIds = None,
    suite_ids: SuiteIds = None,
    edits: Edits = None,
    branch: Branch = None,
    project: ProjectSlug = None,
) -> Asking[Changed[Run]]:
    """Change a run. For another choice of tests in a run with results, it asks the user first."""
    fields = given(
        title=title,
        description=description,
        kind=kind,
        env=env,
        rungroup_id=group_id,
        assigned_to=assigned_to,
        assign_strategy=assign_strategy,
        test_ids=test_ids,
        suite_ids=suite_ids,
        edits=edits,
    )
    if not fields:
        raise Refused("Give at least one thing to change.")
    slug = api.project_of(project)
    before = await known_run(api, slug, run_id, branch)
    fields |= apply_edits(text_fields(before, "title", "description"), fields.pop("edits", None), fields)
    if keeps_tests(test_ids, suite_ids) or (counts := await counts_of(api, slug, before.id)).done == 0:
        yield Ask(None)
    else:
        lines = Lines(
            f"Choose other tests for {describe(before)} of {place(slug, branch)}? It has {counts.describe()}."
        )
        lines.fields({"Tests": test_ids, "Suites": suite_ids})
        lines.becomes("Title", before.title, title)
        lines.fields({"Description": description, "Kind": kind, "Environment": env, "Group": group_id})
        lines.fields({"Assigned to": assigned_to, "Assigned by": assign_strategy})
        lines.parts(describe_edits(edits))
        lines.say("Testomat.io does not say what becomes of the results of tests that are no longer chosen.")
        yield Ask(str(lines))
    await api.update_run(slug, before.id, fields, branch=branch)
    yield change_of(before, await api.run(slug, before.id, branch=branch), fields)


@tool.destroys(idempotent=True, verify_with="list_runs")
async def delete_run(
    api: Testomatio, run_id: RunId, branch: Branch = None, project: ProjectSlug = None
) -> Asking[Changed[RunState]]:
    """Delete a run with all its results. Asks the user first."""
    slug = api.project_of(project)
    run = await known_run(api, slug, run_id, branch)
    counts = await counts_of(api, slug, run.id)
    lost = f"With it go {counts.describe()}, also from the history of their tests. " if counts.total else ""
    yield Ask(f"Delete {describe(run)} of {place(slug, branch)}? {lost}There is no undo.")
    await api.delete_run(slug, run.id, branch=branch)
    yield Changed(done=f"Deleted {describe(run)} of {place(slug, branch)}.", before=RunState.of(run, counts))
