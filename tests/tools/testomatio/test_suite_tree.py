"""The tree of suites is rebuilt in one call, whole, in the order of the web app, and safe against circles."""

from itertools import pairwise
from typing import Any

import pytest

from tests.desk import desk, sandboxes, settings
from tests.tools.testomatio.holding import LOGIN, OF_THE_PROJECT, SHOP, V2, WEB, holding
from tools.kit.errors import NotFound, Refused
from tools.kit.toolset import no_progress
from tools.testomatio.models.suites import Suite
from tools.testomatio.tools.forest import build_forest
from tools.testomatio.tools.suite_tree import get_suite_tree

pytestmark = pytest.mark.anyio

TOOL = "testomatio_get_suite_tree"
COUPONS = "c0ffee01"


def parents(rows: list[dict[str, Any]]) -> dict[str, str | None]:
    """Who stands in whom, told from the depths alone."""
    path: list[str] = []
    found: dict[str, str | None] = {}
    for row in rows:
        del path[row["depth"] - 1 :]
        found[row["id"]] = path[-1] if path else None
        path.append(row["id"])
    return found


async def test_the_whole_hierarchy_comes_in_one_call_whatever_its_depth() -> None:
    async with desk() as d:
        world = d.sandboxes.sandboxes["testomatio"].world
        tree = await d.answer(TOOL)
        held = {s.id: s.parent_id for s in world.suites.of(SHOP, None)}
        tests = len(list(world.tests.of(SHOP, None)))
    assert parents(tree["items"]) == held
    assert max(row["depth"] for row in tree["items"]) == 5
    assert tree["tests"] == tests
    assert tree["coverage"] == {"total": len(held), "loaded": len(held), "matched": len(held), "complete": True}
    assert {row["kind"] for row in tree["items"]} == {"folder", "file"}


@pytest.mark.parametrize("every_level", [False, True])
async def test_siblings_stand_in_the_order_of_the_web_app_on_every_level(*, every_level: bool) -> None:
    """Some hosts list the roots alone: then the folders tell the order inside them."""
    async with desk() as d:
        world = d.sandboxes.sandboxes["testomatio"].world
        for place, suite in enumerate(list(world.suites.of(SHOP, None))):
            suite.position = 1000 - place  # the opposite of how they were made
        await d.switch("testomatio", every_suite_level=every_level)
        tree = await d.answer(TOOL)
        places = {suite.id: suite.position for suite in world.suites.of(SHOP, None)}
        read = d.arrived(platform="testomatio")
    above = parents(tree["items"])
    for one, next_one in pairwise(tree["items"]):
        if above[one["id"]] == above[next_one["id"]]:
            assert places[one["id"]] < places[next_one["id"]]
    assert tree["order"] == "As in the web app."
    assert (f"GET {WEB}/suites/f01de001" in read) is not every_level


async def test_a_project_token_alone_gets_the_tree_and_is_told_whose_order_it_is() -> None:
    async with holding(OF_THE_PROJECT) as api:
        tree = await get_suite_tree(api, no_progress)
    assert len(tree.items) == tree.coverage.total
    assert tree.order == "As the public API lists it."


async def test_a_login_alone_gets_the_tree_from_the_web() -> None:
    async with holding(LOGIN) as api:
        tree = await get_suite_tree(api, no_progress)
        with pytest.raises(Refused, match="API token"):
            await get_suite_tree(api, no_progress, with_tests=True)
    assert parents([row.model_dump() for row in tree.items])[COUPONS] == "f01de004"
    assert tree.order == "As in the web app."


async def test_only_what_is_below_a_suite_and_only_so_deep() -> None:
    async with desk() as d:
        whole = await d.answer(TOOL, suite_id="@Sf01de002")
        flat = await d.answer(TOOL, suite_id="Sf01de002", depth=1)
    assert [(row["depth"], row["id"]) for row in whole["items"][:4]] == [
        (0, "f01de002"),
        (1, "f01de003"),
        (2, "f01de004"),
        (3, COUPONS),
    ]
    assert {row["depth"] for row in flat["items"]} == {0, 1}
    cart = next(row for row in flat["items"] if row["id"] == "f01de003")
    assert cart["hidden_suites"] == 6
    assert flat["tests"] == whole["tests"] == 122


