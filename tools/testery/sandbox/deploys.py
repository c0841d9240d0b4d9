"""Deploys: a client reports a deploy, and the schedules that wait for it start."""

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testery.sandbox.answers import answer, server_error
from tools.testery.sandbox.dates import stamp
from tools.testery.sandbox.lifecycle import DEPLOY_RUN_INTERVAL, trigger
from tools.testery.sandbox.records import Deploy
from tools.testery.sandbox.requests import Reader, body
from tools.testery.sandbox.world import World

routes: Routes[World] = Routes()

GIT_PROVIDERS = ("GitHub", "BitBucket")


@routes.post("/deploys")
async def create_deploy(call: Call[World]) -> Response:
    """Record a deploy and trigger the schedules that match; an invalid one is 500 with a sentence."""
    world, sent = call.world, Reader(body(call), server_error)
    project_key, environment_key = sent.required("project"), sent.required("environment")
    project, environment = world.project_of(project_key), world.environment_of(environment_key)
    if project is None:
        raise server_error(f"Project {project_key} does not exist")
    if environment is None or environment.archived:
        raise server_error(f"Environment {environment_key} does not exist")
    sent.boolean("updateVcsStatus", True)
    sent.string("statusName")
    provider = sent.string("gitProvider")
    if provider is not None and provider not in GIT_PROVIDERS:
        raise server_error(f"Git provider {provider} is not one of {', '.join(GIT_PROVIDERS)}")
    if provider is not None and not (sent.string("gitOwner") and sent.string("gitRepo")):
        raise server_error("Git owner and repository are required with a provider")
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
    matching = [schedule for schedule in world.schedules.values() if schedule.is_triggered_by(deploy)]
    for place, schedule in enumerate(matching, 1):
        trigger(world, schedule, at + DEPLOY_RUN_INTERVAL * place if world.switches.late_deploy_runs else at, deploy)
    return answer(_render(deploy), 201)


def _render(deploy: Deploy) -> dict[str, object]:
    return {
        "id": deploy.id,
        "projectId": deploy.project_id,
        "environmentId": deploy.environment_id,
        "buildId": deploy.build,
        "branch": deploy.branch,
        "commit": deploy.commit,
        "createTime": stamp(deploy.at),
    }
