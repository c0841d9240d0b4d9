"""Creates, describes and deletes products."""

from typing import Annotated, Literal

from pydantic import Field

from tools.kit.asking import Ask, Asking
from tools.kit.changed import Changed
from tools.kit.editing import Edits, apply_edits, text_fields
from tools.kit.errors import Refused
from tools.kit.model import not_none
from tools.kit.question import join_counts
from tools.kit.text import many, quote
from tools.kit.toolset import Toolset
from tools.testio.client.bugs import BugFilters
from tools.testio.client.testio import TestIO
from tools.testio.models.exploratory_tests import ExploratoryTest
from tools.testio.models.products import Product
from tools.testio.tools.products import ProductId, known_product

tool = Toolset(TestIO)

ProductType = Annotated[
    Literal["website", "mobile_app_ios", "mobile_app_android", "mobile_app_windows", "streaming_app", "gaming"],
    Field(description="What kind of software it is."),
]
Industry = Annotated[
    Literal["retail", "media", "travel", "social", "health", "sports", "education", "finance", "games", "other"],
    Field(description="Industry it belongs to."),
]
Description = Annotated[str, Field(max_length=5000, description="What it is, for testers.")]


@tool.writes(idempotent=False, verify_with="list_products")
async def create_product(
    api: TestIO,
    title: Annotated[str, Field(min_length=1, max_length=250, description="Name of the product.")],
    product_type: ProductType,
    industry: Industry,
    description: Description | None = None,
) -> Changed[Product]:
    """Create a product; this orders nothing."""
    fields = not_none(title=title, description=description, product_type=product_type, industry=industry)
    product = await api.create_product(fields)
    follow = "testio_create_feature adds what to test, testio_create_test_environment where to test it."
    return Changed(done="Created.", now=product, next=follow)


@tool.writes(idempotent=True, verify_with="get_product")
async def update_product(
    api: TestIO, product_id: ProductId, description: Description | None = None, edits: Edits = None
) -> Changed[Product]:
    """Change the description of a product; the API can change nothing else of it."""
    if (description is None) == (edits is None):
        raise Refused("Give either the whole description or edits of it.")
    before = await known_product(api, product_id)
    if description is None:
        description = apply_edits(text_fields(before, "description"), edits)["description"]
    after = await api.update_product(product_id, description=description)
    now = before.model_copy(update={"description": after.description})
    return Changed(done="Changed: description.", now=now, before=before)


async def count_contents(api: TestIO, product: Product) -> list[str]:
    """The number of things of each kind in a product."""
    unfinished = tests = 0

    def on_row(test: ExploratoryTest) -> None:
        nonlocal unfinished, tests
        tests += 1
        unfinished += not test.has_ended

    walked = await api.walk_exploratory_tests(product.id, on_row)
    features = await api.features(product.id)
    environments = await api.test_environments(product.id)
    bugs = await api.bugs_page(BugFilters([product.id]), 1, 1)
    complete = walked.coverage(tests).complete
    counts = [many(tests, "test", complete=complete) + (f" ({unfinished} not ended)" if unfinished else "")]
    reported = bugs.meta.record_count
    counts.append(many(len(bugs.bugs) if reported is None else reported, "bug", complete=reported is not None))
    counts.append(many(len(features), "feature"))
    counts.append(many(sum(len(feature.user_stories) for feature in features), "user story", "user stories"))
    counts.append(many(len(environments), "test environment"))
    if product.sections:
        counts.append(many(len(product.sections), "section"))
    return counts


@tool.destroys(idempotent=True, verify_with="list_products", typed=True)
async def delete_product(api: TestIO, product_id: ProductId) -> Asking[Changed[Product]]:
    """Delete a product with everything in it. Asks the user first."""
    product = await known_product(api, product_id)
    contents = join_counts(*await count_contents(api, product))
    effect = f"Expect everything in it to be deleted too: {contents}." if contents else "It is empty."
    name = f"product {product.id} {quote(product.name or '')}"
    yield Ask(f"Delete {name}? {effect} There is no undo.", typed=product.name or str(product.id))
    await api.delete_product(product_id)
    yield Changed(done=f"Deleted {name}.", before=product)
