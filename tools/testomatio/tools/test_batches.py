"""Many tests at once: made from a list or from Markdown, or changed alike, row by row and safe to call again."""

import difflib
from collections.abc import Sequence
from functools import partial
from typing import Annotated, Final

from pydantic import Field

from tools.kit.errors import Invalid, OutcomeUnknown, PlatformError, Refused
from tools.kit.together import gather
from tools.kit.toolset import Progress, Toolset
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.ids import SuiteId, TestId
from tools.testomatio.models.tests import BulkRow, Test, plain_title
from tools.testomatio.tools.batch_rows import (
    Planned,
    Row,
    Rows,
    placed,
    plan_known,
    put_labels,
    stored_tests,
    told_rows,
)
from tools.testomatio.tools.labels import wanted_labels
from tools.testomatio.tools.names import SUITE
from tools.testomatio.tools.placing import holder_of_tests
from tools.testomatio.tools.projects import ProjectSlug
from tools.testomatio.tools.scope import Branch, Pairs, given, of_project, on_branch
from tools.testomatio.tools.suite_tree import titles_by_suite
from tools.testomatio.tools.test_changes import Email, by_email, titled
from tools.testomatio.tools.tests import Priority, State
from tools.testomatio.tools.written_tests import MOST, NewTest, Written, from_markdown

tool = Toolset(Testomatio, needs="api")

BATCH: Final = 50
"""Tests in one request of a bulk write."""


async def _carry_out(
    api: Testomatio, project: str, planned: Sequence[Planned], query: Pairs, done: str, progress: Progress
) -> None:
    """Send what is planned in batches and note in each row what became of it.

    A batch that the platform refuses as such holds up no other; with any other failure nothing more is sent, and where
    nothing was done yet it is raised.
    """
    waiting = [one for one in planned if one.entry is not None]
    batches = [waiting[start : start + BATCH] for start in range(0, len(waiting), BATCH)]
    for number, batch in enumerate(batches):
        try:
            with of_project(project):
                told = await api.write_tests(project, [one.entry for one in batch if one.entry is not None], query)
        except PlatformError as error:
            concerns_the_batch = isinstance(error, Invalid) and error.status != 402
            if number == 0 and not concerns_the_batch and not isinstance(error, OutcomeUnknown):
                raise
            for one in batch:
                one.row.status = "unknown" if isinstance(error, OutcomeUnknown) else "failed"
                one.row.why = str(error)
            if concerns_the_batch:
                continue
            for one in (one for later in batches[number + 1 :] for one in later):
                one.row.status = "not_sent"
            return
        _note(batch, told, done)
        await progress(min((number + 1) * BATCH, len(waiting)), len(waiting), done)


def _note(batch: Sequence[Planned], told: Sequence[BulkRow], done: str) -> None:
    """Note the answers, which come one for each and in order; where they do not, nothing is made up."""
    for place, one in enumerate(batch):
        answer = told[place] if len(told) == len(batch) else None
        if answer is None:
            one.row.status, one.row.why = "unknown", "The platform did not answer one row for each test."
        elif answer.error:
            one.row.status, one.row.why = "failed", answer.error
        else:
            one.row.status, one.row.id = answer.status or one.done or done, answer.id or one.row.id


@tool.writes(idempotent=False, verify_with="list_tests")
async def create_tests(
    api: Testomatio,
    progress: Progress,
    suite_id: Annotated[SuiteId | None, SUITE, Field(description="Default: the suite named in the Markdown.")] = None,
    tests: Annotated[
        list[NewTest] | None, Field(min_length=1, max_length=MOST, description="Tests, or give markdown.")
    ] = None,
    markdown: Annotated[
        str | None,
        Field(
            max_length=500_000,
            description="Tests as `## Title @tag`, description below; or as testomatio_list_test_ids gives them.",
        ),
    ] = None,
    update: Annotated[bool, Field(description="Change tests whose id is given; default: leave them.")] = False,
    allow_duplicates: Annotated[bool, Field(description="Create tests whose title the suite already has.")] = False,
    dry_run: Annotated[bool, Field(description="Only say what would be done.")] = False,
    branch: Branch = None,
    project: ProjectSlug = None,
) -> Rows:
    """Create up to 200 tests (test cases); titles that the suite already has are skipped, so a repeat is safe."""
    slug = api.project_of(project)
    written = _wanted(tests, markdown)
    wanted = placed(written.tests, suite_id, may_differ=markdown is None)
    query = await on_branch(api, slug, branch)
    labels = {label: (await wanted_labels(api, slug, [label]))[0] for label in _all_labels(wanted)}
    suites = list(dict.fromkeys(test.suite_id for test in wanted if test.suite_id and test.id is None))
    await gather([partial(holder_of_tests, api, slug, one, query) for one in suites], at_once=4)
    there = {one: await _titles(api, slug, one, query) for one in suites}
    known = await stored_tests(api, slug, [test.id for test in wanted if test.id], query)
    planned = [
        plan_known(number, test, known[test.id], [labels[one] for one in test.labels or ()], update=update)
        if test.id
        else _plan(number, test, there[test.suite_id or ""], allow_duplicates=allow_duplicates)
        for number, test in enumerate(wanted, 1)
    ]
    for one, test in zip(planned, wanted, strict=True):
        one.labels = one.labels or ([labels[name] for name in test.labels or ()] if one.entry and not test.id else [])
    if dry_run:
        return told_rows([one.row for one in planned], "", written.left_out)
    await _carry_out(api, slug, planned, query, "created", progress)
    await put_labels(api, slug, planned, query)
    again = "Call again with the same list for what failed or is not known: what is there is left alone."
    if allow_duplicates:
        again = "Look with testomatio_list_tests before calling again for the rows that failed or are not known."
    return told_rows([one.row for one in planned], again, written.left_out)


