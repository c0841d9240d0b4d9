"""Test cases are listed whole, written in bulk, changed step by step, and deleted after a yes."""

from typing import Any

import pytest
from mcp.types import ElicitResult

from tests.acts import confirmed
from tests.desk import CANCEL, DECLINE, ERAS, NO, NOT_CONFIRMED, desk, live_client, sandboxes
from tools.kit.errors import NotFound, Refused
from tools.kit.toolset import no_progress
from tools.testio.tools.test_cases import (
    ChangedStep,
    NewCase,
    create_test_cases,
    delete_test_case,
    get_test_case,
    list_test_cases,
    update_test_case,
)

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)

CASE = {"title": "Remove an article", "feature_id": 302, "steps": ["Open the cart", "Press the bin"]}
CASES = "/products/71/test_cases"


async def test_the_list_says_how_many_there_are_and_continues_by_cursor() -> None:
    async with live_client() as api:
        whole = await list_test_cases(api, no_progress, 71, limit=500)
        first = await list_test_cases(api, no_progress, 71, limit=3)
        rest = await list_test_cases(api, no_progress, 71, limit=500, cursor=first.next_cursor)
    assert whole.coverage.total == whole.coverage.loaded == len(whole.items) > 3
    assert whole.coverage.complete
    assert [case.id for case in [*first.items, *rest.items]] == [case.id for case in whole.items]


async def test_pages_of_the_list_are_asked_for_at_their_cap() -> None:
    world = sandboxes()
    async with live_client(world) as api:
        await list_test_cases(api, no_progress, 71)
    (asked,) = world.journal.entries()
    assert (asked.method, asked.path, asked.query) == ("GET", CASES, [("page", "1"), ("per_page", "500")])


async def test_more_test_cases_than_a_page_holds_are_all_read() -> None:
    async with live_client() as api:
        for start in range(0, 600, 100):
            cases = [NewCase(title=f"Case {n}", feature_id=302, steps=["Look"]) for n in range(start, start + 100)]
            made = await create_test_cases(api, 71, cases)
            assert made.done == "100 created."
        page = await list_test_cases(api, no_progress, 71, text="case", limit=500)
    assert page.coverage.total == page.coverage.loaded == 604
    assert page.coverage.matched == 600


async def test_a_page_that_fails_is_read_in_smaller_ones() -> None:
    async with desk() as d:
        await d.fault(method="GET", path=CASES, times=1, status=500)
        page = await d.answer("testio_list_test_cases", product_id=71)
        assert page["coverage"]["complete"]
        assert page["coverage"]["loaded"] == 4


async def test_a_list_that_knows_neither_pages_nor_numbers_is_taken_whole() -> None:
    async with desk() as d:
        await d.fault(method="GET", path=CASES, times=1, status=200, body={"test_cases": [{"id": 1, "title": None}]})
        page = await d.answer("testio_list_test_cases", product_id=71)
        assert [case["id"] for case in page["items"]] == [1]


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        ({"feature_id": 302}, [7311, 7312]),
        ({"text": "EXPIRED code"}, [7312]),
        ({"text": "old10"}, [7312]),
        ({"text": "press apply"}, [7311, 7312]),
        ({"feature_id": 304, "text": "press apply"}, []),
    ],
)
async def test_feature_and_words_are_filtered_here(filters: dict[str, Any], ids: list[int]) -> None:
    async with live_client() as api:
        page = await list_test_cases(api, no_progress, 71, **filters)
    assert [case.id for case in page.items] == ids
    assert page.coverage.total == page.coverage.loaded > page.coverage.matched == len(ids)


async def test_an_unknown_product_says_where_ids_come_from() -> None:
    async with live_client() as api:
        with pytest.raises(NotFound, match=r"^No product 799\. testio_list_products shows ids\.$"):
            await list_test_cases(api, no_progress, 799)
        with pytest.raises(NotFound, match=r"^No product 799\. testio_list_products shows ids\.$"):
            await get_test_case(api, 799, 7311)
        with pytest.raises(NotFound, match=r"^No product 799\. testio_list_products shows ids\.$"):
            await create_test_cases(api, 799, [NewCase.model_validate(CASE)])


async def test_a_test_case_is_read_with_the_ids_of_its_steps() -> None:
    async with desk() as d:
        case = await d.answer("testio_get_test_case", product_id=71, test_case_id=7311)
        assert (case["title"], case["requirements"]) == ("A valid code lowers the total", "SPRING15")
        assert [step["description"] for step in case["steps"]] == [
            "Put an article into the cart",
            "Enter SPRING15",
            "Press Apply",
        ]
        assert all(step["id"] for step in case["steps"])
        assert d.arrived() == [f"GET {CASES}/7311"]


async def test_an_unknown_test_case_says_why_it_may_be_gone() -> None:
    async with live_client() as api:
        with pytest.raises(NotFound, match=r"shows no test case 7301: .*another id\. testio_list_test_cases shows ids"):
            await get_test_case(api, 71, 7301)


