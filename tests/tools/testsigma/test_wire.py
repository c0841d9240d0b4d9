"""The held contract: one row an operation, with the request as Testsigma's API reference describes it."""

import json
import re
import tomllib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.tools.kit.wire import says
from tests.tools.testsigma.line import ONE, OTHER, PROJECT, TOKEN_VALUE, told
from tools.kit.form import Attached, Form, MadeFile
from tools.testsigma.client.testsigma import Testsigma

pytestmark = pytest.mark.anyio

P = f"/projects/{PROJECT}"
SIZE = [("page_size", 100)]
OPERATIONS = Path(__file__).parents[3] / "tools" / "testsigma" / "operations.toml"


@dataclass(frozen=True)
class Row:
    """An operation, a call of ours, and the request that has to come of it."""

    operation: str
    call: Callable[[Testsigma], Awaitable[Any]]
    path: str
    answer: dict[str, Any] = field(default_factory=lambda: {"message": ""})
    query: dict[str, str] = field(default_factory=dict)
    body: Any = None
    form: dict[str, str] | None = None


def one(name: str, **fields: Any) -> dict[str, Any]:
    return {"message": "", "data": {name: {"id": ONE, **fields}}}


def several(name: str) -> dict[str, Any]:
    return {"message": "", "data": {name: [{"id": ONE}]}, "page_info": {"page_size": 100, "total_count": 1, "next": ""}}


def listing(operation: str, call: Callable[[Testsigma], Awaitable[Any]], path: str, name: str) -> Row:
    return Row(f"GET {operation}", call, path, several(name), {"page_size": "100"})


STEP = {"step_description": "Look", "expected_result": "It is there", "order": 1}
FIELDS = {"title": "Checkout"}
RESULT = {"test_case_id": ONE, "test_run_status_id": OTHER, "user_id": OTHER, "description": "Für Ann"}
JUNIT = Form([Attached(MadeFile("r.xml", b"<testsuite/>"), "application/xml", name="junit_xml")])

