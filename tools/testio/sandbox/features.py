"""Features: lists, creation, copies into another product, and changes by a new test."""

from dataclasses import dataclass, replace
from http import HTTPStatus

from starlette.responses import Response

from tools.kit.sandbox.attributes import attributes
from tools.kit.sandbox.routes import Call, Routes
from tools.testio.sandbox import products
from tools.testio.sandbox.answers import answer, found, invalid
from tools.testio.sandbox.records import CycleFeature, Feature, Product, UserStory
from tools.testio.sandbox.requests import (
    Fields,
    body,
    boolean,
    envelope,
    integer,
    missing,
    require,
    string,
    strings,
    unreadable,
    wants_stories,
)
from tools.testio.sandbox.world import World

routes: Routes[World] = Routes()


@routes.get("/products/{product_id:int}/features")
async def list_features(call: Call[World]) -> Response:
    product = products.find_product(call)
    if product.is_sectioned and call.world.switches.strict_sections:
        raise invalid("Section must be provided for a product with sections")
    return _answer_list(call, [f for f in call.world.features.values() if f.product_id == product.id])


@routes.get("/products/{product_id:int}/sections/{section_id:int}/features")
async def list_features_of_section(call: Call[World]) -> Response:
    product = products.find_product(call)
    section = found(product.section(call.number("section_id")), "Section")
    rows = [f for f in call.world.features.values() if f.product_id == product.id and section.id in f.section_ids]
    return _answer_list(call, rows)


@routes.post("/features")
async def create_feature(call: Call[World]) -> Response:
    """The IDs are outside `feature`."""
    sent = body(call)
    require(sent, "product_id", "feature")
    return _create(call, products.product_by_id(call.world, integer(sent["product_id"], "product_id")))


@routes.post("/products/{product_id:int}/features")
async def create_feature_of_product(call: Call[World]) -> Response:
    """The path of 2022, which includes the product."""
    return _create(call, products.find_product(call))


def _create(call: Call[World], product: Product) -> Response:
    world, sent = call.world, envelope(call, "feature")
    require(sent, "title", "description")
    title, stories = string(sent, "title") or "", strings(sent, "user_stories")
    section_ids = _sections(product, body(call))
    description, howtofind, target_idx = (string(sent, name) for name in ("description", "howtofind", "target_idx"))
    use_markdown = boolean(sent, "use_markdown", default=True)
    feature = add_feature(world, product, title, description, howtofind, section_ids)
    feature.target_idx, feature.use_markdown = target_idx, use_markdown
    for path in dict.fromkeys(stories):
        add_story(world, feature, path)
    return answer(call, {"feature": render_feature(world, feature)}, HTTPStatus.CREATED)


def _sections(product: Product, sent: Fields) -> list[int]:
    """The sections of a new feature; a product without sections has its default one."""
    listed = sent.get("section_ids")
    if not listed:
        if product.is_sectioned:
            raise missing(["section_ids"])
        return [product.default_section.id]
    if not isinstance(listed, list):
        raise unreadable("section_ids")
    section_ids = [integer(entry, "section_ids") or 0 for entry in listed]
    if any(product.section(section_id) is None for section_id in section_ids):
        raise invalid("Section must exist")
    return section_ids


@routes.put("/products/{product_id:int}/features/copy")
async def copy_features(call: Call[World]) -> Response:
    """Copy all features with their stories; repeating it creates duplicates.

    The destination is read from the body, else from the query. In a product with sections, each has the copies.
    """
    world, source = call.world, products.find_product(call)
    name = "destination_product_id"
    wanted = {name: call.last(name)} | dict(body(call))
    require(wanted, name)
    destination = products.product_by_id(world, integer(wanted[name], name))
    if destination is source:
        raise invalid("Destination product must be another product")
    section_ids = [section.id for section in destination.sections] or [destination.default_section.id]
    for feature in [feature for feature in world.features.values() if feature.product_id == source.id]:
        twin = add_feature(world, destination, feature.title, feature.description, feature.howtofind, list(section_ids))
        twin.target_idx, twin.use_markdown = feature.target_idx, feature.use_markdown
        for story in world.stories_of(feature.id):
            add_story(world, twin, story.path)
    return _answer_list(call, [feature for feature in world.features.values() if feature.product_id == destination.id])