async def test_test_cases_are_made_in_bulk_as_the_reference_shows_it() -> None:
    async with desk() as d:
        made = await d.answer(
            "testio_create_test_cases",
            product_id=71,
            test_cases=[CASE | {"target_idx": "TC-90"}, CASE | {"title": "Empty the cart"}],
        )
        steps = [{"description": "Open the cart"}, {"description": "Press the bin"}]
        about = {"feature_id": 302, "test_case_steps": steps}
        assert d.sent("POST", CASES) == (
            [],
            {
                "test_cases": [
                    {"title": "Remove an article", "target_idx": "TC-90", **about},
                    {"title": "Empty the cart", **about},
                ]
            },
        )
        assert made["done"] == "2 created."
        assert [(case["title"], case["steps"]) for case in made["test_cases"]] == [
            ("Remove an article", 2),
            ("Empty the cart", 2),
        ]
        assert d.asked == []
        listed = await d.answer("testio_list_test_cases", product_id=71, limit=500)
        assert {case["id"] for case in made["test_cases"]} <= {case["id"] for case in listed["items"]}


async def test_fewer_than_wanted_are_said_to_be_fewer() -> None:
    async with desk() as d:
        await d.fault(method="POST", path=CASES, times=1, status=201, body={"test_cases": [{"id": 1}]})
        made = await d.answer("testio_create_test_cases", product_id=71, test_cases=[CASE, CASE])
        assert made["done"] == "1 of 2 created."


async def test_unknown_features_are_refused_before_anything_is_made() -> None:
    async with desk() as d:
        wanted = [CASE, CASE | {"feature_id": 9999}, CASE | {"feature_id": 9998}]
        told = await d.refusal("testio_create_test_cases", product_id=71, test_cases=wanted)
        assert "has no feature 9998, 9999. testio_list_features shows its ids. Nothing was sent." in told
        assert d.writes() == []


@pytest.mark.parametrize("count", [0, 101])
async def test_a_bulk_has_its_limit_before_any_request(count: int) -> None:
    world = sandboxes()
    async with live_client(world) as api:
        with pytest.raises(Refused, match="From 1 to 100 test cases"):
            await create_test_cases(api, 71, [NewCase.model_validate(CASE)] * count)
    async with desk(world=world) as d:
        assert "100" in await d.refusal("testio_create_test_cases", product_id=71, test_cases=[CASE] * 101)
    assert len(world.journal) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"feature_id": 302, "steps": ["a"]},
        {"title": "a", "steps": ["a"]},
        {"title": "a", "feature_id": 302},
        {"title": "a", "feature_id": 302, "steps": []},
        {"title": "a", "feature_id": 302, "steps": [""]},
        {"title": "", "feature_id": 302, "steps": ["a"]},
        {"title": "a", "feature_id": 302, "steps": ["a"], "step": ["b"]},
    ],
)
async def test_a_test_case_without_its_parts_is_refused_before_any_request(wrong: dict[str, Any]) -> None:
    async with desk() as d:
        assert "Nothing was sent" in await d.refusal("testio_create_test_cases", product_id=71, test_cases=[wrong])
        assert d.arrived() == []


async def test_steps_are_added_changed_and_removed_by_id_and_nothing_else_is_sent() -> None:
    async with desk() as d:
        changed = await d.answer(
            "testio_update_test_case",
            product_id=71,
            test_case_id=7311,
            add_steps=["Read the total"],
            change_steps=[{"id": 73112, "description": "Enter SUMMER20"}],
            remove_steps=[73113],
        )
        assert d.sent("PUT", f"{CASES}/7311") == (
            [],
            {
                "test_case": {
                    "test_case_steps": [
                        {"id": 73112, "description": "Enter SUMMER20"},
                        {"id": 73113, "_destroy": True},
                        {"description": "Read the total"},
                    ]
                }
            },
        )
        assert changed["done"] == "Changed."
        assert [step["description"] for step in changed["before"]["steps"]][1:] == ["Enter SPRING15", "Press Apply"]
        assert [step["description"] for step in changed["now"]["steps"]] == [
            "Put an article into the cart",
            "Enter SUMMER20",
            "Read the total",
        ]
        assert changed["before"]["id"] == changed["now"]["id"] == 7311


async def test_title_and_requirements_are_changed_alone() -> None:
    async with desk() as d:
        changed = await d.answer(
            "testio_update_test_case", product_id=71, test_case_id=7311, title="A code counts", requirements=""
        )
        _, body = d.sent("PUT", f"{CASES}/7311")
        assert body == {"test_case": {"title": "A code counts", "requirements": ""}}
        assert changed["now"]["title"] == "A code counts"
        assert "requirements" not in changed["now"]


