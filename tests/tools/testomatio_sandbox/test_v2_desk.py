"""The fake API of Testomat.io: steps, snippets, labels, tags, issues and milestones of v2."""

from urllib.parse import quote

import httpx
import pytest

from tests.tools.testomatio_sandbox.v2 import account, assert_gone, body_of, create, data, error, meta, read_data
from tools.kit.sandbox.sandbox import Sandbox

pytestmark = pytest.mark.anyio


# Steps and snippets


@pytest.mark.parametrize(("path", "kind"), [("/steps", "step"), ("/snippets", "snippet")])
@pytest.mark.parametrize("verb", ["PUT", "PATCH"])
async def test_steps_and_snippets_are_made_changed_and_deleted(
    shop: httpx.AsyncClient, path: str, kind: str, verb: str
) -> None:
    step = await create(shop, path, **{kind: {"title": "Open the cart", "description": "* Click"}})
    assert step == {
        "id": 901, "type": kind, "title": "Open the cart", "description": "* Click", "is_snippet": kind == "snippet",
        "kind": None, "usage_count": 0, "keywords": None, "labels": [],
    }  # fmt: skip
    changed = data(await shop.request(verb, f"{path}/901", json={"title": "Open it"}))
    assert changed == step | {"title": "Open it"}
    assert_gone(await shop.delete(f"{path}/901"))
    assert error(await shop.get(f"{path}/901"), 404) == f"{kind.capitalize()} not found"
    assert error(await shop.post(path, json={"title": " "}), 422)
    assert error(await shop.put(f"{path}/{311 if kind == 'step' else 321}", json={"title": ""}), 422)


async def test_a_step_is_made_with_labels(shop: httpx.AsyncClient) -> None:
    link = [{"action": "add", "type": "label", "value": "Hotfix"}]
    assert (await create(shop, "/steps", title="x", link=link))["labels"][0]["id"] == "hotfix-9d0e1"


async def test_steps_and_snippets_are_two_lists(shop: httpx.AsyncClient) -> None:
    assert [step["id"] for step in await read_data(shop, "/steps")] == [311, 312, 313, 314, 315, 316]
    assert [step["id"] for step in await read_data(shop, "/snippets")] == [321, 322]
    assert error(await shop.get("/steps/321"), 404)
    assert error(await shop.get("/snippets/311"), 404)
    assert (await create(shop, "/steps", title="x", is_snippet=True))["type"] == "snippet"
    assert "description" not in (await read_data(shop, "/snippets?slim=true"))[0]


# Labels


async def test_a_label_is_read_with_its_scope_and_field(shop: httpx.AsyncClient) -> None:
    assert await read_data(shop, "/labels/severity-f124r") == {
        "id": "severity-f124r", "title": "Severity", "color": "#ffe9ad", "position": 1, "visibility": "list",
        "list": True, "scope": ["tests", "suites"],
        "field": {"type": "list", "short": False, "value": "🔥Critical\nMajor\nMinor"},
    }  # fmt: skip
    fields = [label["field"]["type"] for label in await read_data(shop, "/labels") if label["field"]]
    assert fields == ["list", "number", "string"]
    assert meta(await shop.get("/labels?count=true&group_by=scope"))["group_by"]["runs"] == 2


@pytest.mark.parametrize("verb", ["PUT", "PATCH"])
async def test_a_label_is_made_and_changed_and_keeps_its_slug(shop: httpx.AsyncClient, verb: str) -> None:
    label = await create(
        shop, "/labels", title="Risk area", color="#00ff00", visibility=["filter"], scope=["tests"],
        field={"type": "list", "value": "A\nB", "short": True},
    )  # fmt: skip
    assert label["id"].startswith("risk-area-")
    assert (label["visibility"], label["list"], label["field"]["short"]) == ("filter", False, True)
    changed = data(await shop.request(verb, f"/labels/{label['id']}", json={"title": "Risk", "visibility": "list"}))
    assert changed == label | {"title": "Risk", "visibility": "list", "list": True}


