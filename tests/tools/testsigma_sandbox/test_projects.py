"""Projects, and what goes with one that is deleted."""

import httpx
import pytest

from tests.tools.testsigma_sandbox.workspace import HRB, KSK, advance, created, error, get_json
from tools.kit.sandbox.sandbox import Sandbox

pytestmark = pytest.mark.anyio


async def test_the_workspace_has_two_projects(http: httpx.AsyncClient) -> None:
    body = await get_json(http, "/projects")
    assert body["message"] == ""
    assert [(p["name"], p["human_id_prefix"]) for p in body["data"]["projects"]] == [
        ("Harbour", "HRB"),
        ("Kiosk", "KSK"),
    ]
    assert body["page_info"] == {"page_size": 20, "total_count": 2, "next": "", "prev": ""}


async def test_projects_are_filtered_by_name(http: httpx.AsyncClient) -> None:
    for params, names in (
        ({"name__NEQ": "Harbour"}, ["Kiosk"]),
        ({"name__CONTAINS": "harb"}, ["Harbour"]),
        ({"name__CONTAINS": "o", "name__NEQ": "Kiosk"}, ["Harbour"]),
        ({"name": "Kiosk", "name__EQ": "Kiosk"}, ["Harbour", "Kiosk"]),
    ):
        assert [p["name"] for p in await get_json(http, "/projects", "projects", **params)] == names


async def test_a_project_is_read_whole(http: httpx.AsyncClient) -> None:
    project = await get_json(http, HRB, "project")
    assert project | {"id": "", "tenant": ""} == {
        "id": "",
        "name": "Harbour",
        "description": "The shop: web and iOS app, one set of test cases for both.",
        "human_id_prefix": "HRB",
        "created_at": 1767769200000,
        "updated_at": 1767769200000,
        "tenant": "",
    }


async def test_a_project_is_created_with_200_and_a_prefix_of_its_own(http: httpx.AsyncClient) -> None:
    project = await created(await http.post("/projects", json={"name": "Kiosk Altona"}), "project")
    assert project["human_id_prefix"] == "KIO"
    assert project["created_at"] == 1775199600000
    again = await created(await http.post("/projects", json={"name": "Kiosk Hafen"}), "project")
    assert again["human_id_prefix"] == "KIO2"
    chosen = {"name": "Fleet", "human_id_prefix": "flt", "description": "Ships"}
    fleet = await created(await http.post("/projects", json=chosen), "project")
    assert (fleet["human_id_prefix"], fleet["description"]) == ("FLT", "Ships")
    assert await get_json(http, f"/projects/{fleet['id']}/test_cases", "test_cases") == []
    assert len(await get_json(http, "/projects", "projects")) == 5


async def test_a_project_needs_a_name_and_a_free_prefix(http: httpx.AsyncClient) -> None:
    assert await error(await http.post("/projects", json={}), 400) == "name is required"
    assert await error(await http.post("/projects", json={"name": " "}), 400) == "name is required"
    assert await error(await http.post("/projects", json={"name": 7}), 400) == "name must be a string"
    taken = await http.post("/projects", json={"name": "Another", "human_id_prefix": "HRB"})
    assert await error(taken, 422) == "human_id_prefix HRB is taken"
    strange = await http.post("/projects", json={"name": "Another", "human_id_prefix": "A-B"})
    assert "letters and digits" in await error(strange, 422)


async def test_a_body_that_is_no_object_is_400(http: httpx.AsyncClient) -> None:
    for content in (b"{", b"[]", b'"x"'):
        assert "The request body" in await error(await http.post("/projects", content=content), 400)


async def test_a_project_is_renamed_but_keeps_its_prefix(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    advance(sandbox, "1m")
    answer = await http.put(KSK, json={"name": "Kiosks", "human_id_prefix": "KIO"})
    project = await created(answer, "project")
    assert (project["name"], project["human_id_prefix"], project["description"]) == ("Kiosks", "KSK", "")
    assert project["updated_at"] == 1775199660000
    assert (await get_json(http, KSK, "project")) == project
    assert (await created(await http.put(KSK, json={"description": "Panels"}), "project"))["name"] == "Kiosks"
    assert await error(await http.put(KSK, json={"name": ""}), 400) == "name is required"


async def test_a_deleted_project_takes_everything_along(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    answer = await http.delete(HRB)
    assert answer.status_code == 200
    assert answer.json() == {"message": "Project deleted successfully"}
    for below in ("", "/folders", "/test_cases/HRB-7", "/test_runs", "/test_plans", "/step_groups"):
        assert (await error(await http.get(HRB + below), 404)).startswith("Project not found with ID:")
    assert len(await get_json(http, f"{KSK}/test_cases", "test_cases")) == 6
    world = sandbox.world
    assert {item.project_id for shelf in (world.folders, world.cases, world.runs) for item in shelf} == set(
        world.projects
    )
