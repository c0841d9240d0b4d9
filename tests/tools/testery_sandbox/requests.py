"""Requests: a client of the fake API, and the requests that most tests here make."""

from typing import Any

import httpx

from server.sandbox import SandboxTransport
from server.settings import SANDBOX_ORIGIN
from tools.kit.sandbox.clock import Clock, parse_duration
from tools.kit.sandbox.composition import compose
from tools.kit.sandbox.sandbox import Sandbox
from tools.testery.sandbox.build import MOUNT, build
from tools.testery.sandbox.world import Switches

CONTROLS = f"{SANDBOX_ORIGIN}/_sandbox/testery"
HOTFIX, RELEASE = 902114, 902098


def client_with(**switches: bool) -> httpx.AsyncClient:
    """A client of a fake API with some switches on."""
    return account(build(clock=Clock(factor=0), switches=Switches(**switches)))


def account(sandbox: Sandbox, token: str = "demo") -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=SandboxTransport(compose({"testery": sandbox})),
        base_url=SANDBOX_ORIGIN + MOUNT,
        headers={"Authorization": f"Bearer {token}"},
    )


def advance(sandbox: Sandbox, by: str) -> None:
    sandbox.clock.advance(parse_duration(by))


async def get_json(http: httpx.AsyncClient, path: str) -> Any:
    answer = await http.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def submit_run(http: httpx.AsyncClient, **fields: object) -> Any:
    """The run that was ordered, of Harbour Web on staging where nothing else is said."""
    sent = {"project": "harbour-web", "environment": "staging", "branch": "main", **fields}
    answer = await http.post("/test-run-requests-build", json={k: v for k, v in sent.items() if v is not ...})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def get_run(http: httpx.AsyncClient, run_id: int) -> Any:
    return await get_json(http, f"/test-runs/{run_id}")


async def results_by_name(http: httpx.AsyncClient, run_id: int) -> dict[str, Any]:
    """The results of a run's failed tests by the test's name; of several tries the last."""
    results = await get_json(http, f"/test-runs/{run_id}/results")
    last = {(one["projectTest"] or one)["name"]: one for one in results}
    return {name: one for name, one in last.items() if one["status"] == "FAIL"}


def is_problem(answer: httpx.Response, status: int) -> bool:
    """Whether an answer is an error of this status in the API's own words."""
    words = {401: "Not Authorized", 404: "Resource Not Found", 409: "Conflict"}
    return answer.status_code == status and answer.json() == {"code": str(status), "message": words[status]}
