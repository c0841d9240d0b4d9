"""The tools of test IO, called by hand with a client over the sandbox."""

from dataclasses import replace
from typing import Any

import pytest

from tests.acts import confirmed
from tests.desk import ERAS, change_bug, desk, live_client, sandboxes
from tools.kit.errors import NotFound, Refused
from tools.kit.sandbox.composition import Composition
from tools.kit.toolset import no_progress
from tools.testio.client.testio import TestIO
from tools.testio.tools.bugs import find_bugs_by_external_id, get_bug, get_bug_screenshots, list_bugs
from tools.testio.tools.exploratory_tests import get_exploratory_test, list_exploratory_tests
from tools.testio.tools.orders import update_exploratory_test
from tools.testio.tools.products import get_product, list_features, list_products, list_test_templates

pytestmark = pytest.mark.anyio


def switch(world: Composition, **switches: bool) -> None:
    """Choose between two behaviours that were both seen in production."""
    state = world.sandboxes["testio"].world
    state.switches = replace(state.switches, **switches)


async def bugs(api: TestIO, **filters: Any) -> Any:
    return await list_bugs(api, no_progress, **filters)


async def test_a_list_of_bugs_reads_past_the_silent_cap_and_says_how_many_there_are() -> None:
    async with live_client() as api:
        page = await bugs(api, product_ids=[71], limit=10)
    assert page.coverage.total == page.coverage.loaded == 701, "the first page alone would have shown 500"
    assert page.coverage.complete
    assert len(page.items) == 10


async def test_pages_are_read_at_most_as_often_as_there_are_pages() -> None:
    world = sandboxes()
    async with live_client(world) as api:
        await bugs(api, limit=1)
    assert len(world.journal) == 2


async def test_bugs_come_newest_first_and_the_cursor_continues_exactly_behind() -> None:
    async with live_client() as api:
        whole = (await bugs(api, test_ids=[5512], limit=200)).items
        first = await bugs(api, test_ids=[5512], limit=50)
        second = await bugs(api, test_ids=[5512], limit=200, cursor=first.next_cursor)
    assert [b.id for b in [*first.items, *second.items]] == [b.id for b in whole]
    times = [b.reported_at for b in whole]
    assert times == sorted(times, reverse=True)


async def test_a_cursor_is_refused_with_other_filters() -> None:
    async with live_client() as api:
        first = await bugs(api, test_ids=[5512], limit=5)
        with pytest.raises(Refused, match="other filters"):
            await bugs(api, test_ids=[5512], status=["accepted"], cursor=first.next_cursor)


@pytest.mark.parametrize(
    ("filters", "claim"),
    [
        ({"status": ["accepted"]}, lambda b: b.status == "accepted"),
        ({"severity": ["critical", "visual"]}, lambda b: b.severity in {"critical", "visual"}),
        ({"known": True}, lambda b: b.known),
        ({"author": "NightOwl", "fields": ["author"]}, lambda b: b.author == "nightowl"),
        ({"since": "2026-04-02T12:00+02:00"}, lambda b: b.reported_at >= "2026-04-02T10:00"),
        ({"since": "2026-03-01", "until": "2026-03-17"}, lambda b: "2026-03-01" <= b.reported_at[:10] <= "2026-03-17"),
        ({"text": "coupon expired"}, lambda b: True),
    ],
)
async def test_a_local_filter_keeps_what_fits_and_counts_the_rest(filters: dict[str, Any], claim: Any) -> None:
    async with live_client() as api:
        page = await bugs(api, limit=500, **filters)
    assert page.items
    assert all(claim(bug) for bug in page.items)
    assert page.coverage.matched == len(page.items) < page.coverage.loaded == page.coverage.total


@pytest.mark.parametrize("export", ["exported", "not_exported", "export_requested"])
async def test_the_export_status_is_filtered_by_the_platform(export: Any) -> None:
    world = sandboxes()
    async with live_client(world) as api:
        page = await bugs(api, export_status=export, limit=500)
    assert page.coverage.matched == page.coverage.total
    assert ("export_status", export) in world.journal.entries()[0].query


async def test_text_is_found_though_invisible_characters_split_it() -> None:
    world = sandboxes()
    change_bug(world, 88101, title="Zep\u200bpelin in the cart")
    async with live_client(world) as api:
        assert [b.id for b in (await bugs(api, text="zeppelin")).items] == [88101]


async def test_a_time_that_is_none_is_refused_before_any_request() -> None:
    world = sandboxes()
    async with live_client(world) as api:
        with pytest.raises(Refused, match="is not a time"):
            await bugs(api, since="yesterday-ish")
    assert len(world.journal) == 0


