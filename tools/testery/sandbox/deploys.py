"""Deploys: the platform is told that something was deployed, and starts what waits for that."""

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testery.sandbox.answers import answer, unprocessed
from tools.testery.sandbox.dates import stamp
from tools.testery.sandbox.lifecycle import APART, fire
from tools.testery.sandbox.records import Deploy
from tools.testery.sandbox.requests import Reader, body
from tools.testery.sandbox.world import World

routes: Routes[World] = Routes()

GIT_PROVIDERS = ("GitHub", "BitBucket")


@routes.post("/deploys")
async def create_deploy(call: Call[World]) -> Response:
    """Note a deploy and fire the schedules that it fits; what makes no sense is 500 with a sentence."""
    world, sent = call.world, Reader(body(call), unprocessed)
    project_key, environment_key = sent.required("project"), sent.required("environment")
    project, environment = world.project_of(project_key), world.environment_of(environment_key)
    if project is None:
        raise unprocessed(f"Project {project_key} does not exist")
    if environment is None or environment.archived:
        raise unprocessed(f"Environment {environment_key} does not exist")
    sent.boolean("updateVcsStatus", True)
    sent.string("statusName")
    provider = sent.string("gitProvider")
    if provider is not None and provider not in GIT_PROVIDERS:
        raise unprocessed(f"Git provider {provider} is not one of {', '.join(GIT_PROVIDERS)}")
    if provider is not None and not (sent.string("gitOwner") and sent.string("gitRepo")):
        raise unprocessed("Git owner and repository are required with a provider")
    at = call.clock.now()
    deploy = Deploy(
        next(world.deploy_ids),
        project.id,
        environment.id,
        at,
        sent.string("buildId"),
        sent.string("branch"),
        sent.string("commit"),
    )
    world.deploys[deploy.id] = deploy
    fitting = [schedule for schedule in world.schedules.values() if schedule.is_fired_by(deploy)]
    for place, schedule in enumerate(fitting, 1):
        fire(world, schedule, at + APART * place if world.switches.late_deploy_runs else at, deploy)
    return answer(_shown(deploy), 201)


def _shown(deploy: Deploy) -> dict[str, object]:
    return {
        "id": deploy.id,
        "projectId": deploy.project_id,
        "environmentId": deploy.environment_id,
        "buildId": deploy.build,
        "branch": deploy.branch,
        "commit": deploy.commit,
        "createTime": stamp(deploy.at),
    }
