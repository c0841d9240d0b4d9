"""The fake API of test IO: executions of user stories, and tests that are saved as templates."""

from datetime import timedelta

import httpx
import pytest

from tests.tools.testio_sandbox.requests import error, get_json
from tools.kit.sandbox.sandbox import Sandbox

PATH = "/user_story_version_executions"
NAME = "user_story_version_executions"


@pytest.mark.anyio
async def test_executions_are_always_paged_and_count_themselves_only(http: httpx.AsyncClient) -> None:
    body = await get_json(http, PATH)
    assert list(body["meta"]) == ["record_count"]
    assert len(body[NAME]) == 25
    pages = [await get_json(http, f"{PATH}?page={page}&per_page=100", NAME) for page in (1, 2, 3, 4)]
    ids = [row["id"] for page in pages for row in page]
    assert len(set(ids)) == len(ids) == body["meta"]["record_count"]


@pytest.mark.anyio
async def test_executions_come_in_the_order_they_were_made_in_or_the_other_way_round(http: httpx.AsyncClient) -> None:
    count = (await get_json(http, PATH, "meta"))["record_count"]
    up = await get_json(http, f"{PATH}?per_page={count}", NAME)
    down = await get_json(http, f"{PATH}?per_page={count}&order=desc", NAME)
    assert [row["executed_at"] for row in up] == sorted(row["executed_at"] for row in up)
    assert down == up[::-1]


@pytest.mark.anyio
async def test_an_execution_tells_who_with_what_and_in_which_test(http: httpx.AsyncClient) -> None:
    rows = await get_json(http, f"{PATH}?per_page=500", NAME)
    assert {row["status"] for row in rows} == {"passed", "failed", "blocked", "pending"}
    for row in rows:
        assert set(row) == {
            "id", "status", "comment", "executed_by", "device_reports", "test_cycle", "executed_at",
        }  # fmt: skip
        assert (row["comment"] is None) == (row["status"] == "pending")
        assert set(row["test_cycle"]) == {"id", "title", "test_environment"}
        assert row["executed_at"].endswith("Z")
    device = next(row for row in rows if row["test_cycle"]["id"] == 5512)["device_reports"][0]
    assert {"id", "key", "name"} == set(device["category"])


@pytest.mark.anyio
async def test_executions_are_picked_by_stories_and_versions(http: httpx.AsyncClient) -> None:
    by_story = await get_json(http, f"{PATH}?user_story_ids[]=63&user_story_ids[]=64&per_page=100")
    by_version = await get_json(http, f"{PATH}?user_story_version_ids[]=631&user_story_version_ids[]=641&per_page=100")
    assert by_story == by_version
    assert 0 < by_story["meta"]["record_count"] < 40
    none = await get_json(http, f"{PATH}?user_story_ids[]=63&user_story_version_ids[]=641")
    assert none == {"meta": {"record_count": 0}, NAME: []}


@pytest.mark.anyio
@pytest.mark.parametrize("query", ["order=newest", "page=0", "per_page=0", "page=two"])
async def test_an_unsound_question_for_executions_is_400(http: httpx.AsyncClient, query: str) -> None:
    await error(await http.get(f"{PATH}?{query}"), 400)


@pytest.mark.anyio
async def test_executions_add_up_to_what_a_test_shows(http: httpx.AsyncClient) -> None:
    rows = await get_json(http, f"{PATH}?per_page=500", NAME)
    done = [row for row in rows if row["test_cycle"]["id"] == 5519 and row["status"] != "pending"]
    test = await get_json(http, "/exploratory_tests/5519?includes[]=user_stories", "exploratory_test")
    told_by_stories = [story["tested_by_count"] for f in test["features"] for story in f["user_stories"]]
    assert sum(told_by_stories) <= len(done)
    assert (sum(told_by_stories) == 0) == (len(done) == 0)


@pytest.mark.anyio
async def test_a_running_test_gains_executions(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    before = (await get_json(http, PATH, "meta"))["record_count"]
    sandbox.clock.advance(timedelta(days=1))
    assert (await get_json(http, PATH, "meta"))["record_count"] > before


# Templates


@pytest.mark.anyio
async def test_a_test_is_saved_as_a_template_and_starts_another_one(http: httpx.AsyncClient) -> None:
    answer = await http.post("/exploratory_tests/5519/templates", json={"test_template": {"title": "Hotfix check"}})
    template = answer.json()["test_template"]
    assert answer.status_code == 201
    assert (template["id"], template["title"], template["default_test_duration"]) == (261, "Hotfix check", 24)
    assert template["test_scenario_template"]["title"] == "Checkout hotfix 9.0.1"
    assert template in await get_json(http, "/test_templates?product_id=71", "test_templates")
    order = {"test_environment": {"id": 31}, "test_template": {"id": 261}}
    test = await http.post("/products/71/exploratory_tests", json={"exploratory_test": order})
    assert test.json()["exploratory_test"]["goal"] == "Are coupons and payment sound again?"


@pytest.mark.anyio
async def test_a_template_keeps_what_the_test_was(http: httpx.AsyncClient) -> None:
    await http.post("/exploratory_tests/5521/templates", json={"test_template": {"title": "As it was"}})
    await http.post("/exploratory_tests/5521/launch")
    await http.put("/exploratory_tests/5521", json={"exploratory_test": {"goal": "Something else"}})
    templates = {t["id"]: t for t in await get_json(http, "/test_templates?product_id=71", "test_templates")}
    scenario = templates[261]["test_scenario_template"]
    assert scenario["goal"].startswith("<p>Find what")
    assert scenario["start_at"] is None


@pytest.mark.anyio
async def test_a_section_holds_twenty_templates(http: httpx.AsyncClient) -> None:
    path, sent = "/exploratory_tests/5512/templates", {"test_template": {"title": "One more"}}
    statuses = [(await http.post(path, json=sent)).status_code for _ in range(17)]
    assert statuses == [201] * 17
    assert "at most 20" in await error(await http.post(path, json=sent), 422)
    section = (await get_json(http, "/products/71", "product"))["sections_with_default"][0]
    assert section["test_templates"] == {"total": 20, "count": 20}


@pytest.mark.anyio
async def test_an_unsound_template_is_refused(http: httpx.AsyncClient) -> None:
    await error(await http.post("/exploratory_tests/1/templates", json={"test_template": {"title": "x"}}), 404)
    untitled = await http.post("/exploratory_tests/5512/templates", json={"test_template": {}})
    assert await error(untitled, 400) == "title is missing"
