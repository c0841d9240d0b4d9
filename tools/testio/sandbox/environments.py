"""Test environments: where testers test, with the credentials they are given, in plain text as the API has it."""

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testio.sandbox import products
from tools.testio.sandbox.answers import answer, invalid, not_found
from tools.testio.sandbox.asked import Fields, flag, missing, require, unreadable, whole, words
from tools.testio.sandbox.world import Environment, Product, World

routes: Routes[World] = Routes()

LONGEST_TITLE = 80


@routes.get("/products/{product_id:int}/test_environments")
async def list_environments(call: Call[World]) -> Response:
    product = products.find(call)
    rows = [shown(e) for e in call.world.environments.values() if e.product_id == product.id]
    return answer(call, {"test_environments": rows})


@routes.get("/products/{product_id:int}/test_environments/{environment_id:int}")
async def get_environment(call: Call[World]) -> Response:
    return answer(call, {"test_environment": shown(find(call))})


def find(call: Call[World]) -> Environment:
    """The environment that the path names, within the product that the path names."""
    environment = call.world.environments.get(call.number("environment_id"))
    if environment is None or environment.product_id != products.find(call).id:
        raise not_found("Test environment")
    return environment


def shown(environment: Environment) -> dict[str, object]:
    return {
        "id": environment.id,
        "title": environment.title,
        "url": environment.url,
        "username": environment.username,
        "password": environment.password,
        "access": environment.access,
        "proxy": environment.proxy,
        "allow_orders": environment.allow_orders,
        "access_type": environment.access_type,
        "environment_test_information": environment.information,
        "binary_app": environment.binary_app,
    }


def read(world: World, product: Product, sent: Fields) -> Environment:
    """The environment a test names: by id, or made of inline fields; what is new is not yet part of the world."""
    inline = sent.get("test_environment")
    if inline is not None and not isinstance(inline, dict):
        raise unreadable("test_environment")
    if inline is None:
        inline = {"id": sent.get("test_environment_id")}
    environment_id = whole(inline.get("id"), "id")
    if environment_id is not None:  # the id wins, whatever else was sent
        known = world.environments.get(environment_id)
        if known is None or known.product_id != product.id:
            raise invalid("Test environment must exist")
        return known
    return from_fields(product, inline, ("url", "file_url", "file_base_64"))


def from_fields(product: Product, fields: Fields, methods: tuple[str, ...]) -> Environment:
    """A new environment without an id; exactly one of the access methods must be there."""
    require(fields, "title")
    title = words(fields, "title") or ""
    if len(title) > LONGEST_TITLE:
        raise invalid(f"Title is too long (maximum is {LONGEST_TITLE} characters)")
    used = [name for name in methods if fields.get(name)]
    if len(used) != 1:
        raise invalid(f"Exactly one of {', '.join(methods)} must be provided")
    if used == ["file_base_64"] and not fields.get("file_name"):
        raise missing(["file_name"])
    is_url = used == ["url"]
    return Environment(
        id=0,
        product_id=product.id,
        title=title,
        url=(words(fields, "url") or "") if is_url else "",
        username=words(fields, "username") or "",
        password=words(fields, "password") or "",
        access=words(fields, "access") or "",
        proxy=flag(fields, "proxy", default=False),
        allow_orders=flag(fields, "allow_orders", default=False),
        access_type="url" if is_url else "file",
        binary_app=None if is_url else _file(fields, used[0]),
    )


def _file(fields: Fields, method: str) -> dict[str, object]:
    if method == "file_url":
        name = (words(fields, "file_url") or "").split("?")[0].rsplit("/", 1)[-1]
        return {"id": None, "filename": name, "file_size": 0}
    content = words(fields, "file_base_64") or ""
    return {"id": None, "filename": words(fields, "file_name"), "file_size": len(content) * 3 // 4}


def keep(world: World, environment: Environment) -> Environment:
    """Make a new environment part of the world; one that already is stays as it is."""
    if not environment.id:
        environment.id = next(world.environment_ids)
        world.environments[environment.id] = environment
    return environment
