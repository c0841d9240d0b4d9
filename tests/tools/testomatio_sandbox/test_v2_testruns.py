"""The fake API of Testomat.io: single results of v2."""

from datetime import datetime

import httpx
import pytest

from tests.tools.testomatio_sandbox.v2 import assert_gone, create, data, error, meta, read_data, set_switches
from tools.kit.sandbox.sandbox import Sandbox

pytestmark = pytest.mark.anyio

HOTFIX, BY_HAND = "9a01f1x0", "9a01aa01"
KEYS = [
    "id", "type", "test_title", "suite_title", "status", "substatus", "message", "run_time", "automated",
    "assigned_to", "run_id", "test_id", "artifacts",
]  # fmt: skip


async def total(shop: httpx.AsyncClient, query: str) -> int:
    return int(meta(await shop.get(f"/testruns?{query}"))["total"])


async def test_a_result_has_the_keys_of_the_reference(shop: httpx.AsyncClient) -> None:
    row = (await read_data(shop, f"/testruns?run_id={HOTFIX}&test_ids=c0de0010"))[0]
    assert list(row) == KEYS
    assert (row["type"], row["suite_title"], row["automated"]) == ("testrun", "Coupons", True)
    assert isinstance(row["id"], int)
    one = await read_data(shop, f"/testruns/{row['id']}")
    assert list(one) == [*KEYS, "description", "test_version"]
    assert "OLD10" in one["description"]


async def test_a_parametrised_result_has_its_values_in_the_title_and_not_in_the_description(
    shop: httpx.AsyncClient,
) -> None:
    rows = await read_data(shop, f"/testruns?run_id={BY_HAND}&test_ids=c0de0020")
    assert len(rows) == 5
    one = await read_data(shop, f"/testruns/{rows[4]['id']}")
    assert one["test_title"] == "Shipping to Iceland costs 14.90 @regression"
    assert "${country}" in one["description"]


# Order


async def test_results_come_oldest_first_or_newest_first_by_a_switch(shop: httpx.AsyncClient, story: Sandbox) -> None:
    made_at = {result.id: result.created_at for result in story.world.results}

    async def moments(query: str = "") -> list[datetime]:
        return [made_at[row["id"]] for row in await read_data(shop, f"/testruns?run_id={HOTFIX}&per_page=100{query}")]

    assert await moments() == sorted(await moments())
    assert await moments("&order=desc") == sorted(await moments("&order=desc"), reverse=True)
    await set_switches(shop, newest_results_first=True)
    assert await moments() == sorted(await moments(), reverse=True)
    assert await moments("&sort=created_at&order=asc") == sorted(await moments("&sort=created_at&order=asc"))


@pytest.mark.parametrize(("sort", "key"), [("suite", "suite_title"), ("testcase", "test_title")])
async def test_results_are_sorted_by_suite_and_by_test(shop: httpx.AsyncClient, sort: str, key: str) -> None:
    titles = [row[key] for row in await read_data(shop, f"/testruns?run_id={HOTFIX}&sort={sort}&per_page=100")]
    assert titles == sorted(titles)


async def test_failures_can_come_first(shop: httpx.AsyncClient) -> None:
    rows = await read_data(shop, f"/testruns?run_id={HOTFIX}&sort=failure")
    assert [row["status"] for row in rows[:13]] == ["failed"] * 13
    assert rows[13]["status"] != "failed"


async def test_an_unknown_order_is_422(shop: httpx.AsyncClient) -> None:
    assert error(await shop.get("/testruns?sort=weather"), 422)
    assert error(await shop.get("/testruns?order=up"), 422)


# Filters


@pytest.mark.parametrize(
    ("query", "count"),
    [
        (f"run_id={HOTFIX}", 117),
        ("run_id=00000000", 0),
        (f"run_id={HOTFIX}&test_ids=c0de0010,c0de0011", 2),
        (f"run_id={HOTFIX}&filter[status]=failed", 13),
        (f"run_id={BY_HAND}&filter[kind]=manual", 26),
        (f"run_id={BY_HAND}&filter[kind]=automated", 0),
        (f"run_id={HOTFIX}&filter[substatus]=Known issue", 3),
        (f"run_id={HOTFIX}&filter[search]=old10", 5),
        (f"run_id={HOTFIX}&filter[message]=true", 13),
        (f"run_id={HOTFIX}&filter[message]=false", 104),
        (f"run_id={HOTFIX}&filter[link]=true", 3),
        (f"run_id={HOTFIX}&filter[priority]=critical&filter[status]=failed", 4),
        (f"run_id={HOTFIX}&defects=has_defects", 3),
        (f"run_id={HOTFIX}&defects=without_defects", 114),
        (f"run_id={HOTFIX}&tags=coupons&filter[status]=failed", 6),
        (f"run_id={HOTFIX}&tags=coupons,payment&filter[status]=failed", 11),
        ("labels=hotfix-9d0e1", 117),
        ("envs=Safari", 9),
        ("rungroups=9a010002,00000000", 9),
        ("filter[finished_at_date_range]=2026-04-03T06:00:00Z,2026-04-03T07:00:00Z&run_id=9a01cb01", 9),
    ],
)
async def test_results_are_filtered(shop: httpx.AsyncClient, query: str, count: int) -> None:
    assert await total(shop, query) == count