ROWS = [
    listing("/projects", lambda api: api.projects_page(SIZE), "/projects", "projects"),
    Row("GET /projects/{}", lambda api: api.project(PROJECT), P, one("project")),
    Row(
        "POST /projects",
        lambda api: api.create_project({"name": "Attic", "human_id_prefix": "ATT"}),
        "/projects",
        one("project"),
        body={"name": "Attic", "human_id_prefix": "ATT"},
    ),
    Row(
        "PUT /projects/{}",
        lambda api: api.update_project(PROJECT, {"name": "N"}),
        P,
        one("project"),
        body={"name": "N"},
    ),
    Row("DELETE /projects/{}", lambda api: api.delete_project(PROJECT), P),
    listing("/projects/{}/folders", lambda api: api.folders_page(PROJECT, SIZE), f"{P}/folders", "folders"),
    Row("GET /projects/{}/folders/{}", lambda api: api.folder(PROJECT, ONE), f"{P}/folders/{ONE}", one("folder")),
    Row(
        "POST /projects/{}/folders",
        lambda api: api.create_folder(PROJECT, {"name": "Cart", "order": 3}),
        f"{P}/folders",
        one("folder"),
        body={"name": "Cart", "order": 3},
    ),
    Row(
        "PUT /projects/{}/folders/{}",
        lambda api: api.update_folder(PROJECT, ONE, {"name": "Cart"}),
        f"{P}/folders/{ONE}",
        one("folder"),
        body={"name": "Cart"},
    ),
    Row(
        "POST /projects/{}/folders/{}/move",
        lambda api: api.move_folder(PROJECT, ONE, OTHER),
        f"{P}/folders/{ONE}/move",
        one("folder"),
        body={"parent_folder_id": OTHER},
    ),
    Row("DELETE /projects/{}/folders/{}", lambda api: api.delete_folder(PROJECT, ONE), f"{P}/folders/{ONE}"),
    listing("/projects/{}/test_cases", lambda api: api.test_cases_page(PROJECT, SIZE), f"{P}/test_cases", "test_cases"),
    Row(
        "GET /projects/{}/test_cases/{}",
        lambda api: api.test_case(PROJECT, "ATL-7"),
        f"{P}/test_cases/ATL-7",
        one("test_case"),
    ),
    Row(
        "POST /projects/{}/test_cases",
        lambda api: api.create_test_case(PROJECT, FIELDS),
        f"{P}/test_cases",
        one("test_case"),
        body=FIELDS,
    ),
    Row(
        "PUT /projects/{}/test_cases/{}",
        lambda api: api.update_test_case(PROJECT, "ATL-7", FIELDS),
        f"{P}/test_cases/ATL-7",
        one("test_case"),
        body=FIELDS,
    ),
    Row("DELETE /projects/{}/test_cases/{}", lambda api: api.delete_test_case(PROJECT, ONE), f"{P}/test_cases/{ONE}"),
    listing(
        "/projects/{}/step_groups", lambda api: api.step_groups_page(PROJECT, SIZE), f"{P}/step_groups", "step_groups"
    ),
    Row(
        "GET /projects/{}/step_groups/{}",
        lambda api: api.step_group(PROJECT, "ATL-SG-1"),
        f"{P}/step_groups/ATL-SG-1",
        one("step_group"),
    ),
    Row(
        "POST /projects/{}/step_groups",
        lambda api: api.create_step_group(PROJECT, {"title": "Log in", "steps": [STEP]}),
        f"{P}/step_groups",
        one("step_group"),
        body={"title": "Log in", "steps": [STEP]},
    ),
    Row(
        "PUT /projects/{}/step_groups/{}",
        lambda api: api.update_step_group(PROJECT, ONE, {"steps": [STEP]}),
        f"{P}/step_groups/{ONE}",
        one("step_group"),
        body={"steps": [STEP]},
    ),
    Row(
        "DELETE /projects/{}/step_groups/{}", lambda api: api.delete_step_group(PROJECT, ONE), f"{P}/step_groups/{ONE}"
    ),
    listing("/projects/{}/test_runs", lambda api: api.test_runs_page(PROJECT, SIZE), f"{P}/test_runs", "test_runs"),
    Row(
        "GET /projects/{}/test_runs/{}",
        lambda api: api.test_run(PROJECT, "ATL-R-4"),
        f"{P}/test_runs/ATL-R-4",
        one("test_run"),
    ),
    Row(
        "POST /projects/{}/test_runs",
        lambda api: api.create_test_run(PROJECT, FIELDS),
        f"{P}/test_runs",
        one("test_run"),
        body=FIELDS,
    ),
    Row(
        "PUT /projects/{}/test_runs/{}",
        lambda api: api.update_test_run(PROJECT, "ATL-R-4", {"status": "CLOSED"}),
        f"{P}/test_runs/ATL-R-4",
        one("test_run"),
        body={"status": "CLOSED"},
    ),
    Row("DELETE /projects/{}/test_runs/{}", lambda api: api.delete_test_run(PROJECT, ONE), f"{P}/test_runs/{ONE}"),
    Row(
        "PUT /projects/{}/test_runs/{}/test_cases",
        lambda api: api.record_results(PROJECT, "ATL-R-4", [RESULT]),
        f"{P}/test_runs/ATL-R-4/test_cases",
        several("test_run_cases"),
        form={"data": json.dumps({"test_run_cases": [RESULT]}, ensure_ascii=False)},
    ),
    Row(
        "PUT /projects/{}/test_runs/{}/assign_user",
        lambda api: api.assign_test_case(PROJECT, "ATL-R-4", case_id=ONE, user_id=OTHER),
        f"{P}/test_runs/ATL-R-4/assign_user",
        one("test_run_case"),
        body={"user_id": OTHER, "test_case_id": ONE},
    ),
    listing(
        "/projects/{}/test_runs/{}/test_cases",
        lambda api: api.run_cases_page(PROJECT, "ATL-R-4", SIZE),
        f"{P}/test_runs/ATL-R-4/test_cases",
        "test_run_cases",
    ),
    Row(
        "POST /projects/{}/junit-import/test-run/{}",
        lambda api: api.start_import(PROJECT, "ATL-R-4", JUNIT),
        f"{P}/junit-import/test-run/ATL-R-4",
        one("import"),
        form={"junit_xml": "<testsuite/>"},
    ),
    Row(
        "GET /projects/{}/junit-imports/{}/status",
        lambda api: api.junit_import(PROJECT, ONE),
        f"{P}/junit-imports/{ONE}/status",
        one("import"),
    ),
    listing("/projects/{}/test_plans", lambda api: api.test_plans_page(PROJECT, SIZE), f"{P}/test_plans", "test_plans"),
    Row(
        "GET /projects/{}/test_plans/{}",
        lambda api: api.test_plan(PROJECT, "ATL-P-2"),
        f"{P}/test_plans/ATL-P-2",
        one("test_plan"),
    ),
    Row(
        "POST /projects/{}/test_plans",
        lambda api: api.create_test_plan(PROJECT, FIELDS),
        f"{P}/test_plans",
        one("test_plan"),
        body=FIELDS,
    ),
    Row(
        "PUT /projects/{}/test_plans/{}",
        lambda api: api.update_test_plan(PROJECT, ONE, FIELDS),
        f"{P}/test_plans/{ONE}",
        one("test_plan"),
        body=FIELDS,
    ),
    Row("DELETE /projects/{}/test_plans/{}", lambda api: api.delete_test_plan(PROJECT, ONE), f"{P}/test_plans/{ONE}"),
    Row(
        "POST /projects/{}/test_plans/{}/complete",
        lambda api: api.complete_test_plan(PROJECT, "ATL-P-2"),
        f"{P}/test_plans/ATL-P-2/complete",
        one("test_plan"),
    ),
    listing(
        "/projects/{}/test_plans/{}/test_runs",
        lambda api: api.plan_runs_page(PROJECT, "ATL-P-2", SIZE),
        f"{P}/test_plans/ATL-P-2/test_runs",
        "test_runs",
    ),
    listing(
        "/test_cases/automation_types",
        lambda api: api.lookups("automation"),
        "/test_cases/automation_types",
        "automation_types",
    ),
    listing("/test_cases/types", lambda api: api.lookups("type"), "/test_cases/types", "types"),
    listing("/test_cases/statuses", lambda api: api.lookups("status"), "/test_cases/statuses", "statuses"),
    listing("/test_cases/priorities", lambda api: api.lookups("priority"), "/test_cases/priorities", "priorities"),
    listing("/test_runs/statuses", lambda api: api.lookups("result_status"), "/test_runs/statuses", "statuses"),
    Row("GET /users", lambda api: api.users(), "/users", {"message": "", "data": [{"id": ONE}]}, {"page_size": "200"}),
    Row("GET /labels", lambda api: api.labels(), "/labels", several("labels"), {"page_size": "200"}),
]


