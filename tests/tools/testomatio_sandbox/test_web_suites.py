"""The fake API of Testomat.io: suites of the web API and their order."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from tests.tools.testomatio_sandbox.small import SMALL, error, json_of, small, web
from tools.kit.sandbox.sandbox import Sandbox
from tools.testomatio.sandbox.records import Suite
from tools.testomatio.sandbox.reporter.ingestion import add_issue
from tools.testomatio.sandbox.world import Switches

pytestmark = pytest.mark.anyio

SUITES = f"/api/{SMALL}/suites"


async def titles(client: httpx.AsyncClient, query: str = "") -> list[str]:
    return [row["attributes"]["title"] for row in json_of(await client.get(f"{SUITES}?{query}"))["data"]]


async def test_the_list_has_the_roots_in_the_order_of_the_web_app(client: httpx.AsyncClient) -> None:
    body = json_of(await client.get(SUITES))
    assert [row["attributes"]["title"] for row in body["data"]] == ["App", "Shop"]
    assert [row["attributes"]["position"] for row in body["data"]] == [1, 2]
    assert {(row["type"], row["attributes"]["is-root"]) for row in body["data"]} == {("suite", True)}


async def test_every_level_is_listed_by_a_switch() -> None:
    async with web(small(Switches(every_suite_level=True))) as client:
        rows = json_of(await client.get(SUITES))["data"]
    shown = [(row["attributes"]["title"], row["attributes"]["depth"]) for row in rows]
    assert shown == [("App", 0), ("Shop", 0), ("Checkout", 1), ("Payment", 2), ("Coupons", 2)]
    assert [row["attributes"]["parent-id"] for row in rows] == [None, None, "s0000001", "s0000005", "s0000005"]


async def test_a_page_has_fifty_whatever_is_asked_for(client: httpx.AsyncClient, sandbox: Sandbox) -> None:
    at = datetime(2026, 4, 1, tzinfo=UTC)
    for number in range(60):
        suite = Suite(f"x{number:07}", SMALL, f"More {number}", position=number + 3, created_at=at, updated_at=at)
        sandbox.world.suites.add(suite)
    first, second = [json_of(await client.get(f"{SUITES}?page={page}&per_page=5")) for page in (1, 2)]
    assert (len(first["data"]), len(second["data"])) == (50, 12)
    assert list(first["meta"]) == ["num", "total_pages", "page", "per_page", "rId"]
    assert [first["meta"][name] for name in ("num", "total_pages", "page", "per_page")] == [62, 2, 1, 50]
    assert json_of(await client.get(f"{SUITES}?page=3"))["data"] == []


async def test_the_tree_is_a_bare_array_in_camel_case(client: httpx.AsyncClient) -> None:
    tree = json_of(await client.get(f"{SUITES}/tree"))
    assert isinstance(tree, list)
    assert set(tree[0]) == {"id", "title", "fileType", "testCount", "emoji", "children"}
    shop = tree[0]
    assert (shop["title"], shop["fileType"], shop["testCount"]) == ("Shop", "folder", 4)
    checkout = shop["children"][0]
    assert [(one["title"], one["testCount"], one["children"]) for one in checkout["children"]] == [
        ("Coupons", 2, []),
        ("Payment", 2, []),
    ]


async def test_the_tree_is_not_in_the_order_of_the_web_app(client: httpx.AsyncClient) -> None:
    assert [one["title"] for one in json_of(await client.get(f"{SUITES}/tree"))] == ["Shop", "App"]
    assert await titles(client) == ["App", "Shop"]


async def test_one_suite_names_its_children_and_brings_them_along(client: httpx.AsyncClient) -> None:
    body = json_of(await client.get(f"{SUITES}/s0000005"))
    assert body["data"]["attributes"]["children"] == ["s0000004", "s0000003"]
    assert body["data"]["relationships"]["children"]["data"] == [
        {"type": "suite", "id": "s0000004"},
        {"type": "suite", "id": "s0000003"},
    ]
    assert [row["id"] for row in body["included"]] == ["s0000004", "s0000003"]
    assert body["data"]["attributes"]["path"] == [{"id": "s0000001"}]
    assert body["data"]["attributes"]["fullpath"] == "Shop / Checkout"


async def test_one_suite_names_its_tests(client: httpx.AsyncClient) -> None:
    suite: Any = json_of(await client.get(f"{SUITES}/s0000003"))["data"]
    assert suite["attributes"]["tests"] == ["t0000001", "t0000002"]
    assert suite["attributes"]["labels"] == ["Web"]
    assert suite["attributes"]["test-count"] == 2


async def test_a_suite_has_dasherised_attributes_only(client: httpx.AsyncClient) -> None:
    attributes = json_of(await client.get(f"{SUITES}/s0000003"))["data"]["attributes"]
    assert not [name for name in attributes if "_" in name or name != name.lower()]
    assert {"file-type", "is-branched", "filtered-tests", "to-url", "public-title", "jira-issues"} <= set(attributes)


@pytest.mark.parametrize("suite_id", ["nothing0", "@Ss0000003"])
async def test_an_unknown_suite_is_404(client: httpx.AsyncClient, suite_id: str) -> None:
    assert error(await client.get(f"{SUITES}/{suite_id}"), 404) == "Suite not found"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("query=lowers the total", ["Shop"]),
        ("query=@smoke", ["Shop"]),
        ("query=no such words", []),
        ("query==tag == 'smoke'", ["Shop"]),
        ("query==tag == 'wip'", []),
        ("filter=true&state=automated", ["Shop"]),
        ("filter=true&state=detached", []),
        ("filter=true&priority=critical", ["Shop"]),
        ("filter=true&priority=3", ["Shop"]),
        ("filter=true&priority=1", []),
        ("filter=true&labels[]=Severity:critical", ["Shop"]),
        ("filter=true&labels[]=Severity:minor", []),
        ("state=detached", ["App", "Shop"]),
    ],
)
async def test_a_search_keeps_the_roots_with_a_test_that_fits(
    client: httpx.AsyncClient, query: str, found: list[str]
) -> None:
    assert await titles(client, query) == found


async def test_a_search_by_the_key_of_an_issue_finds_the_linked_tests(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    assert await titles(client, "query=SHOP-412") == []
    add_issue(sandbox.world, SMALL, "SHOP-412", "test", "t0000001")
    assert await titles(client, "query=SHOP-412") == ["Shop"]


async def test_a_search_names_the_tests_that_fit() -> None:
    async with web(small(Switches(every_suite_level=True))) as client:
        rows = json_of(await client.get(f"{SUITES}?filter=true&state=manual"))["data"]
    found = {row["attributes"]["title"]: row["attributes"]["filtered-tests"] for row in rows}
    assert found == {"Shop": [], "Checkout": [], "Payment": ["t0000003"], "Coupons": ["t0000002"]}


async def test_a_query_that_cannot_be_read_is_422(client: httpx.AsyncClient) -> None:
    assert "==" in error(await client.get(f"{SUITES}?query==tag = 'smoke'"), 422)
