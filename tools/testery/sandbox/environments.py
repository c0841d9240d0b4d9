"""Environments: where tests run, with the variables they get."""

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testery.sandbox import variables
from tools.testery.sandbox.answers import answer, bad_request, conflict, known, no_content, not_found
from tools.testery.sandbox.lifecycle import start_queued_runs
from tools.testery.sandbox.records import Environment
from tools.testery.sandbox.requests import Reader, read_body
from tools.testery.sandbox.world import ACCOUNT_ID, World

routes: Routes[World] = Routes()


@routes.get("/environments")
async def list_environments(call: Call[World]) -> Response:
    """All environments, including archived ones."""
    found = call.world.environments.values()
    return answer([render_environment(call.world, environment) for environment in found if not environment.is_deleted])


@routes.get("/environments/{environment_id:int}")
async def get_environment(call: Call[World]) -> Response:
    return answer(render_environment(call.world, find_environment(call)))


@routes.post("/environments")
async def create_environment(call: Call[World]) -> Response:
    world, sent = call.world, read_body(call)
    environment = Environment(0, sent.required("key"), sent.required("name"))
    if world.environment_of(environment.key) is not None:
        raise conflict()
    _update(call, environment, sent)
    environment.id = next(world.environment_ids)
    world.environments[environment.id] = environment
    return answer(render_environment(world, environment))


@routes.patch("/environments/{environment_id:int}")
async def update_environment(call: Call[World]) -> Response:
    """Change the fields that were sent; a list of variables replaces the whole list."""
    world, environment, sent = call.world, find_environment(call), read_body(call)
    key, name = sent.string("key") or environment.key, sent.string("name") or environment.name
    archived = sent.boolean("archived", environment.archived)
    existing = world.environment_of(key)
    if existing is not None and existing is not environment:
        raise conflict()
    _update(call, environment, sent)
    environment.key, environment.name, environment.archived = key, name, archived
    start_queued_runs(world, environment.id, call.clock.now())
    return answer(render_environment(world, environment))


@routes.delete("/environments/{environment_id:int}")
async def delete_environment(call: Call[World]) -> Response:
    environment = find_environment(call)
    if call.world.switches.delete_archives:
        environment.archived = True
    else:
        environment.is_deleted = True  # its old runs still refer to it
    return no_content()


def find_environment(call: Call[World]) -> Environment:
    """The environment in the path."""
    return known(call.world.environment(call.number("environment_id")))


def _update(call: Call[World], environment: Environment, sent: Reader) -> None:
    """Validate all fields that were sent, then store them."""
    stage_id, limit = sent.integer("pipelineStageId"), sent.integer("maximumParallelTestRuns")
    if stage_id is not None and stage_id not in call.world.stages:
        raise not_found()
    if limit is not None and limit < 0:
        raise bad_request(call, "maximumParallelTestRuns is 0 or more")
    url = sent.string("url")
    if "variables" in sent.fields:
        environment.variables = variables.read_variables(sent, environment.variables)
    environment.stage_id = environment.stage_id if stage_id is None else stage_id
    environment.max_parallel_runs = environment.max_parallel_runs if limit is None else limit
    environment.url = environment.url if url is None else url


def render_environment(world: World, environment: Environment) -> dict[str, object]:
    """An environment as the API returns it; the fields are absent for an environment without a URL or stage."""
    fields: dict[str, object] = {
        "id": environment.id,
        "accountId": ACCOUNT_ID,
        "key": environment.key,
        "name": environment.name,
        "url": environment.url,
        "pipelineStageId": environment.stage_id,
        "maximumParallelTestRuns": environment.max_parallel_runs,
        "archived": environment.archived,
        "variables": variables.render_variables(environment.variables),
    }
    if world.switches.sparse:
        del fields["accountId"], fields["maximumParallelTestRuns"]
    return {name: value for name, value in fields.items() if value is not None}
