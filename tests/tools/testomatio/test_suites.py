"""Suites are found, read, made as whole trees, moved without a circle, and deleted with all that goes along counted."""

from typing import Any

import pytest

from tests.desk import ERAS, YES, desk, sandboxes
from tests.tools.testomatio.holding import LOGIN, SHOP, V2, WEB, holding
from tools.kit.errors import Refused
from tools.testomatio.tools.suite_changes import parse_outline
from tools.testomatio.tools.suites import get_suite

pytestmark = pytest.mark.anyio

COUPONS, DISCOUNTS, CART, CHECKOUT, SHOP_FOLDER = "c0ffee01", "f01de004", "f01de003", "f01de002", "f01de001"
PATH = ["Web shop", "Checkout @checkout", "Cart", "Discounts"]


async def test_a_filter_finds_suites_with_their_paths_and_not_the_folders_around_them() -> None:
    async with desk() as d:
        found = await d.answer("testomatio_list_suites", text="coup")
        sent, _ = d.sent("GET", f"{V2}/suites")
    assert dict(sent) == {"search_text": "coup", "slim": "true"}
    assert [(row["id"], row["kind"], row["path"]) for row in found["items"]] == [(COUPONS, "file", PATH)]


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        ({"tag": "@checkout"}, [CHECKOUT]),
        ({"label": "Owner:Team Cart"}, [COUPONS]),
        ({"kind": "folder", "text": "cart"}, [CART]),
        ({"text": "nothing has this"}, []),
    ],
)
async def test_other_filters_too(filters: dict[str, Any], ids: list[str]) -> None:
    async with desk() as d:
        found = await d.answer("testomatio_list_suites", **filters)
    assert [row["id"] for row in found["items"]] == ids


async def test_without_a_filter_all_are_listed() -> None:
    async with desk() as d:
        found = await d.answer("testomatio_list_suites", limit=500)
        world = d.sandboxes.sandboxes["testomatio"].world
        assert len(found["items"]) == len(list(world.suites.of(SHOP, None)))
    assert found["coverage"]["complete"]


async def test_a_suite_is_read_with_its_surroundings_and_what_the_web_knows() -> None:
    async with desk() as d:
        whole = await d.answer("testomatio_get_suite", suite_id="@Sc0ffee01", with_web=True)
        folder = await d.answer("testomatio_get_suite", suite_id=DISCOUNTS)
        assert f"GET {WEB}/suites/{COUPONS}" in d.arrived(platform="testomatio")
    assert (whole["path"], whole["tests_below"], len(whole["web"]["test_ids"])) == (PATH, 18, 18)
    assert [row["title"] for row in folder["suites"]] == ["Coupons", "Vouchers and gift cards", "Stacking"]
    assert (folder["kind"], folder["tests_below"]) == ("folder", 36)


async def test_a_login_alone_reads_a_suite_from_the_web() -> None:
    async with holding(LOGIN) as api:
        whole = await get_suite(api, DISCOUNTS)
    assert [row.id for row in whole.suites] == [COUPONS, "7e911f66", "02fe4b89"]
    assert whole.suite.title == "Discounts"


async def test_an_outline_makes_a_whole_tree() -> None:
    outline = "- Web\n  - Cart\n    - Coupons\n  - Payment\n- App"
    async with desk() as d:
        made = await d.answer("testomatio_create_suite", title="Release 9.1", outline=outline, labels=["Automatable"])
        tree = await d.answer("testomatio_get_suite_tree", suite_id=made["now"]["id"])
    assert [(row["depth"], row["title"], row["kind"]) for row in tree["items"]] == [
        (0, "Release 9.1", "folder"),
        (1, "Web", "folder"),
        (2, "Cart", "folder"),
        (3, "Coupons", "file"),
        (2, "Payment", "file"),
        (1, "App", "file"),
    ]
    assert [row["title"] for row in made["now"]["suites"]] == ["Web", "Cart", "Coupons", "Payment", "App"]


@pytest.mark.parametrize("outline", ["", "\n \n", "    - Deep\n- Shallow", "\n".join("x" * 1 for _ in range(201))])
def test_an_outline_that_is_none_is_refused(outline: str) -> None:
    with pytest.raises(Refused, match=r"An outline has 1 to 200 lines|is indented less"):
        parse_outline(outline)