def _wanted(tests: list[NewTest] | None, markdown: str | None) -> Written:
    """The tests of a call.

    Raises:
        Refused: for none, too many, two sources, one id twice, and a person without an e-mail.
    """
    if (tests is None) == (markdown is None):
        raise Refused("Give either tests or markdown.")
    written = Written(tests) if tests is not None else from_markdown(markdown or "")
    if not 1 <= len(written.tests) <= MOST:
        raise Refused(f"From 1 to {MOST} tests go in one call; these are {len(written.tests)}.")
    ids = [test.id for test in written.tests if test.id]
    if twice := sorted({one for one in ids if ids.count(one) > 1}):
        raise Refused(f"Test {', '.join(twice[:10])} is listed twice.")
    for test in written.tests:
        by_email(test.assigned_to)
    return written


def _all_labels(tests: Sequence[NewTest]) -> list[str]:
    return list(dict.fromkeys(label for test in tests for label in test.labels or ()))


async def _titles(api: Testomatio, project: str, suite_id: str, query: Pairs) -> dict[str, Test]:
    """The tests right in a suite, by their titles as they are compared."""
    found, _ = await titles_by_suite(api, project, suite_id, query)
    return {plain_title(test.title or ""): test for test in found.get(suite_id, [])}


def _plan(number: int, test: NewTest, there: dict[str, Test], *, allow_duplicates: bool) -> Planned:
    """What is to be done for a test, which the tests after it are compared with as well."""
    title = titled(test.title, test.tags)
    plain = plain_title(title)
    row = Row(number=number, title=title, status="would_create")
    if not allow_duplicates and (same := there.get(plain)) is not None:
        row.status, row.id = "exists", same.id or None
        row.why = None if same.id else "The list has this title twice."
        return Planned(row, None)
    near = difflib.get_close_matches(plain, [one for one in there if one != plain], 1, cutoff=0.85)
    row.like = f"{there[near[0]].id} {there[near[0]].title}".strip() if near else None
    there.setdefault(plain, Test(id="", title=title))
    return Planned(row, test.wire(title, test.suite_id or ""))


@tool.writes(idempotent=True, verify_with="list_tests")
async def update_tests(
    api: Testomatio,
    progress: Progress,
    test_ids: Annotated[list[TestId], Field(min_length=1, max_length=MOST, description="Tests to change.")],
    suite_id: Annotated[SuiteId | None, SUITE, Field(description="Suite to move them into.")] = None,
    priority: Priority | None = None,
    state: State | None = None,
    assigned_to: Annotated[Email, Field(description="E-mail of a member; empty: nobody.")] = None,
    branch: Branch = None,
    project: ProjectSlug = None,
) -> Rows:
    """Move up to 200 tests, or give all the same priority, state or assignee; one row answers each."""
    slug = api.project_of(project)
    fields = given(suite_id=suite_id, priority=priority, state=state, assigned_to=by_email(assigned_to))
    fields |= {"assigned_to": None} if assigned_to == "" else {}
    query = await on_branch(api, slug, branch)
    if suite_id is not None:
        await holder_of_tests(api, slug, suite_id, query)
    ids = list(dict.fromkeys(test_ids))
    planned = [
        Planned(Row(number=number, id=one, status="would_update"), {"id": one, **fields})
        for number, one in enumerate(ids, 1)
    ]
    await _carry_out(api, slug, planned, query, "updated", progress)
    return told_rows(
        [one.row for one in planned], "Calling again for the ids that failed or are not known does no harm."
    )
