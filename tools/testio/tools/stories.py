"""User stories: what testers check about a feature."""

from typing import Annotated

from pydantic import Field

from tools.kit.asking import Ask, Asking
from tools.kit.changed import Changed
from tools.kit.editing import Edits, apply_edits, text_fields
from tools.kit.errors import NotFound, Refused, found
from tools.kit.page import Coverage, Cursor, Limit, Page, Selection
from tools.kit.text import clean, quote
from tools.kit.toolset import Toolset
from tools.testio.client.testio import TestIO
from tools.testio.models.products import Product
from tools.testio.models.stories import Story
from tools.testio.tools.products import FeatureId, ProductId, SectionId, known_product, valid_section

tool = Toolset(TestIO)

UserStoryId = Annotated[int, Field(gt=0, description="From testio_list_user_stories.")]
Path = Annotated[str, Field(min_length=1, max_length=500, description="As a guest, I can reset my PIN.")]


async def known_story(api: TestIO, user_story_id: int) -> Story:
    """Read a user story, or say where ids come from."""
    return await found(
        api.user_story(user_story_id), f"user story {user_story_id}", listed_by="testio_list_user_stories"
    )


async def in_section(api: TestIO, product_id: int, section_id: int | None) -> Product:
    """Read a product, and check that its section is given where it has several.

    Raises:
        Refused: with the sections that exist.
    """
    product = await known_product(api, product_id)
    valid_section(product, section_id, needed=True)
    return product


def of_another_product(user_story_id: int, product_id: int) -> NotFound:
    """The error for a story that exists, but in another product."""
    return NotFound(
        f"Product {product_id} has no user story {user_story_id}; it is another product's. "
        "testio_list_user_stories shows what a product has.",
        status=404,
    )


@tool.reads(full_text_in="get_user_story")
async def list_user_stories(
    api: TestIO,
    product_id: ProductId,
    section_id: SectionId = None,
    text: Annotated[str | None, Field(description="Part of the story.")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[Story]:
    """List the user stories of a product or section; testio_list_features shows which feature has which."""
    product = await known_product(api, product_id)
    valid_section(product, section_id, needed=False)
    selection: Selection[Story] = Selection(
        lambda story: (story.id,), limit=limit, cursor=cursor, product=product_id, section=section_id, text=text
    )

    def on_row(story: Story) -> None:
        if not text or text.casefold() in clean(f"{story.path or ''}\n{story.title or ''}").casefold():
            selection.offer(story)

    if section_id is None:
        count = await api.walk_user_stories(product, on_row)
    else:
        stories = await api.user_stories(product_id, section_id)
        count = len(stories)
        for story in stories:
            on_row(story)
    coverage = Coverage(total=count, loaded=count, matched=selection.matched, complete=True)
    return selection.page(lambda story: story, coverage)


@tool.reads(long_text=True)
async def get_user_story(api: TestIO, user_story_id: UserStoryId) -> Story:
    """Read one user story."""
    return await known_story(api, user_story_id)


@tool.writes(idempotent=False, verify_with="list_user_stories")
async def create_user_story(
    api: TestIO, product_id: ProductId, feature_id: FeatureId, path: Path, section_id: SectionId = None
) -> Changed[Story]:
    """Add a user story to a feature; where the product has sections, give one that has the feature."""
    await in_section(api, product_id, section_id)
    if feature_id not in {feature.id for feature in await api.features(product_id, section_id)}:
        where = f"Product {product_id}" if section_id is None else f"Section {section_id} of product {product_id}"
        raise Refused(f"{where} has no feature {feature_id}. testio_list_features shows its ids.")
    story = await api.create_user_story(product_id, feature_id=feature_id, text=path, section_id=section_id)
    follow = "testio_create_exploratory_test orders a test of its feature."
    return Changed(done=f"Added to feature {feature_id}.", now=story, next=follow)


@tool.writes(idempotent=True, verify_with="get_user_story")
async def update_user_story(
    api: TestIO,
    product_id: ProductId,
    user_story_id: UserStoryId,
    path: Path | None = None,
    section_id: SectionId = None,
    edits: Edits = None,
) -> Changed[Story]:
    """Change the text of a user story."""
    if (path is None) == (edits is None):
        raise Refused("Give either the whole path or edits of it.")
    await in_section(api, product_id, section_id)
    before = await known_story(api, user_story_id)
    if path is None:
        path = apply_edits(text_fields(before, "path"), edits)["path"]
    try:
        story = await api.update_user_story(product_id, user_story_id, text=path, section_id=section_id)
    except NotFound as error:
        raise of_another_product(user_story_id, product_id) from error
    return Changed(done="Changed: path.", now=story, before=before)


@tool.destroys(idempotent=True, verify_with="get_user_story")
async def delete_user_story(
    api: TestIO, product_id: ProductId, user_story_id: UserStoryId, section_id: SectionId = None
) -> Asking[Changed[Story]]:
    """Delete a user story. Asks the user first."""
    product = await in_section(api, product_id, section_id)
    story = await known_story(api, user_story_id)
    owner = ""
    for feature in await api.features(product_id):
        if story.id in {one.id for one in feature.user_stories}:
            owner = f" of feature {feature.id} {quote(feature.title)}"
    if not owner:  # features may list their stories as texts without ids
        ids = set[int]()
        await api.walk_user_stories(product, lambda one: ids.add(one.id))
        if story.id not in ids:
            raise of_another_product(user_story_id, product_id)
    section = f"section {section_id} of " if section_id is not None else ""
    where = f"{section}product {product.id} {quote(product.name or '')}"
    yield Ask(
        f"Delete user story {story.id} {quote(story.path or story.title or '', at_most=500)}{owner} in {where}? "
        "There is no undo."
    )
    try:
        await api.delete_user_story(product_id, user_story_id, section_id=section_id)
    except NotFound as error:
        raise of_another_product(user_story_id, product_id) from error
    yield Changed(done=f"Deleted user story {story.id} of {where}.", before=story)
