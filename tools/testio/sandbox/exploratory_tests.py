"""Exploratory tests: how they look, the list with its rules on paging, and one with its numbers."""

import re
from math import inf

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Respond, Routes
from tools.testio.sandbox import attachments, environments, lifecycle, products
from tools.testio.sandbox.answers import answer, not_found, page
from tools.testio.sandbox.dates import plain
from tools.testio.sandbox.executions import Metrics
from tools.testio.sandbox.features import shown_story
from tools.testio.sandbox.records import Cycle, CycleFeature, Product
from tools.testio.sandbox.requests import integer, wants_stories
from tools.testio.sandbox.world import World

routes: Routes[World] = Routes()

UNPAGED = 150
PER_PAGE = 25


@routes.get("/products/{product_id:int}/exploratory_tests")
async def list_tests(call: Call[World]) -> Response:
    world, product = call.world, products.find(call)
    rows = sorted((c for c in world.cycles.values() if c.product_id == product.id), key=_newest, reverse=True)
    asked, per_page = integer(call.last("page"), "page"), integer(call.last("per_page"), "per_page")
    if asked is None:
        rows = rows[:UNPAGED]  # per_page alone is ignored
    else:
        size = per_page if per_page and per_page > 0 else PER_PAGE
        rows = rows[size * (max(asked, 1) - 1) :][:size]
    _whole(world, rows)
    with_stories, of_product = wants_stories(call), products.shown(world, product)
    shown_rows = [shown(world, cycle, with_stories=with_stories, of_product=of_product) for cycle in rows]
    return answer(call, {"exploratory_tests": shown_rows})


@routes.get("/exploratory_tests/{test_id:int}")
async def get_test(call: Call[World]) -> Response:
    cycle = find(call)
    _whole(call.world, [cycle])
    metrics = Metrics(call.world, cycle)
    data = shown(call.world, cycle, with_stories=wants_stories(call), metrics=metrics)
    return answer(call, {"exploratory_test": {**data, "analytics": metrics.analytics()}})


def _whole(world: World, rows: list[Cycle]) -> None:
    """Break on a record that cannot be written, as the platform does: with a page, and for all rows around it."""
    if world.switches.broken_record and any(cycle.id in world.broken for cycle in rows):
        raise Respond(page(500, "We're sorry, but something went wrong (500)"))


def find(call: Call[World]) -> Cycle:
    """The test that the path names."""
    cycle = call.world.cycles.get(call.number("test_id"))
    if cycle is None:
        raise not_found("Exploratory test")
    return cycle


def shown(
    world: World,
    cycle: Cycle,
    *,
    with_stories: bool = False,
    metrics: Metrics | None = None,
    of_product: dict[str, object] | None = None,
) -> dict[str, object]:
    """A test; with metrics its features carry what was found in them."""
    product = world.products[cycle.product_id]
    return {
        "id": cycle.id,
        "test_title": cycle.title,
        "status": lifecycle.status(world, cycle),
        "review_status": lifecycle.review_status(world, cycle),
        "reviews": lifecycle.reviews(world, cycle),
        **scenario(world, cycle, product, of_product or products.shown(world, product)),
        "features": [_feature(world, f, with_stories=with_stories, metrics=metrics) for f in cycle.features],
        "created_by": cycle.created_by,
        "submitted_by": cycle.submitted_by,
        "start_at": plain(cycle.start_at),
        "end_at": plain(cycle.end_at),
        "demo": False,
    }


def scenario(world: World, cycle: Cycle, product: Product, of_product: dict[str, object]) -> dict[str, object]:
    """What a test and a template have in common."""
    environment = world.environments.get(cycle.environment_id or 0)
    section = product.section(cycle.section_id)
    severities = cycle.severities or {}
    return {
        "title": cycle.title,
        "testing_type": cycle.testing_type,
        **_texts(cycle),
        "test_environment": None if environment is None else environments.shown(environment),
        "app_sections": [],
        "requirements": cycle.requirements,
        "attachments": [attachments.shown(world.attachments[number]) for number in cycle.attachments],
        "report_language": cycle.report_language,
        "section": None if section is None else products.shown_section(world, section),
        "product": of_product,
        "enable_low": severities.get("low"),
        "enable_high": severities.get("high"),
        "enable_critical": severities.get("critical"),
        "allow_device_clouds_test_scenario": cycle.allow_device_clouds,
        "allowed_bug_types": _bug_types(cycle),
    }


def _texts(cycle: Cycle) -> dict[str, str | None]:
    return {
        "goal": cycle.goal,
        "goal_text": plain_text(cycle.goal),
        "out_of_scope": cycle.out_of_scope,
        "out_of_scope_text": plain_text(cycle.out_of_scope),
        "instructions": cycle.instructions,
        "instructions_text": plain_text(cycle.instructions),
    }


def plain_text(text: str | None) -> str | None:
    """A text without its markup."""
    if text is None:
        return None
    without_tags = re.sub(r"</?(?:b|i|em|strong|a|code|u|span)\b[^>]*>", "", text)
    without_tags = re.sub(r"<[^>]+>", " ", without_tags)
    return re.sub(r"\s+", " ", re.sub(r"[*_`#]+", "", without_tags)).strip()


def _bug_types(cycle: Cycle) -> list[str]:
    enabled = {
        "default": any(feature.enable_default for feature in cycle.features),
        "content": any(feature.enable_content for feature in cycle.features),
        "visual": any(feature.enable_visual for feature in cycle.features),
    }
    return [kind for kind, is_enabled in enabled.items() if is_enabled]


def _feature(world: World, feature: CycleFeature, *, with_stories: bool, metrics: Metrics | None) -> dict[str, object]:
    stories: list[object] = [story.path for story in feature.stories]
    if with_stories:
        stories = [
            {
                **shown_story(story),
                "user_story_version_id": story.version_id,
                **(metrics.story(story) if metrics else {}),
            }
            for story in feature.stories
        ]
    return {
        "id": feature.id,
        "feature_id": feature.feature_id,
        "title": feature.title,
        "description": feature.description,
        "location": None,
        "howtofind": feature.howtofind,
        "target_idx": feature.target_idx,
        "enable_default": feature.enable_default,
        "enable_content": feature.enable_content,
        "enable_visual": feature.enable_visual,
        "custom_report_configurations": [world.reports[n] for n in feature.report_ids if n in world.reports],
        "user_stories": stories,
        **(metrics.feature(feature) if metrics else {}),
    }


def _newest(cycle: Cycle) -> tuple[float, int]:
    """By their end; drafts without a date come first."""
    return (inf if cycle.end_at is None else cycle.end_at.timestamp(), cycle.id)
