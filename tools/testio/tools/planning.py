"""What a plan of tests reads of test IO: features and user stories, test cases, bugs with devices, crowd tests."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from tools.kit.errors import NotFound, PlatformError
from tools.kit.history import Outcome, TestHistory, history_of
from tools.kit.subject import Area, Case, CrowdTest
from tools.kit.survey import Query, Results
from tools.kit.text import many
from tools.kit.together import gather
from tools.kit.when import parse_timestamp
from tools.testio.client.testio import TestIO
from tools.testio.models.exploratory_tests import ExploratoryTest
from tools.testio.models.products import Feature
from tools.testio.models.test_cases import CaseResult, TestCase
from tools.testio.tools.exploratory_tests import known_test
from tools.testio.tools.lookup import PLATFORM
from tools.testio.tools.survey import matching_tests, newest_products
from tools.testio.tools.survey import survey as without_planning
from tools.testio.tools.test_history import outcome_of

NEWEST: Final = 8
"""Tests of test cases of a product whose results are read; each takes a request."""


async def _features(api: TestIO, query: Query) -> tuple[list[tuple[int, Feature]], list[str]]:
    """The features of all products, and what could not be read; read once for areas and cases."""

    async def read() -> tuple[list[tuple[int, Feature]], list[str]]:
        products, why = await newest_products(api)

        async def of_product(product_id: int) -> list[tuple[int, Feature]]:
            try:
                return [(product_id, feature) for feature in await api.features(product_id)]
            except PlatformError as error:
                why.append(f"features of product {product_id}: {error}")
                return []

        found = await gather([partial(of_product, product) for product in products])
        return [row for rows in found for row in rows], why

    return await query.once(f"{PLATFORM} features", read)


async def areas(api: TestIO, query: Query) -> Results[Area]:
    """Features, each followed by its user stories."""
    features, why = await _features(api, query)
    read, left_out = await _test_cases(api, query)
    counts = Counter(case.feature_id for _, case in read)
    found: list[Area] = []
    for product_id, feature in features:
        where = str(product_id)
        texts = " ".join(filter(None, [feature.description, feature.howtofind]))
        count = None if left_out else counts[feature.id]
        found.append(Area(PLATFORM, "feature", str(feature.id), feature.title, where, text=texts, cases=count))
        found += [
            Area(PLATFORM, "story", str(story.id or ""), story.path or story.title or "", where, feature.title)
            for story in feature.user_stories
        ]
    return Results(found, complete=not why, why="; ".join(why) or None)


async def _test_cases(api: TestIO, query: Query) -> tuple[list[tuple[int, TestCase]], list[str]]:
    """The test cases of all products, and what could not be read."""

    async def read() -> tuple[list[tuple[int, TestCase]], list[str]]:
        products, why = await newest_products(api)

        async def of_product(product_id: int) -> list[tuple[int, TestCase]]:
            rows: list[TestCase] = []
            walked = await api.walk_test_cases(product_id, rows.append)
            if left_out := walked.coverage(0).why:
                why.append(left_out)
            return [(product_id, case) for case in rows]

        found = await gather([partial(of_product, product) for product in products])
        return [row for rows in found for row in rows], list(dict.fromkeys(why))

    return await query.once(f"{PLATFORM} cases", read)


async def cases(api: TestIO, words: Collection[str], query: Query) -> Results[Case]:
    """All test cases, with the titles of their features; the API has no search."""
    read, why = await _test_cases(api, query)
    features, _ = await _features(api, query)
    titles = {feature.id: feature.title for _, feature in features}
    rows = [_case_of(case, product_id, titles) for product_id, case in read]
    return Results(rows, complete=not why, why="; ".join(why) or None)


def _case_of(case: TestCase, product_id: int, features: dict[int, str]) -> Case:
    steps = " ".join(step.description for step in case.steps if step.description)
    place = features.get(case.feature_id or 0, "")
    return Case(PLATFORM, str(case.id), case.title, str(product_id), place, steps)


async def past(api: TestIO, wanted: Sequence[Case], query: Query) -> Results[TestHistory]:
    """The results of test cases over the newest tests of test cases of their products."""
    tests, why = await matching_tests(api, replace(query, text=None, since=None, until=None))
    outcomes: dict[str, list[Outcome]] = {}

    async def results(product_id: int, test: ExploratoryTest) -> list[CaseResult]:
        try:
            return await api.test_case_results(product_id, test.id)
        except NotFound:  # an exploratory test whose type is missing
            return []

    for product_id in dict.fromkeys(int(case.where) for case in wanted):
        # Only tests of test cases have no type.
        of_cases = [t for t in tests if t.testing_type is None and t.product is not None and t.product.id == product_id]
        read = await gather([partial(results, product_id, test) for test in of_cases[:NEWEST]], at_once=4)
        for test, rows in zip(of_cases, read, strict=False):
            for row in rows:
                outcomes.setdefault(str(row.test_case_id), []).append(outcome_of(test, row))
        if len(of_cases) > NEWEST:
            why.append(f"results of {many(len(of_cases) - NEWEST, 'older test')} of test cases were not read")
    histories = [history_of(outcomes.get(case.id, []), test_id=case.id, title=case.title) for case in wanted]
    return Results(histories, complete=not why, why="; ".join(why) or None)


async def crowd_tests(api: TestIO, query: Query) -> Results[CrowdTest]:
    """Tests that testers carried out or work on, newest first; drafts and cancelled ones are left out."""
    tests, why = await matching_tests(api, replace(query, text=None, since=None, until=None))
    begun = [test for test in tests if not test.is_draft and test.status != "cancelled"]
    return Results([_crowd_test_of(test) for test in begun], complete=not why, why="; ".join(why) or None)


async def crowd_test(api: TestIO, run_id: str, query: Query) -> CrowdTest:
    """A test with its numbers, which only its own answer has, and its bugs that were not rejected."""
    test = await known_test(api, int(run_id))
    story = await without_planning.run(api, run_id, query)
    titles = [group.error for group in story.groups if group.error]
    return replace(_crowd_test_of(test), bugs=story.run.bugs, found=tuple(titles))


def _crowd_test_of(test: ExploratoryTest) -> CrowdTest:
    began, ended = parse_timestamp(test.start_at), parse_timestamp(test.end_at)
    numbers = test.analytics
    return CrowdTest(
        platform=PLATFORM,
        run_id=str(test.id),
        title=test.title or "",
        where=str(test.product.id) if test.product is not None else "",
        kind=test.testing_type or "test cases",
        said=test.status,
        features=tuple(feature.title for feature in test.features if feature.title),
        goal=test.goal or "",
        started_at=test.start_at,
        hours=round((ended - began).total_seconds() / 3600, 1) if began and ended else None,
        testers=numbers.testers_count if numbers else None,
        devices=numbers.devices_count if numbers else None,
        bugs=numbers.total_bugs if numbers else None,
        page=f"{PLATFORM}://exploratory-tests/{test.id}",
    )


survey = replace(without_planning, areas=areas, cases=cases, past=past, crowd_tests=crowd_tests, crowd_test=crowd_test)
