"""Suites: find them by title, tag or label, and read one with its folders and what is below it."""

from typing import Annotated, Literal

from pydantic import Field

from tools.kit.model import Answer, answer_from
from tools.kit.page import Cursor, Limit, Page, digest
from tools.kit.text import Key, Untrusted
from tools.kit.toolset import Progress, Toolset
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.suites import FOLDER, Suite, WebSuite
from tools.testomatio.tools.forest import Forest, build_forest, read_forest
from tools.testomatio.tools.label_values import LabelName, LabelValue, resolve_labels
from tools.testomatio.tools.names import SuiteRef
from tools.testomatio.tools.paging import page_of
from tools.testomatio.tools.placing import known_suite
from tools.testomatio.tools.projects import ProjectSlug
from tools.testomatio.tools.scope import Branch, Pairs, found_in, needs_web, of_project, on_branch, opens_api
from tools.testomatio.tools.suite_tree import count_tests
from tools.testomatio.tools.words import ProjectWords

tool = Toolset(Testomatio, needs="api")
either = Toolset(Testomatio)

FileType = Literal["file", "folder"]


class SuiteRow(Answer):
    """A suite as a list shows it."""

    id: Key
    title: Untrusted | None = None
    kind: Key
    tests: int | None = None
    path: list[Untrusted] = Field(default_factory=list, description="Titles of the folders around it.")


def row_of_suite(forest: Forest, suite: Suite) -> SuiteRow:
    """A suite as a row."""
    return SuiteRow(
        id=suite.id,
        title=suite.title,
        kind=FOLDER if forest.is_folder(suite.id) else suite.file_type or "file",
        tests=suite.test_count,
        path=[one.title or one.id for one in forest.above(suite.id)],
    )


@tool.reads(full_text_in="get_suite")
async def list_suites(
    api: Testomatio,
    progress: Progress,
    text: Annotated[str | None, Field(max_length=200, description="Part of the title.")] = None,
    kind: Annotated[FileType | None, Field(description="folder: of suites; file: of tests.")] = None,
    tag: Annotated[str | None, Field(max_length=100, description="A tag it has, such as smoke.")] = None,
    label: Annotated[LabelName | None, Field(description="Slug or title; with a value Severity:critical.")] = None,
    branch: Branch = None,
    project: ProjectSlug = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[SuiteRow]:
    """Find suites by title, kind, tag or label, each with its path; testomatio_get_suite_tree shows all."""
    slug = api.project_of(project)
    words = ProjectWords(api, slug)
    tags = await words.tags([tag] if tag else None)
    tag = tags[0] if tags else None
    labels = await resolve_labels(api, slug, [label] if label else None)
    query = await on_branch(api, slug, branch)
    filters: Pairs = [("search_text", text)] if text else []
    filters += [("file_type", kind)] if kind else []
    filters += [("tag", tag.removeprefix("@"))] if tag else []
    filters += [("labels", one.by_slug) for one in labels]
    if filters:  # a filtered list is not paged, and includes the folders of what fits
        with of_project(slug):
            forest = build_forest((await api.suites(slug, [*query, *filters, ("slim", "true")])).data)
    else:
        forest = await read_forest(api, slug, query, progress=progress)
    rows = [
        row_of_suite(forest, suite)
        for _, suite in forest.below(None)
        # A suite without anything below it can only be in the list because it fits.
        if not forest.children.get(suite.id) or _fits(suite, text, kind, tag, labels)
    ]
    made_for = digest(of=[slug, text, kind, tag, label, branch])
    page = page_of(
        rows,
        # The folders around what fits are not counted.
        loaded=len(rows) if filters else len(forest.suites),
        why="; ".join(forest.reasons) or None,
        limit=limit,
        cursor=cursor,
        filters=made_for,
    )
    words.say(page)
    return page


def _fits(suite: Suite, text: str | None, kind: str | None, tag: str | None, labels: list[LabelValue]) -> bool:
    """Whether a suite fits the filters itself, and is not only a folder of one that does."""
    carried = {(one.id, value) for one in suite.labels for value in (None, one.value)}
    return (
        (not text or text.casefold() in (suite.title or "").casefold())
        and (not kind or (FOLDER if suite.is_folder else "file") == kind)
        and (not tag or tag.removeprefix("@") in suite.tags)
        and all((one.label.id, one.value) in carried for one in labels)
    )


class WebFacts(Answer):
    """What only the web API shows of a suite."""

    position: int | None = None
    created_at: Key | None = None
    updated_at: Key | None = None
    comments: int | None = None
    test_ids: list[Key] = Field(default_factory=list, description="Of the tests directly in it.")


class WholeSuite(Answer):
    """A suite with its folders and what is below it."""

    suite: Suite
    kind: Key
    path: list[Untrusted] = Field(default_factory=list, description="Titles of the folders around it.")
    suites: list[SuiteRow] = Field(default_factory=list, description="Directly below it.")
    tests_below: int | None = None
    web: WebFacts | None = None


@either.reads(long_text=True)
async def get_suite(
    api: Testomatio,
    suite_id: SuiteRef,
    with_web: Annotated[bool, Field(description="Dates, position, test ids; needs a login.")] = False,
    branch: Branch = None,
    project: ProjectSlug = None,
) -> WholeSuite:
    """Read one suite with its path, the suites directly below it, and how many tests it holds."""
    slug = api.project_of(project)
    if not opens_api(api):
        return await _from_web(api, slug, suite_id)
    if with_web:
        needs_web(api, "Dates and test ids of a suite")
    query = await on_branch(api, slug, branch)
    suite = await known_suite(api, slug, suite_id, query)
    forest = await read_forest(api, slug, query)
    in_forest = suite.id in forest.suites
    web = _facts((await api.web_suite(slug, suite_id)).data) if with_web else None
    below = [one for _, one in forest.below(suite.id, 1)] if in_forest else suite.children
    return WholeSuite(
        suite=suite,
        kind=FOLDER if suite.is_folder or (in_forest and forest.is_folder(suite.id)) else suite.file_type or "file",
        path=[one.title or one.id for one in forest.above(suite.id)] if in_forest else [],
        suites=[row_of_suite(forest, one) for one in below if one.id in forest.suites],
        tests_below=await count_tests(api, slug, suite.id, query),
        web=web,
    )


def _facts(suite: WebSuite) -> WebFacts:
    return answer_from(WebFacts, suite, comments=suite.comments_count)


async def _from_web(api: Testomatio, project: str, suite_id: str) -> WholeSuite:
    """The same from family B, for a login without an API token."""
    where = "testomatio_get_suite_tree shows ids."
    document = await found_in(api, project, api.web_suite(project, suite_id), f"suite {suite_id[:40]!r}", where)
    suite, forest = document.data, build_forest(document.included)
    return WholeSuite(
        suite=suite,
        kind=suite.file_type or "file",
        path=[suite.fullpath] if suite.fullpath else [],
        suites=[row_of_suite(forest, one) for one in document.included],
        tests_below=suite.test_count,
        web=_facts(suite),
    )
