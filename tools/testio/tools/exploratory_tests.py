"""Reads exploratory tests: lists, and one test in full."""

from typing import Annotated

from pydantic import Field

from tools.kit.errors import found
from tools.kit.model import answer_from
from tools.kit.page import Cursor, Limit, Page, Selection
from tools.kit.text import clean, passage, quote, word, word_if
from tools.kit.toolset import Progress, Toolset
from tools.kit.vocabulary import WordFilter
from tools.kit.when import milliseconds
from tools.testio.client.testio import TestIO
from tools.testio.models.exploratory_tests import ExploratoryTest, TestRow
from tools.testio.tools.products import ProductId, SectionId, known_product, read_of_product, valid_section
from tools.testio.tools.words import TEST_STATUS_MEANT, TEST_STATUSES, TESTING_TYPES

tool = Toolset(TestIO)

TestId = Annotated[int, Field(gt=0, description="From testio_list_exploratory_tests.")]


async def known_test(api: TestIO, test_id: int) -> ExploratoryTest:
    """Read a test, or say where ids come from."""
    return await found(api.exploratory_test(test_id), f"test {test_id}", listed_by="testio_list_exploratory_tests")


def row_of(test: ExploratoryTest) -> TestRow:
    """A test as a row, without its link."""
    return answer_from(TestRow, test, section_id=test.section.id if test.section is not None else None, link=None)


def newest_first(test: ExploratoryTest) -> tuple[int, ...]:
    """Drafts have no start and come first."""
    started = milliseconds(test.start_at)
    return (-started if started else -(2**62), -test.id)


@tool.reads(full_text_in="get_exploratory_test")
async def list_exploratory_tests(
    api: TestIO,
    progress: Progress,
    product_id: ProductId,
    status: Annotated[
        list[str] | None,
        Field(
            description="initialized (draft), customer_finalized, waiting, running, locked, archived, cancelled.",
            max_length=20,
        ),
    ] = None,
    testing_type: Annotated[
        list[str] | None, Field(max_length=20, description="coverage, usability, rapid, focused.")
    ] = None,
    section_id: SectionId = None,
    text: Annotated[str | None, Field(description="Part of the title.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[TestRow]:
    """List a product's tests, newest first."""
    statuses = WordFilter("test status", status, TEST_STATUSES, meant=TEST_STATUS_MEANT)
    types = WordFilter("testing type", testing_type, TESTING_TYPES)
    sections: set[int] = set()
    selection: Selection[ExploratoryTest] = Selection(
        newest_first, limit=limit, cursor=cursor, filters=[product_id, statuses.key, types.key, section_id, text]
    )

    def on_row(test: ExploratoryTest) -> None:
        if test.section is not None and test.section.id is not None:
            sections.add(test.section.id)
        if not all([statuses.fits(test.status), types.fits(test.testing_type)]):
            return
        if section_id and (test.section is None or test.section.id != section_id):
            return
        if text and text.casefold() not in clean(test.title or "").casefold():
            return
        selection.offer(test)

    walk = api.walk_exploratory_tests(product_id, on_row, progress=progress)
    walked = await read_of_product(api, walk, product_id)
    statuses.check()
    types.check()
    if section_id and section_id not in sections:
        valid_section(await known_product(api, product_id), section_id, needed=False)
    return selection.page(row_of, walked.coverage(selection.matched))


@tool.reads(long_text=True)
async def get_exploratory_test(api: TestIO, test_id: TestId) -> ExploratoryTest:
    """Read one test in full: status, texts, features, devices, environment, numbers."""
    return await known_test(api, test_id)


async def test_ids(api: TestIO, variable: str, typed: str, before: dict[str, str]) -> list[str]:
    """Ids of the newest tests, for completion."""
    ids: list[int] = []
    for product in (await api.products())[:5]:
        ids += [test.id for test in await api.exploratory_tests_page(product.id, 1, 25)]
    return [str(number) for number in sorted(ids, reverse=True) if str(number).startswith(typed)]


@tool.resource("exploratory-tests/{test_id}", complete=test_ids)
async def test_page(api: TestIO, test_id: int) -> str:
    """A test as a page of Markdown."""
    test = await known_test(api, test_id)
    environment = test.test_environment
    facts = (
        ("Status", word_if(test.status)),
        ("Review", word_if(test.review_status)),
        ("Type", word_if(test.testing_type)),
        ("Product", test.product and f"{test.product.id} {quote(test.product.name or '')}"),
        ("Section", test.section and f"{test.section.id} {quote(test.section.name or '')}"),
        ("From", word_if(test.start_at)),
        ("To", word_if(test.end_at)),
        ("Environment", environment and f"{quote(environment.title or '')} {quote(environment.url or '')}"),
        ("Language", word_if(test.report_language)),
        ("Link", test.link and quote(test.link, at_most=300)),
    )
    lines = [f"# Test {test.id}: {quote(test.title or '', at_most=300)}", ""]
    lines += [f"- {name}: {value}" for name, value in facts if value]
    for heading, words in (
        ("Goal", test.goal),
        ("Out of scope", test.out_of_scope),
        ("Instructions", test.instructions),
    ):
        if words and words.strip():
            lines += ["", f"## {heading}", "", passage(words)]
    if test.features:
        lines += ["", "## Features", ""]
        for feature in test.features:
            numbers = (
                f" ({word(feature.execution_status)}, {feature.bugs_found or 0} bugs)"
                if feature.execution_status
                else ""
            )
            lines.append(f"- {feature.feature_id or feature.id} {quote(feature.title or '')}{numbers}")
    if test.requirements:
        lines += ["", "## Devices", "", *[f"- {quote(requirement)}" for requirement in test.requirements]]
    if test.analytics is not None:
        analytics = test.analytics.model_dump(exclude_none=True)
        lines += ["", "## Numbers", "", *[f"- {name.replace('_', ' ')}: {n}" for name, n in analytics.items()]]
    lines += ["", f"testio_list_bugs with test_ids [{test.id}] lists its bugs."]
    return "\n".join(lines)
