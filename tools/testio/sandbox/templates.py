"""Test templates: the list, and saving a test as a template."""

from copy import deepcopy
from dataclasses import replace
from http import HTTPStatus

from starlette.responses import Response

from tools.kit.sandbox.attributes import attributes
from tools.kit.sandbox.routes import Call, Routes
from tools.testio.sandbox import exploratory_tests, products
from tools.testio.sandbox.answers import answer, invalid
from tools.testio.sandbox.dates import plain
from tools.testio.sandbox.records import Template
from tools.testio.sandbox.requests import envelope, integer, missing, require, string
from tools.testio.sandbox.world import World

routes: Routes[World] = Routes()

SHORTEST_HOURS, LONGEST_HOURS = 2, 48


@routes.get("/test_templates")
async def list_templates(call: Call[World]) -> Response:
    product_id = integer(call.last("product_id"), "product_id")
    if product_id is None:
        raise missing(["product_id"])
    products.product_by_id(call.world, product_id)
    section_id = integer(call.last("section_id"), "section_id")
    rows = [
        render_template(call.world, template)
        for template in call.world.templates.values()
        if template.product_id == product_id and section_id in (None, template.section_id)
    ]
    return answer(call, {"test_templates": rows})


@routes.post("/exploratory_tests/{test_id:int}/templates")
async def create_template(call: Call[World]) -> Response:
    """Save a test as a template; the limit is twenty in a section, where one page says ten in a product."""
    world, cycle = call.world, exploratory_tests.find_test(call)
    sent = envelope(call, "test_template")
    require(sent, "title")
    title = string(sent, "title") or ""
    if products.templates_in(world, cycle.section_id) >= products.TEMPLATES_IN_A_SECTION:
        raise invalid(f"A section holds at most {products.TEMPLATES_IN_A_SECTION} templates")
    scenario = replace(cycle, features=list(cycle.features), requirements=deepcopy(cycle.requirements))
    hours = max(int(cycle.hours), SHORTEST_HOURS)
    number = next(world.template_ids)
    template = Template(number, title, cycle.product_id, cycle.section_id, scenario, min(hours, LONGEST_HOURS))
    world.templates[number] = template
    return answer(call, {"test_template": render_template(world, template)}, HTTPStatus.CREATED)


def render_template(world: World, template: Template) -> dict[str, object]:
    """A template; its scenario is a string in the documentation, and the whole test on the platform."""
    return {
        "id": template.id,
        "title": template.title,
        "max_test_duration": LONGEST_HOURS,
        "min_test_duration": SHORTEST_HOURS,
        "default_test_duration": template.hours,
        "test_scenario_template": _render_scenario(world, template),
    }


def _render_scenario(world: World, template: Template) -> dict[str, object] | str:
    if world.switches.template_as_string:
        return "ExploratoryTest"
    cycle, product = template.scenario, world.products[template.product_id]
    data = exploratory_tests.render_scenario(world, cycle, product, products.render_product(world, product))
    del data["allow_device_clouds_test_scenario"], data["allowed_bug_types"]
    return {
        "id": cycle.id,
        "test_title": cycle.title,
        **data,
        "features": [
            {
                **attributes(feature, "id", "feature_id", "title", "description", "howtofind"),
                "user_stories": [story.path for story in feature.stories],
            }
            for feature in cycle.features
        ],
        "allow_device_clouds": cycle.allow_device_clouds,
        "start_at": plain(cycle.start_at),
        "end_at": plain(cycle.end_at),
    }
