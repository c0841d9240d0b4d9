"""Test environments: where testers test, with credentials in plain text as in the API.

Where the reference is silent: mixing access methods is 422, and so are a title that is too long and a page without an
absolute URL; an environment that tests use can be deleted, and they then have none.
"""

from dataclasses import replace
from http import HTTPStatus

from starlette.responses import Response

from tools.kit.sandbox.attributes import attributes
from tools.kit.sandbox.routes import Call, Routes
from tools.testio.sandbox import products
from tools.testio.sandbox.answers import answer, invalid, not_found
from tools.testio.sandbox.records import BinaryApp, Environment, Product
from tools.testio.sandbox.requests import (
    Fields,
    boolean,
    choice,
    envelope,
    integer,
    is_address,
    missing,
    require,
    string,
    unreadable,
)
from tools.testio.sandbox.world import World

routes: Routes[World] = Routes()

LONGEST_TITLE = 80
LONGEST_DESCRIPTION = 255
METHODS = ("url", "binary_app_id", "file_url", "file_base_64")
INLINE = ("url", "file_url", "file_base_64")
"""Access methods of an environment inside an exploratory test; others are ignored there."""
DATA_TYPES = ("custom", "access_claims")


@routes.get("/products/{product_id:int}/test_environments")
async def list_environments(call: Call[World]) -> Response:
    product = products.find_product(call)
    rows = [render_environment(e) for e in call.world.environments.values() if e.product_id == product.id]
    return answer(call, {"test_environments": rows})


@routes.get("/products/{product_id:int}/test_environments/{environment_id:int}")
async def get_environment(call: Call[World]) -> Response:
    return answer(call, {"test_environment": render_environment(find_environment(call))})


@routes.post("/products/{product_id:int}/test_environments")
async def create_environment(call: Call[World]) -> Response:
    world, product = call.world, products.find_product(call)
    environment = add_environment(world, new_environment(world, product, envelope(call, "test_environment"), METHODS))
    return answer(call, {"test_environment": render_environment(environment)}, HTTPStatus.CREATED)


@routes.put("/products/{product_id:int}/test_environments/{environment_id:int}")
async def update_environment(call: Call[World]) -> Response:
    """Change the fields that were sent; another access method replaces the current one."""
    world, before = call.world, find_environment(call)
    changed = _with_fields(world, before, envelope(call, "test_environment"), METHODS)
    world.environments[before.id] = add_environment(world, changed)
    world.rendered.clear()
    return answer(call, {"test_environment": render_environment(changed)})


@routes.delete("/products/{product_id:int}/test_environments/{environment_id:int}")
async def delete_environment(call: Call[World]) -> Response:
    environment = find_environment(call)
    del call.world.environments[environment.id]
    call.world.rendered.clear()
    return answer(call, {"test_environment": render_environment(environment)})


def find_environment(call: Call[World]) -> Environment:
    """The environment in the path, which must belong to the product in the path."""
    environment = call.world.environments.get(call.number("environment_id"))
    if environment is None or environment.product_id != products.find_product(call).id:
        raise not_found("Test environment")
    return environment


def render_environment(environment: Environment) -> dict[str, object]:
    return {
        **attributes(environment, "id", "title", "url", "username", "password", "access", "proxy", "allow_orders"),
        "access_type": environment.access_type,
        "environment_test_information": environment.information,
        "binary_app": environment.binary_app,
    }


def read_environment(world: World, product: Product, sent: Fields, methods: tuple[str, ...] = INLINE) -> Environment:
    """The environment of a test request: by ID, or a new one from inline fields, which is not stored yet."""
    inline = sent.get("test_environment")
    if inline is not None and not isinstance(inline, dict):
        raise unreadable("test_environment")
    if inline is None:
        inline = {"id": sent.get("test_environment_id")}
    environment_id = integer(inline.get("id"), "id")
    if environment_id is not None:  # the ID wins over all other fields
        known = world.environments.get(environment_id)
        if known is None or known.product_id != product.id:
            raise invalid("Test environment must exist")
        return known
    return new_environment(world, product, inline, methods)


