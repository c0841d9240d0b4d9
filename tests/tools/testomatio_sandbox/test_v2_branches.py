"""The fake API of Testomat.io: branches, and what a branch sees of tests, suites and runs."""

import httpx
import pytest

from tests.tools.testomatio_sandbox.v2 import account, assert_gone, create, data, error, meta, read_data, set_switches
from tools.kit.sandbox.sandbox import Sandbox

pytestmark = pytest.mark.anyio

ON = "branch=checkout-10-1a2b3"


async def test_branches_tell_their_state_and_what_they_have_of_their_own(shop: httpx.AsyncClient) -> None:
    assert await read_data(shop, "/branches") == [
        {"slug": "checkout-10-1a2b3", "title": "Checkout 10", "state": "active", "tests_count": 2, "suites_count": 0},
        {
            "slug": "coupon-rework-4c5d6",
            "title": "Coupon rework",
            "state": "merged",
            "tests_count": 0,
            "suites_count": 0,
        },
    ]
    assert [one["title"] for one in await read_data(shop, "/branches?filter[state]=merged")] == ["Coupon rework"]
    assert [one["title"] for one in await read_data(shop, "/branches?filter[title]=CHECK")] == ["Checkout 10"]
    assert meta(await shop.get("/branches?count=true&group_by=state"))["group_by"] == {"active": 1, "merged": 1}


@pytest.mark.parametrize("verb", ["PUT", "PATCH"])
async def test_a_branch_is_made_renamed_and_deleted(shop: httpx.AsyncClient, verb: str) -> None:
    branch = await create(shop, "/branches", title="Gift wrap!")
    assert branch["slug"].startswith("gift-wrap-")
    renamed = data(await shop.request(verb, f"/branches/{branch['slug']}", json={"title": "Wrapping"}))
    assert renamed == branch | {"title": "Wrapping"}
    assert_gone(await shop.delete(f"/branches/{branch['slug']}"))
    assert error(await shop.get(f"/branches/{branch['slug']}"), 404) == "Branch not found"
    assert error(await shop.post("/branches", json={}), 422)


async def test_reading_takes_the_branchs_own_and_falls_back_to_main(shop: httpx.AsyncClient) -> None:
    own = await read_data(shop, f"/tests/c0de0012?{ON}")
    assert own["title"] == "Pay by credit card in one step @payment"
    assert (await read_data(shop, "/tests/c0de0012"))["title"] == "Pay by credit card @smoke @payment"
    assert await read_data(shop, f"/tests/c0de0010?{ON}") == await read_data(shop, "/tests/c0de0010")
    assert meta(await shop.get(f"/tests?{ON}"))["total"] == 400


@pytest.mark.parametrize("branch", ["main", "no-such-branch"])
async def test_main_and_an_unknown_branch_answer_mains_data(shop: httpx.AsyncClient, branch: str) -> None:
    assert await read_data(shop, f"/tests/c0de0012?branch={branch}") == await read_data(shop, "/tests/c0de0012")


async def test_a_change_on_a_branch_is_a_copy_and_main_keeps_its_own(shop: httpx.AsyncClient) -> None:
    main = await read_data(shop, "/tests/c0de0010")
    data(await shop.put(f"/tests/c0de0010?{ON}", json={"title": "On the branch"}))
    assert (await read_data(shop, f"/tests/c0de0010?{ON}"))["title"] == "On the branch"
    assert await read_data(shop, "/tests/c0de0010") == main
    data(await shop.put("/tests/c0de0010", json={"priority": "low"}))
    assert (await read_data(shop, f"/tests/c0de0010?{ON}"))["priority"] == "critical"


async def test_a_deletion_on_a_branch_leaves_main_alone(shop: httpx.AsyncClient) -> None:
    assert_gone(await shop.delete(f"/suites/c0ffee01?{ON}"))
    assert error(await shop.get(f"/suites/c0ffee01?{ON}"), 404)
    assert error(await shop.get(f"/tests/c0de0010?{ON}"), 404)
    assert (await read_data(shop, "/suites/c0ffee01"))["test_count"] == 18


async def test_what_is_made_on_a_branch_is_seen_there_only(shop: httpx.AsyncClient) -> None:
    suite = data(await shop.post(f"/suites?{ON}", json={"title": "One step"}), 201)
    test = data(await shop.post(f"/tests?{ON}", json={"title": "New", "suite_id": suite["id"]}), 201)
    rows = data(await shop.post(f"/tests/bulk?{ON}", json={"tests": [{"title": "Bulk", "suite_id": suite["id"]}]}))
    for path in (f"/suites/{suite['id']}", f"/tests/{test['id']}", f"/tests/{rows[0]['id']}"):
        assert error(await shop.get(path), 404)
        assert await read_data(shop, f"{path}?{ON}")
    assert_gone(await shop.delete("/branches/checkout-10-1a2b3"))
    assert error(await shop.get(f"/tests/{test['id']}?{ON}"), 404)


async def test_two_suites_moved_into_each_other_on_two_branches_are_still_answered(shop: httpx.AsyncClient) -> None:
    first, second = (
        await create(shop, "/suites", title="A", file_type="folder"),
        await create(shop, "/suites", title="B", file_type="folder"),
    )
    data(await shop.put(f"/suites/{first['id']}?{ON}", json={"parent_id": second["id"]}))
    data(await shop.put(f"/suites/{second['id']}", json={"parent_id": first["id"]}))
    roots = {suite["title"] for suite in await read_data(shop, f"/suites?{ON}")}
    assert {"A", "B"} <= roots
    assert "A" in str(await read_data(shop, f"/suites?search_text=B&{ON}"))


async def test_a_run_on_a_branch_is_reached_with_that_branch_only(shop: httpx.AsyncClient) -> None:
    run = data(await shop.post(f"/runs?{ON}", json={"title": "Prototype", "test_ids": ["c0de0010"]}), 201)
    assert error(await shop.get(f"/runs/{run['id']}"), 404)
    assert error(await shop.delete(f"/runs/{run['id']}?branch=coupon-rework-4c5d6"), 404)
    changed = data(await shop.put(f"/runs/{run['id']}?{ON}", json={"title": "Changed in place"}))
    assert changed["title"] == "Changed in place"
    assert meta(await shop.get("/runs"))["total"] == 30
    assert meta(await shop.get(f"/runs?{ON}"))["total"] == 32


@pytest.mark.parametrize("status", [403, 402])
async def test_branches_can_be_missing_from_the_plan(shop: httpx.AsyncClient, status: int) -> None:
    await set_switches(shop, without_branches=True, gate_is_402=status == 402)
    for answer in (
        await shop.get("/branches"),
        await shop.post("/branches", json={"title": "x"}),
        await shop.get("/branches/checkout-10-1a2b3"),
        await shop.put("/branches/checkout-10-1a2b3", json={"title": "x"}),
        await shop.delete("/branches/checkout-10-1a2b3"),
    ):
        assert "plan" in error(answer, status)


async def test_a_project_without_the_feature_is_refused_without_a_switch(story: Sandbox) -> None:
    async with account(story, project="harbour-kiosk-5e0aa") as http:
        assert "Branches" in error(await http.get("/branches"), 403)
        assert "Analytics" in error(await http.get("/analytics/charts"), 403)
