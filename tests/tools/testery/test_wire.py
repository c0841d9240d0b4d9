"""The request of each operation, compared with the API reference and not with the sandbox."""

import tomllib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.tools.kit.wire import Answer, Wire, says
from tests.tools.testery.orders import BARE, BARE_SCHEDULE, FULL, FULL_REQUEST, FULL_SCHEDULE, PLAIN, form
from tests.tools.testery.wired import BASE, HELD, client_over
from tools.kit.sandbox.multipart import parts
from tools.testery.client.testery import Testery
from tools.testery.models.orders import Deployment

pytestmark = pytest.mark.anyio

OPERATIONS = Path(__file__).parents[3] / "tools" / "testery" / "operations.toml"

ONE = says(json={"id": 1})


@dataclass(frozen=True)
class Row:
    """An operation, a call of it, and the request according to the reference."""

    operation: str
    call: Callable[[Testery], Awaitable[Any]]
    path: str
    query: list[tuple[str, str]] = field(default_factory=list)
    body: Any = None
    form: dict[str, str] | None = None
    headers: dict[str, str] = field(default_factory=dict)
    answer: Answer = ONE

    @property
    def method(self) -> str:
        return self.operation.split()[0]


ROWS = [
    Row(
        "GET /test-runs",
        lambda api: api.test_runs(limit=250, offset=500),
        "/test-runs",
        query=[("limit", "250"), ("offset", "500")],
        answer=says(json=[]),
    ),
    Row("GET /test-runs/{id}", lambda api: api.test_run(902114), "/test-runs/902114"),
    Row(
        "GET /test-runs/by-deploy/{deployId}",
        lambda api: api.runs_of_deploy(5120),
        "/test-runs/by-deploy/5120",
        answer=says(json=[]),
    ),
    Row(
        "GET /test-runs/{id}/results",
        lambda api: api.results(902114),
        "/test-runs/902114/results",
        answer=says(json=[]),
    ),
    Row(
        "GET /test-runs/{id}/results/{resultId}",
        lambda api: api.result(902114, 77),
        "/test-runs/902114/results/77",
    ),
    Row(
        "POST /test-run-requests-build",
        lambda api: api.start_test_run(
            FULL.run_request(
                report_to_git=True,
                status_name="checkout",
                deploy_id=5120,
                playwright_project="chromium",
                use_selection_rules=True,
            )
        ),
        "/test-run-requests-build",
        body=FULL_REQUEST,
        answer=says(201, json={"id": 902114, "status": "SUBMITTED"}),
    ),
    Row(
        "POST /test-run-requests-build",
        lambda api: api.start_test_run(
            BARE.run_request(
                report_to_git=False,
                status_name=None,
                deploy_id=None,
                playwright_project=None,
                use_selection_rules=False,
            )
        ),
        "/test-run-requests-build",
        body={"project": "web-shop", "environment": "staging", "updateVcsStatus": False, "copies": 1},
        answer=says(201, json={"id": 902114}),
    ),
    Row(
        "PATCH /test-runs/{id}",
        lambda api: api.cancel_test_run(902114),
        "/test-runs/902114",
        body={"status": "CANCELED"},
        answer=says(content=b""),
    ),
    Row("POST /test-runs/{id}/rerun", lambda api: api.rerun_test_run(902114), "/test-runs/902114/rerun"),
    Row(
        "POST /test-runs/{id}/add-file/{kind}",
        lambda api: api.add_run_file(902114, "DotCover", form()),
        "/test-runs/902114/add-file/DotCover",
        form={"file": "<testsuite/>"},
        answer=says(content=b"null"),
    ),
    Row(
        "POST /test-runs-upload",
        lambda api: api.upload_test_results(form(projectId="7301", environmentId="212", branch="main", ref="0a1b")),
        "/test-runs-upload",
        form={"projectId": "7301", "environmentId": "212", "branch": "main", "ref": "0a1b", "file": "<testsuite/>"},
        answer=says(201, json={"id": 902115}),
    ),
    Row("GET /account", lambda api: api.own_account(), "/account"),
    Row("GET /users/me", lambda api: api.own_user(), "/users/me", answer=says(content=b"null")),
    Row(
        "POST /users/me/api-tokens",
        lambda api: api.create_api_token("Testery CLI", account_id=481),
        "/users/me/api-tokens",
        query=[("name", "Testery CLI")],
        headers={"account": "481"},
        answer=says(201, json={"token": "pat_new"}),
    ),
    Row(
        "POST /user-roles",
        lambda api: api.add_user("iris@northwind.example", role="USER"),
        "/user-roles",
        body={"email": "iris@northwind.example", "roleType": "USER"},
        answer=says(content=b""),
    ),
    Row("GET /projects", lambda api: api.projects(), "/projects", answer=says(json=[])),
    Row(
        "GET /projects/{projectId}/test-suites",
        lambda api: api.test_suites(7301),
        "/projects/7301/test-suites",
        answer=says(json=[]),
    ),
    Row(
        "GET /projects/{projectKey}/upload-url",
        lambda api: api.upload_url("web-shop", build="42", file="a/b.zip", branch="main", commit=None),
        "/projects/web-shop/upload-url",
        query=[("build", "42"), ("file", "a/b.zip"), ("branch", "main")],
        answer=says(content=b"https://storage.example/x?X-Amz-Signature=abc"),
    ),
    Row("GET /environments", lambda api: api.environments(), "/environments", answer=says(json=[])),
    Row("GET /environments/{id}", lambda api: api.environment(212), "/environments/212"),
    Row(
        "POST /environments",
        lambda api: api.create_environment({"key": "qa", "name": "QA", "variables": [PLAIN.as_sent()]}),
        "/environments",
        body={
            "key": "qa",
            "name": "QA",
            "variables": [{"key": "BASE_URL", "value": "https://stg.example", "encrypted": False}],
        },
    ),
    Row(
        "PATCH /environments/{id}",
        lambda api: api.update_environment(212, {"key": "staging", "name": "Staging", "variables": []}),
        "/environments/212",
        body={"key": "staging", "name": "Staging", "variables": []},
    ),
    Row(
        "DELETE /environments/{id}",
        lambda api: api.delete_environment(212),
        "/environments/212",
        answer=says(204, content=b""),
    ),
    Row("GET /pipeline-stages", lambda api: api.pipeline_stages(), "/pipeline-stages", answer=says(json=[])),
    Row("GET /pipeline-stages/{id}", lambda api: api.pipeline_stage(3), "/pipeline-stages/3"),
    Row(
        "POST /pipeline-stages",
        lambda api: api.create_pipeline_stage({"name": "Dev"}),
        "/pipeline-stages",
        body={"name": "Dev"},
    ),
    Row(
        "PATCH /pipeline-stages/{id}",
        lambda api: api.update_pipeline_stage(3, {"name": "Dev", "priority": 1}),
        "/pipeline-stages/3",
        body={"name": "Dev", "priority": 1},
    ),
    Row(
        "POST /deploys",
        lambda api: api.create_deploy(
            Deployment(
                project_key="web-shop",
                environment_key="staging",
                branch="main",
                commit="0a1b2c3d",
                build="42",
                status_name="checkout",
                report_to_git=True,
                git={"gitProvider": "GitHub", "gitOwner": "northwind", "gitRepo": "shop"},
            ).body()
        ),
        "/deploys",
        body={
            "project": "web-shop",
            "environment": "staging",
            "updateVcsStatus": True,
            "buildId": "42",
            "branch": "main",
            "commit": "0a1b2c3d",
            "statusName": "checkout",
            "gitProvider": "GitHub",
            "gitOwner": "northwind",
            "gitRepo": "shop",
        },
        answer=says(201, json={"id": 5201}),
    ),
    Row("GET /schedules", lambda api: api.schedules(), "/schedules", answer=says(json=[])),
    Row(
        "POST /schedules",
        lambda api: api.create_schedule(
            FULL.schedule("Nightly", cron="0 2 * * *", fired_by=None, notify=True, priority=5)
        ),
        "/schedules",
        body=FULL_SCHEDULE,
        answer=says(201, json={"id": 640}),
    ),
    Row(
        "POST /schedules",
        lambda api: api.create_schedule(
            BARE.schedule("After a deploy", cron=None, fired_by=[], notify=False, priority=None)
        ),
        "/schedules",
        body=BARE_SCHEDULE,
        answer=says(201, json={"id": 641}),
    ),
    Row(
        "DELETE /schedules/{id}", lambda api: api.delete_schedule(640), "/schedules/640", answer=says(204, content=b"")
    ),
    Row("GET /test-plans", lambda api: api.test_plans(), "/test-plans", answer=says(json=[])),
    Row(
        "POST /test-plans/{planId}/runs",
        lambda api: api.start_test_plan(81, {"updateVcsStatus": False, "environmentId": 212}),
        "/test-plans/81/runs",
        body={"updateVcsStatus": False, "environmentId": 212},
        answer=says(json={"id": 31001, "status": "SUBMITTED"}),
    ),
    Row(
        "POST /test-plans/{planId}/runs/{planRunId}/cancel",
        lambda api: api.cancel_plan_run(81, 31001),
        "/test-plans/81/runs/31001/cancel",
        body={},
        answer=says(json={"id": 31001, "status": "CANCELED"}),
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=[row.operation for row in ROWS])
async def test_a_request_is_the_one_the_reference_says(row: Row) -> None:
    wire = Wire(row.answer)
    await row.call(client_over(wire))
    (request,) = wire.arrived
    assert (request.method, request.url.path) == (row.method, f"/api{row.path}")
    assert request.url.params.multi_items() == row.query
    assert request.headers["authorization"] == f"Bearer {HELD}"
    assert {name: request.headers.get(name) for name in row.headers} == row.headers
    if row.form is not None:
        assert {part.name: part.text for part in _parts(request)} == row.form
    elif row.body is not None:
        assert _json(request) == row.body
    else:
        assert request.content == b""


def _json(request: httpx.Request) -> Any:
    assert request.headers["content-type"] == "application/json"
    return httpx.Response(200, content=request.content).json()


def _parts(request: httpx.Request) -> Any:
    return parts(request.headers["content-type"], request.content)


def test_every_operation_has_its_row() -> None:
    told = tomllib.loads(OPERATIONS.read_text(encoding="utf-8"))
    listed = {f"{one['method']} {one['path']}" for one in told["operation"]}
    assert {row.operation for row in ROWS} == listed
    assert len(listed) == told["expected"] == 33


async def test_no_request_leaves_for_any_other_host() -> None:
    wire = Wire(says(json=[]))
    await client_over(wire).projects()
    assert str(wire.arrived[0].url) == f"{BASE}/projects"
