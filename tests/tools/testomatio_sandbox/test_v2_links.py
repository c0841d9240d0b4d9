"""The fake API of Testomat.io: what `link` puts on things and takes off them."""

from typing import Any

import httpx
import pytest

from tests.tools.testomatio_sandbox.v2 import create, data, error, meta, read_data, set_switches

pytestmark = pytest.mark.anyio

TEST = "/tests/c0de0011"


async def linked(shop: httpx.AsyncClient, path: str, action: str, kind: str, value: str = "", **more: object) -> Any:
    entry = {"action": action, "type": kind, **({"value": value} if value else {}), **more}
    return data(await shop.put(path, json={"link": [entry]}))


def values(thing: dict[str, Any]) -> list[tuple[str, str | None]]:
    return [(label["title"], label.get("value")) for label in thing["labels"]]


async def test_a_label_is_named_by_slug_or_title_with_or_without_a_value(shop: httpx.AsyncClient) -> None:
    await linked(shop, TEST, "add", "label", "owner-77c3d:Team Cart")
    await linked(shop, TEST, "add", "custom_field", "Severity:Major")
    await linked(shop, TEST, "add", "label", "Minor", label="severity-f124r")
    test = await linked(shop, TEST, "add", "label", "Automatable")
    expected = [("Owner", "Team Cart"), ("Severity", "Major"), ("Severity", "Minor"), ("Automatable", None)]
    assert values(test) == expected
    assert "value" not in test["labels"][3]


async def test_a_label_is_taken_off_with_one_value_or_with_all(shop: httpx.AsyncClient) -> None:
    for value in ("Major", "Minor"):
        await linked(shop, TEST, "add", "label", f"severity-f124r:{value}")
    assert values(await linked(shop, TEST, "remove", "label", "severity-f124r:Major")) == [("Severity", "Minor")]
    await linked(shop, TEST, "add", "label", "severity-f124r:Major")
    assert values(await linked(shop, TEST, "remove", "label", "severity-f124r")) == []


@pytest.mark.parametrize(
    ("path", "entry", "status"),
    [
        (TEST, {"action": "add", "type": "label", "value": "no-such-label"}, 404),
        (TEST, {"action": "add", "type": "label", "value": "severity-f124r:Terrible"}, 422),
        (TEST, {"action": "add", "type": "label", "value": "automatable-3e4f5:yes"}, 422),
        ("/runs/9a01f1x0", {"action": "add", "type": "label", "value": "sprint-0a1b2:twelve"}, 422),
        (TEST, {"action": "put", "type": "label", "value": "severity-f124r"}, 422),
        (TEST, {"action": "add", "type": "sticker", "value": "x"}, 422),
        (TEST, {"action": "add", "value": "x"}, 422),
        (TEST, {"action": "add", "type": "tag"}, 422),
        (TEST, {"action": "add", "type": "issue", "value": "no address"}, 422),
        (TEST, {"action": "add", "type": "issue"}, 422),
        (TEST, {"action": "remove", "type": "jira"}, 422),
        (TEST, {"action": "add", "type": "milestone", "value": "release-77"}, 404),
        (TEST, {"action": "add", "type": "requirement", "value": "4e400001"}, 422),
        ("/suites/c0ffee01", {"action": "add", "type": "requirement", "value": "00000000"}, 404),
        ("/steps/311", {"action": "add", "type": "jira", "value": "SHOP-1"}, 422),
    ],
)
async def test_a_link_that_is_not_sound_is_refused(
    shop: httpx.AsyncClient, path: str, entry: dict[str, str], status: int
) -> None:
    assert error(await shop.put(path, json={"title": "Changed", "link": [entry]}), status)
    assert (await read_data(shop, path))["title"] != "Changed"


async def test_tags_are_put_beside_those_of_the_title_and_taken_out_of_it(shop: httpx.AsyncClient) -> None:
    test = await linked(shop, TEST, "add", "tag", "@wip")
    assert test["self_tags"] == ["coupons", "smoke", "wip"]
    test = await linked(shop, TEST, "remove", "tag", "smoke")
    assert test["self_tags"] == ["coupons", "wip"]
    assert test["title"] == "A valid code lowers the total @coupons"


async def test_one_milestone_of_a_type_is_on_a_thing(shop: httpx.AsyncClient) -> None:
    for value in ("Sprint 12", "release-9-0-1-5d3e1", "release 9.1"):
        await linked(shop, TEST, "add", "milestone", value)
    asked = "/tests?tql=test == 'c0de0011' and milestone == "
    assert await read_data(shop, asked + "'Sprint 12'")
    assert await read_data(shop, asked + "'Release 9.1'")
    assert await read_data(shop, asked + "'Release 9.0.1'") == []
    await linked(shop, TEST, "remove", "milestone", "Sprint 12")
    assert await read_data(shop, asked + "'Sprint 12'") == []


async def test_issues_are_linked_once_and_unlinked_by_value_or_id(shop: httpx.AsyncClient) -> None:
    for _ in range(2):
        await linked(shop, TEST, "add", "jira", "shop-9")
        await linked(shop, TEST, "add", "issue", "https://github.example.test/harbour/shop/issues/9")
    links = await read_data(shop, "/issues?test_id=c0de0011")
    assert [(link["type"], link["title"], link["source"]) for link in links] == [
        ("jira_issue", "SHOP-9", "jira"),
        ("issue", "issues/9", "github"),
    ]
    await linked(shop, TEST, "remove", "jira", "SHOP-9")
    await linked(shop, TEST, "remove", "issue", id=links[1]["id"])
    assert await read_data(shop, "/issues?test_id=c0de0011") == []


async def test_a_requirement_is_linked_to_a_suite(shop: httpx.AsyncClient) -> None:
    await linked(shop, "/suites/ca4d0001", "add", "requirement", "4e400003")
    assert (await read_data(shop, "/requirements/4e400003"))["suites"] == [{"id": "ca4d0001", "title": "Cards"}]
    await linked(shop, "/suites/ca4d0001", "remove", "requirement", "4e400003")
    assert (await read_data(shop, "/requirements/4e400003"))["suites"] == []


@pytest.mark.parametrize(
    "path", ["/suites/c0ffee01", "/plans/5a0c0001", "/runs/9a01f1x0", "/steps/311", "/snippets/322"]
)
async def test_suites_plans_runs_steps_and_snippets_take_labels_too(shop: httpx.AsyncClient, path: str) -> None:
    assert ("Automatable", None) in values(await linked(shop, path, "add", "label", "automatable-3e4f5"))
    assert ("Automatable", None) in values(await read_data(shop, path))


@pytest.mark.parametrize("path", ["/suites", "/plans", "/runs", "/steps"])
async def test_what_is_new_has_its_labels_from_the_beginning(shop: httpx.AsyncClient, path: str) -> None:
    link = [{"action": "add", "type": "label", "value": "automatable-3e4f5"}]
    assert values(await create(shop, path, title="New", link=link)) == [("Automatable", None)]


async def test_a_switch_loses_links_and_still_answers_success(shop: httpx.AsyncClient) -> None:
    await set_switches(shop, links_not_applied=True)
    test = await linked(shop, TEST, "add", "label", "severity-f124r:Minor")
    assert test["labels"] == []
    assert meta(await shop.get("/issues?test_id=c0de0011"))["total"] == 0
    assert error(await shop.put(TEST, json={"link": [{"action": "add", "type": "label", "value": "nothing"}]}), 404)