async def test_many_tests_are_asked_in_small_batches() -> None:
    world = sandboxes()
    async with live_client(world) as api:
        await bugs(api, test_ids=list(range(5400, 5435)))
    asked = [dict(e.query)["filter_test_cycle_ids"].split(",") for e in world.journal.entries() if e.query]
    assert max(map(len, asked)) <= 10
    assert sum(map(len, asked)) == 35


async def test_tests_too_heavy_together_are_halved_and_no_bug_is_counted_twice() -> None:
    async with desk() as d:
        plain = await d.answer("testio_list_bugs", test_ids=[5512, 5498, 5471])
        await d.fault(method="GET", path="/bugs", times=2, status=524, body="<html>")
        page = await d.answer("testio_list_bugs", test_ids=[5512, 5498, 5471])
    assert page["coverage"] == plain["coverage"]
    assert page["coverage"]["complete"]


async def test_a_page_that_fails_is_read_in_smaller_ones() -> None:
    async with desk() as d:
        await d.fault(method="GET", path="/bugs", times=1, status=500)
        page = await d.answer("testio_list_bugs", product_ids=[71])
        assert page["coverage"]["loaded"] == 701
        assert page["coverage"]["complete"]


async def test_a_custom_report_without_steps_and_devices_is_read() -> None:
    async with live_client() as api:
        page = await bugs(api, test_ids=[5490], severity=["custom"])
        bug = await get_bug(api, page.items[0].id)
    assert bug.steps == []
    assert bug.devices == []
    assert bug.report is not None
    assert bug.report.data


async def test_an_unknown_bug_says_where_ids_come_from() -> None:
    async with live_client() as api:
        with pytest.raises(NotFound, match=r"^No bug 812\. testio_list_bugs shows ids\.$"):
            await get_bug(api, 812)


async def test_a_bug_is_found_by_its_id_in_another_tracker() -> None:
    async with live_client() as api:
        found = await find_bugs_by_external_id(api, "SHOP-412")
        assert [bug.id for bug in found.bugs] == [88103]
        assert (await find_bugs_by_external_id(api, "SHOP-0")).bugs == []


async def test_screenshots_are_pictures_and_what_is_none_says_why() -> None:
    async with live_client() as api:
        shots = await get_bug_screenshots(api, 88101)
        assert [p.mime for p in shots.pictures] == ["image/png"] * 2
        not_a_picture = await get_bug_screenshots(api, 88119)
        assert not_a_picture.pictures == []
        assert "a web page in its place" in (not_a_picture.attachments[0].why or "")
        too_large = await get_bug_screenshots(api, 88121)
        assert (too_large.attachments[0].why or "").startswith("shown smaller, 320 x 200: it has 12.6 MB")
        assert (too_large.attachments[0].shown, len(too_large.pictures), too_large.note) == (True, 1, None)


@pytest.mark.usefixtures("without_pillow")
async def test_without_pillow_a_screenshot_that_is_too_large_is_its_thumbnail_with_what_to_install() -> None:
    async with live_client() as api:
        too_large = await get_bug_screenshots(api, 88121)
    assert "only its thumbnail is shown: it has" in (too_large.attachments[0].why or "")
    assert (too_large.attachments[0].shown, len(too_large.pictures)) == (True, 1)
    assert "testdesk[pictures]" in (too_large.note or "")


async def test_a_screenshot_elsewhere_than_allowed_is_not_fetched() -> None:
    async with live_client() as api:
        bug = await api.bug(88101)
        bug.attachments[0].url = "https://test.io.evil.example/shot.png"
        assert not api.pictures.allowed(bug.attachments[0].url)


async def test_the_token_never_goes_to_where_pictures_are() -> None:
    world = sandboxes()
    async with live_client(world) as api:
        await get_bug_screenshots(api, 88101)
    asked, *pictures = [(entry.path, entry.headers["authorization"]) for entry in world.journal.entries()]
    assert asked == ("/bugs/88101", "Token present")
    assert pictures == [("/881011/shot.png", "absent"), ("/881012/shot-2.png", "absent")]


async def test_a_link_is_made_only_where_the_accounts_address_is_set() -> None:
    async with live_client(TESTIO_WEB_URL="https://harbour.test.io/") as api:
        assert (await get_bug(api, 88101)).link == "https://harbour.test.io/products/71/test_cycles/5512/bugs/88101"
        assert (await get_exploratory_test(api, 5512)).link == "https://harbour.test.io/products/71/test_cycles/5512"
    async with live_client() as api:
        assert (await get_bug(api, 88101)).link is None


