"""Tests of test cases: orders one, reads its definition and its results."""

from collections import Counter
from collections.abc import Awaitable
from typing import Annotated, TypeVar

from pydantic import Field

from tools.kit.asking import UNKNOWN, Ask, Asking, Order
from tools.kit.changed import Changed
from tools.kit.errors import NotFound, PlatformError, Refused
from tools.kit.missing import Missing, note_missing
from tools.kit.model import Answer, answer_from
from tools.kit.page import Cursor, Limit, Page, Selection
from tools.kit.question import Lines
from tools.kit.text import Key, Untrusted, many, quote
from tools.kit.toolset import Toolset
from tools.kit.vocabulary import WordFilter
from tools.testio.client.testio import TestIO
from tools.testio.models.test_cases import CaseResult, ResultStep, TestCase, TestCaseTest
from tools.testio.tools.devices import find_devices
from tools.testio.tools.exploratory_tests import TestId
from tools.testio.tools.order_fields import (
    Goal,
    Instructions,
    Language,
    OrderEnvironment,
    OutOfScope,
    Requirements,
    Start,
    Title,
    check_start,
    wire_fields,
)
from tools.testio.tools.order_questions import ORDERS, PAID, environment_line, given_if
from tools.testio.tools.products import ProductId, known_product
from tools.testio.tools.words import OUTCOME_MEANT, OUTCOMES

T = TypeVar("T")

tool = Toolset(TestIO)

MOST_CASES = 200
TITLED = 40
"""Test cases that a question names by title; further ones are named by id."""

CaseIds = Annotated[
    list[Annotated[int, Field(gt=0)]],
    Field(min_length=1, max_length=MOST_CASES, description="From testio_list_test_cases."),
]


async def wanted_cases(api: TestIO, product_id: int, ids: list[int]) -> list[TestCase]:
    """The test cases with these ids, in that order.

    Raises:
        Refused: for ids that are listed twice, or that the product does not show.
    """
    if twice := sorted({number for number in ids if ids.count(number) > 1}):
        raise Refused(f"Test case {', '.join(map(str, twice))} is named more than once.")
    found: dict[int, TestCase] = {}
    wanted = set(ids)

    def on_row(case: TestCase) -> None:
        if case.id in wanted:
            found[case.id] = case

    walked = await api.walk_test_cases(product_id, on_row)
    if missing := [str(number) for number in ids if number not in found]:
        why = walked.coverage(len(found)).why
        raise Refused(
            f"Product {product_id} shows no test case {', '.join(missing)}. testio_list_test_cases shows its ids; a "
            f"change may have given one another id.{f' The list is incomplete: {why}.' if why else ''}"
        )
    return [found[number] for number in ids]


@tool.spends(verify_with="list_exploratory_tests")
async def create_test_case_test(
    api: TestIO,
    product_id: ProductId,
    test_case_ids: CaseIds,
    test_environment: OrderEnvironment,
    test_title: Title = None,
    duration_hours: Annotated[int | None, Field(ge=1, le=336, description="Default: the platform's.")] = None,
    goal: Goal = None,
    out_of_scope: OutOfScope = None,
    instructions: Instructions = None,
    start_at: Start = None,
    report_language: Language = "en",
    requirements: Requirements = None,
) -> Asking[Changed[TestCaseTest]]:
    """Order a test of test cases; it starts by itself and costs money. Asks the user first."""
    check_start(start_at)
    devices = await find_devices(api, requirements)
    product = await known_product(api, product_id)
    cases = await wanted_cases(api, product_id, test_case_ids)
    environment, may_order = await environment_line(api, product_id, test_environment)
    what = f"{many(len(cases), 'test case')} on product {product.id} {quote(product.name or '')}"
    how = Lines()
    how.add("Hours", duration_hours or "the platform's default")
    how.add("Start", given_if(start_at) or "within the next full hour")
    how.add("Devices", "; ".join(map(str, devices)) if devices else "the platform's default choice")
    how.add("Environment", environment)
    lines = Lines(f"Order a paid test of {what}?")
    lines.add("Title", given_if(test_title))
    for case in cases[:TITLED]:
        lines.add("Test case", f"{case.id} {quote(case.title, at_most=min(250, max(30, 2500 // len(cases))))}")
    lines.add("Further test cases", ", ".join(str(case.id) for case in cases[TITLED:]))
    lines.say(*how.lines)
    lines.add("Reports in", report_language)
    lines.add("Goal", given_if(goal))
    lines.add("Out of scope", given_if(out_of_scope))
    lines.add("Instructions", given_if(instructions))
    lines.say(ORDERS if may_order else None, f"It starts by itself. {PAID}")
    yield Ask(str(lines), order=Order(hours=duration_hours or UNKNOWN))
    fields = wire_fields(
        test_title=test_title,
        duration_hours=duration_hours,
        goal=goal,
        out_of_scope=out_of_scope,
        instructions=instructions,
        start_at=start_at,
        report_language=report_language,
        requirements=devices,
        test_environment=test_environment,
    )
    fields.pop("use_default_devices", None)  # no field of this order
    test = await api.create_test_case_test(product_id, fields | {"test_cases": [{"id": case.id} for case in cases]})
    follow = "testio_get_test_case_results shows what testers found."
    if test.id is None:
        follow = "testio_list_exploratory_tests shows its id: it is the newest without a testing_type. " + follow
    yield Changed(
        done="Ordered; it starts by itself.",
        now=TestCaseTest(id=test.id, title=test.title, status=test.status, start_at=test.start_at, end_at=test.end_at),
        ordered=[what, f"Test cases: {', '.join(map(str, test_case_ids))}", *how.facts],
        next=follow,
    )


