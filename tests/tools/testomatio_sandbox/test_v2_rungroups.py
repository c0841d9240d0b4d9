"""The fake API of Testomat.io: the tree of run groups in v2."""

import httpx
import pytest

from tests.tools.testomatio_sandbox.v2 import assert_gone, body_of, create, data, error, meta, read_data, set_switches

pytestmark = pytest.mark.anyio

RELEASE_9, HOTFIX, CROSS = "9a090000", "9a010001", "9a010002"


async def test_a_group_has_the_keys_of_the_reference(shop: httpx.AsyncClient) -> None:
    group = await read_data(shop, f"/rungroups/{HOTFIX}")
    assert list(group) == [
        "id", "type", "title", "clean_title", "emoji", "description", "kind", "status", "pin", "runs_count",
        "tests_count", "finished_at", "archived_at", "updated_at", "parent_id", "children",
    ]  # fmt: skip
    assert (group["title"], group["pin"], group["parent_id"]) == ("Release 9.0.1", True, RELEASE_9)
    assert group["runs_count"] == 6
    assert [child["id"] for child in group["children"]] == [CROSS]


async def test_only_roots_are_paged_newest_first_with_their_children(shop: httpx.AsyncClient) -> None:
    answer = body_of(await shop.get("/rungroups?per_page=2"))
    assert [group["title"] for group in answer["data"]] == ["Release 9", "Nightly"]
    assert answer["meta"]["total"] == 4
    assert [child["title"] for child in answer["data"][0]["children"]] == ["Release 9.0", "Release 9.0.1"]
    assert meta(await shop.get("/rungroups?count=true&group_by=status"))["total"] == 8


async def test_one_server_showed_roots_alone(shop: httpx.AsyncClient) -> None:
    await set_switches(shop, flat_rungroups=True)
    assert all(group["children"] == [] for group in await read_data(shop, "/rungroups"))


@pytest.mark.parametrize("verb", ["PUT", "PATCH"])
async def test_a_tree_is_made_changed_and_moved(shop: httpx.AsyncClient, verb: str) -> None:
    children = [{"title": "A", "children": [{"title": "B"}]}]
    group = await create(shop, "/rungroups", title="Release 10", parent_id=RELEASE_9, emoji="⚓", children=children)
    assert group["children"][0]["children"][0]["title"] == "B"
    changed = data(await shop.request(verb, f"/rungroups/{group['id']}", json={"pin": True, "parent_id": None}))
    assert (changed["pin"], changed["parent_id"], changed["emoji"]) == (True, None, "⚓")


async def test_a_group_does_not_become_its_own_ancestor(shop: httpx.AsyncClient) -> None:
    for target in (RELEASE_9, CROSS):
        assert "Parent" in error(await shop.put(f"/rungroups/{RELEASE_9}", json={"parent_id": target}), 422)


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"title": ""}, 422), ({"pin": "perhaps"}, 422), ({"children": [{"kind": "x"}]}, 422), ({"parent_id": "x"}, 404)],
)
async def test_a_group_that_is_not_sound_is_refused(
    shop: httpx.AsyncClient, fields: dict[str, object], status: int
) -> None:
    assert error(await shop.post("/rungroups", json={"title": "x", **fields}), status)
    assert meta(await shop.get("/rungroups?count=true"))["total"] == 8


async def test_a_deleted_group_takes_along_its_groups_and_runs(shop: httpx.AsyncClient) -> None:
    assert_gone(await shop.delete(f"/rungroups/{HOTFIX}"))
    for path in (f"/rungroups/{HOTFIX}", f"/rungroups/{CROSS}", "/runs/9a01f1x0", "/runs/9a01cb02"):
        assert error(await shop.get(path), 404)
    assert meta(await shop.get("/runs"))["total"] == 24
