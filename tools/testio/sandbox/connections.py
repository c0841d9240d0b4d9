"""Connections: endpoints to which bugs of products and sections are exported.

Where the reference is silent: a URL must be HTTPS, or HTTP on this machine so that an export can be tried, else it is
422; a product or section has one connection, so that a new one replaces the old.
"""

from collections.abc import Iterable
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.responses import Response

from tools.kit.sandbox.hook import is_loopback
from tools.kit.sandbox.routes import Call, Routes
from tools.testio.sandbox.answers import answer, found, invalid
from tools.testio.sandbox.products import render_connection
from tools.testio.sandbox.records import Connection, Product, Section
from tools.testio.sandbox.requests import Fields, body, boolean, integer, is_address, require, string, unreadable
from tools.testio.sandbox.world import World

routes: Routes[World] = Routes()


@routes.post("/connections")
async def create_connection(call: Call[World]) -> Response:
    world, sent = call.world, _fields(call)
    require(sent, "name", "url")
    name, url, fixed = string(sent, "name") or "", _valid_url(sent), boolean(sent, "fixed", default=False)
    linked = _linked(world, sent)
    connection = Connection(next(world.connection_ids), name, url, fixed)
    world.connections[connection.id] = connection
    _link(connection, linked)
    return _answer(call, connection, HTTPStatus.CREATED)


@routes.get("/connections/{connection_id:int}")
async def get_connection(call: Call[World]) -> Response:
    return _answer(call, _find_connection(call))


@routes.put("/connections/{connection_id:int}")
async def update_connection(call: Call[World]) -> Response:
    """Only the name is required; a list of products or sections replaces the current one."""
    world, connection, sent = call.world, _find_connection(call), _fields(call)
    require(sent, "name")
    name, url = string(sent, "name") or "", connection.url if sent.get("url") in (None, "") else _valid_url(sent)
    fixed, linked = boolean(sent, "fixed", default=connection.fixed), _linked(world, sent)
    connection.name, connection.url, connection.fixed = name, url, fixed
    if "product_ids" in sent:
        _unlink(connection, world.products.values())
    if "section_ids" in sent:
        _unlink(connection, _sections(world))
    _link(connection, linked)
    return _answer(call, connection)


@routes.delete("/connections/{connection_id:int}")
async def delete_connection(call: Call[World]) -> Response:
    world, connection = call.world, _find_connection(call)
    response = _answer(call, connection)
    _unlink(connection, world.products.values())
    _unlink(connection, _sections(world))
    del world.connections[connection.id]
    return response


def _fields(call: Call[World]) -> Fields:
    """The fields: flat as in the documentation, or wrapped as the client of 2022 sends them."""
    sent = body(call)
    wrapped = sent.get("connection")
    if wrapped is None:
        return sent
    if not isinstance(wrapped, dict):
        raise unreadable("connection")
    return wrapped


def _find_connection(call: Call[World]) -> Connection:
    return found(call.world.connections.get(call.number("connection_id")), "Connection")


def _valid_url(sent: Fields) -> str:
    url = string(sent, "url") or ""
    if not is_address(url) or not (url.lower().startswith("https:") or is_loopback(urlsplit(url).hostname or "")):
        raise invalid("Url must be an HTTPS endpoint")
    return url


def _linked(world: World, sent: Fields) -> list[Product | Section]:
    """The products and sections in a request, all of which must exist."""
    found: list[Product | Section] = []
    sections = {section.id: section for section in _sections(world)}
    for name, known, word in (("product_ids", world.products, "Product"), ("section_ids", sections, "Section")):
        numbers = sent.get(name) or []
        if not isinstance(numbers, list):
            raise unreadable(name)
        for number in numbers:
            owner = known.get(integer(number, name) or 0)
            if owner is None:
                raise invalid(f"{word} must exist")
            found.append(owner)
    return found


def _sections(world: World) -> list[Section]:
    return [section for p in world.products.values() for section in (p.default_section, *p.sections)]


def _link(connection: Connection, owners: Iterable[Product | Section]) -> None:
    for owner in owners:
        owner.connection_id = connection.id


def _unlink(connection: Connection, owners: Iterable[Product | Section]) -> None:
    for owner in owners:
        if owner.connection_id == connection.id:
            owner.connection_id = None


def _answer(call: Call[World], connection: Connection, status: int = HTTPStatus.OK) -> Response:
    return answer(call, {"connection": render_connection(call.world, connection.id)}, status)