async def test_products_tell_how_many_sections_they_have() -> None:
    async with live_client() as api:
        rows = {p.id: p.sections for p in (await list_products(api)).items}
        assert rows[71] == 0
        assert rows[72] >= 3
        assert not (await get_product(api, 71)).is_sectioned
        assert (await get_product(api, 72)).is_sectioned


async def test_features_of_a_sectioned_product_come_once_though_sections_share_them() -> None:
    world = sandboxes()
    switch(world, strict_sections=True)
    async with live_client(world) as api:
        page = await list_features(api, 72)
    ids = [feature.id for feature in page.items]
    assert len(ids) == len(set(ids)) > 3
    assert len(world.journal) > 3, "the platform refused the whole list, so each section was read"


async def test_an_unknown_section_is_refused_with_those_there_are() -> None:
    async with live_client() as api:
        with pytest.raises(Refused, match=r"has no section 9999\. It has: "):
            await list_features(api, 72, 9999)


async def test_templates_are_read_as_object_and_as_word() -> None:
    world = sandboxes()
    async with live_client(world) as api:
        assert (await list_test_templates(api, 71)).items[0].testing_type == "coverage"
        switch(world, template_as_string=True)
        words = (await list_test_templates(api, 71)).items[0]
        assert words.title == "Release test, all features"
        assert words.testing_type is None


async def test_tests_are_listed_with_drafts_first_and_filtered_by_status() -> None:
    async with live_client() as api:
        page = await list_exploratory_tests(api, no_progress, 71)
        assert page.items[0].status == "initialized"
        running = await list_exploratory_tests(api, no_progress, 71, status=["running"])
        assert {test.status for test in running.items} == {"running"}
        assert running.coverage.matched < running.coverage.loaded


async def test_a_list_of_tests_survives_a_broken_page() -> None:
    async with desk() as d:
        await d.fault(method="GET", path="/products/71/exploratory_tests", times=1, status=500)
        page = await d.answer("testio_list_exploratory_tests", product_id=71)
        assert page["coverage"]["complete"]
        assert page["coverage"]["loaded"] > 5


async def test_only_what_was_said_is_sent_with_an_update() -> None:
    world = sandboxes()
    async with live_client(world) as api:
        await confirmed(update_exploratory_test(api, 5521, goal="The cart", duration_hours=4))
    sent = next(e for e in world.journal.entries() if e.method == "PUT")
    assert sent.body == {"exploratory_test": {"goal": "The cart", "duration": "4"}}


@pytest.mark.parametrize("mode", ERAS)
async def test_an_order_reaches_the_wire_as_the_reference_shows_it(mode: str) -> None:
    async with desk(mode) as d:
        await d.answer(
            "testio_create_exploratory_test",
            product_id=72,
            section_id=721,
            test_title="Levels",
            testing_type="focused",
            bug_severities=["high", "critical"],
            duration_hours=6,
            report_language="de",
            start_at="2026-04-05T09:00:00+02:00",
            allow_device_clouds=True,
            requirements=[{"category": 2, "operating_system": 2, "min_version": 559, "browser_ids": [2]}],
            test_environment={"title": "PR 12", "url": "https://pr12.example.test", "access": "demo / geheim-1"},
            features=[{"title": "Brand new", "description": "d", "howtofind": "h", "user_stories": ["As a shopper"]}],
        )
        sent = next(e for e in d.sandboxes.journal.entries() if e.method == "POST")
    assert sent.path == "/products/72/exploratory_tests"
    assert sent.body == {
        "exploratory_test": {
            "test_title": "Levels",
            "testing_type": "focused",
            "duration": "6",
            "start_at": "2026-04-05T09:00:00+02:00",
            "report_language": "de",
            "bug_severities": {"low": False, "high": True, "critical": True},
            "section_id": 721,
            "allow_device_clouds": True,
            "requirements": [
                {
                    "category": {"id": 2},
                    "operating_system": {"id": 2},
                    "min_operating_system_version": {"id": 559},
                    "browsers": [{"id": 2}],
                }
            ],
            "use_default_devices": False,
            "test_environment": {
                "title": "PR 12",
                "url": "https://pr12.example.test",
                "access": "demo / geheim-1",
                "allow_orders": False,
            },
            "features": [
                {"title": "Brand new", "description": "d", "howtofind": "h", "user_stories": ["As a shopper"]}
            ],
        }
    }
    assert "geheim-1" not in d.asked[0]
