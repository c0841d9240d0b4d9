"""Products and their sections."""

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testio.sandbox.answers import answer, not_found
from tools.testio.sandbox.world import Product, Section, World

routes: Routes[World] = Routes()

TEMPLATES_IN_A_SECTION = 20


@routes.get("/products")
async def list_products(call: Call[World]) -> Response:
    wanted = {value for value in call.all("filter[product_ids][]") if value}
    rows = [product for product in call.world.products.values() if not wanted or str(product.id) in wanted]
    return answer(call, {"products": [shown(call.world, product) for product in rows]})


@routes.get("/products/{product_id:int}")
async def get_product(call: Call[World]) -> Response:
    return answer(call, {"product": shown(call.world, find(call))})


def find(call: Call[World]) -> Product:
    """The product that the path names."""
    product = call.world.products.get(call.number("product_id"))
    if product is None:
        raise not_found("Product")
    return product


def shown(world: World, product: Product) -> dict[str, object]:
    """A product as every answer carries it, its credentials-free self."""
    everywhere = [product.default_section, *product.sections]
    return {
        "id": product.id,
        "name": product.name,
        "description": product.description,
        "type": product.type,
        "default_section_id": product.default_section.id,
        "sections": [shown_section(world, section) for section in product.sections],
        "sections_with_default": [shown_section(world, section) for section in everywhere],
        "connection": None,
        "remote_device_testing": False,
    }


def shown_section(world: World, section: Section) -> dict[str, object]:
    """A section; `total` is the limit of templates, `count` how many there are."""
    count = sum(template.section_id == section.id for template in world.templates.values())
    return {
        "id": section.id,
        "name": section.name,
        "connection": None,
        "test_templates": {"total": TEMPLATES_IN_A_SECTION, "count": count},
    }


def cut_down(product: Product) -> dict[str, object]:
    """A product as bugs carry it."""
    sections = [{"id": section.id, "name": section.name} for section in product.sections]
    return {"id": product.id, "name": product.name, "sections": sections}
