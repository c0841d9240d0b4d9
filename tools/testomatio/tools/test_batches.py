"""Create tests from a list or from Markdown, or change many alike; safe to repeat, with one row for each."""

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
    plan_existing,
    put_labels,
    stored_tests,
    summarize,
    with_suites,
)
from tools.testomatio.tools.label_values import resolve_labels
from tools.testomatio.tools.names import SUITE
from tools.testomatio.tools.placing import holder_of_tests
from tools.testomatio.tools.projects import ProjectSlug
from tools.testomatio.tools.scope import Branch, Pairs, given_fields, of_project, on_branch
from tools.testomatio.tools.suite_tree import titles_by_suite
from tools.testomatio.tools.test_changes import Email, checked_email, with_tags
from tools.testomatio.tools.tests import Priority, State
from tools.testomatio.tools.written_tests import MOST, NewTest, Written, from_markdown

tool = Toolset(Testomatio, needs="api")

BATCH: Final = 50
"""Tests in one request of a bulk write."""


async def carry_out(
    api: Testomatio, project: str, planned: Sequence[Planned], query: Pairs, done: str, progress: Progress
) -> None:
    """Send what is planned in batches, and note the outcome in each row.

    A batch that the platform rejects does not stop the others. After any other failure nothing more is sent; the error
    is raised where nothing has been done yet.
    """
    waiting = [one for one in planned if one.entry is not None]
    batches = [waiting[start : start + BATCH] for start in range(0, len(waiting), BATCH)]
    for number, batch in enumerate(batches):
        try:
            with of_project(project):
                answers = await api.write_tests(project, [one.entry for one in batch if one.entry is not None], query)
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
        _note(batch, answers, done)
        await progress(min((number + 1) * BATCH, len(waiting)), len(waiting), done)


def _note(batch: Sequence[Planned], answers: Sequence[BulkRow], done: str) -> None:
    """Note the answers, one for each test and in order; with another count the outcomes are unknown."""
    for place, one in enumerate(batch):
        answer = answers[place] if len(answers) == len(batch) else None
        if answer is None:
            one.row.status, one.row.why = "unknown", "The platform did not answer with one row for each test."
        elif answer.error:
            one.row.status, one.row.why = "failed", answer.error
        else:
            one.row.status, one.row.id = answer.status or one.done or done, answer.id or one.row.id


@tool.writes(idempotent=False, verify_with="list_tests")
async def create_tests(
    api: Testomatio,
    progress: Progress,
    suite_id: Annotated[SuiteId | None, SUITE, Field(description="Default: as in the Markdown.")] = None,
    tests: Annotated[
        list[NewTest] | None, Field(min_length=1, max_length=MOST, description="Tests, or give markdown.")
    ] = None,
    markdown: Annotated[
        str | None,
        Field(
            max_length=500_000,
            description="`## Title @tag`, description below; or from testomatio_list_test_ids.",
        ),
    ] = None,
    update: Annotated[bool, Field(description="Change tests whose id is given.")] = False,
    allow_duplicates: Annotated[bool, Field(description="Even if the title exists.")] = False,
    dry_run: Annotated[bool, Field(description="Only say what would be done.")] = False,
    branch: Branch = None,
    project: ProjectSlug = None,
) -> Rows:
    """Create up to 200 tests (test cases); titles that the suite has are skipped, so a repeat is safe."""
    slug = api.project_of(project)
    written = _parse(tests, markdown)
    wanted = with_suites(written.tests, suite_id, may_differ=markdown is None)
    query = await on_branch(api, slug, branch)
    named = dict.fromkeys(label for test in wanted for label in test.labels or ())
    labels = {label: (await resolve_labels(api, slug, [label]))[0] for label in named}
    suites = list(dict.fromkeys(test.suite_id for test in wanted if test.suite_id and test.id is None))
    await gather([partial(holder_of_tests, api, slug, one, query) for one in suites], at_once=4)
    existing = {one: await _titles(api, slug, one, query) for one in suites}
    known = await stored_tests(api, slug, [test.id for test in wanted if test.id], query)
    planned = [
        plan_existing(number, test, known[test.id], [labels[one] for one in test.labels or ()], update=update)
        if test.id
        else _plan(number, test, existing[test.suite_id or ""], allow_duplicates=allow_duplicates)
        for number, test in enumerate(wanted, 1)
    ]
    for one, test in zip(planned, wanted, strict=True):
        one.labels = one.labels or ([labels[name] for name in test.labels or ()] if one.entry and not test.id else [])
    if dry_run:
        return summarize([one.row for one in planned], "", written.left_out)
    await carry_out(api, slug, planned, query, "created", progress)
    await put_labels(api, slug, planned, query)
    again = "Call again with the same list for what failed or is not known; existing tests are left alone."
    if allow_duplicates:
        again = "Look with testomatio_list_tests before calling again for the rows that failed or are not known."
    return summarize([one.row for one in planned], again, written.left_out)


