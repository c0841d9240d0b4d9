"""Environments: where tests run, with the variables that are handed to them."""

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testery.sandbox import variables
from tools.testery.sandbox.answers import answer, bad_request, conflict, not_found, nothing
from tools.testery.sandbox.lifecycle import let_in
from tools.testery.sandbox.records import Environment
from tools.testery.sandbox.requests import Reader, read
from tools.testery.sandbox.world import ACCOUNT_ID, World

routes: Routes[World] = Routes()


@routes.get("/environments")
async def list_environments(call: Call[World]) -> Response:
    """All of them, archived ones as well."""
    found = call.world.environments.values()
    return answer([shown(call.world, environment) for environment in found if not environment.is_deleted])


@routes.get("/environments/{environment_id:int}")
async def get_environment(call: Call[World]) -> Response:
    return answer(shown(call.world, find(call)))


@routes.post("/environments")
async def create_environment(call: Call[World]) -> Response:
    world, sent = call.world, read(call)
    environment = Environment(0, sent.required("key"), sent.required("name"))
    if world.environment_of(environment.key) is not None:
        raise conflict()
    _change(call, environment, sent)
    environment.id = next(world.environment_ids)
    world.environments[environment.id] = environment
    return answer(shown(world, environment))


@routes.patch("/environments/{environment_id:int}")
async def update_environment(call: Call[World]) -> Response:
    """Change what is sent and keep the rest; a list of variables takes the place of the whole list."""
    world, environment, sent = call.world, find(call), read(call)
    key, name = sent.string("key") or environment.key, sent.string("name") or environment.name
    archived = sent.boolean("archived", environment.archived)
    holder = world.environment_of(key)
    if holder is not None and holder is not environment:
        raise conflict()
    _change(call, environment, sent)
    environment.key, environment.name, environment.archived = key, name, archived
    let_in(world, environment.id, call.clock.now())
    return answer(shown(world, environment))


@routes.delete("/environments/{environment_id:int}")
async def delete_environment(call: Call[World]) -> Response:
    environment = find(call)
    if call.world.switches.delete_archives:
        environment.archived = True
    else:
        environment.is_deleted = True  # its old runs still name it
    return nothing()


def find(call: Call[World]) -> Environment:
    """The environment that the path names."""
    environment = call.world.environment(call.number("environment_id"))
    if environment is None:
        raise not_found()
    return environment


def _change(call: Call[World], environment: Environment, sent: Reader) -> None:
    """Take over what was sent, once all of it is known to be right."""
    stage_id, most = sent.integer("pipelineStageId"), sent.integer("maximumParallelTestRuns")
    if stage_id is not None and stage_id not in call.world.stages:
        raise not_found()
    if most is not None and most < 0:
        raise bad_request(call, "maximumParallelTestRuns is 0 or more")
    url = sent.string("url")
    if "variables" in sent.fields:
        environment.variables = variables.read(sent, environment.variables)
    environment.stage_id = environment.stage_id if stage_id is None else stage_id
    environment.most_at_once = environment.most_at_once if most is None else most
    environment.url = environment.url if url is None else url


def shown(world: World, environment: Environment) -> dict[str, object]:
    """An environment as it is read; without an address or a stage it lacks the field."""
    told: dict[str, object] = {
        "id": environment.id,
        "accountId": ACCOUNT_ID,
        "key": environment.key,
        "name": environment.name,
        "url": environment.url,
        "pipelineStageId": environment.stage_id,
        "maximumParallelTestRuns": environment.most_at_once,
        "archived": environment.archived,
        "variables": variables.shown(environment.variables),
    }
    if world.switches.sparse:
        del told["accountId"], told["maximumParallelTestRuns"]
    return {name: value for name, value in told.items() if value is not None}
