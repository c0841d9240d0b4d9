"""Schedules, which start runs by cron or after deploys."""

from typing import Annotated

from pydantic import Field

from tools.kit.asking import Ask, Asking, Order
from tools.kit.changed import Changed
from tools.kit.errors import NotFound, Refused
from tools.kit.model import Answer, answer_from
from tools.kit.page import Cursor, Limit, Page, Selection
from tools.kit.question import Lines
from tools.kit.text import Key, Untrusted, given, quote, word
from tools.kit.toolset import Toolset
from tools.testery.client.testery import Testery
from tools.testery.models.orders import RunOrder
from tools.testery.models.schedules import ANY_PROJECT, Schedule
from tools.testery.tools.cron import often
from tools.testery.tools.environments import EnvironmentKey, IncludeArchived, usable_environment
from tools.testery.tools.order_fields import (
    Branch,
    Build,
    ByFile,
    Commit,
    Copies,
    ExcludeTags,
    IncludeTags,
    NamePatterns,
    RetryFailed,
    Runners,
    RunVariables,
    SuiteName,
    TestTimeoutSeconds,
    TimeoutMinutes,
)
from tools.testery.tools.order_questions import maintenance_lines, order_lines, place, size_of
from tools.testery.tools.projects import ProjectKey, complete_coverage, known_project, known_suite, project_keys
from tools.testery.tools.read_back import UNSEEN, read_back
from tools.testery.tools.runs import newest_runs
from tools.testery.tools.variables import check_variables

tool = Toolset(Testery)

Cron = Annotated[str | None, Field(min_length=1, max_length=200, description="Such as 0 2 * * 1-5.")]
FiredBy = Annotated[
    list[ProjectKey] | None,
    Field(max_length=50, description="Instead of cron: project keys; []: any."),
]
Name = Annotated[str, Field(min_length=1, max_length=200, description="Such as Nightly smoke.")]


class ScheduleRow(Answer):
    """A schedule as a list shows it."""

    schedule_id: int
    name: Untrusted | None = None
    enabled: bool
    archived: bool = False
    trigger: str
    project_key: Key | None = None
    environment_key: Key | None = None
    suite_id: int | None = None
    copies: int | None = None
    runners: int | None = None
    last_run_at: Key | None = None


def trigger_of(schedule: Schedule, keys: dict[int, str]) -> str:
    """What starts a schedule, in words."""
    if schedule.cron:
        return f"cron {quote(schedule.cron, at_most=60)}"
    if schedule.is_of_unknown_trigger:
        return "the platform does not say"
    if not schedule.waits_for_deploys:
        return "by hand, in the web app"
    ids = schedule.deployed_project_ids
    if not ids or ANY_PROJECT in ids:
        return "a deploy of any project"
    return f"a deploy of {', '.join(word(keys.get(number, number)) for number in ids)}"


def row_of(schedule: Schedule, keys: dict[int, str], environments: dict[int, str]) -> ScheduleRow:
    return answer_from(
        ScheduleRow,
        schedule,
        schedule_id=schedule.id,
        enabled=schedule.enabled is not False,
        archived=bool(schedule.archived),
        trigger=trigger_of(schedule, keys),
        project_key=keys.get(schedule.project_id or 0),
        environment_key=environments.get(schedule.environment_id or 0),
        suite_id=schedule.test_suite_id,
    )


async def environment_keys(api: Testery) -> dict[int, str]:
    """The keys of all environments by their ids."""
    return {one.id: one.key for one in await api.environments() if one.key}


@tool.reads()
async def list_schedules(
    api: Testery, include_archived: IncludeArchived = False, limit: Limit = 50, cursor: Cursor = None
) -> Page[ScheduleRow]:
    """List the schedules, disabled ones included: what starts them, and what they run."""
    selection: Selection[Schedule] = Selection(
        lambda schedule: (schedule.id,), limit=limit, cursor=cursor, archived=include_archived
    )
    schedules = await api.schedules()
    for schedule in schedules:
        if include_archived or not schedule.archived:
            selection.offer(schedule)
    keys, environments = await project_keys(api), await environment_keys(api)
    return selection.page(
        lambda schedule: row_of(schedule, keys, environments), complete_coverage(len(schedules), selection.matched)
    )


