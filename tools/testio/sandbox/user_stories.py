"""User stories: bare objects without an envelope, below a product whose sections must be named when it has some."""

from dataclasses import replace
from http import HTTPStatus

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testio.sandbox import products
from tools.testio.sandbox.answers import answer, invalid, not_found
from tools.testio.sandbox.records import Feature, Product, UserStory
from tools.testio.sandbox.requests import envelope, integer, missing, require, string
from tools.testio.sandbox.world import World

routes: Routes[World] = Routes()


@routes.get("/user_stories/{story_id:int}")
async def get_story(call: Call[World]) -> Response:
    story = call.world.stories.get(call.number("story_id"))
    if story is None:
        raise not_found("User story")
    return answer(call, shown(story))


@routes.get("/products/{product_id:int}/user_stories")
async def list_stories(call: Call[World]) -> Response:
    product = products.find(call)
    section_id = _section(call, product)
    features = [feature for feature in call.world.features.values() if _is_in(feature, product, section_id)]
    rows = [shown(story) for feature in features for story in call.world.stories_of(feature.id)]
    return answer(call, {"user_stories": rows})


@routes.post("/products/{product_id:int}/user_stories")
async def create_story(call: Call[World]) -> Response:
    """The feature must belong to the section that is named."""
    world, product = call.world, products.find(call)
    section_id = _section(call, product)
    sent = envelope(call, "user_story")
    require(sent, "feature_id", "path")
    feature = world.features.get(integer(sent["feature_id"], "feature_id") or 0)
    if feature is None or feature.product_id != product.id:
        raise invalid("Feature must exist")
    if not _is_in(feature, product, section_id):
        raise invalid("Feature must belong to the section")
    story = UserStory(next(world.story_ids), feature.id, string(sent, "path") or "", next(world.version_ids))
    return answer(call, shown(world.add_story(story)), HTTPStatus.CREATED)


@routes.put("/products/{product_id:int}/user_stories/{story_id:int}")
async def update_story(call: Call[World]) -> Response:
    """A new text is a new version: the tests that were made with the old one keep it."""
    story, sent = _find(call), envelope(call, "user_story")
    require(sent, "path")
    changed = replace(story, path=string(sent, "path") or "", version_id=next(call.world.version_ids))
    return answer(call, shown(call.world.add_story(changed)))


@routes.delete("/products/{product_id:int}/user_stories/{story_id:int}")
async def delete_story(call: Call[World]) -> Response:
    story = _find(call)
    call.world.drop_story(story)
    return answer(call, shown(story))


def shown(story: UserStory) -> dict[str, object]:
    """A story on its own; its feature is not named, which links the two only where features list their stories."""
    return {"id": story.id, "path": story.path, "title": story.path}


def _find(call: Call[World]) -> UserStory:
    """The story that the path names; the section need only be one of the product's."""
    product = products.find(call)
    _section(call, product)
    story = call.world.stories.get(call.number("story_id"))
    if story is None or call.world.features[story.feature_id].product_id != product.id:
        raise not_found("User story")
    return story


def _section(call: Call[World], product: Product) -> int | None:
    """The section that was named; None without one, which a product with sections does not allow."""
    section_id = integer(call.last("section_id"), "section_id")
    if section_id is None:
        if product.is_sectioned:
            raise missing(["section_id"])
        return None
    if product.section(section_id) is None:
        raise not_found("Section")
    return section_id


def _is_in(feature: Feature, product: Product, section_id: int | None) -> bool:
    return feature.product_id == product.id and (section_id is None or section_id in feature.section_ids)