async def test_a_deleted_label_is_taken_off_everything(shop: httpx.AsyncClient) -> None:
    assert (await read_data(shop, "/tests/c0de0010"))["labels"]
    for slug in ("severity-f124r", "owner-77c3d", "hotfix-9d0e1", "sprint-0a1b2"):
        assert_gone(await shop.delete(f"/labels/{slug}"))
    for path in ("/tests/c0de0010", "/tests/c0de0012?branch=checkout-10-1a2b3", "/suites/c0ffee01", "/runs/9a01f1x0",
                 "/plans/5a0c0002", "/snippets/321"):  # fmt: skip
        assert (await read_data(shop, path))["labels"] == []
    assert error(await shop.get("/labels/severity-f124r"), 404) == "Label not found"


@pytest.mark.parametrize(
    "fields",
    [{"title": ""}, {"color": "red"}, {"visibility": ["door"]}, {"scope": ["planets"]}, {"field": {"type": "date"}},
     {"field": {"type": "list"}}, {"field": "list"}],
)  # fmt: skip
async def test_a_label_that_is_not_sound_is_422(shop: httpx.AsyncClient, fields: dict[str, object]) -> None:
    assert error(await shop.post("/labels", json={"title": "x", **fields}), 422)
    assert error(await shop.put("/labels/severity-f124r", json={"color": "#000000", **fields}), 422)
    assert (await read_data(shop, "/labels/severity-f124r"))["color"] == "#ffe9ad"


async def test_a_title_is_taken_once(shop: httpx.AsyncClient) -> None:
    assert "taken" in error(await shop.post("/labels", json={"title": "severity"}), 422)


async def test_only_owners_and_managers_change_labels(story: Sandbox) -> None:
    async with account(story, "testomat_iris") as manager, account(story, "testomat_jonas") as tester:
        assert await create(manager, "/labels", title="Mine")
        for answer in (
            await tester.post("/labels", json={"title": "x"}),
            await tester.put("/labels/owner-77c3d", json={"title": "x"}),
            await tester.delete("/labels/owner-77c3d"),
        ):
            assert "permission" in error(answer, 403)
        assert await read_data(tester, "/labels")


# Tags


async def test_tags_are_counted_and_never_paged(shop: httpx.AsyncClient) -> None:
    answer = body_of(await shop.get("/tags?per_page=1"))
    assert {"title": "coupons", "count": 10} in answer["data"]
    assert answer["meta"] == {"total": len(answer["data"])}
    assert body_of(await shop.get("/tags?count=true"))["meta"]["total"] == len(answer["data"])


@pytest.mark.parametrize("tag", ["area:checkout", "release-9.0", "web/cart"])
async def test_a_tag_is_named_by_its_title_whatever_it_holds(shop: httpx.AsyncClient, tag: str) -> None:
    await create(shop, "/tests", title=f"x @{tag}", suite_id="c0ffee01")
    answer = body_of(await shop.get(f"/tags/{quote(tag, safe='')}?slim=true"))
    assert all(tag in test["self_tags"] for test in answer["data"])
    assert answer["meta"] == {"total": len(answer["data"])}
    assert "description" not in answer["data"][0]


async def test_a_tag_that_no_test_carries_is_404(shop: httpx.AsyncClient) -> None:
    assert error(await shop.get("/tags/nobody"), 404) == "Tag not found"


# Issues


async def test_links_are_listed_for_the_project_and_for_one_object(shop: httpx.AsyncClient) -> None:
    link = (await read_data(shop, "/issues?test_id=c0de0013"))[0]
    assert link == {
        "id": 302, "type": "jira_issue", "title": "SHOP-412", "url": "https://jira.example.test/browse/SHOP-412",
        "source": "jira", "resource_type": "test", "resource_id": "c0de0013", "jira_id": "SHOP-412", "synced": True,
    }  # fmt: skip
    plain = (await read_data(shop, "/issues?suite_id=c0ffee01"))[0]
    assert not {"jira_id", "synced"} & set(plain)
    assert [one["source"] for one in await read_data(shop, "/issues?plan_id=5a0c0001")] == ["linear"]
    assert [one["title"] for one in await read_data(shop, "/issues?run_id=9a01f1x0")] == ["SHOP-420"]
    assert meta(await shop.get("/issues"))["total"] == 9
    assert meta(await shop.get("/issues?count=true&group_by=type"))["group_by"] == {"jira_issue": 6, "issue": 3}


