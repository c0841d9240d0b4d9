"""Reads products and their features, test templates and test environments."""

from collections.abc import Awaitable, Mapping
from functools import partial
from typing import Annotated, Any, TypeVar

from pydantic import Field

from tools.kit.errors import Invalid, NotFound, Refused, found
from tools.kit.model import Answer
from tools.kit.naming import ByName, Choice
from tools.kit.page import Cursor, Limit, Page, Selection
from tools.kit.text import Key, Untrusted, quote, word
from tools.kit.together import gather
from tools.kit.toolset import Toolset
from tools.testio.client.testio import TestIO
from tools.testio.models.environments import TestEnvironment
from tools.testio.models.exploratory_tests import TestTemplate
from tools.testio.models.products import Feature, Product

T = TypeVar("T")

tool = Toolset(TestIO)


async def product_choices(api: TestIO, given: Mapping[str, Any]) -> list[Choice]:
    """The account's products by name."""
    return [Choice(product.id, product.name) for product in await api.products()]


async def section_choices(api: TestIO, given: Mapping[str, Any]) -> list[Choice]:
    """The sections of the call's product, or of all products where it names none."""
    if given.get("product_id") is not None:
        product = await known_product(api, given["product_id"])
        return [Choice(section.id, section.name) for section in product.sections]
    wanted = given.get("product_ids")
    return [
        Choice(section.id, section.name, f"product {product.id}")
        for product in await api.products()
        for section in product.sections
        if not wanted or product.id in wanted
    ]


async def environment_choices(api: TestIO, given: Mapping[str, Any]) -> list[Choice]:
    """The test environments of the call's product, or of the product of its test."""
    product_id = given.get("product_id")
    if product_id is None:
        product = (await api.exploratory_test(given["test_id"])).product
        if product is None:
            raise Refused("The platform does not say which product this test is of: give an environment's id.")
        product_id = product.id
    environments = await api.test_environments(product_id)
    return [Choice(environment.id, environment.title) for environment in environments if environment.id is not None]


async def feature_choices(api: TestIO, given: Mapping[str, Any]) -> list[Choice]:
    """The features of the call's product or products."""
    wanted = given.get("product_ids") or ([given["product_id"]] if given.get("product_id") is not None else [])
    if not wanted:
        raise Refused("A feature's name needs its product beside it (product_ids); an id does not.")
    lists = await gather([partial(api.features, product_id) for product_id in wanted])
    several = len(wanted) > 1
    return [
        Choice(feature.id, feature.title, f"product {product_id}" if several else "")
        for product_id, features in zip(wanted, lists, strict=True)
        for feature in features
    ]


PRODUCT = ByName("product", product_choices, "testio_list_products")
SECTION = ByName("section", section_choices, "testio_get_product")
ENVIRONMENT = ByName("test environment", environment_choices, "testio_list_test_environments")
FEATURE = ByName("feature", feature_choices, "testio_list_features")

ProductId = Annotated[int, Field(gt=0, description="Id or name."), PRODUCT]
SectionId = Annotated[int | None, Field(gt=0, description="Id or name."), SECTION]
EnvironmentId = Annotated[int, Field(gt=0, description="Id or title."), ENVIRONMENT]
FeatureId = Annotated[int, Field(gt=0, description="Id or title."), FEATURE]


async def known_product(api: TestIO, product_id: int) -> Product:
    """Read a product, or say where ids come from."""
    return await found(api.product(product_id), f"product {product_id}", listed_by="testio_list_products")


def sections_of(product: Product) -> str:
    """The sections of a product, for an error."""
    return ", ".join(f"{section.id} {quote(section.name or '')}" for section in product.sections)


def valid_section(product: Product, section_id: int | None, *, needed: bool, parameter: str = "section_id") -> None:
    """Check that a section belongs to a product, and is given where the product has sections.

    Raises:
        Refused: with the sections that exist, where it is missing or not one of them.
    """
    if section_id is None:
        if needed and product.is_sectioned:
            raise Refused(f"Product {product.id} has sections; give one as {parameter}: {sections_of(product)}.")
    elif section_id not in {*product.section_ids, product.default_section_id}:
        raise Refused(f"Product {product.id} has no section {section_id}. It has: {sections_of(product) or 'none'}.")


class ProductRow(Answer):
    """A product as a list shows it."""

    id: int
    name: Untrusted | None = None
    type: Key | None = None
    sections: int = Field(description="Number of sections.")


