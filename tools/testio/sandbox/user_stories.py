"""User stories: bare objects without an envelope; a product with sections needs a section."""

from dataclasses import replace
from http import HTTPStatus

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testio.sandbox import products
from tools.testio.sandbox.answers import answer, found, invalid, not_found
from tools.testio.sandbox.records import Feature, Product, UserStory
from tools.testio.sandbox.requests import envelope, integer, missing, require, string
from tools.testio.sandbox.world import World

routes: Routes[World] = Routes()


@routes.get("/user_stories/{story_id:int}")
async def get_story(call: Call[World]) -> Response:
    return answer(call, render_story(found(call.world.stories.get(call.number("story_id")), "User story")))


@routes.get("/products/{product_id:int}/user_stories")
async def list_stories(call: Call[World]) -> Response:
    product = products.find_product(call)
    section_id = _section(call, product)
    features = [feature for feature in call.world.features.values() if _is_in(feature, product, section_id)]
    rows = [render_story(story) for feature in features for story in call.world.stories_of(feature.id)]
    return answer(call, {"user_stories": rows})


@routes.post("/products/{product_id:int}/user_stories")
async def create_story(call: Call[World]) -> Response:
    """The feature must belong to the section."""
    world, product = call.world, products.find_product(call)
    section_id = _section(call, product)
    sent = envelope(call, "user_story")
    require(sent, "feature_id", "path")
    feature = world.features.get(integer(sent["feature_id"], "feature_id") or 0)
    if feature is None or feature.product_id != product.id:
        raise invalid("Feature must exist")
    if not _is_in(feature, product, section_id):
        raise invalid("Feature must belong to the section")
    story = UserStory(next(world.story_ids), feature.id, string(sent, "path") or "", next(world.version_ids))
    return answer(call, render_story(world.add_story(story)), HTTPStatus.CREATED)


@routes.put("/products/{product_id:int}/user_stories/{story_id:int}")
async def update_story(call: Call[World]) -> Response:
    """A new text is a new version; tests created with the old one keep it."""
    story, sent = _find_story(call), envelope(call, "user_story")
    require(sent, "path")
    changed = replace(story, path=string(sent, "path") or "", version_id=next(call.world.version_ids))
    return answer(call, render_story(call.world.add_story(changed)))


@routes.delete("/products/{product_id:int}/user_stories/{story_id:int}")
async def delete_story(call: Call[World]) -> Response:
    story = _find_story(call)
    call.world.drop_story(story)
    return answer(call, render_story(story))


def render_story(story: UserStory) -> dict[str, object]:
    """A single story; it does not include its feature, so only lists of features link the two."""
    return {"id": story.id, "path": story.path, "title": story.path}


def _find_story(call: Call[World]) -> UserStory:
    """The story in the path; the section may be any of the product's."""
    product = products.find_product(call)
    _section(call, product)
    story = call.world.stories.get(call.number("story_id"))
    if story is None or call.world.features[story.feature_id].product_id != product.id:
        raise not_found("User story")
    return story


def _section(call: Call[World], product: Product) -> int | None:
    """The section in the query; None without one, which is refused for a product with sections."""
    section_id = integer(call.last("section_id"), "section_id")
    if section_id is None:
        if product.is_sectioned:
            raise missing(["section_id"])
        return None
    return found(product.section(section_id), "Section").id


def _is_in(feature: Feature, product: Product, section_id: int | None) -> bool:
    return feature.product_id == product.id and (section_id is None or section_id in feature.section_ids)
