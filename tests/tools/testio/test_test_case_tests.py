"""Tests of test cases are ordered after a yes that saw everything, and their results are counted and listed."""

from typing import Any

import pytest
from mcp.types import ElicitResult

from server.guards import consent
from tests.acts import confirmed
from tests.desk import CANCEL, DECLINE, ERAS, NO, NOT_CONFIRMED, desk, live_client, sandboxes
from tools.kit.errors import NotFound, Refused
from tools.testio.models.test_cases import CaseResults, TestCaseTest
from tools.testio.tools.order_fields import EnvironmentToUse
from tools.testio.tools.test_case_tests import create_test_case_test, get_test_case_results, get_test_case_test
from tools.testio.tools.test_cases import NewCase, create_test_cases

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)

ORDER: dict[str, Any] = {"product_id": 71, "test_case_ids": [7312, 7311], "test_environment": {"id": 31}}
TOOL = "testio_create_test_case_test"
CREATE = "/products/71/test_case_test"
RESULTS = "/products/72/test_case_tests/5501/results"


@both_eras
async def test_an_order_reaches_the_wire_as_the_reference_shows_it(mode: str) -> None:
    async with desk(mode) as d:
        ordered = await d.answer(
            TOOL,
            **ORDER
            | {"test_environment": {"title": "PR 12", "url": "https://pr12.example.test", "access": "geheim-12"}},
            test_title="Coupons by the book",
            goal="Codes",
            out_of_scope="Payment",
            instructions="One by one",
            duration_hours=4,
            start_at="2026-04-05T09:00:00+02:00",
            report_language="de",
            requirements=[{"category": "smartphone", "operating_system": "ios", "min_version": "17"}],
        )
        assert d.sent("POST", CREATE) == (
            [],
            {
                "test_case_test": {
                    "test_title": "Coupons by the book",
                    "goal": "Codes",
                    "out_of_scope": "Payment",
                    "instructions": "One by one",
                    "duration": "4",
                    "start_at": "2026-04-05T09:00:00+02:00",
                    "report_language": "de",
                    "requirements": [
                        {
                            "category": {"id": 2},
                            "operating_system": {"id": 2},
                            "min_operating_system_version": {"id": 808},
                        }
                    ],
                    "test_environment": {
                        "title": "PR 12",
                        "url": "https://pr12.example.test",
                        "access": "geheim-12",
                        "allow_orders": False,
                    },
                    "test_cases": [{"id": 7312}, {"id": 7311}],
                }
            },
        )
        assert d.writes() == [f"POST {CREATE}"]
        assert ordered["now"]["title"] == "Coupons by the book"
        assert "Test cases: 7312, 7311" in ordered["ordered"]
        assert "geheim-12" not in d.asked[0]
        assert "geheim-12" not in str(ordered)
        listed = await d.answer("testio_list_exploratory_tests", product_id=71, limit=500)
        (row,) = [test for test in listed["items"] if test["id"] == ordered["now"]["id"]]
        assert "testing_type" not in row


@both_eras
async def test_only_cases_and_an_environment_are_needed(mode: str) -> None:
    async with desk(mode) as d:
        await d.answer(TOOL, **ORDER)
        assert d.sent("POST", CREATE)[1] == {
            "test_case_test": {
                "report_language": "en",
                "test_environment": {"id": 31},
                "test_cases": [{"id": 7312}, {"id": 7311}],
            }
        }


@both_eras
async def test_the_question_shows_everything_and_that_it_costs(mode: str) -> None:
    async with desk(mode, person=DECLINE) as d:
        texts = {"goal": "g" * 900, "instructions": "i" * 900, "out_of_scope": "Payment", "test_title": "By the book"}
        await d.refusal(TOOL, **ORDER, **texts, duration_hours=4)
        (question,) = d.asked
        for part in (
            "71 'Harbour Web'",
            "7312 'An expired code is refused'",
            "7311 'A valid code lowers the total'",
            "Hours: 4",
            "within the next full hour",
            "31 'Staging'",
            "default choice",
            *(f"'{text}'" for text in texts.values()),
            "starts by itself",
            "costs money",
            "no price",
        ):
            assert part in question, part
        assert "REAL ORDERS" not in question
        assert d.writes() == []


@both_eras
async def test_orders_in_an_environment_that_allows_them_are_named(mode: str) -> None:
    async with desk(mode, person=DECLINE) as d:
        await d.refusal(TOOL, **ORDER | {"test_environment": {"id": 32}})
        assert "REAL ORDERS" in d.asked[0]


