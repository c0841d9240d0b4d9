"""Environments that tests run on, and their variables."""

from typing import Annotated

from pydantic import Field

from tools.kit.asking import Ask, Asking
from tools.kit.changed import Changed
from tools.kit.errors import Conflict, NotFound, Refused
from tools.kit.model import Answer, answer_from
from tools.kit.naming import Choice, choices_text, matching
from tools.kit.page import Cursor, Limit, Page, Selection
from tools.kit.question import Lines
from tools.kit.text import Key, Untrusted, given, many, quote
from tools.kit.toolset import Toolset
from tools.testery.client.testery import Testery
from tools.testery.models.orders import without_none
from tools.testery.models.settings import Environment
from tools.testery.tools.order_questions import name_schedules
from tools.testery.tools.projects import complete_coverage
from tools.testery.tools.read_back import UNSEEN, read_back
from tools.testery.tools.variables import (
    Names,
    VariableName,
    Variables,
    change_of,
    lost_variables,
    names_of,
    new_variables,
)

tool = Toolset(Testery)

EnvironmentKey = Annotated[str, Field(min_length=1, max_length=200, description="From testery_list_environments.")]
Name = Annotated[str, Field(min_length=1, max_length=200, description="Such as Staging.")]
AtOnce = Annotated[int | None, Field(ge=0, le=1000, description="Most runs at a time; 0: no limit.")]
StageId = Annotated[int | None, Field(gt=0, description="From testery_list_pipeline_stages.")]


IncludeArchived = Annotated[bool, Field(description="List archived ones too.")]


class EnvironmentFacts(Answer):
    """The fields of an environment without its variables."""

    environment_key: Key | None = None
    id: int
    name: Untrusted | None = None
    url: Untrusted | None = None
    stage_id: int | None = None
    runs_at_once: int | None = Field(None, description="0: no limit.")
    archived: bool = False


class EnvironmentRow(EnvironmentFacts):
    """An environment as a list shows it."""

    variables: int = Field(0, description="How many it has.")


class EnvironmentDetails(EnvironmentFacts):
    """An environment with the names of its variables."""

    variables: list[VariableName] = Field(default_factory=list)


async def known_environment(api: Testery, environment_key: str) -> Environment:
    """Find an environment by its key, name or id; one in use comes before an archived one.

    Raises:
        NotFound: if there is none of that key, or more than one.
    """
    every = await api.environments()
    named = [Choice(one.id, one.key or one.name) for one in every] + [Choice(one.id, one.name) for one in every]
    matches = [one for one in every if one.key == environment_key]
    if not matches:
        ids = {choice.id for choice in matching(environment_key, named, parts=False)}
        matches = [one for one in every if one.id in ids]
    used = [one for one in matches if not one.archived] or matches
    if len(used) == 1:
        return used[0]
    count = many(len(used), "environment") if used else "No environment"
    choices = choices_text([Choice(one.id, one.key, one.name or "") for one in every if not one.archived])
    raise NotFound(
        f"{count} {quote(environment_key, at_most=60)}. There are: {choices}; testery_list_environments shows keys.",
        status=404,
    )


async def usable_environment(api: Testery, environment_key: str) -> Environment:
    """Find an environment that tests can run on.

    Raises:
        Refused: if it is archived.
    """
    environment = await known_environment(api, environment_key)
    if environment.archived:
        raise Refused(f"Environment {quote(environment_key)} is archived.")
    return environment


async def read_environment(api: Testery, environment_key: str) -> Environment:
    """Find an environment by its key and read it whole; the list may show less."""
    return await api.environment((await known_environment(api, environment_key)).id)


def details_of(environment: Environment) -> EnvironmentDetails:
    return answer_from(
        EnvironmentDetails,
        environment,
        environment_key=environment.key,
        runs_at_once=environment.at_once,
        archived=bool(environment.archived),
        variables=names_of(environment),
    )


@tool.reads(full_text_in="get_environment")
async def list_environments(
    api: Testery, include_archived: IncludeArchived = False, limit: Limit = 50, cursor: Cursor = None
) -> Page[EnvironmentRow]:
    """List the environments, with the keys other tools take."""
    selection: Selection[Environment] = Selection(
        lambda environment: (environment.id,), limit=limit, cursor=cursor, archived=include_archived
    )
    environments = await api.environments()
    for environment in environments:
        if include_archived or not environment.archived:
            selection.offer(environment)

    def row(environment: Environment) -> EnvironmentRow:
        details = details_of(environment)
        return EnvironmentRow.model_validate(details.model_dump() | {"variables": len(details.variables)})

    return selection.page(row, complete_coverage(len(environments), selection.matched))


