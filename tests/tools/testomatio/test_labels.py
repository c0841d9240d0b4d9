"""Labels are defined, counted and taken away; put on things they are seen to be there, or said to be lost."""

from typing import Any

import pytest

from tests.acts import confirmed
from tests.desk import ERAS, NO, desk
from tests.tools.testomatio.holding import SHOP, V2, holding
from tests.tools.testomatio.host import Host
from tools.kit.errors import Refused, Unauthorized
from tools.testomatio.client.credentials import TOKEN
from tools.testomatio.models.labels import Label
from tools.testomatio.tools.label_values import resolve_labels
from tools.testomatio.tools.labels import create_label, update_label

pytestmark = pytest.mark.anyio

TEST = "c0de0012"
BARE = "c5511d75"
"""A test without labels and tags."""


async def test_labels_show_the_values_they_take_however_visibility_is_written() -> None:
    async with desk() as d:
        found = await d.answer("testomatio_list_labels", text="sev")
    (severity,) = found["items"]
    assert severity["field"] == {"type": "list", "short": False, "value": "🔥Critical\nMajor\nMinor"}
    assert severity["visibility"] == ["list"]
    assert Label.model_validate({"slug": "x", "visibility": ["filter", "list"]}).visibility == ["filter", "list"]
    assert Label.model_validate({"id": "x", "visibility": "filter, list"}).visibility == ["filter", "list"]


async def test_a_label_is_read_with_what_carries_it() -> None:
    async with desk() as d:
        used = await d.answer("testomatio_get_label", label="owner")
        sent, _ = d.sent("GET", f"{V2}/suites")
    counts = {row["kind"]: row.get("count") for row in used["carried_by"]}
    assert used["label"]["id"] == "owner-77c3d"
    assert counts["test"] > 1
    assert counts["suite"] == 1
    assert set(counts) == {"test", "suite", "run", "plan"}
    assert ("count", "true") in sent


async def test_a_count_that_cannot_be_read_is_not_a_zero() -> None:
    async with desk() as d:
        await d.fault(
            platform="testomatio", method="GET", path=f"{V2}/plans", status=422, body={"error": "no"}, times=9
        )
        await d.answer("testomatio_delete_label", label="owner-77c3d")
    assert "plans could not be counted" in d.asked[0]


@pytest.mark.parametrize("mode", ERAS)
async def test_deleting_a_label_says_how_much_carries_it(mode: str) -> None:
    async with desk(mode) as d:
        world = d.sandboxes.sandboxes["testomatio"].world
        await d.answer("testomatio_list_labels")
        tests = sum(any(x.slug == "severity-f124r" for x in t.labels) for t in world.tests.of(SHOP, None))
        await d.answer("testomatio_delete_label", label="Severity")
        assert d.writes("testomatio") == [f"DELETE {V2}/labels/severity-f124r"]
        (asked,) = set(d.asked)
    assert f"{tests} tests" in asked
    assert "no undo" in asked


async def test_a_label_is_defined_once() -> None:
    async with desk() as d:
        made = await d.answer(
            "testomatio_create_label",
            title="Risk",
            scope=["tests"],
            color="#ff0000",
            field={"type": "list", "options": ["high", "low"]},
        )
        _, body = d.sent("POST", f"{V2}/labels")
        assert "already" in await d.refusal("testomatio_create_label", title="risk")
        assert "needs options" in await d.refusal("testomatio_create_label", title="R2", field={"type": "list"})
    assert body["field"] == {"type": "list", "value": "high\nlow"}
    assert made["now"]["id"].startswith("risk")


async def test_a_label_keeps_its_slug_when_its_title_changes() -> None:
    async with desk() as d:
        changed = await d.answer("testomatio_update_label", label="Automatable", title="Can be automated")
    assert changed["before"]["title"] == "Automatable"
    assert (changed["now"]["id"], changed["now"]["title"]) == ("automatable-3e4f5", "Can be automated")