async def test_four_hundred_titles_come_in_as_many_answers_as_it_takes() -> None:
    async with desk() as d:
        tree = await d.answer(TOOL, with_tests=True)
        rows = list(tree["items"])
        while cursor := tree.get("next_cursor"):
            tree = await d.answer(TOOL, with_tests=True, cursor=cursor)
            rows += tree["items"]
        world = d.sandboxes.sandboxes["testomatio"].world
        held = sorted(test.id for test in world.tests.of(SHOP, None))
    told = sorted(title.split()[0] for row in rows for title in row.get("titles", ()))
    assert told == held
    assert len(held) == 400
    coupons = next(row for row in rows if row["id"] == COUPONS)
    assert coupons["titles"][0] == "c0de0010 An expired code is refused @coupons @regression"


async def test_a_tree_that_is_cut_goes_on_at_its_cursor() -> None:
    async with desk() as d:
        whole = await d.answer(TOOL)
        rows: list[dict[str, Any]] = []
        cursor = None
        while True:
            part = await d.answer(TOOL, limit=20, cursor=cursor)
            rows += part["items"]
            if (cursor := part.get("next_cursor")) is None:
                break
    assert rows == whole["items"]


async def test_roots_are_paged_and_read_at_once_without_losing_one() -> None:
    world = sandboxes()
    state = world.sandboxes["testomatio"].world
    state.apply_due_changes()
    shop = next(iter(state.suites.of(SHOP, None)))
    kind = type(shop)
    for number in range(260):
        state.suites.add(kind(f"r{number:07d}", SHOP, f"Root {number}", position=100 + number))
    async with desk(world=world, told=settings({"TESTDESK_ANSWER_CHARACTERS": "60000"})) as d:
        tree = await d.answer(TOOL, depth=1)
        pages = [line for line in d.arrived(platform="testomatio") if line == f"GET {V2}/suites"]
    assert sum(row["title"].startswith("Root ") for row in tree["items"]) == 260
    assert tree["coverage"]["complete"]
    assert len(pages) == 3


async def test_a_branch_is_looked_up_before_it_is_read_since_an_unknown_one_shows_main() -> None:
    async with desk() as d:
        sentence = await d.refusal(TOOL, branch="no-such-branch")
        read = d.arrived(platform="testomatio")
        tree = await d.answer(TOOL, branch="checkout-10-1a2b3")
    assert "the data of main" in sentence
    assert "testomatio_list_branches" in sentence
    assert f"GET {V2}/suites" not in read
    assert tree["order"] == "As the public API lists it."


async def test_an_unknown_suite_and_an_unknown_project_are_told_apart() -> None:
    async with holding(OF_THE_PROJECT) as api:
        with pytest.raises(NotFound, match="has no suite '00000000'"):
            await get_suite_tree(api, no_progress, suite_id="00000000")
        with pytest.raises(NotFound, match="No project 'elsewhere'"):
            await get_suite_tree(api, no_progress, project="elsewhere")


def tied(*pairs: tuple[str, str | None]) -> list[Suite]:
    return [Suite(id=one, title=one.upper(), parent_id=above) for one, above in pairs]


def test_suites_that_stand_below_themselves_are_shown_and_said() -> None:
    forest = build_forest(tied(("a", "b"), ("b", "c"), ("c", "a"), ("d", "d"), ("e", None), ("f", "gone")))
    shown = [suite.id for _, suite in forest.below(None)]
    assert sorted(shown) == list("abcdef")
    assert not forest.is_complete
    assert "is below itself" in forest.reasons[0]


def test_a_suite_told_twice_stands_once_and_where_it_is_nested() -> None:
    inner = Suite(id="x", title="X")  # by itself it does not tell where it stands
    outer = Suite.model_validate({"id": "p", "title": "P", "children": [{"id": "x", "title": "X"}]})
    forest = build_forest([inner, outer])
    assert [(depth, suite.id) for depth, suite in forest.below(None)] == [(1, "p"), (2, "x")]
    assert forest.is_complete


def test_a_hierarchy_of_a_thousand_levels_is_no_matter() -> None:
    forest = build_forest(tied(*((f"s{n}", f"s{n - 1}" if n else None) for n in range(1000))))
    assert [depth for depth, _ in forest.below(None)] == list(range(1, 1001))
    assert len(forest.above("s999")) == 999