@tool.reads(full_text_in="get_product")
async def list_products(
    api: TestIO,
    text: Annotated[str | None, Field(description="Part of the name.")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[ProductRow]:
    """List the products of the account."""
    selection: Selection[Product] = Selection(lambda p: (p.id,), limit=limit, cursor=cursor, text=text)
    return selection.page_of(
        await api.products(),
        lambda p: ProductRow(id=p.id, name=p.name, type=p.type, sections=len(p.sections)),
        fits=lambda p: not text or text.casefold() in (p.name or "").casefold(),
    )


@tool.reads(long_text=True)
async def get_product(api: TestIO, product_id: ProductId) -> Product:
    """Read one product with its sections."""
    return await known_product(api, product_id)


@tool.reads(long_text=True)
async def list_features(
    api: TestIO, product_id: ProductId, section_id: SectionId = None, limit: Limit = 100, cursor: Cursor = None
) -> Page[Feature]:
    """List the features of a product or of one section, with their user stories."""
    selection: Selection[Feature] = Selection(
        lambda f: (f.id,), limit=limit, cursor=cursor, product=product_id, section=section_id
    )
    features = await read_of_product(api, api.features(product_id, section_id), product_id, section_id)
    return selection.page_of(features, lambda f: f)


class TemplateRow(Answer):
    """A test template as a list shows it."""

    id: int
    title: Untrusted | None = None
    testing_type: Key | None = None
    goal: Untrusted | None = None
    features: list[Untrusted] = Field(default_factory=list)
    default_hours: float | None = None
    min_hours: float | None = None
    max_hours: float | None = None


@tool.reads(long_text=True)
async def list_test_templates(
    api: TestIO, product_id: ProductId, section_id: SectionId = None, limit: Limit = 50, cursor: Cursor = None
) -> Page[TemplateRow]:
    """List the templates of a product for new exploratory tests."""
    selection: Selection[TestTemplate] = Selection(
        lambda t: (t.id,), limit=limit, cursor=cursor, product=product_id, section=section_id
    )
    templates = await read_of_product(api, api.test_templates(product_id, section_id), product_id, section_id)
    return selection.page_of(templates, row_of_template)


def row_of_template(template: TestTemplate) -> TemplateRow:
    test = template.prescribes
    return TemplateRow(
        id=template.id,
        title=template.title,
        testing_type=test.testing_type if test else None,
        goal=test.goal if test else None,
        features=[feature.title for feature in test.features if feature.title] if test else [],
        default_hours=template.default_test_duration,
        min_hours=template.min_test_duration,
        max_hours=template.max_test_duration,
    )


@tool.reads(full_text_in="get_test_environment")
async def list_test_environments(
    api: TestIO, product_id: ProductId, limit: Limit = 50, cursor: Cursor = None
) -> Page[TestEnvironment]:
    """List the test environments of a product; their credentials stay hidden."""
    selection: Selection[TestEnvironment] = Selection(
        lambda e: (e.id or 0,), limit=limit, cursor=cursor, product=product_id
    )
    environments = await read_of_product(api, api.test_environments(product_id), product_id)
    return selection.page_of(environments, lambda e: e)


@tool.reads(long_text=True)
async def get_test_environment(api: TestIO, product_id: ProductId, environment_id: EnvironmentId) -> TestEnvironment:
    """Read one test environment; its credentials stay hidden."""
    return await known_environment(api, product_id, environment_id)


async def known_environment(api: TestIO, product_id: int, environment_id: int) -> TestEnvironment:
    """Read a test environment, or say where ids come from: its own, or its product's."""
    read, what = api.test_environment(product_id, environment_id), f"test environment {environment_id}"
    try:
        return await found(read, what, listed_by="testio_list_test_environments", within=f"Product {product_id}")
    except NotFound:
        await known_product(api, product_id)
        raise


async def read_of_product(api: TestIO, read: Awaitable[T], product_id: int, section_id: int | None = None) -> T:
    """Await a read within a product; where it is refused, name an unknown product, or a missing or unknown section."""
    try:
        return await read
    except (NotFound, Invalid) as error:
        valid_section(await known_product(api, product_id), section_id, needed=isinstance(error, Invalid))
        raise


async def product_ids(api: TestIO, variable: str, typed: str, before: dict[str, str]) -> list[str]:
    """Ids of products, for completion."""
    return [str(product.id) for product in await api.products() if str(product.id).startswith(typed)]


@tool.resource("products/{product_id}", complete=product_ids)
async def product_page(api: TestIO, product_id: int) -> str:
    """A product as a page of Markdown."""
    product = await known_product(api, product_id)
    lines = [f"# Product {product.id}: {quote(product.name or '')}", ""]
    if product.type:
        lines.append(f"- Type: {word(product.type)}")
    if product.description:
        lines.append(f"- About: {quote(product.description, at_most=1000)}")
    if product.sections:
        lines += ["", "## Sections", ""]
        lines += [f"- {section.id} {quote(section.name or '')}" for section in product.sections]
    environments = await api.test_environments(product_id)
    if environments:
        lines += ["", "## Test environments", ""]
        lines += [f"- {e.id} {quote(e.title or '')}: {quote(e.url or e.access_type or '')}" for e in environments]
    features = await api.features(product_id)
    if features:
        lines += ["", "## Features", ""]
        lines += [f"- {f.id} {quote(f.title)}" for f in features]
    return "\n".join(lines)