async def test_a_test_case_that_tests_use_comes_back_under_a_new_id_and_the_answer_says_so() -> None:
    async with desk() as d:
        arguments = {"product_id": 72, "test_case_id": 7301}
        changed = await d.answer("testio_update_test_case", **arguments, add_steps=["Swipe back"])
        new = changed["now"]["id"]
        assert new != 7301
        assert changed["done"] == f"Changed. Its id is now {new}, since tests use the old version; 7301 is gone."
        assert "another id" in await d.refusal("testio_get_test_case", **arguments)
        again = await d.answer("testio_get_test_case", product_id=72, test_case_id=new)
        assert again["steps"][-1]["description"] == "Swipe back"


@pytest.mark.parametrize("body", [{"id": 7399}, {"test_case": {"id": 7399}}])
async def test_an_answer_that_says_little_is_completed_by_reading_or_shown_as_it_is(body: dict[str, Any]) -> None:
    async with desk() as d:
        await d.fault(method="PUT", path=f"{CASES}/7311", times=1, status=200, body=body)
        changed = await d.answer("testio_update_test_case", product_id=71, test_case_id=7311, title="A code counts")
        assert changed["now"] == {"id": 7399}
        assert d.arrived()[-1] == f"GET {CASES}/7399"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({}, "at least one field to change"),
        ({"remove_steps": [], "add_steps": []}, "at least one field to change"),
        ({"remove_steps": [73111, 73111]}, "Step 73111 is named more than once"),
        (
            {"remove_steps": [73111], "change_steps": [{"id": 73111, "description": "x"}]},
            "Step 73111 is named more than once",
        ),
    ],
)
async def test_a_change_that_cannot_be_meant_is_refused_before_any_request(
    change: dict[str, Any], sentence: str
) -> None:
    async with desk() as d:
        told = await d.refusal("testio_update_test_case", product_id=71, test_case_id=7311, **change)
        assert sentence in told
        assert told.endswith("Nothing was sent.")
        assert d.arrived() == []


async def test_a_step_of_another_test_case_is_refused_with_the_steps_there_are() -> None:
    changed = [ChangedStep(id=1, description="x")]
    async with live_client() as api:
        with pytest.raises(Refused, match=r"has no step 1, 73121; its steps are 73111, 73112, 73113\. Nothing"):
            await update_test_case(api, 71, 7311, change_steps=changed, remove_steps=[73121])


@both_eras
async def test_a_yes_deletes_a_test_case_once_and_shows_what_it_was(mode: str) -> None:
    async with desk(mode) as d:
        gone = await d.answer("testio_delete_test_case", product_id=71, test_case_id=7313)
        assert gone["before"]["title"] == "Pay by credit card"
        assert d.writes() == [f"DELETE {CASES}/7313"]
        (question,) = d.asked
        for part in ("test case 7313 'Pay by credit card'", "3 steps", "71 'Harbour Web'", "no undo"):
            assert part in question
        listed = await d.answer("testio_list_test_cases", product_id=71)
        assert 7313 not in [case["id"] for case in listed["items"]]


@both_eras
async def test_one_that_tests_use_is_hidden_and_keeps_its_results(mode: str) -> None:
    async with desk(mode) as d:
        await d.answer("testio_delete_test_case", product_id=72, test_case_id=7301)
        assert "shows no test case 7301" in await d.refusal("testio_get_test_case", product_id=72, test_case_id=7301)
        results = await d.answer("testio_get_test_case_results", product_id=72, test_id=5501)
        assert 7301 in [row["test_case_id"] for row in results["items"]]


@both_eras
@pytest.mark.parametrize("answer", [NO, DECLINE, CANCEL], ids=["no", "decline", "cancel"])
async def test_anything_but_a_yes_deletes_nothing(mode: str, answer: ElicitResult) -> None:
    async with desk(mode, person=answer) as d:
        told = await d.refusal("testio_delete_test_case", product_id=71, test_case_id=7313)
        assert told.startswith(NOT_CONFIRMED)
        assert d.writes() == []


@both_eras
async def test_an_unknown_test_case_is_refused_before_anybody_is_asked(mode: str) -> None:
    async with desk(mode) as d:
        assert "no test case 9" in await d.refusal("testio_delete_test_case", product_id=71, test_case_id=9)
        assert d.asked == []


async def test_a_deletion_that_answers_with_words_is_done_all_the_same() -> None:
    async with desk() as d:
        await d.fault(method="DELETE", path=f"{CASES}/7313", times=1, status=200, body="gone")
        await d.answer("testio_delete_test_case", product_id=71, test_case_id=7313)


async def test_a_deletion_without_an_answer_says_which_list_settles_it() -> None:
    async with desk() as d:
        await d.fault(method="DELETE", path=f"{CASES}/7313", times=1, status=524)
        told = await d.refusal("testio_delete_test_case", product_id=71, test_case_id=7313)
        assert "may or may not" in told
        assert "testio_list_test_cases shows whether it was done" in told
        assert d.writes() == [f"DELETE {CASES}/7313"]


async def test_a_deleted_test_case_cannot_be_deleted_again() -> None:
    async with live_client() as api:
        await confirmed(delete_test_case(api, 71, 7313))
        with pytest.raises(NotFound, match="it was deleted"):
            await confirmed(delete_test_case(api, 71, 7313))