def new_environment(world: World, product: Product, fields: Fields, methods: tuple[str, ...]) -> Environment:
    """A new environment without an ID; exactly one access method is required."""
    require(fields, "title")
    if not any(fields.get(name) for name in methods):
        raise invalid(f"Exactly one of {', '.join(methods)} must be provided")
    return _with_fields(world, Environment(0, product.id, ""), fields, methods)


def _with_fields(world: World, before: Environment, fields: Fields, methods: tuple[str, ...]) -> Environment:
    """A copy of an environment with these fields changed."""
    environment = replace(before)
    if "title" in fields:
        require(fields, "title")
        environment.title = string(fields, "title") or ""
    if len(environment.title) > LONGEST_TITLE:
        raise invalid(f"Title is too long (maximum is {LONGEST_TITLE} characters)")
    for name in ("username", "password", "access"):
        if name in fields:
            setattr(environment, name, string(fields, name) or "")
    environment.proxy = boolean(fields, "proxy", default=environment.proxy)
    environment.allow_orders = boolean(fields, "allow_orders", default=environment.allow_orders)
    used = [name for name in methods if fields.get(name)]
    if len(used) > 1:
        raise invalid(f"Exactly one of {', '.join(methods)} must be provided")
    if used:
        is_url = used == ["url"]
        environment.url = (string(fields, "url") or "") if is_url else ""
        environment.access_type = "url" if is_url else "file"
        environment.binary_app = None if is_url else _file(world, fields, used[0])
    if methods == METHODS and "environment_test_information" in fields:
        environment.information = _information(fields["environment_test_information"])
    return environment


def _file(world: World, fields: Fields, method: str) -> dict[str, object]:
    if method == "binary_app_id":
        binary = world.binaries.get(integer(fields["binary_app_id"], "binary_app_id") or 0)
        if binary is None or binary.filename is None:
            raise invalid("Binary app must exist and be uploaded")
        return {"id": binary.id, "filename": binary.filename, "file_size": binary.file_size}
    if method == "file_url":
        name = (string(fields, "file_url") or "").split("?")[0].rsplit("/", 1)[-1]
        return {"id": None, "filename": name, "file_size": 0}
    if not fields.get("file_name"):
        raise missing(["file_name"])
    content = string(fields, "file_base_64") or ""
    return {"id": None, "filename": string(fields, "file_name"), "file_size": len(content) * 3 // 4}


def _information(sent: object) -> dict[str, object] | None:
    """The information for testers; a plain string is refused."""
    if sent is None:
        return None
    if not isinstance(sent, dict):
        raise unreadable("environment_test_information")
    require(sent, "data_type", "page_url")
    data_type = choice(sent, "data_type", DATA_TYPES, DATA_TYPES[0])
    page_url, description = string(sent, "page_url") or "", string(sent, "description")
    if not is_address(page_url):
        raise invalid("Page url must be an absolute HTTP or HTTPS address")
    if len(description or "") > LONGEST_DESCRIPTION:
        raise invalid(f"Description is too long (maximum is {LONGEST_DESCRIPTION} characters)")
    return {"id": None, "page_url": page_url, "description": description, "data_type": data_type}


def add_environment(world: World, environment: Environment) -> Environment:
    """Store a new or changed environment."""
    if not environment.id:
        environment.id = next(world.environment_ids)
        world.environments[environment.id] = environment
    if environment.information is not None and environment.information["id"] is None:
        environment.information["id"] = next(world.information_ids)
    file = environment.binary_app
    if file is not None and file["id"] is None:
        file["id"] = number = next(world.binary_ids)
        world.binaries[number] = BinaryApp(number, str(file["filename"]), int(str(file["file_size"])))
    return environment
