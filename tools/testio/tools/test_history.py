"""The results of a test case over the tests that include it."""

from functools import partial
from typing import Annotated, Final

from pydantic import Field

from tools.kit.errors import NotFound
from tools.kit.failure_groups import first_words
from tools.kit.history import Outcome, TestHistory, history_of
from tools.kit.together import gather
from tools.kit.toolset import Progress, Toolset
from tools.kit.vocabulary import Status, shared_word
from tools.testio.client.testio import TestIO
from tools.testio.models.exploratory_tests import ExploratoryTest
from tools.testio.models.test_cases import CaseResult
from tools.testio.tools.exploratory_tests import newest_first
from tools.testio.tools.products import ProductId
from tools.testio.tools.test_cases import TestCaseId, known_test_case

tool = Toolset(TestIO)

STATUSES: Final[dict[str, Status]] = {"passed": "passed", "failed": "failed", "pending": "queued"}
SHORT: Final = 160


def outcome_of(test: ExploratoryTest, result: CaseResult) -> Outcome:
    failed = [step for step in result.steps if step.status == "failed" and step.comment]
    return Outcome(
        run_id=str(test.id),
        run=test.title,
        at=test.end_at or test.start_at,
        status=shared_word(result.status, STATUSES, "unknown"),
        said=result.status,
        error=first_words(failed[0].comment, SHORT) if failed else None,
    )


@tool.reads(full_text_in="get_test_case_results")
async def get_test_history(
    api: TestIO,
    progress: Progress,
    product_id: ProductId,
    test_case_id: TestCaseId,
    tests: Annotated[int, Field(ge=1, le=50, description="Newest tests to read.")] = 15,
) -> TestHistory:
    """Tell whether a test case is flaky or broken, and since when, from its results over crowd tests."""
    case = await known_test_case(api, product_id, test_case_id)
    found: list[ExploratoryTest] = []

    def on_row(test: ExploratoryTest) -> None:
        if test.testing_type is None:  # only tests of test cases have none
            found.append(test)

    walked = await api.walk_exploratory_tests(product_id, on_row, progress=progress)
    found.sort(key=newest_first)
    newest = found[:tests]

    async def results(test_id: int) -> list[CaseResult]:
        try:
            return await api.test_case_results(product_id, test_id)
        except NotFound:  # an exploratory test whose type is missing
            return []

    read = await gather([partial(results, test.id) for test in newest], at_once=4)
    outcomes = [
        outcome_of(test, result)
        for test, rows in zip(newest, read, strict=True)
        for result in rows
        if result.test_case_id == test_case_id
    ]
    older = f"only the newest {tests} of {len(found)} tests were read; raise tests" if len(found) > tests else None
    why = "; ".join(filter(None, [older, walked.coverage(len(found)).why])) or None
    return history_of(outcomes, test_id=str(test_case_id), title=case.title, why=why)
