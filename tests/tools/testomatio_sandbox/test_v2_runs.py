"""The fake API of Testomat.io: runs of v2, their life and their figures."""

from typing import Any

import httpx
import pytest

from tests.tools.testomatio_sandbox.v2 import (
    advance,
    assert_gone,
    body_of,
    create,
    data,
    error,
    meta,
    read_data,
    set_switches,
)
from tools.kit.sandbox.sandbox import Sandbox

pytestmark = pytest.mark.anyio

HOTFIX, BY_HAND = "9a01f1x0", "9a01aa01"
KEYS = [
    "id", "type", "title", "clean_title", "status", "kind", "rungroup_id", "assigned_to", "assign_strategy", "env",
    "description", "labels", "plans", "tests_count", "passed_count", "failed_count", "skipped_count", "created_at",
    "launched_at", "finished_at", "ci_build_url",
]  # fmt: skip


async def ids(shop: httpx.AsyncClient, query: str) -> list[str]:
    return [run["id"] for run in await read_data(shop, f"/runs?per_page=100&{query}")]


async def event(shop: httpx.AsyncClient, run_id: str, name: str) -> Any:
    return data(await shop.put(f"/runs/{run_id}", json={"status_event": name}))


async def test_a_run_has_the_keys_of_the_reference(shop: httpx.AsyncClient) -> None:
    rows = await read_data(shop, "/runs?search=hotfix")
    assert [list(row) for row in rows] == [KEYS]
    run = await read_data(shop, f"/runs/{HOTFIX}")
    assert list(run) == [*KEYS, "total_tests"]
    assert (run["status"], run["kind"], run["env"]) == ("failed", "automated", "staging, Chrome")
    assert run["launched_at"] == "2026-04-03T04:06:00Z"
    assert run["tests_count"] == run["total_tests"] == run["passed_count"] + run["failed_count"] + run["skipped_count"]


async def test_some_servers_do_not_tell_counts_and_dates(shop: httpx.AsyncClient) -> None:
    await set_switches(shop, without_run_counts=True)
    for run in (await read_data(shop, f"/runs/{HOTFIX}"), (await read_data(shop, "/runs"))[0]):
        assert not {
            "passed_count",
            "failed_count",
            "skipped_count",
            "launched_at",
            "finished_at",
            "ci_build_url",
        } & set(run)
        assert "created_at" in run


async def test_runs_come_newest_first_and_are_filtered(shop: httpx.AsyncClient) -> None:
    dates = [run["created_at"] for run in await read_data(shop, "/runs?per_page=100")]
    assert dates == sorted(dates, reverse=True)
    assert len(dates) == 30
    assert await ids(shop, "search=BY HAND&groupId=9a010001") == [BY_HAND]
    assert "9a070001" in await ids(shop, "")
    assert "9a070001" not in await ids(shop, "filter[archived]=false")
    assert await ids(shop, "filter[archived]=true") == ["9a070001"]
    assert await ids(shop, "tql=failed and rungroup == 'Release 9.0.1'") == [HOTFIX]
    assert meta(await shop.get("/runs?count=true&group_by=kind"))["group_by"]["automated"] == 24


async def test_an_archived_run_is_answered_without_a_word_on_it(shop: httpx.AsyncClient) -> None:
    run = await read_data(shop, "/runs/9a070001")
    assert not any("archive" in key for key in run)


# Beginning


async def test_a_run_by_hand_begins_with_a_pending_result_for_each_test(shop: httpx.AsyncClient) -> None:
    run = await create(shop, "/runs", run={"title": "By hand", "kind": "manual", "test_ids": ["c0de0010", "c0de0020"]})
    assert (run["status"], run["total_tests"], run["launched_at"]) == ("running", 6, "2026-04-03T07:00:00Z")
    results = await read_data(shop, f"/testruns?run_id={run['id']}")
    assert {result["status"] for result in results} == {"pending"}
    assert [result["test_title"] for result in results][1] == "Shipping to Germany costs 3.90 @regression"
    assert {result["suite_title"] for result in results} == {"Coupons", "Delivery address"}


async def test_an_automated_run_waits_for_its_first_result(shop: httpx.AsyncClient) -> None:
    run = await create(shop, "/runs", title="Night", kind="automated", env="staging, Chrome")
    assert (run["status"], run["launched_at"], run["env"]) == ("scheduled", None, "staging, Chrome")
    await create(shop, "/testruns", run_id=run["id"], test_id="c0de0010", status="passed")
    assert (await read_data(shop, f"/runs/{run['id']}"))["status"] == "running"

    waiting = await create(shop, "/runs", title="Day", kind="automated", test_ids=["c0de0010"])
    result = (await read_data(shop, f"/testruns?run_id={waiting['id']}"))[0]
    data(await shop.put(f"/testruns/{result['id']}", json={"message": "soon"}))
    assert (await read_data(shop, f"/runs/{waiting['id']}"))["status"] == "scheduled"
    data(await shop.put(f"/testruns/{result['id']}", json={"status": "passed"}))
    assert (await read_data(shop, f"/runs/{waiting['id']}"))["status"] == "running"


