"""Why a run failed: tests grouped by error, with their earlier results and linked defects."""

import re
from collections import Counter
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, Final, TypeVar

from pydantic import Field

from tools.kit.errors import PlatformError
from tools.kit.failure_groups import NO_WORDS, Group, first_words, group_failures
from tools.kit.history import Mark, Past
from tools.kit.model import Answer, answer_from
from tools.kit.run_failures import why_counts_differ
from tools.kit.text import Key, Untrusted, many
from tools.kit.together import gather
from tools.kit.toolset import Progress, Toolset
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.documents import Listed
from tools.testomatio.models.issues import Issue
from tools.testomatio.models.results import Result, known_ms, unclear_run_time
from tools.testomatio.models.runs import Run
from tools.testomatio.tools.paging import drain
from tools.testomatio.tools.projects import ProjectSlug
from tools.testomatio.tools.run_counts import Counts
from tools.testomatio.tools.run_history import History, history
from tools.testomatio.tools.run_results import RunResults, results_of
from tools.testomatio.tools.runs import RunId, known_run
from tools.testomatio.tools.scope import Branch

tool = Toolset(Testomatio, needs="api")

T = TypeVar("T")
ISSUE_PAGES: Final = 5
MOST_ASKED: Final = 20
"""Tests whose issues are read one by one, where the project has too many to read them all."""
ROWS: Final = 5
"""Tests that a group lists."""
SLOWEST: Final = 5
_FRAME: Final = re.compile(r"^(?:\s+at |\s*File \"|Traceback )", re.MULTILINE)
"""The first line of a stack trace, as most languages print it."""


class FailedTest(Answer):
    """A test whose last result is failed."""

    result_id: int
    test_id: Key | None = None
    title: Untrusted | None = None
    mark: Key
    before: str | None = Field(default=None, description="In the earlier runs that were read.")


class Defect(Answer):
    """An issue that is linked to failing tests, their results or the run."""

    name: Untrusted
    url: Untrusted | None = None


class FailureGroup(Answer):
    """Tests that failed with the same error; numbers, ids and times may differ."""

    error: Untrusted | None = Field(default=None, description="One of the messages.")
    tests: int
    marks: dict[str, int]
    suites: list[Untrusted] = Field(default_factory=list)
    substatus: list[Untrusted] = Field(default_factory=list)
    defects: list[Defect] = Field(default_factory=list)
    since_run: Key | None = Field(default=None, description="The earlier run in which all of them began to fail.")
    failed: list[FailedTest]
    more: int | None = Field(default=None, description="Tests of the group that are not listed.")


class SlowTest(Answer):
    """One of the slowest tests."""

    test_id: Key | None = None
    title: Untrusted | None = None
    seconds: float


class RunReport(Answer):
    """A run and why it failed."""

    run_id: Key
    title: Untrusted | None = None
    status: Key | None = None
    kind: Key | None = None
    env: list[Untrusted] = Field(default_factory=list)
    finished_at: Key | None = None
    results: Counts
    failing_tests: int = Field(description="By the last result of each test.")
    marks: dict[str, int] = Field(description="new, flaky, known or no history, from the earlier runs.")
    earlier_runs: int = Field(description="How many earlier runs of the failing tests were read.")
    groups: list[FailureGroup]
    passed_when_repeated: list[FailedTest] = Field(default_factory=list)
    run_defects: list[Defect] = Field(default_factory=list)
    slowest: list[SlowTest] = Field(default_factory=list)
    notes: list[str] = Field(default_factory=list)
    left_out: list[str] = Field(default_factory=list)
    next: str | None = None


