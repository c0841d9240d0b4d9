"""The tree of a project's suites in one call, in the order of the web app where it can be read."""

from dataclasses import dataclass
from functools import partial
from typing import Annotated

from pydantic import Field

from tools.kit.errors import PlatformError, Refused
from tools.kit.model import Answer
from tools.kit.page import Coverage, Cursor, Limit, Page, digest
from tools.kit.text import Key, Untrusted, many
from tools.kit.together import gather
from tools.kit.toolset import Progress, Toolset, no_progress
from tools.kit.walk import Batch, Walk
from tools.testomatio.client.runs import PER_PAGE, paged
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.ids import SuiteId
from tools.testomatio.models.suites import FOLDER, WebSuite
from tools.testomatio.models.tests import Test
from tools.testomatio.tools.forest import Forest, build_forest, read_forest
from tools.testomatio.tools.names import SUITE
from tools.testomatio.tools.paging import page_of
from tools.testomatio.tools.projects import ProjectSlug
from tools.testomatio.tools.scope import Branch, Pairs, missing, needs_web, of_project, on_branch, opens_api, opens_web

either = Toolset(Testomatio)

WEB_PAGE = 50
"""Rows of every page of family B."""
MOST_FOLDERS = 100
"""The most folders that are read one by one for the order inside them."""


class TreeRow(Answer):
    """A suite in the tree."""

    depth: int
    id: Key
    title: Untrusted | None = None
    kind: Key = Field(description="folder: of suites; file: of tests.")
    tests: int | None = Field(default=None, description="As the platform counts them.")
    hidden_suites: int | None = Field(default=None, description="Suites below it that depth leaves out.")
    titles: list[Untrusted] = Field(default_factory=list, description="Its tests: id and title.")


class Tree(Page[TreeRow]):
    """The tree, row by row from top to bottom; depth is the level."""

    project: Key
    tests: int | None = Field(default=None, description="All tests in it.")
    order: str = Field(description="The order of siblings.")


@dataclass
class Order:
    """Positions among siblings as far as they could be read, and a sentence about it."""

    positions: dict[str, int]
    words: str


async def read_order(api: Testomatio, project: str, forest: Forest) -> Order:
    """Positions of suites in the web app: from the list, and inside folders from each folder."""
    positions: dict[str, int] = {}

    def on_suite(suite: WebSuite) -> None:
        if suite.position is not None:
            positions[suite.id] = suite.position

    async def fetch(page: int, size: int) -> Batch[WebSuite]:
        answer = await api.web_suites(project, page)
        return Batch(answer.data, total=answer.meta.total, size=answer.meta.per_page)

    async def look_into(folder: str) -> None:
        for suite in (await api.web_suite(project, folder)).included:
            on_suite(suite)

    try:
        walked = await Walk(fetch, on_suite, key=lambda s: s.id, sizes=(WEB_PAGE,), broken=frozenset()).run()
        if unordered := _unordered(forest, positions):
            await look_into(unordered[0])  # where the first folder shows no positions, the others show none
            if unordered[0] not in _unordered(forest, positions):
                await gather([partial(look_into, one) for one in unordered[1:MOST_FOLDERS]])
    except PlatformError as error:
        return Order(
            positions, f"As the public API lists it; the order of the web app could not be read ({error.sentence})"
        )
    if why := walked.coverage(0).why:
        return Order(positions, f"As in the web app, as far as its list could be read ({why}).")
    if left := _unordered(forest, positions):
        return Order(
            positions, f"As in the web app, but inside {many(len(left), 'folder')} as the public API lists it."
        )
    return Order(positions, "As in the web app.")


def _unordered(forest: Forest, positions: dict[str, int]) -> list[str]:
    """The folders with several suites of which some have no position."""
    return [
        folder
        for folder, siblings in forest.children.items()
        if folder is not None and len(siblings) > 1 and any(one not in positions for one in siblings)
    ]


async def titles_by_suite(
    api: Testomatio, project: str, suite_id: str | None, query: Pairs, *, progress: Progress = no_progress
) -> tuple[dict[str, list[Test]], Coverage]:
    """All tests of a project or below a suite, by suite and in the order of the web app."""
    found: dict[str, list[Test]] = {}
    below: Pairs = [("suites[]", suite_id)] if suite_id else []

    async def fetch(page: int, size: int) -> Batch[Test]:
        answer = await api.tests(project, [*query, *below, ("slim", "true"), *paged(page, size)])
        return Batch(answer.data, total=answer.meta.total, size=answer.meta.per_page)

    def on_test(test: Test) -> None:
        found.setdefault(test.suite_id or "", []).append(test)

    walk = Walk(fetch, on_test, key=lambda t: t.id, sizes=(PER_PAGE,), broken=frozenset(), progress=progress)
    with of_project(project):
        walked = await walk.run()
    for tests in found.values():
        tests.sort(key=lambda test: (test.position is None, test.position or 0))
    return found, walked.coverage(walked.loaded)


