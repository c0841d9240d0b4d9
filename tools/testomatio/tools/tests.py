"""Tests: the list with its filters, one test, and tags, which are words in titles."""

from functools import partial
from typing import Annotated, Literal

from pydantic import Field

from tools.kit.errors import Refused
from tools.kit.model import Answer, answer_from
from tools.kit.page import Cursor, Limit, Page, digest
from tools.kit.text import Key, Untrusted
from tools.kit.toolset import Progress, Toolset
from tools.kit.when import When, time_span
from tools.testomatio.client.runs import PER_PAGE, paged
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.documents import Listed
from tools.testomatio.models.ids import SuiteId, TestId
from tools.testomatio.models.labels import Tag
from tools.testomatio.models.tests import Test
from tools.testomatio.models.web import Example
from tools.testomatio.tools.label_values import Labels, resolve_labels
from tools.testomatio.tools.names import SUITE
from tools.testomatio.tools.paging import page_from, page_of
from tools.testomatio.tools.placing import known_suite, known_test
from tools.testomatio.tools.projects import ProjectSlug
from tools.testomatio.tools.scope import Branch, found_in, needs_web, of_project, on_branch
from tools.testomatio.tools.tql import Tql, all_of, checked_tql, one_of, quoted
from tools.testomatio.tools.words import ProjectWords

tool = Toolset(Testomatio, needs="api")

Priority = Annotated[Literal["low", "normal", "important", "high", "critical"], Field(description="Default: normal.")]
State = Annotated[Literal["manual", "automated", "detached"], Field(description="detached: its code is gone.")]
Result = Literal["passed", "failed", "skipped", "pending"]
Tags = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=100, pattern=r"^@?[^\s@]+$")]] | None,
    Field(max_length=20, description="Such as smoke."),
]


class TestRow(Answer):
    """A test as a list shows it; its tags are in the title."""

    id: Key
    title: Untrusted | None = None
    suite_id: Key | None = None
    state: Key | None = None
    priority: Key
    labels: list[Untrusted] = Field(default_factory=list)
    assigned_to: Untrusted | None = None
    last_result: Key | None = Field(None, description="With the filter status.")


class CountedBy(Answer):
    """How many of the tests have a value."""

    value: Untrusted
    tests: int


class Tests(Page[TestRow]):
    """Tests; with count_by, how many have each value of that field."""

    counts: list[CountedBy] = Field(default_factory=list)


def row_of_test(test: Test, *, last_result: str | None = None) -> TestRow:
    """A test as a row; without a priority it has the normal one."""
    labels = [f"{one.title or one.id}{f': {one.value}' if one.value else ''}" for one in test.labels]
    return answer_from(TestRow, test, last_result=last_result, priority=test.priority or "normal", labels=labels)


def checked_name(person: str | None) -> str | None:
    """A person by display name, as TQL knows them.

    Raises:
        Refused: for an e-mail address, which TQL does not find.
    """
    if person and "@" in person:
        raise Refused("TQL knows people by display name, not by e-mail; testomatio_list_users shows names.")
    return person