async def _defects(
    api: Testomatio, project: str, run: Run, failing: list[Result]
) -> tuple[dict[tuple[str, str], list[Issue]], list[str]]:
    """The issues linked to tests, results and the run, by what they are linked to; and what was not read."""
    first = await api.issues_page(project, [], 1)
    left_out: list[str] = []
    if first.meta.total is None or first.meta.total <= ISSUE_PAGES * 100:

        async def fetch(page: int) -> Listed[Issue]:
            return first if page == 1 else await api.issues_page(project, [], page)

        read = await drain(fetch, most_pages=ISSUE_PAGES)
        issues = read.rows
        if read.why:
            left_out.append(f"defects, of the links of the project: {read.why}")
    else:
        targets: list[tuple[str, str | int]] = [("run_id", run.id)]
        tests = list(dict.fromkeys(result.test_id for result in failing if result.test_id))
        targets += [("test_id", test_id) for test_id in tests[:MOST_ASKED]]
        targets += [("testrun_id", result.id) for result in failing[:MOST_ASKED]]
        pages = await gather([partial(api.issues_page, project, [target], 1) for target in targets], at_once=4)
        issues = [issue for page in pages for issue in page.data]
        if len(failing) > MOST_ASKED:
            left_out.append(f"defects: only those of the first {MOST_ASKED} failing tests were read")
    by: dict[tuple[str, str], list[Issue]] = {}
    for issue in issues:
        by.setdefault((issue.resource_type or "", issue.resource_id or ""), []).append(issue)
    return by, left_out


def _as_defects(issues: list[Issue]) -> list[Defect]:
    """Issues as defects, each name once."""
    return [
        Defect(name=name, url=issue.url if issue.url != name else None)
        for name, issue in {issue.name: issue for issue in issues}.items()
    ]


async def _or_without(what: str, read: Callable[[], Awaitable[T]], otherwise: T, left_out: list[str]) -> T:
    """Read what the report can do without; where that fails, the report says so."""
    try:
        return await read()
    except PlatformError as error:
        left_out.append(f"{what} could not be read: {error}")
        return otherwise


@tool.reads(full_text_in="get_result")
async def get_run_report(
    api: Testomatio,
    progress: Progress,
    run_id: RunId,
    earlier: Annotated[int, Field(ge=0, le=20, description="Earlier results to read, by test.")] = 5,
    groups: Annotated[int, Field(ge=1, le=50, description="Groups to show.")] = 10,
    branch: Branch = None,
    project: ProjectSlug = None,
) -> RunReport:
    """Find out why a run failed: tests by error, each new, flaky or known, with linked defects."""
    slug = api.project_of(project)
    run = await known_run(api, slug, run_id, branch)
    read = await results_of(api, slug, run, progress)
    failing, left_out = read.failing, read.left_out
    tests = list(dict.fromkeys(result.test_id for result in failing if result.test_id))
    past = History()
    if tests and earlier:
        look = partial(history, api, slug, run.id, tests, earlier=earlier, progress=progress)
        past = await _or_without("earlier runs", look, past, left_out)
    if past.why is not None:
        left_out.append(f"history: {past.why}")
    nothing: tuple[dict[tuple[str, str], list[Issue]], list[str]] = ({}, [])
    issues, unread = await _or_without("defects", partial(_defects, api, slug, run, failing), nothing, left_out)
    left_out += unread

    marks = {id(result): mark_of(past, read, result) for result in failing}
    found = group_failures(failing, lambda result: without_stack(result.message))
    found.sort(key=lambda group: (-sum(marks[id(test)] == "new" for test in group.members), -len(group.members)))
    if len(found) > groups:
        hidden = sum(len(group.members) for group in found[groups:])
        left_out.append(f"{many(len(found) - groups, 'group')} with {many(hidden, 'test')}: ask for more groups")
    return answer_from(
        RunReport,
        run,
        run_id=run.id,
        results=read.counts,
        failing_tests=len(failing),
        marks=dict(Counter(marks.values())),
        earlier_runs=past.runs,
        groups=[_group(group, marks, past, issues) for group in found[:groups]],
        passed_when_repeated=[_failed_test(result, "flaky", None) for result in read.repeated[:ROWS]],
        run_defects=_as_defects(issues.get(("run", run.id), [])),
        slowest=_slowest(read) if read.is_whole else [],
        notes=_notes(run, read),
        left_out=left_out,
        next="testomatio_get_result shows one result in full, with its stack and files." if failing else None,
    )