@tool.spends(verify_with="list_schedules")
async def create_schedule(
    api: Testery,
    name: Name,
    project_key: ProjectKey,
    environment_key: EnvironmentKey,
    cron: Cron = None,
    on_deploy_of: FiredBy = None,
    branch: Branch = None,
    commit: Commit = None,
    build: Build = None,
    suite: SuiteName = None,
    include_tags: IncludeTags = None,
    exclude_tags: ExcludeTags = None,
    name_patterns: NamePatterns = None,
    runners: Runners = None,
    copies: Copies = 1,
    by_file: ByFile = None,
    retry_failed: RetryFailed = False,
    timeout_minutes: TimeoutMinutes = None,
    test_timeout_seconds: TestTimeoutSeconds = None,
    priority: Annotated[int | None, Field(ge=0, le=1000, description="Lowest first.")] = None,
    notify: Annotated[bool, Field(description="Tell the token's owner.")] = False,
    variables: RunVariables = None,
) -> Asking[Changed[ScheduleRow]]:
    """Schedule paid runs by cron or at deploys, by default of the last build. Asks the user first."""
    if (cron is None) == (on_deploy_of is None):
        raise Refused("Give exactly one of cron and on_deploy_of.")
    check_variables(variables or (), ())
    fired_by = None if on_deploy_of is None else [await known_project(api, key) for key in on_deploy_of]
    if cron is not None:
        when = f"by cron, {given(cron)}: {often(cron)}"
    else:
        when = f"at every deploy of {', '.join(word(one.key) for one in fired_by or ()) or 'any project'}"
    project = await known_project(api, project_key)
    order = RunOrder(
        project=project,
        environment=await usable_environment(api, environment_key),
        suite=await known_suite(api, project, suite) if suite is not None else None,
        branch=branch,
        commit=commit,
        build=build,
        latest_deploy=not (branch or commit or build),
        include_tags=include_tags,
        exclude_tags=exclude_tags,
        name_patterns=name_patterns,
        runners=runners,
        copies=copies,
        by_file=by_file,
        retry_failed=retry_failed,
        timeout_minutes=timeout_minutes,
        test_timeout_seconds=test_timeout_seconds,
        variables=variables or (),
    )
    lines = Lines(f"- When: {when}", *order_lines(order, size_of(order, await newest_runs(api))))
    lines.add("Priority", priority)
    lines.add("The owner of the token is notified of its runs", "yes" if notify else None)
    question = Lines(f"Create schedule {given(name)}, which repeatedly starts tests of {place(order)}?")
    question.say(*lines.lines)
    question.say("Machine time is paid each time until the schedule is deleted; there is no further question.")
    question.say(*await maintenance_lines(api))
    yield Ask(str(question), order=Order(machines=order.machines))
    created = await api.create_schedule(
        order.schedule(name, cron=cron, fired_by=fired_by, notify=notify, priority=priority)
    )
    made = next((one for one in await read_back(api.schedules()) or () if one.id == created.id), None)
    keys = {one.id: one.key or "" for one in (project, *(fired_by or ()))}
    environments = {order.environment.id: order.environment.key or ""}
    yield Changed(
        done=f"Created schedule {created.id}; it starts runs by itself from now on.",
        now=row_of(made, keys, environments) if made is not None else None,
        ordered=[f"Tests of {place(order)}", *lines.facts],
        warning=UNSEEN if made is None else None,
        next="testery_delete_schedule ends that.",
    )


def describe(row: ScheduleRow) -> str:
    """A schedule as questions and answers name it."""
    where = f" of project {word(row.project_key)}" if row.project_key else ""
    where += f" on {word(row.environment_key)}" if row.environment_key else ""
    return f"schedule {row.schedule_id} {quote(row.name or '')}{where}"


@tool.destroys(idempotent=True, verify_with="list_schedules")
async def delete_schedule(
    api: Testery, schedule_id: Annotated[int, Field(gt=0, description="From testery_list_schedules.")]
) -> Asking[Changed[ScheduleRow]]:
    """Delete a schedule. Asks the user first."""
    schedule = next((one for one in await api.schedules() if one.id == schedule_id), None)
    if schedule is None:
        raise NotFound(f"No schedule {schedule_id}. testery_list_schedules shows ids.", status=404)
    row = row_of(schedule, await project_keys(api), await environment_keys(api))
    state = "enabled" if schedule.is_live else "not enabled"
    yield Ask(
        f"Delete {describe(row)} ({state}, started by {row.trigger})? It will start no more runs. There is no undo."
    )
    await api.delete_schedule(schedule_id)
    left = next((one for one in await read_back(api.schedules()) or () if one.id == schedule_id), None)
    done = f"Deleted {describe(row)}."
    if left is not None:
        done = f"Deleted {describe(row)}; the platform still lists it, as archived."
        if left.is_live:
            done = "The platform accepted it, but still lists the schedule unchanged; check again later."
    yield Changed(done=done, before=row)