async def count_tests(api: Testomatio, project: str, suite_id: str | None, query: Pairs) -> int | None:
    """How many tests a project has, or everything below a suite; None where the platform does not count."""
    below: Pairs = [("suites[]", suite_id)] if suite_id else []
    with of_project(project):
        return (await api.tests(project, [*query, *below, ("count", "true")])).meta.total


async def tests_below(api: Testomatio, project: str, suite_id: str, query: Pairs) -> tuple[int, bool]:
    """How many tests are below a suite, and whether that is all; read one by one where the platform does not count."""
    counted = await count_tests(api, project, suite_id, query)
    if counted is not None:
        return counted, True
    _, coverage = await titles_by_suite(api, project, suite_id, query)
    return coverage.loaded, coverage.complete


@either.reads(full_text_in="get_suite")
async def get_suite_tree(
    api: Testomatio,
    progress: Progress,
    suite_id: Annotated[SuiteId | None, SUITE, Field(description="Only below this one.")] = None,
    depth: Annotated[int | None, Field(ge=1, le=50, description="Levels; default: all.")] = None,
    with_tests: Annotated[bool, Field(description="Also show tests.")] = False,
    branch: Branch = None,
    project: ProjectSlug = None,
    limit: Limit = 500,
    cursor: Cursor = None,
) -> Tree:
    """Show folders, suites and test counts of a project as one tree; read this first."""
    slug = api.project_of(project)
    forest, query = await _forest(api, slug, branch, progress, with_tests=with_tests)
    if suite_id is not None and suite_id not in forest.suites:
        raise await missing(
            api, slug, f"suite {suite_id[:40]!r}", "testomatio_get_suite_tree without suite_id shows ids."
        )
    order = Order({}, "As the public API lists it.")
    if opens_web(api) and not query:
        order = await read_order(api, slug, forest)
        forest.in_web_order(order.positions)
    reasons = list(forest.reasons)
    tests: dict[str, list[Test]] | None = None
    if with_tests:
        tests, coverage = await titles_by_suite(api, slug, suite_id, query, progress=progress)
        reasons += [f"tests: {coverage.why}"] if coverage.why else []
    rows = _rows(forest, suite_id, depth, tests)
    counted = await count_tests(api, slug, suite_id, query) if opens_api(api) else None
    page = page_of(
        rows,
        loaded=len(forest.suites),
        why="; ".join(reasons) or None,
        limit=limit,
        cursor=cursor,
        filters=digest(of=[slug, suite_id, depth, with_tests, branch]),
    )
    return Tree.widened(page, project=slug, tests=counted, order=order.words)


async def _forest(
    api: Testomatio, project: str, branch: str | None, progress: Progress, *, with_tests: bool
) -> tuple[Forest, Pairs]:
    """The suites from family A; with a login alone, from family B, which has no branches."""
    if opens_api(api):
        query = await on_branch(api, project, branch)
        return await read_forest(api, project, query, progress=progress), query
    needs_web(api, "The tree")
    if with_tests or (branch and branch != "main"):
        raise Refused("Test titles and branches need an API token; a login alone shows the suites of main only.")
    with of_project(project):
        return build_forest((await api.web_suite_tree(project)).data), []


def _rows(
    forest: Forest, suite_id: str | None, depth: int | None, tests: dict[str, list[Test]] | None
) -> list[TreeRow]:
    suites = forest.below(suite_id, depth)
    if suite_id is not None:
        suites = [(0, forest.suites[suite_id]), *suites]
    rows = []
    for level, suite in suites:
        cut = depth is not None and level == depth
        own = (tests or {}).get(suite.id, [])
        rows.append(
            TreeRow(
                depth=level,
                id=suite.id,
                title=suite.title,
                kind=FOLDER if forest.is_folder(suite.id) else suite.file_type or "file",
                tests=suite.test_count,
                hidden_suites=len(forest.below(suite.id)) or None if cut else None,
                titles=[f"{test.id} {test.title or ''}".strip() for test in own],
            )
        )
    return rows