def without_stack(message: str | None) -> str | None:
    """A message up to its stack trace: the same error comes from many places in the code."""
    found = _FRAME.search(message or "")
    return message if message is None or found is None or not found.start() else message[: found.start()]


def mark_of(past: History, read: RunResults, result: Result) -> Mark:
    return past.of.get(result.test_id or "", Past()).mark(passed_too=read.passed_too(result))


def _failed_test(result: Result, mark: Mark, before: str | None) -> FailedTest:
    return FailedTest(result_id=result.id, test_id=result.test_id, title=result.test_title, mark=mark, before=before)


def _group(
    group: Group[Result], marks: dict[int, Mark], past: History, issues: dict[tuple[str, str], list[Issue]]
) -> FailureGroup:
    members = sorted(group.members, key=lambda result: marks[id(result)] != "new")
    linked = [
        issue
        for result in members
        for place in (("testrun", str(result.id)), ("test", result.test_id or ""))
        for issue in issues.get(place, [])
    ]
    since = {past.of.get(result.test_id or "", Past()).since for result in members}
    return FailureGroup(
        error=first_words(members[0].message) or NO_WORDS,
        tests=len(members),
        marks=dict(Counter(marks[id(result)] for result in members)),
        suites=[
            title for title, _ in Counter(result.suite_title for result in members if result.suite_title).most_common(3)
        ],
        substatus=list(dict.fromkeys(result.substatus for result in members if result.substatus)),
        defects=_as_defects(linked),
        since_run=since.pop() if len(since) == 1 else None,
        failed=[
            _failed_test(result, marks[id(result)], past.of.get(result.test_id or "", Past()).summary())
            for result in members[:ROWS]
        ],
        more=len(members) - ROWS if len(members) > ROWS else None,
    )


def _slowest(read: RunResults) -> list[SlowTest]:
    """The tests that took longest, by their last results; those with a run time of unknown unit are left out."""
    timed = [(known_ms(results[-1].run_time) or 0, results[-1]) for results in read.tests.values()]
    timed = sorted((pair for pair in timed if pair[0]), key=lambda pair: -pair[0])
    return [
        SlowTest(test_id=result.test_id, title=result.test_title, seconds=round(milliseconds / 1000, 1))
        for milliseconds, result in timed[:SLOWEST]
    ]


def counted_otherwise(run: Run, read: RunResults) -> str | None:
    """Why the run's own counters differ from its results; None where not all results were read."""
    if not read.is_whole:
        return None
    several = sum(len(results) - 1 for results in read.tests.values())
    own = {"tests": run.tests_count or None, "passed": run.passed_count, "failed": run.failed_count}
    found = {"tests": read.counts.total, "passed": read.counts.passed, "failed": read.counts.failed}
    among = {
        "pending": read.counts.pending,
        "of tests that were repeated or have several rows of values": several,
    }
    return why_counts_differ(own, found, among)


def _unclear_times(read: RunResults) -> str | None:
    count = sum(unclear_run_time(results[-1].run_time) is not None for results in read.tests.values())
    if not count:
        return None
    tests = many(count, "test has", "tests have")
    return f"{tests} a run time with a fraction, in seconds or milliseconds: left out of the slowest."


def _notes(run: Run, read: RunResults) -> list[str]:
    """Where the run's own fields and its results disagree."""
    notes = []
    if not run.is_over:
        waiting = (
            f", and {many(read.counts.pending, 'result is', 'results are')} pending" if read.counts.pending else ""
        )
        notes.append(f"The run is {run.status}{waiting}: these results are not final.")
    notes += filter(None, [counted_otherwise(run, read), _unclear_times(read)])
    if run.status == "passed" and read.failing:
        notes.append("The run says passed, but the last results of some tests are failed.")
    if read.repeated:
        notes.append(f"{many(len(read.repeated), 'test')} failed first and passed when repeated.")
    return notes