async def test_a_person_is_filtered_by_number(shop: httpx.AsyncClient) -> None:
    rows = await read_data(shop, f"/testruns?run_id={BY_HAND}&filter[user]=4102")
    assert {row["assigned_to"] for row in rows} == {"iris.okafor@shop.example.test"}
    assert await total(shop, f"run_id={BY_HAND}&filter[user]=iris.okafor@shop.example.test") == 0


async def test_a_filter_that_is_not_sound_is_422(shop: httpx.AsyncClient) -> None:
    for between in ("yesterday", "2026-04-01,", ",2026-04-01", "2026-04-01"):
        assert error(await shop.get(f"/testruns?filter[finished_at_date_range]={between}"), 422)
    assert error(await shop.get("/testruns?defects=many"), 422)


async def test_results_are_counted(shop: httpx.AsyncClient) -> None:
    told = meta(await shop.get(f"/testruns?run_id={HOTFIX}&count=true&group_by=status"))
    assert told["group_by"] == {"passed": 103, "failed": 13, "skipped": 1}


# Writing


async def test_a_result_is_made_and_its_time_is_kept_as_it_was_sent(shop: httpx.AsyncClient) -> None:
    fields = {
        "run_id": "9a01cb01", "test_id": "c0de0010", "status": "failed", "message": "no", "run_time": 12.5,
        "assigned_to": "ann.weber@shop.example.test", "automated": False,
    }  # fmt: skip
    result = await create(shop, "/testruns", testrun=fields)
    assert {name: result[name] for name in fields} == fields
    assert result["test_title"] == "An expired code is refused @coupons @regression"
    assert result["id"] >= 9_900_001
    assert await read_data(shop, f"/testruns/{result['id']}") == result


async def test_a_result_may_have_a_title_and_no_test(shop: httpx.AsyncClient) -> None:
    result = await create(shop, "/testruns", run_id=BY_HAND, test_title="Looked around")
    assert (result["test_id"], result["status"], result["automated"]) == (None, "pending", False)


async def test_a_second_result_for_a_test_and_one_in_a_finished_run_are_taken(shop: httpx.AsyncClient) -> None:
    before = await total(shop, f"run_id={HOTFIX}")
    await create(shop, "/testruns", run_id=HOTFIX, test_id="c0de0010", status="passed")
    assert await total(shop, f"run_id={HOTFIX}") == before + 1
    assert (await read_data(shop, f"/runs/{HOTFIX}"))["status"] == "failed"


@pytest.mark.parametrize("verb", ["PUT", "PATCH"])
async def test_a_pending_result_is_filled_in(shop: httpx.AsyncClient, verb: str) -> None:
    pending = (await read_data(shop, f"/testruns?run_id={BY_HAND}&filter[status]=pending"))[0]
    fields = {"status": "passed", "message": "fine", "run_time": 61}
    result = data(await shop.request(verb, f"/testruns/{pending['id']}", json=fields))
    assert {name: result[name] for name in KEYS} == pending | fields

    now = f"run_id={BY_HAND}&filter[finished_at_date_range]=2026-04-03T07:00:00Z,2026-04-03T07:00:00Z"
    assert await total(shop, now) == 1
    data(await shop.request(verb, f"/testruns/{pending['id']}", json={"message": "still"}))
    assert await total(shop, now) == 1
    data(await shop.request(verb, f"/testruns/{pending['id']}", json={"status": "pending"}))
    assert await total(shop, now) == 0


async def test_a_new_status_drops_the_custom_one(shop: httpx.AsyncClient) -> None:
    known = (await read_data(shop, f"/testruns?run_id={HOTFIX}&filter[substatus]=Known issue"))[0]
    assert data(await shop.put(f"/testruns/{known['id']}", json={"message": "x"}))["substatus"] == "Known issue"
    assert data(await shop.put(f"/testruns/{known['id']}", json={"status": "passed"}))["substatus"] is None


async def test_a_result_moves_to_another_run_and_test(shop: httpx.AsyncClient) -> None:
    result = await create(shop, "/testruns", run_id=BY_HAND, test_id="c0de0010")
    data(await shop.put(f"/testruns/{result['id']}", json={"run_id": "9a01cb01", "test_id": "c0de0011"}))
    assert await total(shop, "run_id=9a01cb01&test_ids=c0de0011&filter[status]=pending") == 1


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"run_id": None}, 422),
        ({"run_id": "00000000"}, 404),
        ({"test_id": "00000000"}, 404),
        ({"test_id": None}, 422),
        ({"status": "broken"}, 422),
        ({"run_time": "long"}, 422),
        ({"assigned_to": "tom.reeve@shop.example.test"}, 422),
        ({"automated": "perhaps"}, 422),
    ],
)
async def test_a_result_that_is_not_sound_is_refused(
    shop: httpx.AsyncClient, fields: dict[str, object], status: int
) -> None:
    sent = {"run_id": BY_HAND, "test_id": "c0de0010", **fields}
    assert error(await shop.post("/testruns", json=sent), status)
    assert await total(shop, f"run_id={BY_HAND}") == 26


async def test_a_deleted_result_is_gone_with_its_links(shop: httpx.AsyncClient) -> None:
    linked = (await read_data(shop, f"/testruns?run_id={HOTFIX}&filter[link]=true"))[0]
    assert_gone(await shop.delete(f"/testruns/{linked['id']}"))
    assert error(await shop.get(f"/testruns/{linked['id']}"), 404) == "Testrun not found"
    assert error(await shop.get(f"/issues?testrun_id={linked['id']}"), 404)
    assert error(await shop.get("/testruns/c0de0010"), 404) == "Not found"