async def test_a_field_that_drops_values_in_use_is_asked_about_and_one_that_keeps_them_is_not() -> None:
    more = {"type": "list", "options": ["🔥Critical", "Major", "Minor", "Trivial"]}
    async with desk(person=NO) as d:
        kept = await d.answer("testomatio_update_label", label="Severity", field=more)
        assert d.asked == []
        for field in ({"type": "list", "options": ["Major"]}, {"type": "number"}):
            assert "Nothing was sent." in await d.refusal("testomatio_update_label", label="Severity", field=field)
        fewer, other = d.asked
    assert kept["done"] == "Changed."
    assert "lose its values '🔥Critical', 'Minor', 'Trivial'?" in fewer
    assert "- Options: 'Major'\nIt is on 62 tests;" in fewer
    assert "become a number instead of a list?" in other


async def test_a_label_change_that_was_taken_and_not_applied_is_told() -> None:
    label = {"id": "risk-1", "title": "Risk", "color": "#ff0000", "scope": ["tests", "runs"]}
    host = Host()
    host.says("GET /labels", {"data": [label], "meta": {"total": 1}})
    host.says("GET /labels/risk-1", {"data": label})
    host.says("PUT /labels/risk-1", {"data": label})
    told = await confirmed(update_label(host.api(), "Risk", title="Danger", scope=["runs", "tests"]))
    assert told.done == "Sent, but not applied: title."
    assert told.not_applied == ["title"]


async def test_who_may_not_change_labels_is_told_of_the_setting() -> None:
    async with holding({TOKEN: "testomat_ann"}) as api:
        with pytest.raises(Unauthorized, match="Labels permission"):
            await create_label(api, "New one")


@pytest.mark.parametrize(
    ("name", "slug", "value"),
    [
        ("severity", "severity-f124r", None),
        ("Severity: Major", "severity-f124r", "Major"),
        ("severity-f124r:🔥Critical", "severity-f124r", "🔥Critical"),
        ("OWNER:Team: Cart", "owner-77c3d", "Team: Cart"),
    ],
)
async def test_a_label_is_meant_by_slug_or_title_with_or_without_a_value(
    name: str, slug: str, value: str | None
) -> None:
    async with holding({TOKEN: "testomat_iris"}) as api:
        (meant,) = await resolve_labels(api, SHOP, [name])
        assert (meant.label.id, meant.value) == (slug, value)
        with pytest.raises(Refused, match="Similar: "):
            await resolve_labels(api, SHOP, ["Hotfx"])


# Links


async def test_links_are_put_on_and_read_back() -> None:
    async with desk() as d:
        told = await d.answer(
            "testomatio_add_links",
            kind="test",
            ids=["@Tc0de0012", "c0de0013"],
            labels=["Severity:Minor"],
            tags=["@night"],
            milestone="release 9.1",
        )
        _, body = d.sent("PUT", f"{V2}/tests/{TEST}")
        test = await d.answer("testomatio_get_test", test_id=TEST)
    assert body == {
        "link": [
            {"action": "add", "type": "custom_field", "value": "severity-f124r:Minor"},
            {"action": "add", "type": "tag", "value": "night"},
            {"action": "add", "type": "milestone", "value": "release-9-1-6e4f2"},
        ]
    }
    assert told["done"] == "2 of 2 done."
    assert "milestone" in told["note"]
    assert "night" in test["test"]["tags"]


async def test_a_link_that_was_accepted_and_not_applied_is_told_plainly() -> None:
    async with desk() as d:
        await d.switch("testomatio", links_not_applied=True)
        told = await d.answer(
            "testomatio_add_links", kind="test", ids=[TEST], labels=["Severity:Minor", "Automatable"], tags=["new"]
        )
    assert told["done"].startswith("0 of 1 done. 1 accepted by the platform and not applied")
    assert told["items"][0]["missing"] == ["Severity:Minor", "Automatable", "@new"]