@tool.reads(full_text_in="get_test")
async def list_tests(
    api: Testomatio,
    progress: Progress,
    suite_id: Annotated[SuiteId | None, SUITE, Field(description="Id or title, with all below it.")] = None,
    text: Annotated[str | None, Field(max_length=200, description="Part of the title, or an id.")] = None,
    state: State | None = None,
    priority: Annotated[list[Priority] | None, Field(max_length=5, description="Any of these.")] = None,
    tags: Annotated[Tags, Field(description="Such as smoke.")] = None,
    labels: Annotated[Labels, Field(description="Such as Severity:critical.")] = None,
    status: Annotated[Result | None, Field(description="Of its last result.")] = None,
    assigned_to: Annotated[str | None, Field(max_length=100, description="Member's display name.")] = None,
    issue: Annotated[str | None, Field(max_length=300, description="URL or key.")] = None,
    updated_since: When = None,
    tql: Tql = None,
    count_by: Annotated[
        Literal["state", "priority", "status", "created_by"] | None, Field(description="Also count by this.")
    ] = None,
    branch: Branch = None,
    project: ProjectSlug = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Tests:
    """List tests (test cases), newest first; all filters apply. testomatio://tql explains tql."""
    slug = api.project_of(project)
    updated = await time_span(api, updated_since)
    words = ProjectWords(api, slug)
    tags = await words.tags(tags)
    condition = all_of(
        f"test % {quoted(text)}" if text else None,
        one_of("state", [state]) if state else None,
        one_of("priority", priority) if priority else None,
        one_of("tag", [tag.removeprefix("@") for tag in tags]) if tags else None,
        one_of("status", [status]) if status else None,
        f"assigned_to == {quoted(name)}" if (name := checked_name(assigned_to)) else None,
        f"issue == {quoted(issue)}" if issue else None,
        f"updated_at >= '{updated.since.date()}'" if updated.since else None,
        checked_tql(tql, "tests") if tql else None,
    )
    if wanted := await resolve_labels(api, slug, labels):
        condition = all_of(condition, one_of("label", [one.by_title for one in wanted]))
    query = await on_branch(api, slug, branch)
    if suite_id is not None:
        await known_suite(api, slug, suite_id, query)
        query = [*query, ("suites[]", suite_id)]
    if condition:
        query = [*query, ("tql", condition)]

    async def fetch(page: int) -> Listed[Test]:
        with of_project(slug):
            return await api.tests(slug, [*query, ("slim", "true"), *paged(page, PER_PAGE)])

    page = await page_from(
        fetch,
        partial(row_of_test, last_result=status),
        limit=limit,
        cursor=cursor,
        progress=progress,
        of=[slug, suite_id, condition, branch],
    )
    words.say(
        page,
        "assigned_to is a display name, as testomatio_list_users shows it." if assigned_to else None,
        "issue is the URL or key of a link, as testomatio_list_issues shows it." if issue else None,
    )
    counts: list[CountedBy] = []
    if count_by is not None:
        counted = await api.tests(slug, [*query, ("count", "true"), ("group_by", count_by)])
        counts = [CountedBy(value=value, tests=count) for value, count in counted.meta.group_by.items()]
    return Tests.widened(page, counts=counts).add_note(updated.note)


class WholeTest(Answer):
    """A test; with_parameters adds its parameters and examples."""

    test: Test
    parameters: list[Untrusted] = Field(default_factory=list)
    examples: list[Example] = Field(default_factory=list, description="Cells in the order of parameters.")


@tool.reads(long_text=True)
async def get_test(
    api: Testomatio,
    test_id: TestId,
    with_parameters: Annotated[bool, Field(description="Needs a login.")] = False,
    branch: Branch = None,
    project: ProjectSlug = None,
) -> WholeTest:
    """Read one test (test case): description, code, labels, tags."""
    slug = api.project_of(project)
    if with_parameters:
        needs_web(api, "Parameters of a test")
    test = await known_test(api, slug, test_id, await on_branch(api, slug, branch))
    if not with_parameters:
        return WholeTest(test=test)
    web = await api.web_test(slug, test_id)
    return WholeTest(test=test, parameters=web.data.params, examples=web.included)


@tool.reads()
async def list_tags(
    api: Testomatio,
    text: Annotated[str | None, Field(max_length=100, description="Part of the tag.")] = None,
    project: ProjectSlug = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[Tag]:
    """List a project's tags and how many tests have each; a tag is @word in a title."""
    slug, part = api.project_of(project), (text or "").casefold()
    with of_project(slug):
        answer = await api.tags(slug)  # not paged
    tags, total = answer.data, answer.meta.total
    why = f"{total} were announced and {len(tags)} came" if total is not None and total > len(tags) else None
    fitting = [tag for tag in tags if part in (tag.title or "").casefold()]
    made_for = digest(of=[slug, text])
    return page_of(fitting, loaded=len(tags), why=why, limit=limit, cursor=cursor, filters=made_for)


class Tagged(Answer):
    """The tests that have a tag."""

    tag: Untrusted
    total: int
    tests: list[TestRow]


@tool.reads(full_text_in="get_test")
async def get_tag(
    api: Testomatio,
    tag: Annotated[str, Field(min_length=1, max_length=100, description="Such as smoke.")],
    project: ProjectSlug = None,
) -> Tagged:
    """List the tests that have one tag; testomatio_list_tests filters by several."""
    slug, bare = api.project_of(project), tag.strip().removeprefix("@")
    read, what = api.tests_with_tag(slug, bare), f"test with the tag {bare[:60]!r}"
    listed = await found_in(api, slug, read, what, "testomatio_list_tags shows tags.")
    total = listed.meta.total if listed.meta.total is not None else len(listed.data)
    return Tagged(tag=bare, total=total, tests=[row_of_test(test) for test in listed.data])