@tool.reads()
async def get_environment(api: Testery, environment_key: EnvironmentKey) -> EnvironmentDetails:
    """Read one environment with the names of its variables; values are never shown."""
    return details_of(await read_environment(api, environment_key))


@tool.writes(idempotent=False, verify_with="get_environment")
async def create_environment(
    api: Testery,
    environment_key: Annotated[str, Field(min_length=1, max_length=200, description="New, such as staging-2.")],
    name: Name,
    stage_id: StageId = None,
    runs_at_once: AtOnce = None,
    variables: Variables = None,
) -> Changed[EnvironmentDetails]:
    """Create an environment for tests to run on."""
    fields = {
        "key": environment_key,
        "name": name,
        **without_none(
            pipelineStageId=stage_id, maximumParallelTestRuns=runs_at_once, variables=new_variables(variables)
        ),
    }
    try:
        await api.create_environment(fields)
    except Conflict as error:
        raise Conflict(
            f"Environment {quote(environment_key)} already exists; testery_get_environment shows it.", status=409
        ) from error
    made = await read_back(read_environment(api, environment_key))
    if made is None:
        return Changed(done="Created.", warning=UNSEEN)
    return Changed(done="Created.", now=details_of(made))


@tool.writes(idempotent=True, verify_with="get_environment")
async def update_environment(
    api: Testery,
    environment_key: EnvironmentKey,
    name: Name | None = None,
    url: Annotated[str | None, Field(max_length=2000, description="https://… of the tested app.")] = None,
    stage_id: StageId = None,
    runs_at_once: AtOnce = None,
    set_variables: Variables = None,
    remove_variables: Names = None,
) -> Asking[Changed[EnvironmentDetails]]:
    """Change an environment; omitted fields stay, variables too.

    Asks the user first where a stored value could be lost.
    """
    before = await read_environment(api, environment_key)
    change = change_of(before, set_variables, remove_variables)
    fields = without_none(name=name, url=url, pipelineStageId=stage_id, maximumParallelTestRuns=runs_at_once)
    if change.is_none and not fields:
        raise Refused("Give at least one thing to change.")
    question = Lines(f"Change environment {given(environment_key)} {quote(before.name or '')}?")
    question.becomes("Name", before.name, name)
    question.becomes("Address", before.url, url)
    question.becomes("Pipeline stage", before.stage_id, stage_id)
    question.becomes("Runs at a time", before.at_once, runs_at_once)
    question.say(*change.lines())
    yield Ask(None if change.is_harmless else str(question))
    await api.update_environment(before.id, before.with_changes(fields, change.body))
    after = await read_back(api.environment(before.id))
    yield Changed(
        done=change.done(),
        now=details_of(after) if after is not None else None,
        before=details_of(before),
        warning=lost_variables(before, after, change.removed) if after is not None else UNSEEN,
    )


@tool.destroys(idempotent=True, verify_with="list_environments")
async def delete_environment(api: Testery, environment_key: EnvironmentKey) -> Asking[Changed[EnvironmentDetails]]:
    """Delete an environment and its variables. Asks the user first."""
    environment = await read_environment(api, environment_key)
    schedules = [one for one in await api.schedules() if one.environment_id == environment.id and one.is_live]
    named = f"environment {given(environment_key)} {quote(environment.name or '')}"
    variables = many(len(environment.variables), "variable")
    secrets = sum(bool(variable.encrypted) for variable in environment.variables)
    question = Lines(f"Delete {named}?")
    question.add("Lost with it", f"{variables}{f', {secrets} of them encrypted' if secrets else ''}")
    question.add("Enabled schedules that run on it", name_schedules(schedules))
    question.say("No more runs can be started on it. There is no undo.")
    yield Ask(str(question))
    await api.delete_environment(environment.id)
    after = next((one for one in await read_back(api.environments()) or () if one.id == environment.id), None)
    done = f"Deleted {named} with {variables}{'' if after is None else '; the platform still lists it, as archived'}."
    if after is not None and not after.archived:
        done = "The platform accepted it, but still lists the environment unchanged; check again later."
    yield Changed(done=done, before=details_of(environment))
