"""The fake API of Testomat.io: the tree of suites in v2."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.tools.testomatio_sandbox.v2 import assert_gone, body_of, create, data, error, meta, read_data

pytestmark = pytest.mark.anyio

COUPONS = "c0ffee01"


def flat(suites: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for suite in suites:
        yield suite
        yield from flat(suite.get("children", []))


async def test_a_suite_has_the_keys_of_the_reference(shop: httpx.AsyncClient) -> None:
    suite = await read_data(shop, f"/suites/{COUPONS}")
    assert list(suite) == [
        "id", "type", "title", "clean_title", "public_title", "emoji", "is_shared", "file_type", "test_count",
        "assigned_to", "tags", "sync", "description", "parent_id", "labels",
    ]  # fmt: skip
    assert (suite["type"], suite["file_type"], suite["test_count"]) == ("suite", "file", 18)


async def test_only_roots_are_paged_and_bring_everything_below_them(shop: httpx.AsyncClient) -> None:
    answer = body_of(await shop.get("/suites?per_page=2"))
    assert [suite["title"] for suite in answer["data"]] == ["Web shop", "App"]
    assert answer["meta"] == {"total": 7, "page": 1, "per_page": 2, "total_pages": 4, "has_more": True}
    assert COUPONS in {suite["id"] for suite in flat(answer["data"])}
    assert [suite["title"] for suite in await read_data(shop, "/suites?per_page=2&page=4")] == ["Ideas"]


async def test_a_folder_counts_what_is_below_it_and_a_leaf_has_no_children(shop: httpx.AsyncClient) -> None:
    roots = await read_data(shop, "/suites")
    assert sum(root["test_count"] for root in roots) == 400
    for suite in flat(roots):
        assert (suite["file_type"] == "folder") == ("children" in suite)


async def test_slim_reaches_every_level(shop: httpx.AsyncClient) -> None:
    assert not any("description" in suite for suite in flat(await read_data(shop, "/suites?slim=true")))


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("search_text=coupon", {"Web shop", "Checkout @checkout", "Cart", "Discounts", "Coupons"}),
        ("tag=checkout", {"Web shop", "Checkout @checkout"}),
        ("labels=owner-77c3d", {"Web shop", "Checkout @checkout", "Cart", "Discounts", "Coupons"}),
        ("labels=Owner:Team Cart", {"Web shop", "Checkout @checkout", "Cart", "Discounts", "Coupons"}),
        ("labels=Owner:Team Pay", set[str]()),
    ],
)
async def test_a_filter_answers_matches_and_their_ancestors_without_meta(
    shop: httpx.AsyncClient, query: str, titles: set[str]
) -> None:
    answer = body_of(await shop.get(f"/suites?{query}&per_page=1"))
    assert list(answer) == ["data"]
    assert {suite["title"] for suite in flat(answer["data"])} == titles


async def test_suites_are_counted_on_every_level(shop: httpx.AsyncClient) -> None:
    told = meta(await shop.get("/suites?count=true&group_by=file_type"))
    assert told["group_by"] == {"file": 40, "folder": 14}
    assert told["total"] == 54
    assert meta(await shop.get("/suites?count=true&search_text=coupon"))["total"] == 1


async def test_folders_alone_can_be_asked_for(shop: httpx.AsyncClient) -> None:
    assert {suite["file_type"] for suite in flat(await read_data(shop, "/suites?file_type=folder"))} == {"folder"}


# Writing


async def test_a_suite_is_made_at_the_root_or_in_a_folder(shop: httpx.AsyncClient) -> None:
    root = await create(shop, "/suites", suite={"title": "Returns"})
    assert (root["file_type"], root["parent_id"]) == ("file", None)
    inner = await create(shop, "/suites", title="By post", parent_id="f01de003", emoji="📦", description="Letters")
    assert (inner["parent_id"], inner["emoji"], inner["test_count"]) == ("f01de003", "📦", 0)
    assert (await read_data(shop, "/suites"))[-1]["id"] == root["id"]
    assert (await read_data(shop, "/suites/f01de003"))["children"][-1]["id"] == inner["id"]


async def test_a_whole_tree_is_made_at_once(shop: httpx.AsyncClient) -> None:
    children = [{"title": "A", "children": [{"title": "B", "emoji": "🅱️"}]}, {"title": "C"}]
    tree = await create(shop, "/suites", title="Tree", children=children)
    assert [(suite["title"], suite["file_type"]) for suite in flat([tree])] == [
        ("Tree", "folder"), ("A", "folder"), ("B", "file"), ("C", "file"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"title": " "}, 422),
        ({"title": "x", "parent_id": "00000000"}, 404),
        ({"title": "x", "parent_id": COUPONS}, 422),
        ({"title": "x", "file_type": "drawer"}, 422),
        ({"title": "x", "file_type": "file", "children": [{"title": "y"}]}, 422),
        ({"title": "x", "children": [{"title": "y", "children": [{"emoji": "z"}]}]}, 422),
        ({"title": "x", "assigned_to": "nobody@shop.example.test"}, 422),
    ],
)
async def test_a_suite_that_is_not_sound_is_refused_whole(
    shop: httpx.AsyncClient, fields: dict[str, object], status: int
) -> None:
    assert error(await shop.post("/suites", json=fields), status)
    assert meta(await shop.get("/suites?count=true"))["total"] == 54


@pytest.mark.parametrize("verb", ["PUT", "PATCH"])
async def test_both_verbs_change_and_move_a_suite(shop: httpx.AsyncClient, verb: str) -> None:
    suite = data(await shop.request(verb, f"/suites/{COUPONS}", json={"title": "Codes", "parent_id": "f01de006"}))
    assert (suite["title"], suite["parent_id"], suite["test_count"]) == ("Codes", "f01de006", 18)
    suite = data(await shop.request(verb, f"/suites/{COUPONS}", json={"parent_id": None}))
    assert (suite["title"], suite["parent_id"]) == ("Codes", None)
    assert (await read_data(shop, "/suites"))[-1]["title"] == "Codes"


@pytest.mark.parametrize("target", ["f01de003", "f01de004"])
async def test_a_suite_does_not_become_its_own_ancestor(shop: httpx.AsyncClient, target: str) -> None:
    assert "Parent" in error(await shop.put("/suites/f01de003", json={"parent_id": target}), 422)
    assert (await read_data(shop, "/suites/f01de003"))["parent_id"] == "f01de002"


async def test_a_suite_keeps_its_kind_while_it_holds_something(shop: httpx.AsyncClient) -> None:
    assert error(await shop.put(f"/suites/{COUPONS}", json={"file_type": "folder"}), 422)
    assert error(await shop.put("/suites/f01de003", json={"file_type": "file"}), 422)
    assert data(await shop.put("/suites/1dea5000", json={"file_type": "folder"}))["file_type"] == "folder"


async def test_a_deleted_suite_takes_along_what_is_below_it(shop: httpx.AsyncClient) -> None:
    assert_gone(await shop.delete("/suites/f01de004"))
    assert error(await shop.get(f"/suites/{COUPONS}"), 404) == "Suite not found"
    assert error(await shop.get("/tests/c0de0010"), 404)
    assert meta(await shop.get("/tests"))["total"] == 400 - 18 - 10 - 8
    assert await read_data(shop, "/issues?source=link") == []
