"""Pipeline stages: the way of a release, with variables for all environments of a stage."""

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testery.sandbox import variables
from tools.testery.sandbox.answers import answer, not_found
from tools.testery.sandbox.records import Stage
from tools.testery.sandbox.requests import read
from tools.testery.sandbox.world import ACCOUNT_ID, World

routes: Routes[World] = Routes()


@routes.get("/pipeline-stages")
async def list_stages(call: Call[World]) -> Response:
    """All of them, without their variables."""
    return answer([_in_short(stage) for stage in call.world.stages.values()])


@routes.get("/pipeline-stages/{stage_id:int}")
async def get_stage(call: Call[World]) -> Response:
    return answer(shown(find(call)))


@routes.post("/pipeline-stages")
async def create_stage(call: Call[World]) -> Response:
    world, sent = call.world, read(call)
    stage = Stage(0, sent.required("name"), variables=variables.read(sent))
    stage.priority = max((other.priority for other in world.stages.values()), default=0) + 1
    stage.id = next(world.stage_ids)
    world.stages[stage.id] = stage
    return answer(shown(stage))


@routes.patch("/pipeline-stages/{stage_id:int}")
async def update_stage(call: Call[World]) -> Response:
    """Name and variables stay where they are not sent; priorities and pools of runners are reset then."""
    stage, sent = find(call), read(call)
    name = sent.string("name") or stage.name
    kept = variables.read(sent, stage.variables) if "variables" in sent.fields else stage.variables
    priority, run_priority = sent.integer("priority") or 0, sent.integer("testRunPriority") or 0
    linux, windows = sent.integer("linuxRunnerPoolId"), sent.integer("windowsRunnerPoolId")
    stage.name, stage.variables = name, kept
    stage.priority, stage.test_run_priority = priority, run_priority
    stage.linux_pool_id, stage.windows_pool_id = linux, windows
    return answer(shown(stage))


def find(call: Call[World]) -> Stage:
    """The stage that the path names."""
    stage = call.world.stages.get(call.number("stage_id"))
    if stage is None:
        raise not_found()
    return stage


def shown(stage: Stage) -> dict[str, object]:
    """A stage as it is read by itself."""
    return {**_in_short(stage), "variables": variables.shown(stage.variables)}


def _in_short(stage: Stage) -> dict[str, object]:
    return {
        "id": stage.id,
        "accountId": ACCOUNT_ID,
        "name": stage.name,
        "priority": stage.priority,
        "testRunPriority": stage.test_run_priority,
        "linuxRunnerPoolId": stage.linux_pool_id,
        "windowsRunnerPoolId": stage.windows_pool_id,
    }
