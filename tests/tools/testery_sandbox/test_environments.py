"""Environments and pipeline stages: their variables, what a change keeps, and what it loses."""

import json

import httpx
import pytest

from tests.tools.testery_sandbox.requests import get_json, is_problem
from tools.kit.sandbox.sandbox import Sandbox
from tools.testery.sandbox.story.shop import FILE_PASSWORD, HIDDEN_SECRET, PLAIN_KEY, PLAIN_LOGIN, PLAIN_PASSWORD

pytestmark = pytest.mark.anyio


def kept(sandbox: Sandbox, number: int, key: str) -> str:
    """What is stored under a key, which no answer shows when it is encrypted."""
    return str(next(v.value for v in sandbox.world.environments[number].variables if v.key == key))


async def test_the_environments_of_the_story(http: httpx.AsyncClient) -> None:
    environments = await get_json(http, "/environments")
    assert [(one["id"], one["key"], one["archived"]) for one in environments] == [
        (205, "staging-2025", True),
        (212, "staging", False),
        (213, "production", False),
        (214, "kiosk-altona", False),
    ]
    assert environments[1] == await get_json(http, "/environments/212")
    assert not {"url", "pipelineStageId"} & set(environments[0])
    assert [one["maximumParallelTestRuns"] for one in environments] == [0, 2, 1, 1]


