"""Pipeline stages: the steps of a release, with variables for all environments of a stage."""

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testery.sandbox import variables
from tools.testery.sandbox.answers import answer, known
from tools.testery.sandbox.records import Stage
from tools.testery.sandbox.requests import read_body
from tools.testery.sandbox.world import ACCOUNT_ID, World

routes: Routes[World] = Routes()


@routes.get("/pipeline-stages")
async def list_stages(call: Call[World]) -> Response:
    """All stages, without their variables."""
    return answer([_render_without_variables(stage) for stage in call.world.stages.values()])


@routes.get("/pipeline-stages/{stage_id:int}")
async def get_stage(call: Call[World]) -> Response:
    return answer(render_stage(find_stage(call)))


@routes.post("/pipeline-stages")
async def create_stage(call: Call[World]) -> Response:
    world, sent = call.world, read_body(call)
    stage = Stage(0, sent.required("name"), variables=variables.read_variables(sent))
    stage.priority = max((other.priority for other in world.stages.values()), default=0) + 1
    stage.id = next(world.stage_ids)
    world.stages[stage.id] = stage
    return answer(render_stage(stage))


@routes.patch("/pipeline-stages/{stage_id:int}")
async def update_stage(call: Call[World]) -> Response:
    """Name and variables stay unless sent; priorities and runner pools are reset unless sent."""
    stage, sent = find_stage(call), read_body(call)
    name = sent.string("name") or stage.name
    new_variables = variables.read_variables(sent, stage.variables) if "variables" in sent.fields else stage.variables
    priority, run_priority = sent.integer("priority") or 0, sent.integer("testRunPriority") or 0
    linux, windows = sent.integer("linuxRunnerPoolId"), sent.integer("windowsRunnerPoolId")
    stage.name, stage.variables = name, new_variables
    stage.priority, stage.test_run_priority = priority, run_priority
    stage.linux_pool_id, stage.windows_pool_id = linux, windows
    return answer(render_stage(stage))


def find_stage(call: Call[World]) -> Stage:
    """The stage in the path."""
    return known(call.world.stages.get(call.number("stage_id")))


def render_stage(stage: Stage) -> dict[str, object]:
    """A single stage as the API returns it."""
    return {**_render_without_variables(stage), "variables": variables.render_variables(stage.variables)}


def _render_without_variables(stage: Stage) -> dict[str, object]:
    return {
        "id": stage.id,
        "accountId": ACCOUNT_ID,
        "name": stage.name,
        "priority": stage.priority,
        "testRunPriority": stage.test_run_priority,
        "linuxRunnerPoolId": stage.linux_pool_id,
        "windowsRunnerPoolId": stage.windows_pool_id,
    }