async def test_tests_are_chosen_by_star_suite_and_kind(shop: httpx.AsyncClient) -> None:
    everything = await create(shop, "/runs", title="All", kind="mixed", test_ids=["*"])
    assert everything["total_tests"] == 404
    automated = await create(shop, "/runs", title="Machine", kind="automated", suite_ids=["c0ffee01"])
    states = [test["state"] for test in await read_data(shop, "/tests?suites[]=c0ffee01")]
    assert automated["total_tests"] == states.count("automated")
    assert (await create(shop, "/runs", title="None"))["total_tests"] == 0


async def test_several_environments_make_a_run_each_in_a_new_group(shop: httpx.AsyncClient) -> None:
    first = await create(shop, "/runs", title="Everywhere", envs=["Chrome", "Safari"], test_ids=["c0de0010"])
    group = await read_data(shop, f"/rungroups/{first['rungroup_id']}")
    assert (group["title"], group["runs_count"], first["env"]) == ("Everywhere", 2, "Chrome")
    runs = await read_data(shop, f"/runs?groupId={group['id']}")
    assert {run["env"] for run in runs} == {"Chrome", "Safari"}
    alone = await create(shop, "/runs", title="Machine", kind="automated", envs=["Chrome", "Safari"])
    assert (alone["rungroup_id"], alone["env"]) == (None, None)


@pytest.mark.parametrize(
    ("strategy", "people"),
    [
        ("none", {"jonas.petersen@shop.example.test"}),
        ("test", {"iris.okafor@shop.example.test", "jonas.petersen@shop.example.test"}),
        ("random", {"mara.lindt@shop.example.test", "iris.okafor@shop.example.test"}),
    ],
)
async def test_results_are_assigned_by_the_strategy(shop: httpx.AsyncClient, strategy: str, people: set[str]) -> None:
    run = await create(
        shop, "/runs", title="x", test_ids=["c0de0010", "c0de0012"], assign_strategy=strategy,
        assigned_to="jonas.petersen@shop.example.test",
    )  # fmt: skip
    results = await read_data(shop, f"/testruns?run_id={run['id']}")
    assert {result["assigned_to"] for result in results} == people


@pytest.mark.parametrize(
    "fields",
    [{"title": ""}, {"kind": "both"}, {"assign_strategy": "dice"}, {"plan_ids": ["00000000"]},
     {"test_ids": ["nothing1"]}, {"rungroup_id": "00000000"},
     {"assigned_to": "tom.reeve@shop.example.test"}, {"status_event": "explode"}],
)  # fmt: skip
async def test_fields_that_are_not_sound_are_422(shop: httpx.AsyncClient, fields: dict[str, object]) -> None:
    if "status_event" not in fields:
        assert error(await shop.post("/runs", json={"title": "x", **fields}), 422)
    assert error(await shop.put(f"/runs/{BY_HAND}", json={"description": "new", **fields}), 422)
    assert meta(await shop.get("/runs"))["total"] == 30
    assert (await read_data(shop, f"/runs/{BY_HAND}"))["description"] != "new"


# Its life


@pytest.mark.parametrize("verb", ["PUT", "PATCH"])
async def test_both_verbs_change_a_run_and_add_tests_to_it(shop: httpx.AsyncClient, verb: str) -> None:
    before = await read_data(shop, f"/runs/{BY_HAND}")
    fields = {"title": "Renamed", "env": "production", "test_ids": ["c0de0010", "c0de0018"], "rungroup_id": None}
    after = data(await shop.request(verb, f"/runs/{BY_HAND}", json=fields))
    assert (after["title"], after["env"], after["rungroup_id"]) == ("Renamed", "production", None)
    assert after["total_tests"] == before["total_tests"] + 1
    assert after["plans"] == before["plans"]


async def test_a_plan_that_is_named_later_adds_its_tests(shop: httpx.AsyncClient) -> None:
    run = await create(shop, "/runs", title="x", kind="mixed")
    for plan in ({"plan_ids": ["5a0c0001"]}, {"plan_id": "5a0c0005"}):
        run = data(await shop.put(f"/runs/{run['id']}", json=plan))
    smoke, by_hand = await read_data(shop, "/tests?tql=tag == 'smoke'&per_page=100"), 5 + 10 + 4
    assert run["plans"] == [{"id": "5a0c0005", "title": "Checkout by hand"}]
    assert len(smoke) < run["total_tests"] <= len(smoke) + by_hand


async def test_finishing_by_hand_skips_what_is_pending_and_counts(shop: httpx.AsyncClient) -> None:
    run = await event(shop, BY_HAND, "finish_manual")
    assert (run["status"], run["finished_at"]) == ("failed", "2026-04-03T07:00:00Z")
    assert meta(await shop.get(f"/testruns?run_id={BY_HAND}&filter[status]=pending"))["total"] == 0
    assert run["skipped_count"] == 20


