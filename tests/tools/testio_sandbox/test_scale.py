"""The fake API of test IO as a large account: its size, its speed and its two troubles."""

import time
import tracemalloc
from collections import Counter
from typing import Any

import httpx
import pytest

from server.settings import SANDBOX_ORIGIN
from tests.tools.testio_sandbox.requests import account, error, get_json
from tools.kit.sandbox.clock import Clock, parse_duration
from tools.kit.sandbox.sandbox import Sandbox
from tools.testio.sandbox.build import build
from tools.testio.sandbox.world import Switches, World

SWITCHES = f"{SANDBOX_ORIGIN}/_sandbox/testio/switches"
MEGABYTE = 1_000_000


@pytest.fixture
def sandbox() -> Sandbox:
    return build("scale", clock=Clock(factor=0))


async def page(http: httpx.AsyncClient, number: int, query: str = "") -> list[dict[str, Any]]:
    bugs: list[dict[str, Any]] = await get_json(http, f"/bugs?page={number}&per_page=500{query}", "bugs")
    return bugs


# Size


@pytest.mark.anyio
async def test_the_account_has_225_products_and_1700_stories(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    products = await get_json(http, "/products", "products")
    assert len(products) == 225
    assert len({product["name"] for product in products}) == 225
    assert 20 < sum(bool(product["sections"]) for product in products) < 40
    assert len(sandbox.world.stories) == 1700
    assert len(await get_json(http, "/products/101/user_stories", "user_stories")) == 1000


@pytest.mark.anyio
async def test_the_account_has_20000_bugs_in_40_pages(http: httpx.AsyncClient) -> None:
    assert await get_json(http, "/bugs", "meta") == {"record_count": 20_000, "page": 1, "per_page": 500}
    ids = [bug["id"] for number in range(1, 42) for bug in await page(http, number)]
    assert len(ids) == len(set(ids)) == 20_000
    assert ids == sorted(ids, reverse=True)


@pytest.mark.anyio
async def test_two_products_have_160_tests_each(http: httpx.AsyncClient) -> None:
    await http.post(SWITCHES, json={"broken_record": False})
    for product_id in (101, 102):
        path = f"/products/{product_id}/exploratory_tests"
        tests = await get_json(http, f"{path}?page=1&per_page=500", "exploratory_tests")
        assert len(tests) == 160
        assert len(await get_json(http, path, "exploratory_tests")) == 150
        assert {test["status"] for test in tests} == {"archived", "locked"}


@pytest.mark.anyio
async def test_sections_of_a_large_product_share_features(http: httpx.AsyncClient) -> None:
    lists = [await get_json(http, f"/products/102/sections/{s}/features", "features") for s in (1021, 1022, 1023)]
    counts = Counter(feature["id"] for features in lists for feature in features)
    assert set(counts.values()) == {1, 3}
    assert len(counts) == len(await get_json(http, "/products/102/features", "features"))


@pytest.mark.anyio
async def test_test_cases_of_a_large_product_need_two_pages(http: httpx.AsyncClient) -> None:
    body = await get_json(http, "/products/101/test_cases")
    assert (body["meta"]["record_count"], len(body["test_cases"])) == (620, 500)


@pytest.mark.anyio
async def test_the_story_is_in_it_unchanged(http: httpx.AsyncClient) -> None:
    async with account(build(clock=Clock(factor=0))) as small:
        for path in ("/exploratory_tests/5512", "/bugs/88101", "/bugs?filter_product_ids=71,72,73&page=2&per_page=300"):
            assert await get_json(http, path) == await get_json(small, path)


@pytest.mark.anyio
async def test_a_bug_is_the_same_whatever_was_looked_at_before(http: httpx.AsyncClient) -> None:
    straight = await get_json(http, "/bugs/60500", "bug")
    async with account(build("scale", clock=Clock(factor=0))) as other:
        for number in (9, 30):
            await page(other, number)
        await get_json(other, "/bugs?export_status=exported")
        assert await get_json(other, "/bugs/60500", "bug") == straight


@pytest.mark.anyio
async def test_an_address_of_a_picture_outlives_a_reset(http: httpx.AsyncClient) -> None:
    bugs = await page(http, 20)
    url = next(bug["attachments"][0]["url"] for bug in bugs if bug["attachments"])
    await http.post(f"{SANDBOX_ORIGIN}/_sandbox/reset")
    del http.headers["Authorization"]
    assert (await http.get(url)).headers["content-type"] == "image/png"


@pytest.mark.anyio
async def test_filters_find_bugs_that_were_not_drawn_yet(http: httpx.AsyncClient) -> None:
    tests = await get_json(http, "/products/102/exploratory_tests?page=1", "exploratory_tests")
    named = ",".join(str(test["id"]) for test in tests[:3])
    body = await get_json(http, f"/bugs?filter_test_cycle_ids={named}")
    assert body["meta"]["record_count"] == 105
    assert {bug["test"]["id"] for bug in body["bugs"]} == {test["id"] for test in tests[:3]}
    by_section = [
        (await get_json(http, f"/bugs?filter_section_ids={section}", "meta"))["record_count"]
        for section in (1021, 1022, 1023)
    ]
    of_product = (await get_json(http, "/bugs?filter_product_ids=102", "meta"))["record_count"]
    assert sum(by_section) == of_product == 160 * 35
    assert (await get_json(http, "/bugs?filter_product_ids=102&filter_section_ids=1011", "meta"))["record_count"] == 0


@pytest.mark.anyio
async def test_ten_days_decide_bugs_that_nobody_looked_at(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    tests = await get_json(http, "/products/102/exploratory_tests?page=1", "exploratory_tests")
    locked = next(test["id"] for test in tests if test["status"] == "locked")
    async with account(build("scale", clock=sandbox.clock)) as unseen:
        sandbox.clock.advance(parse_duration("11d"))
        bugs = await get_json(unseen, f"/bugs?filter_test_cycle_ids={locked}", "bugs")
        assert any(bug["auto_accepted"] for bug in bugs)
        assert {bug["status"] for bug in bugs} <= {"accepted", "rejected"}
        assert await get_json(http, f"/bugs?filter_test_cycle_ids={locked}", "bugs") == bugs


@pytest.mark.anyio
async def test_a_large_product_can_be_deleted(http: httpx.AsyncClient) -> None:
    assert (await http.delete("/products/101")).status_code == 200
    assert (await get_json(http, "/bugs", "meta"))["record_count"] == 20_000 - 160 * 50
    assert len(await page(http, 24)) == 500


# Speed and memory: the bounds leave room for a busy machine


def test_a_large_account_is_built_in_a_moment(sandbox: Sandbox) -> None:
    began = time.process_time()
    assert len(sandbox.world.products) == 225
    assert time.process_time() - began < 0.3  # 0.04 on a quiet machine


@pytest.mark.anyio
async def test_a_page_of_500_bugs_is_quick_when_it_is_first_asked_for(http: httpx.AsyncClient) -> None:
    await http.get("/products/71")
    times = []
    for number in range(5, 15):
        began = time.process_time()
        await http.get(f"/bugs?page={number}&per_page=500")
        times.append(time.process_time() - began)
    assert min(times) < 0.12  # 0.03 on a quiet machine


def test_the_whole_account_fits_into_60_megabytes() -> None:
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        world: World = build("scale", clock=Clock(factor=0)).world
        built = tracemalloc.get_traced_memory()[0] - before
        assert sum(1 for _ in world.visible()) == 20_000
        drawn = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert built < 15 * MEGABYTE
    assert drawn < 40 * MEGABYTE


@pytest.mark.anyio
async def test_only_some_bugs_are_kept_as_json(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    for number in range(1, 8):
        await page(http, number)
    assert len(sandbox.world.rendered) == 2000


# Its two troubles


@pytest.mark.anyio
async def test_every_page_with_the_broken_record_is_500_and_smaller_pages_lead_around_it(
    http: httpx.AsyncClient,
) -> None:
    path = "/products/101/exploratory_tests"
    assert (await http.get(path)).status_code == 500
    statuses = [(await http.get(f"{path}?page={number}")).status_code for number in range(1, 8)]
    assert statuses == [200, 200, 200, 500, 200, 200, 200]
    alone = [await http.get(f"{path}?page={number}&per_page=1") for number in range(76, 101)]
    broken = [number for number, answer in enumerate(alone, 76) if answer.status_code == 500]
    assert broken == [87]
    assert alone[11].headers["content-type"].startswith("text/html")
    with pytest.raises(ValueError, match="Expecting value"):
        alone[11].json()


@pytest.mark.anyio
async def test_more_than_15_tests_at_once_are_524_in_html(http: httpx.AsyncClient) -> None:
    ids = [str(number) for number in range(1001, 1017)]
    answer = await http.get(f"/bugs?filter_test_cycle_ids={','.join(ids)}")
    assert (answer.status_code, answer.headers["content-type"]) == (524, "text/html; charset=utf-8")
    halves = [
        (await get_json(http, f"/bugs?filter_test_cycle_ids={','.join(half)}", "meta"))["record_count"]
        for half in (ids[:8], ids[8:])
    ]
    assert all(halves)
    assert (await http.get(f"/bugs?filter_test_cycle_ids={','.join(ids[:15])}")).status_code == 200


@pytest.mark.anyio
async def test_the_story_has_the_troubles_only_when_they_are_switched_on() -> None:
    many = "/bugs?filter_test_cycle_ids=" + ",".join(str(number) for number in range(5471, 5500))
    async with account(build(clock=Clock(factor=0))) as http:
        for path in ("/products/71/exploratory_tests", "/exploratory_tests/5490", many):
            assert (await http.get(path)).status_code == 200
        switched = await http.post(SWITCHES, json={"broken_record": True, "slow_bugs": True})
        assert switched.status_code == 200
        for path in ("/products/71/exploratory_tests", "/exploratory_tests/5490"):
            assert (await http.get(path)).status_code == 500
        assert (await http.get(many)).status_code == 524
        assert (await http.get("/exploratory_tests/5512")).status_code == 200


@pytest.mark.anyio
async def test_switches_of_the_caller_take_the_place_of_the_accounts_own() -> None:
    async with account(build("scale", clock=Clock(factor=0), switches=Switches())) as http:
        assert (await http.get("/products/101/exploratory_tests")).status_code == 200
        await error(await http.get("/exploratory_tests/1"), 404)