async def test_a_label_with_another_value_is_not_taken_for_the_one_that_was_lost() -> None:
    async with desk() as d:
        await d.switch("testomatio", links_not_applied=True)
        told = await d.answer("testomatio_add_links", kind="test", ids=["c0de0010"], labels=["Severity:Minor"])
    assert told["items"][0]["missing"] == ["Severity:Minor"]  # it carries another


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"labels": ["Sevverity:Minor"]}, ("severity-f124r", "testomatio_create_label")),
        ({"labels": ["Severity:Tiny"]}, ("Minor",)),
        ({"milestone": "Release 77"}, ("testomatio_list_milestones",)),
        ({"requirements": ["4e400001"]}, ("suites only",)),
        ({"kind": "step", "ids": ["311"], "tags": ["a"]}, ("labels only",)),
        ({"kind": "step", "ids": ["abc"], "labels": ["Hotfix"]}, ("is a number", "testomatio_list_steps")),
        ({}, ("at least one",)),
    ],
)
async def test_links_that_cannot_be_are_refused_before_anything_is_written(
    arguments: dict[str, Any], words: tuple[str, ...]
) -> None:
    async with desk() as d:
        sentence = await d.refusal("testomatio_add_links", **({"kind": "test", "ids": [TEST]} | arguments))
        assert not d.writes("testomatio")
    for word in words:
        assert word in sentence


async def test_one_thing_that_fails_holds_up_no_other() -> None:
    async with desk() as d:
        told = await d.answer("testomatio_add_links", kind="test", ids=["00000000", TEST], labels=["Automatable"])
    assert [row["status"] for row in told["items"]] == ["failed", "done"]


async def test_an_id_that_is_none_stops_all_of_them_before_the_first_is_written() -> None:
    async with desk() as d:
        await d.refusal("testomatio_add_links", kind="step", ids=["311", "312", "abc"], labels=["Hotfix"])
        assert not d.writes("testomatio")


async def test_what_was_accepted_and_could_not_be_read_back_is_not_told_as_failed() -> None:
    async with desk() as d:
        await d.fault(platform="testomatio", method="GET", path=f"{V2}/tests/{BARE}", status=500)
        unread = await d.answer("testomatio_add_links", kind="test", ids=[BARE], labels=["Automatable"])
        await d.fault(platform="testomatio", method="PUT", path=f"{V2}/tests/{BARE}", status=502)
        unknown = await d.answer("testomatio_add_links", kind="test", ids=[BARE], labels=["Automatable"])
    assert unread["items"][0]["status"] == "unread"
    assert unknown["items"][0]["status"] == "unknown"


@pytest.mark.parametrize(("kind", "number"), [("suite", "@Sc0ffee01"), ("step", "311"), ("snippet", "321")])
async def test_suites_steps_and_snippets_are_labelled_too(kind: str, number: str) -> None:
    async with desk() as d:
        told = await d.answer("testomatio_add_links", kind=kind, ids=[number], labels=["Hotfix"])
    assert told["done"] == "1 of 1 done."


@pytest.mark.parametrize("mode", ERAS)
async def test_taking_links_off_asks_and_names_what_loses_them(mode: str) -> None:
    async with desk(mode) as d:
        told = await d.answer(
            "testomatio_remove_links",
            kind="test",
            ids=["c0de0010", BARE],
            labels=["Severity:🔥Critical"],
            tags=["coupons"],
        )
        test = await d.answer("testomatio_get_test", test_id="c0de0010")
        asked = d.asked[0]
    assert "label 'Severity:🔥Critical', tag 'coupons' off 1 test of" in asked
    assert "c0de0010" in asked
    assert f"Not carried by '{BARE}'." in asked
    assert told["done"] == "2 of 2 done."
    assert [label["title"] for label in test["test"]["labels"]] == ["Owner"]
    assert "coupons" not in test["test"]["tags"]


async def test_taking_off_what_nothing_carries_is_refused_before_anybody_is_asked() -> None:
    async with desk() as d:
        assert "None of these carries" in await d.refusal(
            "testomatio_remove_links", kind="test", ids=[TEST], labels=["Severity:Minor"]
        )
        assert not d.asked