async def known_here(api: TestIO, read: Awaitable[T], product_id: int, test_id: int) -> T:
    """Await a read of a test of test cases; where there is none, say where ids come from."""
    try:
        return await read
    except NotFound as error:
        await known_product(api, product_id)
        raise NotFound(
            f"Product {product_id} has no test of test cases with the id {test_id}: it does not exist, or is another "
            "kind of test. In testio_list_exploratory_tests those of test cases have no testing_type.",
            status=404,
        ) from error


@tool.reads(long_text=True)
async def get_test_case_test(api: TestIO, product_id: ProductId, test_id: TestId) -> TestCaseTest:
    """Read the definition of a test of test cases: texts, environment, devices, the cases with their steps."""
    return await known_here(api, api.test_case_test(product_id, test_id), product_id, test_id)


class ResultRow(Answer):
    """What one tester found for one test case."""

    test_case_id: int | None = None
    title: Untrusted | None = None
    status: Key | None = None
    tester: Untrusted | None = None
    steps: list[ResultStep] = Field(default_factory=list)


class ResultsPage(Page[ResultRow]):
    """Results, and how many there are of each status."""

    by_status: dict[str, int] = Field(default_factory=dict, description="Over all results; each tester has one.")
    without_result: list[int] = Field(default_factory=list, description="Test cases without a result.")


@tool.reads(long_text=True)
async def get_test_case_results(
    api: TestIO,
    product_id: ProductId,
    test_id: TestId,
    status: Annotated[list[str] | None, Field(description="passed, failed, pending.", max_length=20)] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> ResultsPage:
    """Read the results of a test of test cases: counts, and a row for each case and tester."""
    results = await known_here(api, api.test_case_results(product_id, test_id), product_id, test_id)
    try:
        cases = (await api.test_case_test(product_id, test_id)).test_cases
    except PlatformError:
        cases = []  # results without the titles of their cases are still results
        note_missing(Missing(parts=Counter({"test cases of the test": 1})))
    titles = {case.id: case.title for case in cases}
    statuses = WordFilter("status", status, OUTCOMES, meant=OUTCOME_MEANT)
    selection: Selection[tuple[int, CaseResult]] = Selection(
        lambda row: (row[1].test_case_id or 0, row[0]),
        limit=limit,
        cursor=cursor,
        filters=[product_id, test_id, statuses.key],
    )

    def result_row(row: tuple[int, CaseResult]) -> ResultRow:
        result = row[1]
        title = titles.get(result.test_case_id) if result.test_case_id is not None else None
        return answer_from(ResultRow, result, title=title)

    page = selection.page_of(list(enumerate(results)), result_row, fits=lambda row: statuses.fits(row[1].status))
    statuses.check()
    reported = {result.test_case_id for result in results}
    return ResultsPage.widened(
        page,
        by_status=dict(Counter(result.status or "unknown" for result in results)),
        without_result=[case.id for case in cases if case.id not in reported],
    )
