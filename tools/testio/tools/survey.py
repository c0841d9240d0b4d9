"""test IO for the tools across platforms: its tests are runs, its bugs their failures."""

from collections.abc import Callable, Collection
from dataclasses import replace
from functools import partial

from tools.kit.errors import Refused
from tools.kit.evidence import TestResult
from tools.kit.run_failures import Failure
from tools.kit.survey import BugRow, Found, Kind, Query, Results, RunRow, RunStory, Survey, Untested, run_story
from tools.kit.text import clean
from tools.kit.together import gather
from tools.kit.vocabulary import Severity, Status, shared_word
from tools.kit.walk import Walked
from tools.kit.when import milliseconds, parse_timestamp
from tools.testio.client.bugs import BugFilters
from tools.testio.client.testio import TestIO
from tools.testio.models.bugs import BugScan
from tools.testio.models.exploratory_tests import ExploratoryTest
from tools.testio.models.test_cases import TestCase
from tools.testio.tools import evidence
from tools.testio.tools.defects import link_to
from tools.testio.tools.exploratory_tests import known_test, newest_first
from tools.testio.tools.lookup import PLATFORM, found_bug, found_test, lookup

MOST_PRODUCTS = 60
"""The newest products are read, each with one request or more."""

STATUSES: dict[str, Status] = {
    "initialized": "queued",
    "customerfinalized": "queued",
    "waiting": "queued",
    "running": "running",
    "cancelled": "cancelled",
}
"""The platform gives no verdict on an ended test, so its status is `unknown`; its bugs show the result."""
OPEN = frozenset({"forwarded", "question"})
CONFIRMED = "accepted"
"""Such a bug is real, and the platform rarely says whether it is fixed: only a stated fix closes it."""
WORST_FIRST: tuple[Severity, ...] = ("critical", "high", "medium", "low", "unknown")


def row_of(test: ExploratoryTest) -> RunRow:
    numbers = test.analytics
    return RunRow(
        platform=PLATFORM,
        run_id=str(test.id),
        title=test.title,
        status=shared_word(test.status, STATUSES, "unknown"),
        said=test.status,
        where=str(test.product.id) if test.product is not None else None,
        started_at=test.start_at,
        ended_at=test.end_at if test.has_ended else None,
        total=numbers.total_features if numbers else None,
        passed=numbers.passed_features if numbers else None,
        failed=numbers.failed_features if numbers else None,
        bugs=numbers.total_bugs if numbers else None,
        page=f"testio://exploratory-tests/{test.id}",
        link=test.link,
    )


async def matching_tests(api: TestIO, query: Query) -> tuple[list[ExploratoryTest], list[str]]:
    """The tests that match, newest first, and what could not be read."""
    tests, why = await query.once(f"{PLATFORM} tests", partial(_all_tests, api))
    matching = [
        test
        for test in tests
        if query.fits(
            test.title, parse_timestamp(test.start_at), parse_timestamp(test.end_at) if test.has_ended else None
        )
    ]
    return matching, list(why)


async def _all_tests(api: TestIO) -> tuple[list[ExploratoryTest], list[str]]:
    found: list[ExploratoryTest] = []
    products, why = await newest_products(api)
    walks = await gather([partial(api.walk_exploratory_tests, product, found.append) for product in products])
    return sorted(map(api.linked_test, found), key=newest_first), why + _left_out(walks)


async def newest_products(api: TestIO) -> tuple[list[int], list[str]]:
    """The products to read, and a sentence about the others."""
    ids = sorted((product.id for product in await api.products()), reverse=True)
    if len(ids) <= MOST_PRODUCTS:
        return ids, []
    return ids[:MOST_PRODUCTS], [
        f"only the newest {MOST_PRODUCTS} of {len(ids)} products were read; tools of test IO take any product"
    ]


def _left_out(walks: list[Walked]) -> list[str]:
    return list(dict.fromkeys(why for walked in walks if (why := walked.coverage(0).why)))


async def runs(api: TestIO, query: Query) -> Results[RunRow]:
    tests, why = await matching_tests(api, query)
    if len(tests) > query.limit:
        why.append(f"{len(tests) - query.limit} more tests fit")
    return Results([row_of(test) for test in tests[: query.limit]], complete=not why, why="; ".join(why) or None)


async def run(api: TestIO, run_id: str, query: Query) -> RunStory:
    if not run_id.isascii() or not run_id.isdigit():
        raise Refused("A run of test IO is a test, whose id is a number; testio_list_exploratory_tests shows them.")
    test = await known_test(api, int(run_id))
    bugs: list[BugScan] = []
    await api.walk_bugs(BugFilters(test_ids=[test.id]), bugs.append)
    counted = sorted((bug for bug in bugs if bug.status != "rejected"), key=_worst_first)
    row = row_of(test)
    row.bugs = len(bugs)
    failures = [
        Failure(
            str(bug.id),
            None,
            bug.title,
            "known" if bug.known else "no history",
            f"{bug.severity or 'no severity'}, {bug.status}",
        )
        for bug in counted
    ]
    follow = f"testio_list_bugs with test_ids [{test.id}] lists its bugs, testio_get_bug reads one."
    return run_story(row, failures, next_=follow, is_ranked=True)


def _worst_first(bug: BugScan) -> tuple[int, int]:
    return WORST_FIRST.index(shared_word(bug.severity, evidence.SEVERITIES, "unknown")), -bug.id