@pytest.mark.parametrize("row", ROWS, ids=[row.operation for row in ROWS])
async def test_a_call_of_ours_is_the_request_of_the_reference(row: Row) -> None:
    wire, api = told(says(json=row.answer))
    await row.call(api)
    (sent,) = wire.arrived
    assert f"{sent.method} https://{sent.url.host}{sent.url.path}" == (
        f"{row.operation.split()[0]} https://arcus.example.test/api/v1{row.path}"
    )
    assert dict(sent.url.params) == row.query
    assert sent.headers["authorization"] == f"Bearer {TOKEN_VALUE}"
    assert sent.headers["accept"] == "application/json"
    kind, body = sent.headers.get("content-type", ""), sent.content
    if row.form is not None:
        assert re.fullmatch(r"multipart/form-data; boundary=[0-9a-f]{32}", kind)
        assert form(kind, body) == row.form
    elif row.body is not None:
        assert kind == "application/json"
        assert json.loads(body) == row.body
    else:
        assert (kind, body) == ("", b"")


def form(kind: str, body: bytes) -> dict[str, str]:
    """The parts of a form by their names."""
    boundary = kind.partition("boundary=")[2].encode()
    found = {}
    for part in body.split(b"--" + boundary)[1:-1]:
        head, _, content = part.strip(b"\r\n").partition(b"\r\n\r\n")
        name = re.search(rb'[; ]name="([^"]+)"', head)
        assert name is not None
        found[name[1].decode()] = content.decode()
    return found


def test_every_operation_of_the_reference_has_its_row() -> None:
    listed = tomllib.loads(OPERATIONS.read_text(encoding="utf-8"))["operation"]
    known = {f"{one['method']} {re.sub(r'[{][^}]*[}]', '{}', one['path'])}" for one in listed}
    assert len(listed) == len(known) == 45
    assert {row.operation for row in ROWS} == known
