"""Testomat.io's failing tests as defects, for trackers."""

from collections.abc import Callable, Mapping
from typing import Final

from tools.kit.defect import Defect, DefectFile, DefectSource, Level, facts_of
from tools.kit.defect_files import file_name_of
from tools.kit.errors import NotFound
from tools.kit.failure_defect import (
    FailureFinder,
    FailureItem,
    describe_seconds,
    marker_of,
    title_of_failure,
    with_stack,
)
from tools.kit.vocabulary import Status, shared_word
from tools.kit.webhook import Inbox
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.ids import bare_test
from tools.testomatio.models.results import FullResult, Result, known_ms, unclear_run_time
from tools.testomatio.models.runs import Run
from tools.testomatio.models.tests import Test
from tools.testomatio.tools.lookup import PLATFORM
from tools.testomatio.tools.results import known_result
from tools.testomatio.tools.run_names import env_of
from tools.testomatio.tools.run_report import without_stack
from tools.testomatio.tools.run_results import results_of
from tools.testomatio.tools.runs import known_run, web_page
from tools.testomatio.tools.survey import id_of, split_run_id

TITLE: Final = "Testomat.io"
EXAMPLE: Final = "2042ea84/1845120"
STATUSES: Final[Mapping[str, Status]] = {
    "passed": "passed",
    "failed": "failed",
    "skipped": "skipped",
    "pending": "queued",
}
LEVELS: Final[Mapping[str, Level]] = {"critical": "critical", "high": "high", "low": "low"}
"""By the priority of the test; `important` and `normal` are normal."""


def _finder(id_of: Callable[[Result], str | None]) -> FailureFinder[Result]:
    return FailureFinder(
        id_of=id_of,
        title_of=lambda one: one.test_title,
        status_of=lambda one: shared_word(one.status, STATUSES, "unknown"),
        same=lambda one: one.test_id or one.test_title,
        lister="testomatio_list_results",
    )


BY_RESULT: Final = _finder(lambda one: str(one.id))
BY_TEST: Final = _finder(lambda one: one.test_id)


async def read(api: Testomatio, item: str, inbox: Inbox | None) -> Defect:
    """A failed result of a run, by its id or by that of its test, with the text of its test."""
    wanted = FailureItem.of(item, EXAMPLE, run_has_slash=True)
    project, run_id = split_run_id(api, wanted.run)
    run = await known_run(api, project, run_id)
    result = await _result_of(api, project, run, wanted.test)
    if result is not None:
        BY_RESULT.failed_result([result], FailureItem(wanted.run, str(result.id)))
    else:
        rows = [one for tries in (await results_of(api, project, run)).tests.values() for one in tries]
        found = BY_TEST.failed_result(rows, FailureItem(wanted.run, bare_test(wanted.test)))
        result = await known_result(api, project, found.id)
    return _defect_of(api, project, run, result, await _test_of(api, project, result))


async def _result_of(api: Testomatio, project: str, run: Run, result_id: str) -> FullResult | None:
    """The result with an id, if the run has one; eight digits may also be the id of a test."""
    if not (result_id.isascii() and result_id.isdecimal() and len(result_id) < 19):
        return None
    try:
        result = await api.result(project, int(result_id))
    except NotFound:
        return None
    return result if result.run_id in {None, run.id} else None


async def _test_of(api: Testomatio, project: str, result: Result) -> Test | None:
    """The test of a result, which may have been deleted since."""
    if not result.test_id:
        return None
    try:
        return await api.test(project, result.test_id, [])
    except NotFound:
        return None


def _defect_of(api: Testomatio, project: str, run: Run, result: FullResult, test: Test | None) -> Defect:
    item = FailureItem(id_of(api, project, run.id), str(result.id))
    priority = test.priority if test is not None else None
    duration = unclear_run_time(result.run_time)
    return Defect(
        platform=PLATFORM,
        title_of_platform=TITLE,
        item=str(item),
        kind="failure",
        marker=marker_of(PLATFORM, result.test_id or f"{project}\n{result.test_title}", without_stack(result.message)),
        title=title_of_failure(result.test_title, str(result.id)),
        level=shared_word(priority, LEVELS, "normal"),
        severity=priority or "",
        link=web_page(api, project, run.id) or "",
        description=result.description or "",
        error=with_stack(result.message, result.stack),
        facts=facts_of(
            ("Run", f"{run.id} {run.title or ''}"),
            ("Project", project),
            ("Environment", env_of(run)),
            ("Suite", result.suite_title),
            ("Test", result.test_id and f"@T{result.test_id}"),
            ("Status", result.substatus),
            ("Started", run.launched_at or run.created_at),
            ("Finished", result.finished_at),
            ("Duration", describe_seconds(known_ms(result.run_time)) or (duration and f"{duration:g}, unit not known")),
            ("Assigned to", result.assigned_to),
            ("CI build", run.ci_build_url),
        ),
        files=tuple(
            DefectFile(file_name_of(address) or f"file {number}") for number, address in enumerate(result.artifacts, 1)
        ),
        product=project,
        where=project,
    )


defects = DefectSource(
    says=f"the ids of a run and of a failed result in it, such as {EXAMPLE}; the run as across_get_run shows it",
    read=read,
)