async def open_bugs(api: TestIO, query: Query) -> Results[BugRow]:
    """Bugs of matching tests that are open or not known to be fixed; without a text, also bugs of no known test."""
    tests, why = await matching_tests(api, replace(query, since=None, until=None))
    titles = {test.id: test for test in tests}
    if query.text is not None and not tests:
        return Results(complete=not why, why="; ".join(why) or None)
    found: list[BugScan] = []

    def on_row(bug: BugScan) -> None:
        reported = parse_timestamp(bug.reported_at)
        counts = bug.status in OPEN or (bug.status == CONFIRMED and not bug.fixed)
        if counts and Query(since=query.since, until=query.until).fits("", reported, reported):
            found.append(bug)

    walked = await api.walk_bugs(BugFilters(test_ids=list(titles) if query.text is not None else []), on_row)
    found.sort(key=lambda bug: (bug.status == CONFIRMED, *_worst_first(bug)))
    why += _left_out([walked])
    rows = [_bug_row(api, bug, titles.get(bug.test_id or 0)) for bug in found[: query.limit]]
    if len(found) > query.limit:
        why.append(f"{len(found) - query.limit} more bugs fit")
    return Results(rows, complete=not why, why="; ".join(why) or None)


def _bug_row(api: TestIO, bug: BugScan, test: ExploratoryTest | None) -> BugRow:
    return BugRow(
        platform=PLATFORM,
        bug_id=str(bug.id),
        title=bug.title,
        severity=shared_word(bug.severity, evidence.SEVERITIES, "unknown"),
        said=bug.severity,
        status=bug.status,
        is_confirmed=bug.status == CONFIRMED,
        where=str(test.product.id) if test is not None and test.product is not None else None,
        feature=bug.feature_title,
        devices=bug.devices,
        reported_at=bug.reported_at,
        page=f"testio://bugs/{bug.id}",
        link=f"{test.link}/bugs/{bug.id}" if test is not None and test.link else _inferred_page(api, bug),
    )


def _inferred_page(api: TestIO, bug: BugScan) -> str | None:
    """The page of a bug where the account's own address is not set; a fake API has none."""
    return None if api.is_sandbox else link_to(bug.id)


async def untested(api: TestIO, query: Query) -> Results[Untested]:
    """Matching tests that have not started."""
    found = await runs(api, query)
    rows = [
        Untested(platform=PLATFORM, run_id=row.run_id, title=row.title, said=row.said, page=row.page)
        for row in found.rows
        if row.status == "queued"
    ]
    return Results(rows, found.complete, found.why)


async def search(api: TestIO, words: str, kinds: Collection[Kind], limit: int) -> Results[Found]:
    """Bugs by title, steps and results; tests by title as runs; test cases by title."""
    wanted, found, why = words.casefold().split(), list[Found](), list[str]()

    def has(*texts: str | None) -> bool:
        searched = clean("\n".join(text for text in texts if text)).casefold()
        return all(word in searched for word in wanted)

    if "bug" in kinds:
        bugs: list[BugScan] = []

        def on_row(bug: BugScan) -> None:
            if has(bug.title, bug.actual_result, bug.expected_result, bug.external_idx, *bug.steps):
                bugs.append(bug)

        why += _left_out([await api.walk_bugs(BugFilters(), on_row)])
        bugs.sort(key=lambda bug: -milliseconds(bug.reported_at))
        found += map(found_bug, bugs)
    if "run" in kinds:
        tests, left_out = await matching_tests(api, Query(text=words))
        why += left_out
        found += map(found_test, tests)
    if "test" in kinds:
        cases, left_out = await _find_cases(api, words.strip(), has_title=has)
        found += cases
        why += left_out
    why = list(dict.fromkeys(why))
    if "suite" in kinds and not why and len(found) <= limit:
        return Results(found, why="the API lists no suites")
    return Results(found[:limit], complete=not why and len(found) <= limit, why="; ".join(why) or _more(found, limit))


def _more(found: list[Found], limit: int) -> str | None:
    return f"{len(found) - limit} more were found" if len(found) > limit else None


async def _find_cases(api: TestIO, words: str, *, has_title: Callable[..., bool]) -> tuple[list[Found], list[str]]:
    found: list[Found] = []

    async def search_product(product_id: int) -> None:
        def on_row(case: TestCase) -> None:
            if has_title(case.title) or words.casefold() in {str(case.id), (case.target_idx or "").casefold()}:
                found.append(
                    Found(platform=PLATFORM, kind="test", id=str(case.id), title=case.title, where=str(product_id))
                )

        await api.walk_test_cases(product_id, on_row)

    products, why = await newest_products(api)
    await gather([partial(search_product, product) for product in products])
    return sorted(found, key=lambda one: int(one.id)), why


async def results(api: TestIO, run_id: str, query: Query) -> Results[TestResult]:
    """The results of a test of test cases."""

    async def tests_of(api: TestIO, query: Query) -> list[ExploratoryTest]:
        return (await matching_tests(api, query))[0]

    return await evidence.results(api, run_id, query, tests_of)


survey = Survey(
    runs=runs,
    run=run,
    search=search,
    bugs=open_bugs,
    untested=untested,
    lookup=lookup,
    reports=evidence.reports,
    results=results,
)
