"""Test templates: tests to start from."""

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testio.sandbox import products
from tools.testio.sandbox.answers import answer, not_found
from tools.testio.sandbox.asked import missing, whole
from tools.testio.sandbox.dates import plain
from tools.testio.sandbox.exploratory_tests import scenario
from tools.testio.sandbox.world import Template, World

routes: Routes[World] = Routes()


@routes.get("/test_templates")
async def list_templates(call: Call[World]) -> Response:
    product_id = whole(call.last("product_id"), "product_id")
    if product_id is None:
        raise missing(["product_id"])
    if product_id not in call.world.products:
        raise not_found("Product")
    section_id = whole(call.last("section_id"), "section_id")
    rows = [
        shown(call.world, template)
        for template in call.world.templates.values()
        if template.product_id == product_id and section_id in (None, template.section_id)
    ]
    return answer(call, {"test_templates": rows})


def shown(world: World, template: Template) -> dict[str, object]:
    """A template; the documentation calls its scenario a string, the platform sends the whole test."""
    return {
        "id": template.id,
        "title": template.title,
        "max_test_duration": 48,
        "min_test_duration": 2,
        "default_test_duration": template.hours,
        "test_scenario_template": _scenario(world, template),
    }


def _scenario(world: World, template: Template) -> dict[str, object] | str:
    if world.switches.template_as_string:
        return "ExploratoryTest"
    cycle, product = template.scenario, world.products[template.product_id]
    data = scenario(world, cycle, product, products.shown(world, product))
    del data["allow_device_clouds_test_scenario"], data["allowed_bug_types"]
    return {
        "id": cycle.id,
        "test_title": cycle.title,
        **data,
        "features": [
            {
                "id": feature.id,
                "feature_id": feature.feature_id,
                "title": feature.title,
                "description": feature.description,
                "howtofind": feature.howtofind,
                "user_stories": [story.path for story in feature.stories],
            }
            for feature in cycle.features
        ],
        "allow_device_clouds": cycle.allow_device_clouds,
        "start_at": plain(cycle.start_at),
        "end_at": plain(cycle.end_at),
    }