@both_eras
@pytest.mark.parametrize("answer", [NO, DECLINE, CANCEL], ids=["no", "decline", "cancel"])
async def test_anything_but_a_yes_orders_nothing(mode: str, answer: ElicitResult) -> None:
    async with desk(mode, person=answer) as d:
        assert (await d.refusal(TOOL, **ORDER)).startswith(NOT_CONFIRMED)
        assert d.writes() == []


async def test_a_client_that_cannot_ask_is_refused_before_any_request() -> None:
    async with desk(person=None) as d:
        assert "needs the user's yes" in await d.refusal(TOOL, **ORDER)
        assert d.arrived() == []


async def test_two_hundred_cases_with_long_titles_fit_into_one_question_which_names_each() -> None:
    world = sandboxes()
    async with live_client(world) as api:
        cases = [NewCase(title=f"{n} " + "t" * 240, feature_id=302, steps=["a"]) for n in range(100)]
        ids = [case.id for _ in range(2) for case in (await create_test_cases(api, 71, cases)).test_cases]
    async with desk(person=DECLINE, world=world) as d:
        await d.refusal(TOOL, **ORDER | {"test_case_ids": ids})
        (question,) = d.asked
        assert len(question) <= consent.MOST_CHARACTERS
        assert all(str(number) in question for number in ids)
        assert "200 test cases" in question


@both_eras
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"product_id": 799}, "No product 799"),
        ({"test_case_ids": [7311, 7301, 5]}, "shows no test case 7301, 5. testio_list_test_cases shows its ids"),
        ({"test_case_ids": [7311, 7311]}, "Test case 7311 is named more than once"),
        ({"test_environment": {"id": 999}}, "no test environment 999"),
        ({"test_environment": {"title": "PR"}}, "No test environment has the whole name or id 'PR'. There are: "),
        ({"test_environment": {"url": "https://x.test"}}, "needs the id of an existing one, or a title and a url"),
        ({"start_at": "tomorrow"}, "start_at must be an ISO time"),
        ({"requirements": [{"min_version": "17"}]}, "needs its operating_system"),
        ({"test_case_ids": []}, "test_case_ids"),
        ({"duration_hours": 0}, "duration_hours"),
    ],
)
async def test_what_cannot_work_is_refused_before_anybody_is_asked(
    mode: str, arguments: dict[str, Any], sentence: str
) -> None:
    async with desk(mode) as d:
        assert sentence in await d.refusal(TOOL, **ORDER | arguments)
        assert d.asked == []
        assert d.writes() == []


async def test_the_tool_itself_refuses_what_its_question_would() -> None:
    world = sandboxes()
    async with live_client(world) as api:
        with pytest.raises(Refused, match="shows no test case 5"):
            await confirmed(create_test_case_test(api, 71, [5], EnvironmentToUse(id=31)))
        with pytest.raises(Refused, match="start_at"):
            await confirmed(create_test_case_test(api, 71, [7311], EnvironmentToUse(id=31), start_at="soon"))
    assert all(entry.method == "GET" for entry in world.journal.entries())


async def test_an_answer_without_an_id_says_where_to_find_it() -> None:
    async with desk() as d:
        body = {"test_case_test": {"test_title": "By the book"}}
        await d.fault(method="POST", path=CREATE, times=1, status=201, body=body)
        ordered = await d.answer(TOOL, **ORDER)
        assert "test_id" not in ordered
        assert "newest without a testing_type" in ordered["next"]


async def test_an_order_without_an_answer_is_settled_by_the_list_of_tests() -> None:
    async with desk() as d:
        await d.fault(method="POST", path=CREATE, times=1, status=524, applied=True)
        told = await d.refusal(TOOL, **ORDER)
        assert "testio_list_exploratory_tests shows whether it was done" in told
        assert d.writes() == [f"POST {CREATE}"]


async def test_the_definition_is_read_under_the_plural_path() -> None:
    async with desk() as d:
        test = await d.answer("testio_get_test_case_test", product_id=72, test_id=5501)
        assert d.arrived() == ["GET /products/72/test_case_tests/5501"]
        assert test["title"] == "Checkout regression suite"
        assert [case["id"] for case in test["test_cases"]] == [7301, 7302, 7303, 7304, 7305]
        assert test["test_cases"][0]["steps"][0]["description"]
        assert test["test_environment"]["password"] == "[hidden]"


