"""Products and their sections; deleting one deletes everything below it, which the API does not document."""

from http import HTTPStatus

from starlette.responses import Response

from tools.kit.sandbox.attributes import attributes
from tools.kit.sandbox.routes import Call, Routes
from tools.testio.sandbox.answers import answer, found
from tools.testio.sandbox.records import Product, Section
from tools.testio.sandbox.requests import choice, envelope, require, string
from tools.testio.sandbox.world import World

routes: Routes[World] = Routes()

TEMPLATES_IN_A_SECTION = 20
TYPES = ("website", "mobile_app_ios", "mobile_app_android", "mobile_app_windows", "streaming_app", "gaming")
INDUSTRIES = (
    "retail", "media", "travel", "social", "health", "sports", "education", "finance", "games", "other",
)  # fmt: skip


@routes.get("/products")
async def list_products(call: Call[World]) -> Response:
    wanted = {value for value in call.all("filter[product_ids][]") if value}
    rows = [product for product in call.world.products.values() if not wanted or str(product.id) in wanted]
    return answer(call, {"products": [render_product(call.world, product) for product in rows]})


@routes.get("/products/{product_id:int}")
async def get_product(call: Call[World]) -> Response:
    return answer(call, {"product": render_product(call.world, find_product(call))})


@routes.post("/products")
async def create_product(call: Call[World]) -> Response:
    """`title` and `product_type` are returned as `name` and `type`; `industry` is not returned."""
    world, sent = call.world, envelope(call, "product")
    require(sent, "title", "product_type", "industry")
    product_type = choice(sent, "product_type", TYPES, TYPES[0])
    choice(sent, "industry", INDUSTRIES, INDUSTRIES[0])
    title, description = string(sent, "title") or "", string(sent, "description")
    number = next(world.product_ids)
    section = Section(number * 10, "default-section")
    product = world.products[number] = Product(number, title, product_type, section, description=description)
    return answer(call, {"product": render_product(world, product)}, HTTPStatus.CREATED)


@routes.put("/products/{product_id:int}")
async def update_product(call: Call[World]) -> Response:
    """Only the description can change; other fields are ignored."""
    product, sent = find_product(call), envelope(call, "product")
    if "description" in sent:
        product.description = string(sent, "description")
    return answer(call, {"product": render_product(call.world, product)})


@routes.delete("/products/{product_id:int}")
async def delete_product(call: Call[World]) -> Response:
    product = find_product(call)
    data = render_product(call.world, product)
    delete(call.world, product)
    return answer(call, {"product": data})


def find_product(call: Call[World]) -> Product:
    """The product in the path."""
    return product_by_id(call.world, call.number("product_id"))


def product_by_id(world: World, product_id: int | None) -> Product:
    """The product with this ID.

    Raises:
        Respond: 404 when there is none.
    """
    return found(world.products.get(product_id or 0), "Product")


def delete(world: World, product: Product) -> None:
    """Delete a product with its features, stories, environments, tests, templates, test cases and bugs."""
    del world.products[product.id]
    features = {number for number, feature in world.features.items() if feature.product_id == product.id}
    for story in [story for story in world.stories.values() if story.feature_id in features]:
        world.drop_story(story)
    for number in features:
        del world.features[number]
    world.environments = {n: record for n, record in world.environments.items() if record.product_id != product.id}
    world.templates = {n: record for n, record in world.templates.items() if record.product_id != product.id}
    world.cases = {n: record for n, record in world.cases.items() if record.product_id != product.id}
    world.cycles = {n: record for n, record in world.cycles.items() if record.product_id != product.id}
    bug_ids = world.bugs.drop(product.id)
    for number in bug_ids:
        world.rendered.pop(number, None)
        world.report_confirmations.pop(number, None)
    checks = world.fix_confirmations
    world.fix_confirmations = {n: record for n, record in checks.items() if record.bug_id not in set(bug_ids)}


def render_product(world: World, product: Product) -> dict[str, object]:
    """A product as the API returns it, without credentials."""
    everywhere = [product.default_section, *product.sections]
    return {
        **attributes(product, "id", "name", "description", "type"),
        "default_section_id": product.default_section.id,
        "sections": [render_section(world, section) for section in product.sections],
        "sections_with_default": [render_section(world, section) for section in everywhere],
        "connection": render_connection(world, product.connection_id),
        "remote_device_testing": False,
    }


def render_section(world: World, section: Section) -> dict[str, object]:
    """A section; `total` is the maximum number of templates, `count` the current one."""
    return {
        "id": section.id,
        "name": section.name,
        "connection": render_connection(world, section.connection_id),
        "test_templates": {"total": TEMPLATES_IN_A_SECTION, "count": templates_in(world, section.id)},
    }


def render_connection(world: World, connection_id: int | None) -> dict[str, object] | None:
    connection = world.connections.get(connection_id or 0)
    if connection is None:
        return None
    return {"id": connection.id, "name": connection.name, "url": connection.url, "fixed": connection.fixed}


def templates_in(world: World, section_id: int) -> int:
    return sum(template.section_id == section_id for template in world.templates.values())


def render_summary(product: Product) -> dict[str, object]:
    """A product, as in bugs."""
    sections = [{"id": section.id, "name": section.name} for section in product.sections]
    return {"id": product.id, "name": product.name, "sections": sections}
