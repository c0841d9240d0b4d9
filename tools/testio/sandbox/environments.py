"""Test environments: where testers test, with the credentials they are given, in plain text as the API has it.

Where the reference is silent: mixing access methods is 422, and so are a title that is too long and a page that has no
absolute address; an environment that tests use can be deleted, they then have none.
"""

from dataclasses import replace
from http import HTTPStatus

from starlette.responses import Response

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
"""What an environment inside an exploratory test may name; what else it holds there is left out."""
DATA_TYPES = ("custom", "access_claims")


@routes.get("/products/{product_id:int}/test_environments")
async def list_environments(call: Call[World]) -> Response:
    product = products.find(call)
    rows = [shown(e) for e in call.world.environments.values() if e.product_id == product.id]
    return answer(call, {"test_environments": rows})


@routes.get("/products/{product_id:int}/test_environments/{environment_id:int}")
async def get_environment(call: Call[World]) -> Response:
    return answer(call, {"test_environment": shown(find(call))})


@routes.post("/products/{product_id:int}/test_environments")
async def create_environment(call: Call[World]) -> Response:
    world, product = call.world, products.find(call)
    environment = keep(world, from_fields(world, product, envelope(call, "test_environment"), METHODS))
    return answer(call, {"test_environment": shown(environment)}, HTTPStatus.CREATED)


@routes.put("/products/{product_id:int}/test_environments/{environment_id:int}")
async def update_environment(call: Call[World]) -> Response:
    """Change what was sent; another access method takes the place of the one there is."""
    world, before = call.world, find(call)
    changed = _changed(world, before, envelope(call, "test_environment"), METHODS)
    world.environments[before.id] = keep(world, changed)
    world.rendered.clear()
    return answer(call, {"test_environment": shown(changed)})


@routes.delete("/products/{product_id:int}/test_environments/{environment_id:int}")
async def delete_environment(call: Call[World]) -> Response:
    environment = find(call)
    del call.world.environments[environment.id]
    call.world.rendered.clear()
    return answer(call, {"test_environment": shown(environment)})


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


def read(world: World, product: Product, sent: Fields, methods: tuple[str, ...] = INLINE) -> Environment:
    """The environment a test names: by id, or made of inline fields; what is new is not yet part of the world."""
    inline = sent.get("test_environment")
    if inline is not None and not isinstance(inline, dict):
        raise unreadable("test_environment")
    if inline is None:
        inline = {"id": sent.get("test_environment_id")}
    environment_id = integer(inline.get("id"), "id")
    if environment_id is not None:  # the id wins, whatever else was sent
        known = world.environments.get(environment_id)
        if known is None or known.product_id != product.id:
            raise invalid("Test environment must exist")
        return known
    return from_fields(world, product, inline, methods)


def from_fields(world: World, product: Product, fields: Fields, methods: tuple[str, ...]) -> Environment:
    """A new environment without an id; exactly one of the access methods must be there."""
    require(fields, "title")
    if not any(fields.get(name) for name in methods):
        raise invalid(f"Exactly one of {', '.join(methods)} must be provided")
    return _changed(world, Environment(0, product.id, ""), fields, methods)


def _changed(world: World, before: Environment, fields: Fields, methods: tuple[str, ...]) -> Environment:
    """An environment with these fields written over its own; the one that was given stays as it is."""
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
    """Where testers read what they need; a plain text is refused."""
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


def keep(world: World, environment: Environment) -> Environment:
    """Make a new environment part of the world, and what is new in one that already is."""
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