async def test_labels_of_a_new_suite_that_were_lost_are_told() -> None:
    async with desk() as d:
        await d.switch("testomatio", links_not_applied=True)
        made = await d.answer("testomatio_create_suite", title="X", labels=["Owner:Team Cart"])
    assert made["not_applied"] == ["Owner:Team Cart"]


@pytest.mark.parametrize("parent_id", [CART, DISCOUNTS, COUPONS])
async def test_a_move_into_itself_or_below_is_refused_before_anything_is_sent(parent_id: str) -> None:
    async with desk() as d:
        sentence = await d.refusal("testomatio_update_suite", suite_id=CART, parent_id=parent_id)
        assert not d.writes("testomatio")
    assert "is itself or is below it" in sentence
    assert "Cart" in sentence


async def test_a_move_into_a_suite_that_holds_tests_is_refused() -> None:
    async with desk() as d:
        sentence = await d.refusal("testomatio_update_suite", suite_id=CART, parent_id="a3ff09eb")
        also = await d.refusal("testomatio_create_suite", title="X", parent_id=COUPONS)
        assert not d.writes("testomatio")
    assert "only folders hold suites" in sentence
    assert "only folders hold suites" in also


async def test_suites_that_already_run_in_a_circle_do_not_make_us_run_in_one() -> None:
    world = sandboxes()
    async with desk(world=world) as d:
        await d.answer("testomatio_get_suite", suite_id=CART)
        state = world.sandboxes["testomatio"].world
        state.suites.main[CHECKOUT].parent_id = DISCOUNTS  # a circle on the platform's side
        told = await d.refusal("testomatio_update_suite", suite_id=SHOP_FOLDER, parent_id=COUPONS)
    assert "holds tests" in told


async def test_a_suite_is_moved_and_put_on_top() -> None:
    async with desk() as d:
        moved = await d.answer("testomatio_update_suite", suite_id=DISCOUNTS, parent_id="f01de005")
        top = await d.answer("testomatio_update_suite", suite_id=DISCOUNTS, parent_id="top", title="Rebates")
    assert (moved["before"]["parent_id"], moved["now"]["parent_id"]) == (CART, "f01de005")
    assert "parent_id" not in top["now"]
    assert top["now"]["title"] == "Rebates"


@pytest.mark.parametrize("mode", ERAS)
async def test_deleting_names_the_suite_and_counts_exactly_what_goes_with_it(mode: str) -> None:
    async with desk(mode) as d:
        gone = await d.answer("testomatio_delete_suite", suite_id="@Sf01de003")
        assert d.writes("testomatio") == [f"DELETE {V2}/suites/{CART}"]
        (asked,) = set(d.asked)
    assert f"Delete suite {CART} 'Cart' in 'Web shop' / 'Checkout @checkout' of project '{SHOP}'?" in asked
    assert "6 suites below it and 54 tests" in asked
    assert gone["done"].endswith("with 6 suites below it and 54 tests.")


@pytest.mark.parametrize("mode", ERAS)
async def test_a_test_added_while_the_person_thinks_is_asked_again(mode: str) -> None:
    world = sandboxes()
    state = world.sandboxes["testomatio"].world

    def add_one(question: str) -> Any:
        if "18 tests" in question:
            old = state.tests.main["c0de0010"]
            state.tests.add(type(old)("0ddba111", SHOP, COUPONS, "Meanwhile", old.created_at, old.updated_at))
        return YES

    async with desk(mode, person=add_one, world=world) as d:
        await d.answer("testomatio_delete_suite", suite_id=COUPONS)
        counts = [question for question in d.asked if "19 tests" in question]
    assert counts
    assert "18 tests" in d.asked[0]


async def test_where_suites_may_be_missing_the_question_says_at_least() -> None:
    async with desk() as d:
        few = [{"id": CART, "type": "suite", "title": "Cart", "file_type": "folder", "children": []}]
        await d.fault(
            platform="testomatio",
            method="GET",
            path=f"{V2}/suites",
            status=200,
            body={"data": few, "meta": {"total": 40, "page": 1, "per_page": 100}},
            times=5,
        )
        await d.call("testomatio_delete_suite", suite_id=CART)
    assert "at least 0 suites" in d.asked[0]


def test_an_outline_whose_line_breaks_were_escaped_twice_is_read_as_meant() -> None:
    assert parse_outline("Web\\nApp") == parse_outline("Web\nApp")
    assert parse_outline("- Web\\n  - Cart") == parse_outline("- Web\n  - Cart")