def _answer_list(call: Call[World], rows: list[Feature]) -> Response:
    with_stories = wants_stories(call)
    return answer(
        call, {"features": [render_feature(call.world, feature, with_stories=with_stories) for feature in rows]}
    )


def render_feature(world: World, feature: Feature, *, with_stories: bool = False) -> dict[str, object]:
    """A feature; its stories are objects when requested, else strings."""
    stories = world.stories_of(feature.id)
    return {
        **attributes(feature, "id", "title", "description", "howtofind"),
        "user_stories": [render_story(s) if with_stories else s.path for s in stories],
    }


def render_story(story: UserStory) -> dict[str, object]:
    return {"id": story.id, "path": story.path, "title": story.path, "feature_id": story.feature_id}


@dataclass(frozen=True)
class FeatureRequest:
    """A feature in a test request, validated but not looked up: a snapshot without its ids and stories."""

    id: int | None
    snapshot: CycleFeature
    stories: list[str]
    use_markdown: bool | None


def read_features(world: World, product: Product, entries: list[Fields]) -> list[FeatureRequest]:
    """Validate the features of a test request before anything is stored."""
    return [_read_feature(world, product, entry) for entry in entries]


def _read_feature(world: World, product: Product, entry: Fields) -> FeatureRequest:
    feature_id = integer(entry.get("id"), "id") or None  # clients send 0 for "new"
    title = string(entry, "title")
    if matching_feature(world, product, feature_id, title) is None and not title:
        raise missing(["title"]) if feature_id is None else invalid("Feature must exist")
    stories, reports = strings(entry, "user_stories"), entry.get("custom_report_configuration_ids") or []
    if not isinstance(reports, list):
        raise unreadable("custom_report_configuration_ids")
    snapshot = CycleFeature(
        id=0,
        feature_id=0,
        title=title or "",
        description=string(entry, "description"),
        howtofind=string(entry, "howtofind"),
        enable_default=boolean(entry, "enable_default", default=True),
        enable_content=boolean(entry, "enable_content", default=False),
        enable_visual=boolean(entry, "enable_visual", default=False),
        report_ids=[number for number in (integer(r, "custom_report_configuration_ids") for r in reports) if number],
    )
    use_markdown = None if entry.get("use_markdown") is None else boolean(entry, "use_markdown", default=True)
    return FeatureRequest(feature_id, snapshot, stories, use_markdown)


def matching_feature(world: World, product: Product, feature_id: int | None, title: str | None) -> Feature | None:
    """The product's feature with this ID, else with this title."""
    own = [feature for feature in world.features.values() if feature.product_id == product.id]
    by_id = next((feature for feature in own if feature.id == feature_id), None)
    return by_id or next((feature for feature in own if title and feature.title == title), None)


def snapshot_of(world: World, product: Product, section_id: int, wanted: FeatureRequest) -> CycleFeature:
    """Find, overwrite or create the feature, and return the test's snapshot of it."""
    sent = wanted.snapshot
    feature = matching_feature(world, product, wanted.id, sent.title)
    if feature is None:
        feature = add_feature(world, product, sent.title, sent.description, sent.howtofind, [section_id])
        feature.use_markdown = wanted.use_markdown is not False
    elif sent.description and sent.howtofind:
        # With an ID and a title the product's feature is overwritten, for all later tests.
        feature.description, feature.howtofind = sent.description, sent.howtofind
        if wanted.use_markdown is not None:
            feature.use_markdown = wanted.use_markdown
        world.rendered.clear()
    return replace(
        sent,
        id=next(world.cycle_feature_ids),
        feature_id=feature.id,
        title=sent.title or feature.title,
        description=sent.description or feature.description,
        howtofind=sent.howtofind or feature.howtofind,
        stories=[add_story(world, feature, path) for path in dict.fromkeys(wanted.stories)],
        target_idx=feature.target_idx,
    )


def add_feature(
    world: World, product: Product, title: str, description: str | None, howtofind: str | None, section_ids: list[int]
) -> Feature:
    """Add a feature to a product."""
    feature = Feature(next(world.feature_ids), product.id, title, description, howtofind, section_ids)
    world.features[feature.id] = feature
    return feature


def add_story(world: World, feature: Feature, path: str) -> UserStory:
    """The feature's story with this text; a new one when there is none."""
    for story in world.stories_of(feature.id):
        if story.path == path:
            return story
    return world.add_story(UserStory(next(world.story_ids), feature.id, path, next(world.version_ids)))