async def test_the_two_types_are_numbered_apart(shop: httpx.AsyncClient) -> None:
    assert_gone(await shop.delete("/issues/302?type=issue"))
    assert (await read_data(shop, "/issues?test_id=c0de0013"))[0]["id"] == 302
    assert error(await shop.delete("/issues/302?type=issue"), 404) == "Issue not found"
    assert_gone(await shop.delete("/issues/302?type=jira_issue"))


async def test_an_issue_is_linked_to_every_kind_of_target(shop: httpx.AsyncClient) -> None:
    result = (await read_data(shop, "/testruns?run_id=9a01aa01"))[0]["id"]
    for target in (
        "test_id=c0de0010",
        "suite_id=ca4d0001",
        "run_id=9a01aa01",
        f"testrun_id={result}",
        "plan_id=5a0c0002",
    ):
        link = await create(shop, f"/issues?{target}", issue={"jira_id": "SHOP-500"})
        assert f"{link['resource_type']}_id={link['resource_id']}" == target
    url = "https://shop.example.test/notes/7"
    link = await create(shop, "/issues?test_id=c0de0010", url=url)
    assert (link["type"], link["source"], link["url"]) == ("issue", "link", url)


@pytest.mark.parametrize(
    ("query", "fields", "status"),
    [
        ("", {"jira_id": "SHOP-1"}, 422),
        ("test_id=c0de0010&run_id=9a01f1x0", {"jira_id": "SHOP-1"}, 422),
        ("test_id=c0de0010", {}, 422),
        ("test_id=c0de0010", {"jira_id": "SHOP-1", "url": "https://x.example"}, 422),
        ("test_id=c0de0010", {"jira_id": "not a key"}, 422),
        ("test_id=c0de0010", {"url": "javascript:alert(1)"}, 422),
        ("test_id=c0de0010", {"jira_id": "SHOP-398"}, 422),
        ("test_id=00000000", {"jira_id": "SHOP-1"}, 404),
        ("testrun_id=abc", {"jira_id": "SHOP-1"}, 404),
    ],
)
async def test_a_link_that_is_not_sound_is_refused(
    shop: httpx.AsyncClient, query: str, fields: dict[str, str], status: int
) -> None:
    assert error(await shop.post(f"/issues?{query}", json=fields), status)
    assert meta(await shop.get("/issues"))["total"] == 9


async def test_a_link_is_not_deleted_without_its_type(shop: httpx.AsyncClient) -> None:
    for query in ("", "?type=jira"):
        assert "type" in error(await shop.delete(f"/issues/302{query}"), 422)


# Milestones


async def test_milestones_are_filtered_by_type_and_status(shop: httpx.AsyncClient) -> None:
    rows = await read_data(shop, "/milestones")
    assert [(one["title"], one["status"], one["expired"]) for one in rows] == [
        ("Release 9.0", "closed", False),
        ("Release 9.0.1", "active", False),
        ("Release 9.1", "created", False),
        ("Sprint 12", "active", True),
    ]
    assert [one["title"] for one in await read_data(shop, "/milestones?type=sprint")] == ["Sprint 12"]
    assert len(await read_data(shop, "/milestones?status=active")) == 2
    assert meta(await shop.get("/milestones?count=true&group_by=status"))["group_by"]["active"] == 2
    assert error(await shop.get("/milestones?status=late"), 422)


async def test_a_milestone_is_seen_by_its_projects_or_by_all(shop: httpx.AsyncClient, story: Sandbox) -> None:
    assert (await read_data(shop, "/milestones/release-9-0-4c2d0"))["closed_at"] == "2026-04-02T18:00:00Z"
    async with account(story, project="harbour-app-2d41c") as http:
        assert [one["title"] for one in await read_data(http, "/milestones")] == ["Release 9.0.1", "Release 9.1"]
        assert error(await http.get("/milestones/release-9-0-4c2d0"), 404) == "Milestone not found"
