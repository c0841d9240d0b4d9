"""What a plan of tests reads of Testomat.io: suites, tests by words of their titles, and their newest results."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from tools.kit.history import Outcome, TestHistory, history_of
from tools.kit.subject import Area, AreaKind, Case
from tools.kit.survey import Query, Results
from tools.kit.text import many
from tools.kit.together import gather
from tools.testomatio.client.runs import PER_PAGE, paged
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.documents import Listed
from tools.testomatio.models.tests import Test
from tools.testomatio.tools.forest import Forest, read_forest
from tools.testomatio.tools.lookup import PLATFORM
from tools.testomatio.tools.paging import Drained, drain
from tools.testomatio.tools.run_names import runs_by_id
from tools.testomatio.tools.scope import Pairs, of_project
from tools.testomatio.tools.survey import in_each_project
from tools.testomatio.tools.survey import survey as without_planning
from tools.testomatio.tools.test_history import outcome_of
from tools.testomatio.tools.tql import quoted

MOST_WORDS: Final = 20
"""Words in one request; more would make the URL too long."""
MOST_SUITES: Final = 8
CASE_PAGES: Final = 5
RESULT_PAGES: Final = 3


async def _forest(api: Testomatio, query: Query, project: str) -> Forest:
    return await query.once(f"{PLATFORM} suites {project}", partial(read_forest, api, project, []))


async def areas(api: Testomatio, query: Query) -> Results[Area]:
    """Folders and suites."""
    why: list[str] = []

    async def read_in(project: str) -> Results[Area]:
        forest = await _forest(api, query, project)
        rows = [_area_of(forest, project, suite_id) for suite_id in forest.suites]
        return Results(rows, forest.is_complete, "; ".join(forest.reasons) or None)

    found = await in_each_project(api, read_in, why)
    return Results([row for _, rows in found for row in rows], complete=not why, why="; ".join(why) or None)


def _area_of(forest: Forest, project: str, suite_id: str) -> Area:
    suite = forest.suites[suite_id]
    kind: AreaKind = "folder" if forest.is_folder(suite_id) else "suite"
    path = "/".join(one.title or one.id for one in forest.above(suite_id))
    page = f"{PLATFORM}://{project}/suites/{suite_id}"
    count = suite.test_count if kind == "suite" else None
    return Area(PLATFORM, kind, suite_id, suite.title or "", project, path, suite.description or "", count, page)


async def cases(api: Testomatio, words: Collection[str], query: Query) -> Results[Case]:
    """Tests whose titles have one of the words, or that are in a suite whose title has."""
    why: list[str] = []
    wanted = list(words)[:MOST_WORDS]

    async def read_in(project: str) -> Results[Case]:
        return await _cases_in(api, query, project, wanted)

    found = await in_each_project(api, read_in, why) if wanted else []
    return Results([row for _, rows in found for row in rows], complete=not why, why="; ".join(why) or None)


async def _cases_in(api: Testomatio, query: Query, project: str, words: list[str]) -> Results[Case]:
    forest = await _forest(api, query, project)
    by_title: Pairs = [("tql", " or ".join(f"test % {quoted(word)}" for word in words))]
    called = [
        key for key, suite in forest.suites.items() if any(one in (suite.title or "").casefold() for one in words)
    ]
    # TQL takes only the first suite whose title fits.
    filters = [by_title, *(Pairs([("suites[]", suite_id)]) for suite_id in called[:MOST_SUITES])]

    async def read(some: Pairs) -> Drained[Test]:
        with of_project(project):
            return await drain(lambda page: _tests_page(api, project, some, page), most_pages=CASE_PAGES)

    lists = await gather([partial(read, some) for some in filters], at_once=3)
    found = {test.id: test for one in lists for test in one.rows}
    why = [one.why for one in lists if one.why]
    if len(called) > MOST_SUITES:
        why.append(f"tests of {many(len(called) - MOST_SUITES, 'more suite')} were looked for by their titles only")
    rows = [_case_of(forest, project, test) for test in found.values()]
    return Results(rows, complete=not why, why="; ".join(why) or None)


async def _tests_page(api: Testomatio, project: str, filters: Pairs, page: int) -> Listed[Test]:
    return await api.tests(project, [*filters, ("slim", "true"), *paged(page, PER_PAGE)])


def _case_of(forest: Forest, project: str, test: Test) -> Case:
    suite = forest.suites.get(test.suite_id or "")
    page = f"{PLATFORM}://{project}/tests/{test.id}"
    place = (suite.title or suite.id) if suite is not None else ""
    return Case(PLATFORM, test.id, test.title or "", project, place, said=test.state, page=page)


async def past(api: Testomatio, wanted: Sequence[Case], query: Query) -> Results[TestHistory]:
    """The newest results of tests; the platform filters by test, so few requests have them."""
    outcomes: dict[tuple[str, str], list[Outcome]] = {}
    why: list[str] = []
    for project in dict.fromkeys(case.where for case in wanted):
        ids = [case.id for case in wanted if case.where == project]
        filters: Pairs = [("test_ids", ",".join(ids)), ("sort", "created_at"), ("order", "desc")]
        with of_project(project):
            read = await drain(partial(api.results_page, project, filters), most_pages=RESULT_PAGES)
        runs = await runs_by_id(api, project, [result.run_id for result in read.rows])
        for result in read.rows:
            outcomes.setdefault((project, result.test_id or ""), []).append(outcome_of(result, runs))
        if read.why:
            why.append(f"results: {read.why}")
    histories = [
        history_of(outcomes.get((case.where, case.id), []), test_id=case.id, title=case.title) for case in wanted
    ]
    return Results(histories, complete=not why, why="; ".join(why) or None)


survey = replace(without_planning, areas=areas, cases=cases, past=past)
