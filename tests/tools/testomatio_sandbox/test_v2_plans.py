"""The fake API of Testomat.io: plans of v2."""

import httpx
import pytest

from tests.tools.testomatio_sandbox.v2 import assert_gone, create, data, error, meta, read_data

pytestmark = pytest.mark.anyio


async def titles(shop: httpx.AsyncClient, query: str) -> list[str]:
    return [plan["title"] for plan in await read_data(shop, f"/plans?{query}")]


async def test_a_plan_has_the_keys_of_the_reference(shop: httpx.AsyncClient) -> None:
    assert await read_data(shop, "/plans/5a0c0001") == {
        "id": "5a0c0001", "type": "plan", "title": "Smoke", "description": "Ten minutes before every release.",
        "kind": "automated", "hidden": False, "labels": [],
    }  # fmt: skip


async def test_plans_are_filtered_by_kind_visibility_label_and_text(shop: httpx.AsyncClient) -> None:
    assert len(await titles(shop, "")) == 5
    assert await titles(shop, "kind=mixed") == ["Release regression"]
    assert await titles(shop, "hidden=true") == ["Checkout 7"]
    assert len(await titles(shop, "hidden=false")) == 4
    assert await titles(shop, "labels[]=hotfix-9d0e1&labels[]=Sprint:12") == ["Release regression", "Critical by hand"]
    assert await titles(shop, "search_text=BY HAND") == ["Critical by hand", "Checkout by hand"]
    assert meta(await shop.get("/plans?count=true&group_by=kind"))["group_by"] == {
        "manual": 3, "automated": 1, "mixed": 1,
    }  # fmt: skip


@pytest.mark.parametrize("verb", ["PUT", "PATCH"])
async def test_a_plan_is_made_changed_and_deleted(shop: httpx.AsyncClient, verb: str) -> None:
    plan = await create(shop, "/plans", plan={"title": "Night", "kind": "manual", "hidden": True, "as_manual": True})
    assert (plan["kind"], plan["hidden"]) == ("manual", True)
    changed = data(await shop.request(verb, f"/plans/{plan['id']}", json={"hidden": False, "description": "x"}))
    assert changed == plan | {"hidden": False, "description": "x"}
    assert_gone(await shop.delete(f"/plans/{plan['id']}"))
    assert error(await shop.get(f"/plans/{plan['id']}"), 404) == "Plan not found"


@pytest.mark.parametrize(
    "fields",
    [{"title": ""}, {"kind": "both"}, {"test_ids": ["00000000"]}, {"suite_ids": ["00000000"]}, {"test_ids": "all"},
     {"tql": "tag = 'smoke'"}, {"hidden": "perhaps"}],
)  # fmt: skip
async def test_a_plan_that_is_not_sound_is_refused(shop: httpx.AsyncClient, fields: dict[str, object]) -> None:
    assert error(await shop.post("/plans", json={"title": "x", **fields}), 422)
    assert error(await shop.put("/plans/5a0c0001", json={"description": "new", **fields}), 422)
    assert (await read_data(shop, "/plans/5a0c0001"))["description"] == "Ten minutes before every release."


@pytest.mark.parametrize(
    ("fields", "count"),
    [
        ({"test_ids": ["c0de0010", "c0de0012"]}, 2),
        ({"suite_ids": ["c0ffee01"], "test_ids": ["c0de0012"]}, 19),
        ({"tql": "test == 'c0de0010' or test == 'c0de0020'"}, 6),
        ({"test_plan": {"suites": ["c0ffee01"]}}, 18),
        ({"kind": "mixed"}, 404),
    ],
)
async def test_a_run_of_a_plan_waits_for_the_tests_that_the_plan_selects(
    shop: httpx.AsyncClient, fields: dict[str, object], count: int
) -> None:
    """The test with parameters counts once for each of its five rows."""
    plan = await create(shop, "/plans", title="Selected", **fields)
    run = await create(shop, "/runs", title="Run", kind="mixed", plan_ids=[plan["id"]])
    assert run["total_tests"] == count
    assert run["plans"] == [{"id": plan["id"], "title": "Selected"}]


async def test_a_deleted_plan_leaves_its_runs(shop: httpx.AsyncClient) -> None:
    assert (await read_data(shop, "/runs/9a01aa01"))["plans"]
    assert_gone(await shop.delete("/plans/5a0c0005"))
    assert (await read_data(shop, "/runs/9a01aa01"))["plans"] == []
