"""The fake API of Testomat.io: projects and people of the web API."""

import httpx
import pytest

from tests.tools.testomatio_sandbox.small import KEY, SMALL, error, json_of, web
from tools.kit.sandbox.sandbox import Sandbox

pytestmark = pytest.mark.anyio


async def test_the_list_holds_the_projects_that_the_user_is_a_member_of(client: httpx.AsyncClient) -> None:
    rows = json_of(await client.get("/api/projects"))["data"]
    assert {row["type"] for row in rows} == {"project"}
    ids = {row["id"] for row in rows}
    assert {"harbour-shop-6f98f", "harbour-archive-11aa2", SMALL} <= ids
    assert "payroll-77d01" not in ids


async def test_every_project_of_the_list_hands_out_a_key_of_its_own(client: httpx.AsyncClient) -> None:
    keys = [row["attributes"]["api-key"] for row in json_of(await client.get("/api/projects"))["data"]]
    assert all(key.startswith("tstmt_") for key in keys)
    assert len(set(keys)) == len(keys) > 1


async def test_a_reader_is_not_given_the_key(sandbox: Sandbox) -> None:
    async with web(sandbox, "testomat_reader") as reader:
        project = json_of(await reader.get(f"/api/projects/{SMALL}"))["data"]
    assert project["attributes"]["api-key"] is None


async def test_the_projects_list_lets_the_caller_say_how_long_a_page_is(client: httpx.AsyncClient) -> None:
    total = json_of(await client.get("/api/projects"))["meta"]["num"]
    meta = json_of(await client.get("/api/projects?page=2&per_page=1"))["meta"]
    assert meta == {"num": total, "total_pages": total, "page": 2, "per_page": 1, "rId": meta["rId"]}
    assert json_of(await client.get("/api/projects?per_page=500"))["meta"]["per_page"] == 200


async def test_a_project_has_dasherised_attributes_and_its_settings(client: httpx.AsyncClient) -> None:
    project = json_of(await client.get(f"/api/projects/{SMALL}"))["data"]
    assert (project["id"], project["type"]) == (SMALL, "project")
    assert list(project["attributes"]) == [
        "title", "status", "tests-count", "created-at", "lang", "framework", "url", "demo", "has-living-docs",
        "record-url", "avatar", "api-key", "testomatio-url", "branch", "living-doc-url", "whitelist-ip",
        "versions-max-days", "environments", "features", "run-replies", "subscription", "company", "project-settings",
    ]  # fmt: skip
    assert project["attributes"]["tests-count"] == 4
    assert project["attributes"]["api-key"] == KEY
    assert project["attributes"]["created-at"] == "2026-04-01T08:00:00.000Z"


async def test_a_project_without_tests_has_null_of_them(client: httpx.AsyncClient, sandbox: Sandbox) -> None:
    sandbox.world.tests.main.clear()
    assert json_of(await client.get(f"/api/projects/{SMALL}"))["data"]["attributes"]["tests-count"] is None


async def test_custom_statuses_are_grouped_by_status(client: httpx.AsyncClient) -> None:
    replies = json_of(await client.get("/api/projects/harbour-shop-6f98f"))["data"]["attributes"]["run-replies"]
    assert set(replies) == {"passed", "failed", "skipped"}
    assert "Known issue" in replies["failed"]


async def test_the_older_singular_answers_the_same(client: httpx.AsyncClient) -> None:
    plural = json_of(await client.get(f"/api/projects/{SMALL}"))
    assert json_of(await client.get(f"/api/project/{SMALL}")) == plural


async def test_people_are_numbered_by_strings_and_have_addresses(client: httpx.AsyncClient) -> None:
    body = json_of(await client.get(f"/api/{SMALL}/users"))
    assert [row["id"] for row in body["data"]] == ["4101", "4104", "4105"]
    ann = body["data"][1]
    assert ann["type"] == "user"
    assert set(ann["attributes"]) == {"name", "email", "avatar", "avatar-url", "timezone"}
    assert (ann["attributes"]["name"], ann["attributes"]["email"]) == ("Ann Weber", "ann.weber@shop.example.test")


async def test_one_person_is_one_row_of_the_list(client: httpx.AsyncClient) -> None:
    row = json_of(await client.get(f"/api/{SMALL}/users"))["data"][1]
    assert json_of(await client.get(f"/api/{SMALL}/users/4104")) == {"data": row}


@pytest.mark.parametrize("user_id", ["4102", "1", "ann"])
async def test_somebody_who_is_no_member_is_404(client: httpx.AsyncClient, user_id: str) -> None:
    error(await client.get(f"/api/{SMALL}/users/{user_id}"), 404)