async def test_encrypted_values_never_come_out(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    variables = (await get_json(http, "/environments/212"))["variables"]
    assert {one["key"]: one["value"] for one in variables if one["encrypted"]} == {
        "DB_PASSWORD": "",
        "PAYMENT_TOKEN": "",
        ".env": "",
    }
    assert kept(sandbox, 212, "DB_PASSWORD") == HIDDEN_SECRET
    for path in ("/environments", "/pipeline-stages/5", "/schedules", "/test-runs?limit=1000"):
        assert HIDDEN_SECRET not in json.dumps(await get_json(http, path))


async def test_plain_values_hold_secrets_that_somebody_put_there(http: httpx.AsyncClient) -> None:
    plain = {one["key"]: one["value"] for one in (await get_json(http, "/environments/212"))["variables"]}
    assert plain["MAIL_API_KEY"] == PLAIN_KEY
    assert PLAIN_LOGIN in plain["ADMIN_URL"]
    assert FILE_PASSWORD in plain["fixtures/users.csv"]
    assert (await get_json(http, "/pipeline-stages/4"))["variables"][0]["value"] == PLAIN_PASSWORD


async def test_an_environment_is_created(http: httpx.AsyncClient) -> None:
    sent = {"key": "pr-12", "name": "PR 12", "pipelineStageId": 3, "maximumParallelTestRuns": 2}
    secret = {"key": "TOKEN", "value": "hidden-4711", "encrypted": True}
    answer = await http.post("/environments", json={**sent, "variables": [secret, {"key": "A", "value": "1"}]})
    assert answer.status_code == 200
    created = answer.json()
    assert {**sent, "archived": False, "accountId": 481}.items() <= created.items()
    assert created["variables"] == [
        {"key": "TOKEN", "value": "", "encrypted": True, "file": False},
        {"key": "A", "value": "1", "encrypted": False, "file": False},
    ]
    assert await get_json(http, f"/environments/{created['id']}") == created


async def test_a_key_is_taken_once(http: httpx.AsyncClient) -> None:
    for key in ("staging", "staging-2025"):
        assert is_problem(await http.post("/environments", json={"key": key, "name": "Again"}), 409)
    assert is_problem(await http.patch("/environments/213", json={"key": "staging"}), 409)


@pytest.mark.parametrize(
    "sent", [{"name": "x"}, {"key": "x"}, {"key": "x", "name": "x", "variables": "A=1"},
             {"key": "x", "name": "x", "maximumParallelTestRuns": -1}]
)  # fmt: skip
async def test_an_environment_without_a_name_or_with_nonsense_is_400(
    http: httpx.AsyncClient, sent: dict[str, object]
) -> None:
    assert (await http.post("/environments", json=sent)).status_code == 400
    assert len(await get_json(http, "/environments")) == 4


async def test_an_unknown_stage_or_environment_is_404(http: httpx.AsyncClient) -> None:
    sent = {"key": "x", "name": "x", "pipelineStageId": 99}
    assert is_problem(await http.post("/environments", json=sent), 404)
    for method in ("GET", "PATCH", "DELETE"):
        assert is_problem(await http.request(method, "/environments/999"), 404)


async def test_a_list_of_variables_takes_the_place_of_the_whole_list(http: httpx.AsyncClient) -> None:
    only = [{"key": "BASE_URL", "value": "https://other.example.test", "encrypted": False}]
    answer = await http.patch("/environments/212", json={"variables": only})
    assert [one["key"] for one in answer.json()["variables"]] == ["BASE_URL"]
    assert (answer.json()["name"], answer.json()["url"]) == ("Staging", "https://staging.shop.example.test")


async def test_a_change_without_variables_keeps_them(http: httpx.AsyncClient) -> None:
    before = await get_json(http, "/environments/212")
    after = (await http.patch("/environments/212", json={"name": "Staging, new"})).json()
    assert after == {**before, "name": "Staging, new"}


async def test_what_was_read_can_be_written_back_and_secrets_stay(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    before = await get_json(http, "/environments/212")
    sent = {**before, "variables": [*before["variables"], {"key": "NEW", "value": "", "encrypted": True}]}
    after = (await http.patch("/environments/212", json=sent)).json()
    assert after["variables"][:-1] == before["variables"]
    assert kept(sandbox, 212, "DB_PASSWORD") == HIDDEN_SECRET
    assert kept(sandbox, 212, "NEW") == ""


async def test_a_new_secret_replaces_and_a_plain_empty_value_loses_it(
    http: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    await http.patch("/environments/212", json={"variables": [{"key": "DB_PASSWORD", "value": "n", "encrypted": True}]})
    assert kept(sandbox, 212, "DB_PASSWORD") == "n"
    await http.patch("/environments/212", json={"variables": [{"key": "DB_PASSWORD", "value": ""}]})
    assert kept(sandbox, 212, "DB_PASSWORD") == ""


async def test_a_refused_change_changes_nothing(http: httpx.AsyncClient) -> None:
    before = await get_json(http, "/environments/212")
    for wrong in ({"maximumParallelTestRuns": -1}, {"archived": "no"}, {"variables": [{"key": ""}]}):
        sent = {"name": "New", "variables": [], "url": "https://new.example.test", **wrong}
        assert (await http.patch("/environments/212", json=sent)).status_code == 400
    assert await get_json(http, "/environments/212") == before


async def test_an_environment_is_deleted_and_its_runs_stay(http: httpx.AsyncClient) -> None:
    assert (await http.delete("/environments/214")).status_code == 204
    assert 214 not in {one["id"] for one in await get_json(http, "/environments")}
    assert is_problem(await http.get("/environments/214"), 404)
    assert (await get_json(http, "/test-runs/902119"))["environment"] == "kiosk-altona"
    assert (await http.post("/environments", json={"key": "kiosk-altona", "name": "Again"})).status_code == 200


# Pipeline stages


async def test_the_stages_are_listed_without_their_variables(http: httpx.AsyncClient) -> None:
    stages = await get_json(http, "/pipeline-stages")
    assert [(one["id"], one["name"]) for one in stages] == [(3, "Dev"), (4, "Staging"), (5, "Production")]
    assert stages[2] == {
        "id": 5,
        "accountId": 481,
        "name": "Production",
        "priority": 3,
        "testRunPriority": 10,
        "linuxRunnerPoolId": 12,
        "windowsRunnerPoolId": 14,
    }


async def test_one_stage_has_its_variables(http: httpx.AsyncClient) -> None:
    variables = (await get_json(http, "/pipeline-stages/5"))["variables"]
    assert [(one["key"], one["value"]) for one in variables] == [("READ_ONLY", "true"), ("MONITOR_TOKEN", "")]
    assert is_problem(await http.get("/pipeline-stages/99"), 404)


async def test_a_stage_is_created(http: httpx.AsyncClient) -> None:
    sent = {"name": "Preview", "variables": [{"key": "A", "value": "1"}]}
    created = (await http.post("/pipeline-stages", json=sent)).json()
    assert (created["id"], created["name"], created["priority"]) == (41, "Preview", 4)
    assert await get_json(http, "/pipeline-stages/41") == created
    assert (await http.post("/pipeline-stages", json={})).status_code == 400


async def test_what_is_left_out_of_a_change_of_a_stage_is_reset(http: httpx.AsyncClient) -> None:
    after = (await http.patch("/pipeline-stages/5", json={"name": "Live"})).json()
    assert (after["name"], len(after["variables"])) == ("Live", 2)
    assert (after["priority"], after["testRunPriority"]) == (0, 0)
    assert after["linuxRunnerPoolId"] is after["windowsRunnerPoolId"] is None


async def test_what_is_sent_along_stays(http: httpx.AsyncClient) -> None:
    before = await get_json(http, "/pipeline-stages/5")
    variables = [{"key": "MONITOR_TOKEN", "value": "", "encrypted": True}]
    after = (await http.patch("/pipeline-stages/5", json={**before, "variables": variables})).json()
    assert after == {**before, "variables": [before["variables"][1]]}
    assert is_problem(await http.patch("/pipeline-stages/99", json={"name": "x"}), 404)


@pytest.mark.parametrize("number", [0, -1, "0"])
async def test_an_id_of_0_or_below_is_refused(http: httpx.AsyncClient, number: object) -> None:
    sent = {"key": "mine", "name": "Mine", "pipelineStageId": number}
    assert (await http.post("/environments", json=sent)).status_code == 400
    assert "mine" not in [one["key"] for one in await get_json(http, "/environments")]