def _parse(tests: list[NewTest] | None, markdown: str | None) -> Written:
    """The tests of a call, from its list or its Markdown.

    Raises:
        Refused: for no or too many tests, two sources, an id listed twice, and a person without an e-mail address.
    """
    if (tests is None) == (markdown is None):
        raise Refused("Give either tests or markdown.")
    written = Written(tests) if tests is not None else from_markdown(markdown or "")
    if not 1 <= len(written.tests) <= MOST:
        raise Refused(f"One call takes 1 to {MOST} tests; these are {len(written.tests)}.")
    ids = [test.id for test in written.tests if test.id]
    if twice := sorted({one for one in ids if ids.count(one) > 1}):
        raise Refused(f"Test {', '.join(twice[:10])} is listed twice.")
    for test in written.tests:
        checked_email(test.assigned_to)
    return written


async def _titles(api: Testomatio, project: str, suite_id: str, query: Pairs) -> dict[str, Test]:
    """The tests directly in a suite, by their titles as they are compared."""
    found, _ = await titles_by_suite(api, project, suite_id, query)
    return {plain_title(test.title or ""): test for test in found.get(suite_id, [])}


def _plan(number: int, test: NewTest, existing: dict[str, Test], *, allow_duplicates: bool) -> Planned:
    """What to do for a new test; later tests are compared with it too."""
    title = with_tags(test.title, test.tags)
    plain = plain_title(title)
    row = Row(number=number, title=title, status="would_create")
    if not allow_duplicates and (same := existing.get(plain)) is not None:
        row.status, row.id = "exists", same.id or None
        row.why = None if same.id else "The list has this title twice."
        return Planned(row, None)
    near = difflib.get_close_matches(plain, [one for one in existing if one != plain], 1, cutoff=0.85)
    row.like = f"{existing[near[0]].id} {existing[near[0]].title}".strip() if near else None
    existing.setdefault(plain, Test(id="", title=title))
    return Planned(row, test.wire(title, test.suite_id or ""))


@tool.writes(idempotent=True, verify_with="list_tests")
async def update_tests(
    api: Testomatio,
    progress: Progress,
    test_ids: Annotated[list[TestId], Field(min_length=1, max_length=MOST, description="From testomatio_list_tests.")],
    suite_id: Annotated[SuiteId | None, SUITE, Field(description="Suite to move them into.")] = None,
    priority: Priority | None = None,
    state: State | None = None,
    assigned_to: Annotated[Email, Field(description="E-mail of a member; empty: nobody.")] = None,
    branch: Branch = None,
    project: ProjectSlug = None,
) -> Rows:
    """Move up to 200 tests, or give all the same priority, state or assignee; one row answers each."""
    slug = api.project_of(project)
    fields = given_fields(suite_id=suite_id, priority=priority, state=state, assigned_to=checked_email(assigned_to))
    fields |= {"assigned_to": None} if assigned_to == "" else {}
    query = await on_branch(api, slug, branch)
    if suite_id is not None:
        await holder_of_tests(api, slug, suite_id, query)
    ids = list(dict.fromkeys(test_ids))
    planned = [
        Planned(Row(number=number, id=one, status="would_update"), {"id": one, **fields})
        for number, one in enumerate(ids, 1)
    ]
    await carry_out(api, slug, planned, query, "updated", progress)
    return summarize([one.row for one in planned], "Calling again for the ids that failed or are not known is safe.")
