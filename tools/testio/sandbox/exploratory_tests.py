"""Exploratory tests: the list with its paging rules, and one test with its metrics."""

import re
from math import inf

from starlette.responses import Response

from tools.kit.sandbox.attributes import attributes
from tools.kit.sandbox.routes import Call, Respond, Routes
from tools.testio.sandbox import attachments, environments, lifecycle, products
from tools.testio.sandbox.answers import answer, found, html_error
from tools.testio.sandbox.dates import plain
from tools.testio.sandbox.executions import Metrics
from tools.testio.sandbox.features import render_story
from tools.testio.sandbox.records import Cycle, CycleFeature, Product
from tools.testio.sandbox.requests import integer, wants_stories
from tools.testio.sandbox.world import World

routes: Routes[World] = Routes()

UNPAGED = 150
PER_PAGE = 25


@routes.get("/products/{product_id:int}/exploratory_tests")
async def list_tests(call: Call[World]) -> Response:
    world, product = call.world, products.find_product(call)
    rows = sorted((c for c in world.cycles.values() if c.product_id == product.id), key=_end_key, reverse=True)
    page, per_page = integer(call.last("page"), "page"), integer(call.last("per_page"), "per_page")
    if page is None:
        rows = rows[:UNPAGED]  # per_page alone is ignored
    else:
        size = per_page if per_page and per_page > 0 else PER_PAGE
        rows = rows[size * (max(page, 1) - 1) :][:size]
    _fail_on_broken_record(world, rows)
    with_stories, of_product = wants_stories(call), products.render_product(world, product)
    shown_rows = [render_test(world, cycle, with_stories=with_stories, of_product=of_product) for cycle in rows]
    return answer(call, {"exploratory_tests": shown_rows})


@routes.get("/exploratory_tests/{test_id:int}")
async def get_test(call: Call[World]) -> Response:
    cycle = find_test(call)
    _fail_on_broken_record(call.world, [cycle])
    metrics = Metrics(call.world, cycle)
    data = render_test(call.world, cycle, with_stories=wants_stories(call), metrics=metrics)
    return answer(call, {"exploratory_test": {**data, "analytics": metrics.analytics()}})


def _fail_on_broken_record(world: World, rows: list[Cycle]) -> None:
    """Answer 500 as an HTML page if one of the rows is the broken record."""
    if world.switches.broken_record and any(cycle.id in world.broken for cycle in rows):
        raise Respond(html_error(500, "We're sorry, but something went wrong (500)"))


def find_test(call: Call[World]) -> Cycle:
    """The test in the path."""
    return found(call.world.cycles.get(call.number("test_id")), "Exploratory test")


def render_test(
    world: World,
    cycle: Cycle,
    *,
    with_stories: bool = False,
    metrics: Metrics | None = None,
    of_product: dict[str, object] | None = None,
) -> dict[str, object]:
    """A test; with metrics, its features include their results."""
    product = world.products[cycle.product_id]
    return {
        "id": cycle.id,
        "test_title": cycle.title,
        "status": lifecycle.status(world, cycle),
        "review_status": lifecycle.review_status(world, cycle),
        "reviews": lifecycle.reviews(world, cycle),
        **render_scenario(world, cycle, product, of_product or products.render_product(world, product)),
        "features": [_render_feature(world, f, with_stories=with_stories, metrics=metrics) for f in cycle.features],
        "created_by": cycle.created_by,
        "submitted_by": cycle.submitted_by,
        "start_at": plain(cycle.start_at),
        "end_at": plain(cycle.end_at),
        "demo": False,
    }


def render_scenario(world: World, cycle: Cycle, product: Product, of_product: dict[str, object]) -> dict[str, object]:
    """The fields that tests and templates share."""
    environment = world.environments.get(cycle.environment_id or 0)
    section = product.section(cycle.section_id)
    severities = cycle.severities or {}
    return {
        "title": cycle.title,
        "testing_type": cycle.testing_type,
        **_text_fields(cycle),
        "test_environment": None if environment is None else environments.render_environment(environment),
        "app_sections": [],
        "requirements": cycle.requirements,
        "attachments": [attachments.render_attachment(world.attachments[number]) for number in cycle.attachments],
        "report_language": cycle.report_language,
        "section": None if section is None else products.render_section(world, section),
        "product": of_product,
        "enable_low": severities.get("low"),
        "enable_high": severities.get("high"),
        "enable_critical": severities.get("critical"),
        "allow_device_clouds_test_scenario": cycle.allow_device_clouds,
        "allowed_bug_types": _bug_types(cycle),
    }


def _text_fields(cycle: Cycle) -> dict[str, str | None]:
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


def _render_feature(
    world: World, feature: CycleFeature, *, with_stories: bool, metrics: Metrics | None
) -> dict[str, object]:
    stories: list[object] = [story.path for story in feature.stories]
    if with_stories:
        stories = [
            {
                **render_story(story),
                "user_story_version_id": story.version_id,
                **(metrics.story(story) if metrics else {}),
            }
            for story in feature.stories
        ]
    return {
        **attributes(feature, "id", "feature_id", "title", "description"),
        "location": None,
        **attributes(feature, "howtofind", "target_idx", "enable_default", "enable_content", "enable_visual"),
        "custom_report_configurations": [world.reports[n] for n in feature.report_ids if n in world.reports],
        "user_stories": stories,
        **(metrics.feature(feature) if metrics else {}),
    }


def _end_key(cycle: Cycle) -> tuple[float, int]:
    """Sort key: the end of a test; drafts without dates come first."""
    return (inf if cycle.end_at is None else cycle.end_at.timestamp(), cycle.id)
