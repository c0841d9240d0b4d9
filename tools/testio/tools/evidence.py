"""What test IO gives an analysis: bug reports with their outcomes, and the results of tests of test cases."""

from collections.abc import Awaitable, Callable
from functools import lru_cache, partial
from sys import intern
from typing import Final

from tools.kit.errors import NotFound
from tools.kit.evidence import BugReport, Device, Outcome, TestResult
from tools.kit.survey import Query, Results
from tools.kit.vocabulary import Severity, shared_word
from tools.kit.when import TimeSpan, parse_timestamp
from tools.testio.client.bugs import BugFilters
from tools.testio.client.testio import TestIO
from tools.testio.models.bugs import BugScan
from tools.testio.models.exploratory_tests import ExploratoryTest
from tools.testio.models.test_cases import CaseResult, TestCase
from tools.testio.tools.lookup import PLATFORM
from tools.testio.tools.test_history import STATUSES

OUTCOMES: Final[dict[str, Outcome]] = {
    "forwarded": "open",
    "question": "open",
    "accepted": "accepted",
    "rejected": "rejected",
}
SEVERITIES: Final[dict[str, Severity]] = {"critical": "critical", "high": "high", "low": "low"}


@lru_cache(2048)
def device_of(line: str) -> Device:
    """The parts of a device's line, which the model of a bug joins: name, system, browsers."""
    name, _, rest = line.partition(", ")
    system, _, browser = rest.partition(", ")
    return Device(name, system, browser)


def report_of(bug: BugScan) -> BugReport:
    """A bug as an analysis reads it.

    The API gives no time of a decision. A rejection writes a comment, and only a decided bug is exported, so the last
    comment or the export is a time by which it was decided.
    """
    outcome = shared_word(bug.status, OUTCOMES, "unknown")
    return BugReport(
        platform=PLATFORM,
        bug_id=str(bug.id),
        title=bug.title or "",
        steps=tuple(bug.steps),
        expected=bug.expected_result or "",
        actual=bug.actual_result or "",
        severity=shared_word(bug.severity, SEVERITIES, "unknown"),
        said=intern(bug.severity or ""),
        outcome=outcome,
        is_automatic=bool(bug.auto_accepted),
        is_known=bool(bug.known),
        feature=intern(bug.feature_title or ""),  # thousands of bugs share them
        where=intern(str(bug.product_id)) if bug.product_id is not None else "",
        run_id=intern(str(bug.test_id)) if bug.test_id is not None else "",
        run=intern(bug.test_title or ""),
        devices=tuple(device_of(device) for device in bug.devices),
        tester=intern(bug.author or ""),
        reported_at=bug.reported_at,
        decided_by={"rejected": bug.last_comment_at, "accepted": bug.exported_at}.get(outcome),
        page=f"{PLATFORM}://bugs/{bug.id}",
    )


async def reports(api: TestIO, query: Query) -> Results[BugReport]:
    """All bugs that were reported in a span of time."""
    found: list[BugReport] = []
    span = TimeSpan(query.since, query.until)

    def on_row(bug: BugScan) -> None:
        if span.holds(parse_timestamp(bug.reported_at)):
            found.append(report_of(bug))

    walked = await api.walk_bugs(BugFilters(), on_row)
    why = walked.coverage(len(found)).why
    return Results(found, why is None, why)


def result_of(result: CaseResult, cases: dict[int, TestCase], test: ExploratoryTest) -> TestResult:
    """A tester's result for a test case; the API names neither its time nor its title."""
    case = cases.get(result.test_case_id or 0)
    failed = [step for step in result.steps if step.status == "failed" and step.comment]
    return TestResult(
        title=case.title if case is not None else "",
        status=shared_word(result.status, STATUSES, "unknown"),
        test_id=str(result.test_case_id) if result.test_case_id is not None else None,
        said=result.status,
        error=failed[0].comment if failed else None,
        at=test.end_at or test.start_at,
    )


async def results(
    api: TestIO, run_id: str, query: Query, tests_of: Callable[[TestIO, Query], Awaitable[list[ExploratoryTest]]]
) -> Results[TestResult]:
    """The results of a test of test cases; an exploratory test has bugs instead."""
    test = next((test for test in await tests_of(api, query) if str(test.id) == run_id), None)
    if test is None or test.product is None or test.testing_type is not None:  # only tests of test cases have none
        return Results()
    try:
        read = await api.test_case_results(test.product.id, test.id)
    except NotFound:  # an exploratory test whose type is missing
        return Results()
    cases, why = await query.once(f"{PLATFORM} cases {test.product.id}", partial(_cases, api, test.product.id))
    return Results([result_of(one, cases, test) for one in read], why is None, why)


async def _cases(api: TestIO, product_id: int) -> tuple[dict[int, TestCase], str | None]:
    cases: list[TestCase] = []
    walked = await api.walk_test_cases(product_id, cases.append)
    return {case.id: case for case in cases}, walked.coverage(len(cases)).why