async def test_a_finished_run_gets_the_status_of_its_last_results(shop: httpx.AsyncClient) -> None:
    run = await create(shop, "/runs", title="Night", kind="automated")
    for status in ("failed", "passed"):
        await create(shop, "/testruns", run_id=run["id"], test_id="c0de0010", status=status)
    done = await event(shop, run["id"], "finish")
    assert (done["status"], done["passed_count"], done["failed_count"]) == ("passed", 1, 0)
    empty = await create(shop, "/runs", title="Nothing", kind="automated")
    assert (await event(shop, empty["id"], "finish"))["status"] == "finished"


async def test_a_launched_run_runs_a_moment_later(shop: httpx.AsyncClient, story: Sandbox) -> None:
    assert (await event(shop, "9a01e0d0", "launch"))["status"] == "launching"
    advance(story, "11s")
    run = await read_data(shop, "/runs/9a01e0d0")
    assert (run["status"], run["launched_at"]) == ("running", "2026-04-03T07:00:00Z")


async def test_a_run_is_run_again_with_everything_pending(shop: httpx.AsyncClient) -> None:
    run = await event(shop, "9a090012", "rerun")
    assert (run["status"], run["finished_at"], run["passed_count"]) == ("running", None, 0)
    assert {result["status"] for result in await read_data(shop, "/testruns?run_id=9a090012")} == {"pending"}


async def test_a_run_is_stopped_and_put_back(shop: httpx.AsyncClient) -> None:
    assert (await event(shop, "9a01e0d0", "launch"))["status"] == "launching"
    assert (await event(shop, "9a01e0d0", "scheduled"))["status"] == "scheduled"
    assert (await event(shop, "9a01e0d0", "terminate"))["status"] == "terminated"


@pytest.mark.parametrize(
    ("run_id", "name"),
    [(BY_HAND, "finish"), ("9a01cb01", "finish_manual"), (HOTFIX, "finish"), (HOTFIX, "terminate"),
     (HOTFIX, "scheduled"), (BY_HAND, "launch"), (BY_HAND, "rerun")],
)  # fmt: skip
async def test_an_event_that_does_not_fit_is_422(shop: httpx.AsyncClient, run_id: str, name: str) -> None:
    before = await read_data(shop, f"/runs/{run_id}")
    assert error(await shop.put(f"/runs/{run_id}", json={"status_event": name, "title": "x"}), 422)
    assert await read_data(shop, f"/runs/{run_id}") == before


async def test_a_deleted_run_takes_its_results_along(shop: httpx.AsyncClient) -> None:
    assert_gone(await shop.delete(f"/runs/{HOTFIX}"))
    assert error(await shop.get(f"/runs/{HOTFIX}"), 404) == "Run not found"
    assert await read_data(shop, f"/testruns?run_id={HOTFIX}") == []
    assert meta(await shop.get("/issues?source=jira"))["total"] == 2


async def test_results_arrive_in_a_run_that_is_under_way_until_it_ends(shop: httpx.AsyncClient, story: Sandbox) -> None:
    seen = []
    for _ in range(5):
        run = await read_data(shop, "/runs/9a01cb01")
        seen.append((run["status"], run["passed_count"]))
        advance(story, "5m")
    assert seen == [("running", 9), ("running", 14), ("running", 19), ("running", 24), ("passed", 24)]


# Figures


async def test_a_run_is_broken_down_with_a_meta_in_camel_case(shop: httpx.AsyncClient) -> None:
    answer = body_of(await shop.get(f"/runs/{HOTFIX}/stats/suites?sort_field=failed_count&sort_direction=desc"))
    assert answer["data"][0] == {
        "title": "Coupons", "passed_count": 3, "failed_count": 6, "skipped_count": 1, "pending_count": 0,
    }  # fmt: skip
    assert answer["meta"] == {"page": 1, "perPage": 30, "totalCount": 37, "totalPages": 2}
    assert len(body_of(await shop.get(f"/runs/{HOTFIX}/stats/suites?page=2"))["data"]) == 7


@pytest.mark.parametrize(
    ("dimension", "title"),
    [("tags", "coupons"), ("labels", "Severity"), ("assignees", "Iris Okafor"), ("priorities", "critical")],
)
async def test_every_dimension_has_its_rows(shop: httpx.AsyncClient, dimension: str, title: str) -> None:
    rows = await read_data(shop, f"/runs/{BY_HAND}/stats/{dimension}")
    assert title in [row["title"] for row in rows]


async def test_an_unknown_dimension_or_field_is_422(shop: httpx.AsyncClient) -> None:
    assert error(await shop.get(f"/runs/{HOTFIX}/stats/weather"), 422)
    assert error(await shop.get(f"/runs/{HOTFIX}/stats/tags?sort_field=size"), 422)
    assert error(await shop.get("/runs/00000000/stats/tags"), 404)
