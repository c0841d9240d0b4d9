"""Many tests at once: made from a list or from Markdown, or changed alike, row by row and safe to call again."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Final

from pydantic import Field

from tools.kit.errors import Invalid, OutcomeUnknown, PlatformError, Refused
from tools.kit.model import Answer
from tools.kit.text import Key, Untrusted
from tools.kit.together import together
from tools.kit.toolset import Progress, Toolset
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.ids import SuiteId, TestId
from tools.testomatio.models.tests import BulkRow, Test, plain_title
from tools.testomatio.tools.placing import holder_of_tests
from tools.testomatio.tools.projects import ProjectSlug
from tools.testomatio.tools.scope import Branch, Pairs, given, of_project, on_branch
from tools.testomatio.tools.suite_tree import titles_by_suite
from tools.testomatio.tools.test_changes import Email, by_email, titled
from tools.testomatio.tools.tests import Priority, State
from tools.testomatio.tools.written_tests import MOST, NewTest, from_markdown

tool = Toolset(Testomatio, needs="api")

BATCH: Final = 50
"""Tests in one request of a bulk write."""

SAID: Final = {
    "exists": "there already",
    "would_create": "would be created",
    "unknown": "not known",
    "not_sent": "not sent",
}
"""How the statuses of rows are said in a sum."""


class Row(Answer):
    """What became of one test, by its number in the list."""

    number: int
    title: Untrusted | None = None
    id: Key | None = None
    status: Key = Field(description="created, updated, exists, would_create, failed, unknown, not_sent.")
    why: Untrusted | None = None
    like: Untrusted | None = Field(default=None, description="A test of the suite with nearly this title.")


class Rows(Answer):
    """What became of each."""

    done: str
    items: list[Row]
    next: str | None = None


@dataclass
class _Planned:
    """A row and what is sent for it; nothing where nothing is to be done."""

    row: Row
    entry: dict[str, Any] | None


async def _carry_out(
    api: Testomatio, project: str, planned: Sequence[_Planned], query: Pairs, done: str, progress: Progress
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


def _note(batch: Sequence[_Planned], told: Sequence[BulkRow], done: str) -> None:
    """Note the answers, which come one for each and in order; where they do not, nothing is made up."""
    for place, one in enumerate(batch):
        answer = told[place] if len(told) == len(batch) else None
        if answer is None:
            one.row.status, one.row.why = "unknown", "The platform did not answer one row for each test."
        elif answer.error:
            one.row.status, one.row.why = "failed", answer.error
        else:
            one.row.status, one.row.id = answer.status or done, answer.id or one.row.id


def _told(rows: list[Row], again: str) -> Rows:
    """The rows with their sum in words."""
    sums: dict[str, int] = {}
    for row in rows:
        sums[row.status] = sums.get(row.status, 0) + 1
    words = ", ".join(f"{count} {SAID.get(status, status)}" for status, count in sums.items())
    unsure = bool({"failed", "unknown", "not_sent"} & set(sums))
    return Rows(done=f"{words}.", items=rows, next=again if unsure else None)


@tool.writes(idempotent=False, settled_by="list_tests")
async def create_tests(
    api: Testomatio,
    progress: Progress,
    suite_id: SuiteId,
    tests: Annotated[list[NewTest] | None, Field(min_length=1, max_length=MOST)] = None,
    markdown: Annotated[
        str | None,
        Field(max_length=500_000, description="Instead of tests: `## Title @tag`, below it the description."),
    ] = None,
    allow_duplicates: bool = False,
    dry_run: Annotated[bool, Field(description="Only say what would be done.")] = False,
    branch: Branch = None,
    project: ProjectSlug = None,
) -> Rows:
    """Create up to 200 tests; a title that its suite has already is left alone, so calling again is safe."""
    slug = api.project_of(project)
    wanted = _wanted(tests, markdown)
    query = await on_branch(api, slug, branch)
    suites = list(dict.fromkeys(test.suite_id or suite_id for test in wanted))
    await together([partial(holder_of_tests, api, slug, one, query) for one in suites], at_once=4)
    there = {one: await _titles(api, slug, one, query) for one in suites}
    planned = [
        _plan(
            number, test, test.suite_id or suite_id, there[test.suite_id or suite_id], allow_duplicates=allow_duplicates
        )
        for number, test in enumerate(wanted, 1)
    ]
    if dry_run:
        return _told([one.row for one in planned], "")
    await _carry_out(api, slug, planned, query, "created", progress)
    again = "Call again with the same list for what failed or is not known: what is there is left alone."
    if allow_duplicates:
        again = "Look with testomatio_list_tests before calling again for the rows that failed or are not known."
    return _told([one.row for one in planned], again)


def _wanted(tests: list[NewTest] | None, markdown: str | None) -> list[NewTest]:
    """The tests of a call.

    Raises:
        Refused: for none, too many, two sources, and for what a bulk write cannot do.
    """
    if (tests is None) == (markdown is None):
        raise Refused("Give either tests or markdown. Nothing was sent.")
    wanted = tests if tests is not None else from_markdown(markdown or "")
    if not 1 <= len(wanted) <= MOST:
        raise Refused(f"From 1 to {MOST} tests go in one call; these are {len(wanted)}. Nothing was sent.")
    if labelled := [str(number) for number, test in enumerate(wanted, 1) if test.labels]:
        raise Refused(
            f"A bulk write takes no labels (test {', '.join(labelled[:10])}). Create the tests without, then "
            "testomatio_add_links with their ids; or testomatio_create_test one by one. Nothing was sent."
        )
    for test in wanted:
        by_email(test.assigned_to)
    return wanted


async def _titles(api: Testomatio, project: str, suite_id: str, query: Pairs) -> dict[str, Test]:
    """The tests right in a suite, by their titles as they are compared."""
    found, _ = await titles_by_suite(api, project, suite_id, query)
    return {plain_title(test.title or ""): test for test in found.get(suite_id, [])}


def _plan(number: int, test: NewTest, suite_id: str, there: dict[str, Test], *, allow_duplicates: bool) -> _Planned:
    """What is to be done for a test, which the tests after it are compared with as well."""
    title = titled(test.title, test.tags)
    plain = plain_title(title)
    row = Row(number=number, title=title, status="would_create")
    if not allow_duplicates and (same := there.get(plain)) is not None:
        row.status, row.id = "exists", same.id or None
        row.why = None if same.id else "The list has this title twice."
        return _Planned(row, None)
    near = difflib.get_close_matches(plain, [one for one in there if one != plain], 1, cutoff=0.85)
    row.like = f"{there[near[0]].id} {there[near[0]].title}".strip() if near else None
    there.setdefault(plain, Test(id="", title=title))
    return _Planned(row, test.wire(title, suite_id))


@tool.writes(idempotent=True, settled_by="list_tests")
async def update_tests(
    api: Testomatio,
    progress: Progress,
    test_ids: Annotated[list[TestId], Field(min_length=1, max_length=MOST)],
    suite_id: Annotated[SuiteId | None, Field(description="Moves them there.")] = None,
    priority: Priority | None = None,
    state: State | None = None,
    assigned_to: Annotated[Email, Field(description="E-mail of a member; empty: nobody.")] = None,
    branch: Branch = None,
    project: ProjectSlug = None,
) -> Rows:
    """Move up to 200 tests, or give them one priority, state or person; each row says what became of it."""
    slug = api.project_of(project)
    fields = given(suite_id=suite_id, priority=priority, state=state, assigned_to=by_email(assigned_to))
    fields |= {"assigned_to": None} if assigned_to == "" else {}
    query = await on_branch(api, slug, branch)
    if suite_id is not None:
        await holder_of_tests(api, slug, suite_id, query)
    ids = list(dict.fromkeys(test_ids))
    planned = [
        _Planned(Row(number=number, id=one, status="would_update"), {"id": one, **fields})
        for number, one in enumerate(ids, 1)
    ]
    await _carry_out(api, slug, planned, query, "updated", progress)
    return _told([one.row for one in planned], "Calling again for the ids that failed or are not known does no harm.")