@pytest.mark.parametrize(("product_id", "test_id"), [(71, 5512), (71, 9), (71, 5501)])
async def test_another_kind_of_test_is_said_to_be_one(product_id: int, test_id: int) -> None:
    async with live_client() as api:
        for read in (get_test_case_test, get_test_case_results):
            with pytest.raises(NotFound, match=r"or is another kind of test.*testio_list_exploratory_tests"):
                await read(api, product_id, test_id)


async def test_results_of_an_unknown_product_say_so() -> None:
    async with live_client() as api:
        with pytest.raises(NotFound, match=r"^No product 799"):
            await get_test_case_results(api, 799, 5501)


async def test_results_are_counted_and_listed_one_a_tester() -> None:
    async with desk() as d:
        page = await d.answer("testio_get_test_case_results", product_id=72, test_id=5501)
        assert d.arrived() == [f"GET {RESULTS}", "GET /products/72/test_case_tests/5501"]
    rows = page["items"]
    assert page["by_status"] == {s: sum(1 for row in rows if row["status"] == s) for s in page["by_status"]}
    assert sum(page["by_status"].values()) == page["coverage"]["total"] == len(rows)
    testers = [row["tester"] for row in rows if row["test_case_id"] == 7303]
    assert len(testers) == len(set(testers)) > 1
    assert rows[0]["title"] == "Swipe an article away"
    assert {"items[].tester", "items[].title"} <= set(page["written_by_others"])


async def test_counts_are_of_all_results_though_the_rows_are_filtered_and_paged() -> None:
    async with live_client() as api:
        whole = await get_test_case_results(api, 72, 5501)
        failed = await get_test_case_results(api, 72, 5501, status=["failed"], limit=2)
        rest = await get_test_case_results(api, 72, 5501, status=["failed"], cursor=failed.next_cursor)
    assert failed.by_status == rest.by_status == whole.by_status
    assert {row.status for row in [*failed.items, *rest.items]} == {"failed"}
    assert len(failed.items) + len(rest.items) == failed.coverage.matched == whole.by_status["failed"]


async def test_cases_nobody_reported_on_are_named() -> None:
    async with desk() as d:
        ordered = await d.answer(TOOL, **ORDER)
        page = await d.answer("testio_get_test_case_results", product_id=71, test_id=ordered["now"]["id"])
        assert page["items"] == []
        assert page["without_result"] == [7312, 7311]


@pytest.mark.parametrize(
    "body",
    [
        [{"test_case_id": 7301, "status": "passed", "tester": "nightowl", "steps": []}],
        {"test_case_results": [{"test_case_id": 7301, "status": "passed", "tester": {"name": "nightowl"}}]},
        [{"test_case_id": "7301", "status": "passed", "tester": "nightowl", "steps": None, "more": 1}],
    ],
)
async def test_results_come_bare_or_in_an_object(body: Any) -> None:
    async with desk() as d:
        await d.fault(method="GET", path=RESULTS, times=1, status=200, body=body)
        page = await d.answer("testio_get_test_case_results", product_id=72, test_id=5501)
        (row,) = page["items"]
        assert row == {
            "test_case_id": 7301,
            "title": "Swipe an article away",
            "status": "passed",
            "tester": "nightowl",
        }


async def test_results_without_the_definition_are_still_results() -> None:
    async with desk() as d:
        await d.fault(method="GET", path="/products/72/test_case_tests/5501", times=9, status=404)
        page = await d.answer("testio_get_test_case_results", product_id=72, test_id=5501)
        assert len(page["items"]) > 5
        assert "title" not in page["items"][0]


async def test_an_object_without_results_is_no_empty_list() -> None:
    async with desk() as d:
        await d.fault(method="GET", path=RESULTS, times=1, status=200, body={"error": None})
        told = await d.refusal("testio_get_test_case_results", product_id=72, test_id=5501)
        assert "a shape we do not know" in told


def test_steps_of_results_are_taken_as_text_and_as_object() -> None:
    (result,) = CaseResults.model_validate([{"steps": ["Open", {"id": 1, "status": "failed"}]}]).test_case_results
    assert [(step.description, step.status) for step in result.steps] == [("Open", None), (None, "failed")]


def test_devices_are_taken_from_either_place_and_the_title_under_either_name() -> None:
    one = {"requirement": {"category": {"id": 2, "name": "Smartphones"}}}
    test = TestCaseTest.model_validate({"title": "Suite", "test_case_requirements": [one, {}, None]})
    assert [str(group) for group in test.requirements] == ["Smartphones"]
    assert test.title == "Suite"
