"""Adds features to a product: one, or copies of all features of another product."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from tools.kit.asking import Ask, Asking
from tools.kit.changed import Changed
from tools.kit.errors import Refused
from tools.kit.model import Answer, not_none
from tools.kit.text import many, quote
from tools.kit.toolset import Toolset
from tools.testio.client.testio import TestIO
from tools.testio.models.products import Feature, Product
from tools.testio.tools.products import PRODUCT, SECTION, ProductId, known_product, valid_section

tool = Toolset(TestIO)

Text = Annotated[str, Field(min_length=1, max_length=5000, description="What it does, for testers.")]
SectionIds = Annotated[
    list[Annotated[int, Field(gt=0)]] | None,
    Field(min_length=1, max_length=50, description="Ids or names; needed where the product has sections."),
    SECTION,
]


def valid_sections(product: Product, section_ids: Sequence[int] | None) -> None:
    """Check that the sections of a new feature belong to its product.

    Raises:
        Refused: with the sections that exist.
    """
    valid_section(product, None, needed=not section_ids, parameter="section_ids")
    for section_id in section_ids or ():
        valid_section(product, section_id, needed=True)


@tool.writes(idempotent=False, verify_with="list_features")
async def create_feature(
    api: TestIO,
    product_id: ProductId,
    title: Annotated[str, Field(min_length=1, max_length=250, description="Such as Wish list.")],
    description: Text,
    howtofind: Annotated[Text | None, Field(description="Where it is.")] = None,
    user_stories: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=500)]] | None,
        Field(max_length=50, description="As a guest, I can reset my PIN."),
    ] = None,
    section_ids: SectionIds = None,
    target_idx: Annotated[str | None, Field(max_length=250, description="Id in another system.")] = None,
    use_markdown: Annotated[bool | None, Field(description="Whether its texts are Markdown.")] = None,
) -> Changed[Feature]:
    """Add a feature to a product; the API can neither change nor delete one."""
    valid_sections(await known_product(api, product_id), section_ids)
    fields = not_none(title=title, description=description, howtofind=howtofind, user_stories=user_stories)
    fields |= not_none(target_idx=target_idx, use_markdown=use_markdown)
    feature = await api.create_feature(product_id, section_ids or (), fields)
    follow = "testio_create_user_story adds stories, testio_create_exploratory_test orders a test of it."
    return Changed(done="Created.", now=feature, next=follow)


class CopiedFeatures(Answer):
    """The number of features in the destination, before and after a copy."""

    done: str
    destination_product_id: int
    features_before: int
    features_after: int
    next: str


def count_features(features: Sequence[Feature]) -> str:
    """The number of features and of their user stories."""
    stories = sum(len(feature.user_stories) for feature in features)
    with_stories = many(stories, "user story", "user stories") if stories else "no user story"
    return f"{many(len(features), 'feature')} with {with_stories}"


@tool.destroys(idempotent=False, verify_with="list_features")
async def copy_features(
    api: TestIO,
    product_id: ProductId,
    destination_product_id: Annotated[int, Field(gt=0, description="To copy into: id or name."), PRODUCT],
) -> Asking[CopiedFeatures]:
    """Copy all features and user stories of a product into another. Asks the user first."""
    if product_id == destination_product_id:
        raise Refused("Source and destination are the same product.")
    source = await known_product(api, product_id)
    destination = await known_product(api, destination_product_id)
    features, existing = await api.features(product_id), await api.features(destination_product_id)
    if not features:
        raise Refused(f"Product {product_id} has no features to copy.")
    titles = {feature.title for feature in existing}
    again = sum(feature.title in titles for feature in features)
    yield Ask(
        f"Copy all {count_features(features)} from product {source.id} {quote(source.name or '')} into product "
        f"{destination.id} {quote(destination.name or '')}, which has {len(existing)} now?"
        + (f" {again} of them may be copied a second time: their titles exist there already." if again else "")
        + " The API cannot remove features: there is no undo, and a second copy makes duplicates."
    )
    after = await api.copy_features(product_id, destination_product_id)
    yield CopiedFeatures(
        done=f"Copied; product {destination_product_id} now has {count_features(after)}.",
        destination_product_id=destination_product_id,
        features_before=len(existing),
        features_after=len(after),
        next="testio_list_features shows them. Do not repeat this: it would duplicate them.",
    )
