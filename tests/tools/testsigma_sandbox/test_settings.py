"""Settings lists, users and labels: the same for every project, and to be read only."""

from uuid import UUID

import httpx
import pytest

from server.settings import SANDBOX_ORIGIN
from tests.tools.testsigma_sandbox.workspace import HRB, get_json, lookup_id, set_switches, user_id
from tools.testsigma.sandbox.world import Switches

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("path", "name", "rows"),
    [
        (
            "/test_cases/automation_types",
            "automation_types",
            ["Automated", "Not Automated", "Automation Not Required", "Can't Be Automated", "Obsolete"],
        ),
        (
            "/test_cases/types",
            "types",
            ["Functional", "Integration", "Non-Functional", "Regression", "Smoke", "Unit Test", "User Experience"],
        ),
        ("/test_cases/statuses", "statuses", ["Draft", "In Review", "Ready", "Outdated"]),
        ("/test_cases/priorities", "priorities", ["Critical", "Major", "Medium", "Minor"]),
        ("/test_runs/statuses", "statuses", ["Passed", "Failed", "Blocked", "Skipped", "UnTested", "In Progress"]),
    ],
)
async def test_a_settings_list_has_its_rows(http: httpx.AsyncClient, path: str, name: str, rows: list[str]) -> None:
    body = await get_json(http, path)
    found = body["data"][name]
    assert [row["name"] for row in found] == rows
    assert [row["order"] for row in found] == list(range(1, len(rows) + 1))
    assert set(found[0]) == {"id", "name", "order", "alias", "icon_url"}
    assert body["page_info"]["total_count"] == len(rows)
    assert len(await get_json(http, path, name, page_size=2)) == 2


async def test_a_lookup_id_is_what_test_cases_carry(http: httpx.AsyncClient) -> None:
    case = await get_json(http, f"{HRB}/test_cases/HRB-7", "test_case")
    assert case["priority_id"] == lookup_id("priorities", "Critical")
    assert case["status_id"] == lookup_id("statuses", "Ready")


async def test_result_statuses_can_be_spelled_as_in_the_guide(http: httpx.AsyncClient) -> None:
    await set_switches(http, guide_statuses=True)
    names = {row["name"]: row["id"] for row in await get_json(http, "/test_runs/statuses", "statuses")}
    assert list(names)[4:] == ["Untested", "In Progress", "Retest"]
    assert names["Untested"] == lookup_id("results", "UnTested")
    rows = await get_json(http, f"{HRB}/test_runs/HRB-R-4/test_cases", "test_run_cases")
    assert {row["status"] for row in rows} == {"Passed", "Failed", "Untested"}


async def test_users_stand_directly_under_data_without_page_info(http: httpx.AsyncClient) -> None:
    body = await get_json(http, "/users")
    assert set(body) == {"message", "data"}
    assert isinstance(body["data"], list)
    assert [user["first_name"] for user in body["data"]][:4] == ["Mara", "Iris", "Jonas", "Ann"]
    assert len(body["data"]) == 8
    mara = body["data"][0]
    assert (mara["id"], mara["email"]) == (user_id("mara"), "mara.lindt@shop.example.test")
    assert UUID(mara["identity_user_uuid"]) != UUID(mara["id"])
    assert {user["status"] for user in body["data"]} == {"ACTIVE", "INACTIVE"}


async def test_a_short_list_of_users_does_not_say_that_it_is_short(http: httpx.AsyncClient) -> None:
    body = await get_json(http, "/users", page_size=3)
    assert (len(body["data"]), "page_info" in body) == (3, False)


async def test_labels_have_camel_case_times_and_no_project(http: httpx.AsyncClient) -> None:
    labels = await get_json(http, "/labels", "labels")
    assert len(labels) == 10
    assert all(set(label) == {"id", "name", "createdAt", "updatedAt"} for label in labels)
    assert {"smoke", "hotfix", "Lieferadresse"} < {label["name"] for label in labels}
    assert all(len(str(label["createdAt"])) == 13 for label in labels)


@pytest.mark.parametrize("path", ["/labels", "/users", "/test_cases/types", "/test_runs/statuses"])
async def test_nothing_of_it_can_be_changed(http: httpx.AsyncClient, path: str) -> None:
    for method in ("POST", "PUT", "DELETE"):
        assert (await http.request(method, path, json={"name": "x"})).status_code == 404


# Switches


async def test_switches_are_known_by_name_and_true_or_false(http: httpx.AsyncClient) -> None:
    path = f"{SANDBOX_ORIGIN}/_sandbox/testsigma/switches"
    shown = (await http.post(path, json={"rate_limit": True})).json()
    assert shown == dict.fromkeys(Switches.__dataclass_fields__, False) | {"rate_limit": True}
    for wrong in ({"rate": True}, {"rate_limit": 1}, {"rate_limit": "yes"}):
        assert (await http.post(path, json=wrong)).status_code == 422


async def test_a_reset_puts_switches_and_records_back(http: httpx.AsyncClient) -> None:
    await set_switches(http, null_at_end=True)
    await http.delete(HRB)
    assert (await http.post(f"{SANDBOX_ORIGIN}/_sandbox/reset")).status_code == 200
    body = await get_json(http, "/projects")
    assert (len(body["data"]["projects"]), body["page_info"]["next"]) == (2, "")
