"""Which paths there are, who is let in, and what is answered where there is nothing."""

import tomllib

import httpx
import pytest

from server.coverage import ROOT, shape
from server.settings import SANDBOX_ORIGIN
from tests.tools.testery_sandbox.requests import CONTROLS, is_problem
from tools.kit.sandbox.sandbox import Sandbox
from tools.testery.sandbox.build import build

pytestmark = pytest.mark.anyio


def test_the_sandbox_has_the_operations_of_the_reference() -> None:
    reference = tomllib.loads((ROOT / "tools/testery/operations.toml").read_text(encoding="utf-8"))
    operations = [(operation["method"], shape(operation["path"])) for operation in reference["operation"]]
    assert sorted((method, shape(path)) for method, path in build().routes) == sorted(operations)
    assert len(operations) == reference["expected"]


def test_nothing_is_built_before_the_first_request() -> None:
    assert build()._world is None


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/projects"),
        ("GET", "/test-runs/902114/test-run-tests"),
        ("GET", "/test-run-results/902114"),
        ("POST", "/test-run-requests"),
        ("GET", "/test-runs/902114/rerun"),
        ("GET", "/test-runs/newest"),
    ],
)
async def test_old_and_doubtful_paths_are_404(http: httpx.AsyncClient, method: str, path: str) -> None:
    assert is_problem(await http.request(method, path, json={}), 404)


async def test_a_path_without_api_is_404(http: httpx.AsyncClient) -> None:
    assert (await http.get(f"{SANDBOX_ORIGIN}/testery/test-runs")).status_code == 404


@pytest.mark.parametrize("path", ["/projects", "/environments", "/test-runs", "/account"])
async def test_a_trailing_slash_changes_nothing(http: httpx.AsyncClient, path: str) -> None:
    assert (await http.get(f"{path}/")).json() == (await http.get(path)).json()


async def test_answers_are_bare_json(http: httpx.AsyncClient) -> None:
    answer = await http.get("/projects")
    assert answer.headers["content-type"] == "application/json"
    assert isinstance(answer.json(), list)


@pytest.mark.parametrize(
    "header", [None, "demo", "Token demo", "Basic ZGVtbzpkZW1v", "Bearer", "Bearer wrong", "Bearer expired"]
)
async def test_a_missing_or_wrong_token_is_401(http: httpx.AsyncClient, header: str | None) -> None:
    http.headers.pop("Authorization")
    headers = {} if header is None else {"Authorization": header}
    assert is_problem(await http.get("/test-runs", headers=headers), 401)


@pytest.mark.parametrize("token", ["demo", "pat_demo", "eyJhbGciOiJub25lIn0.e30.c2ln"])
async def test_every_kind_of_token_is_let_in(http: httpx.AsyncClient, token: str) -> None:
    assert (await http.get("/account", headers={"Authorization": f"Bearer {token}"})).status_code == 200


async def test_switches_are_told_and_unknown_ones_refused(http: httpx.AsyncClient) -> None:
    switched = (await http.post(f"{CONTROLS}/switches", json={"sparse": True})).json()
    assert [name for name, is_on in switched.items() if is_on] == ["sparse"]
    assert (await http.post(f"{CONTROLS}/switches", json={"turbo": True})).status_code == 422
    assert (await http.post(f"{CONTROLS}/switches", json={"sparse": "yes"})).status_code == 422


async def test_a_body_that_is_no_json_object_is_400(http: httpx.AsyncClient) -> None:
    for body in (b"{", b"[]"):
        answer = await http.post("/pipeline-stages", content=body)
        assert answer.status_code == 400
        assert list(answer.json()) == ["timestamp", "status", "error", "message", "path"]
        assert answer.json()["path"] == "/api/pipeline-stages"


async def test_a_reset_brings_the_first_world_back(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    await http.delete("/environments/212")
    assert (await http.get("/environments/212")).status_code == 404
    await http.post(f"{SANDBOX_ORIGIN}/_sandbox/reset")
    assert (await http.get("/environments/212")).status_code == 200
