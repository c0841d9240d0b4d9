"""Pipeline stages, which order waiting runs and pass variables to their environments."""

from typing import Annotated

from pydantic import Field

from tools.kit.asking import Ask, Asking
from tools.kit.changed import Changed
from tools.kit.errors import Refused, found
from tools.kit.model import Answer
from tools.kit.page import Cursor, Limit, Page, Selection
from tools.kit.question import Lines
from tools.kit.text import Untrusted, quote
from tools.kit.toolset import Toolset
from tools.testery.client.testery import Testery
from tools.testery.models.orders import without_none
from tools.testery.models.settings import Stage
from tools.testery.tools.environments import Name
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

StageId = Annotated[int, Field(gt=0, description="From testery_list_pipeline_stages.")]
Priority = Annotated[int | None, Field(ge=0, le=10_000, description="Its place among the stages.")]
RunPriority = Annotated[int | None, Field(ge=0, le=10_000, description="Order of its runs, lowest first.")]
Pool = Annotated[int | None, Field(gt=0, description="Id of a runner pool.")]


class StageRow(Answer):
    """A pipeline stage as a list shows it."""

    stage_id: int
    name: Untrusted | None = None
    priority: int | None = Field(None, description="Its place in the pipeline.")
    run_priority: int | None = Field(None, description="Order of its runs, lowest first.")
    windows_pool: int | None = None
    linux_pool: int | None = None


class StageDetails(StageRow):
    """A pipeline stage with the names of its variables."""

    variables: list[VariableName] = Field(default_factory=list)


def row_of(stage: Stage) -> StageRow:
    return StageRow(
        stage_id=stage.id,
        name=stage.name,
        priority=stage.priority,
        run_priority=stage.run_priority,
        windows_pool=stage.windows_pool,
        linux_pool=stage.linux_pool,
    )


def details_of(stage: Stage) -> StageDetails:
    return StageDetails(**row_of(stage).model_dump(), variables=names_of(stage))


async def known_stage(api: Testery, stage_id: int) -> Stage:
    return await found(
        api.pipeline_stage(stage_id), f"pipeline stage {stage_id}", listed_by="testery_list_pipeline_stages"
    )


@tool.reads(full_text_in="get_pipeline_stage")
async def list_pipeline_stages(api: Testery, limit: Limit = 50, cursor: Cursor = None) -> Page[StageRow]:
    """List the pipeline stages in their order."""
    selection: Selection[Stage] = Selection(lambda stage: (stage.priority or 0, stage.id), limit=limit, cursor=cursor)
    for stage in await api.pipeline_stages():
        selection.offer(stage)
    return selection.page(row_of, complete_coverage(selection.matched))


@tool.reads()
async def get_pipeline_stage(api: Testery, stage_id: StageId) -> StageDetails:
    """Read one pipeline stage with the names of its variables; values are never shown."""
    return details_of(await known_stage(api, stage_id))


@tool.writes(idempotent=False, verify_with="list_pipeline_stages")
async def create_pipeline_stage(api: Testery, name: Name, variables: Variables = None) -> Changed[StageDetails]:
    """Create a pipeline stage; the API cannot delete one."""
    existing = {stage.id for stage in await api.pipeline_stages()}
    await api.create_pipeline_stage({"name": name, **without_none(variables=new_variables(variables))})
    made = [one for one in await read_back(api.pipeline_stages()) or () if one.id not in existing and one.name == name]
    stage = await read_back(api.pipeline_stage(made[0].id)) if len(made) == 1 else None
    if stage is None:
        return Changed(done="Created.", warning=UNSEEN, next="testery_list_pipeline_stages shows it.")
    return Changed(done="Created.", now=details_of(stage))


@tool.writes(idempotent=True, verify_with="get_pipeline_stage")
async def update_pipeline_stage(
    api: Testery,
    stage_id: StageId,
    name: Name | None = None,
    priority: Priority = None,
    run_priority: RunPriority = None,
    windows_pool: Pool = None,
    linux_pool: Pool = None,
    set_variables: Variables = None,
    remove_variables: Names = None,
) -> Asking[Changed[StageDetails]]:
    """Change a pipeline stage; omitted fields stay, variables too.

    Asks the user first where a stored value could be lost.
    """
    before = await known_stage(api, stage_id)
    change = change_of(before, set_variables, remove_variables)
    fields = without_none(
        name=name,
        priority=priority,
        testRunPriority=run_priority,
        windowsRunnerPoolId=windows_pool,
        linuxRunnerPoolId=linux_pool,
    )
    if change.is_none and not fields:
        raise Refused("Give at least one thing to change.")
    question = Lines(f"Change pipeline stage {before.id} {quote(before.name or '')}, and with it all its environments?")
    question.becomes("Name", before.name, name)
    question.becomes("Priority", before.priority, priority)
    question.becomes("Priority of waiting runs", before.run_priority, run_priority)
    question.becomes("Windows pool", before.windows_pool, windows_pool)
    question.becomes("Linux pool", before.linux_pool, linux_pool)
    question.say(*change.lines())
    yield Ask(None if change.is_harmless else str(question))
    await api.update_pipeline_stage(stage_id, before.with_changes(fields, change.body))
    after = await read_back(api.pipeline_stage(stage_id))
    yield Changed(
        done=change.done(),
        now=details_of(after) if after is not None else None,
        before=details_of(before),
        warning=lost_variables(before, after, change.removed) if after is not None else UNSEEN,
    )
