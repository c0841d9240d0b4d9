"""Connections: where test IO sends exported bugs, with their attachments."""

import re
from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import Field, SecretStr

from tools.kit.asking import Ask, Asking
from tools.kit.changed import Changed
from tools.kit.errors import NotFound, OutcomeUnknown, PlatformError, Refused
from tools.kit.model import not_none
from tools.kit.picture import is_loopback
from tools.kit.question import Lines
from tools.kit.text import Secret, given, quote
from tools.kit.toolset import Toolset
from tools.kit.webhook import Inbox
from tools.testio.client.testio import TestIO
from tools.testio.models.connections import Connection
from tools.testio.models.products import Product
from tools.testio.tools.products import PRODUCT, SECTION

tool = Toolset(TestIO)

ConnectionId = Annotated[int, Field(gt=0, description="From testio_get_product.")]
Name = Annotated[str, Field(min_length=1, max_length=250, description="Name to show, such as Jira.")]
Target = Annotated[Secret, Field(min_length=1, max_length=2000, description="https://… to send bugs to.")]
ProductIds = Annotated[
    list[Annotated[int, Field(gt=0)]] | None,
    Field(max_length=100, description="Ids or names; all their bugs."),
    PRODUCT,
]
SectionIds = Annotated[
    list[Annotated[int, Field(gt=0)]] | None,
    Field(max_length=100, description="Ids or names; all their bugs."),
    SECTION,
]
Fixed = Annotated[bool | None, Field(description="Not documented.")]

FIXED = "The switch 'fixed', which test IO does not document"
MOST_NAMED = 20
"""All products may use one connection; the question must stay readable."""

# Other characters can make an address look as if it led to another host.
_PLAIN = re.compile(r"[!#$%&'()*+,./0-9:;=?A-Z_a-z~\[\]-]+")
_HOST = re.compile(r"[0-9a-z._-]+|[0-9a-f:.]+")


def target_host(url: SecretStr) -> str:
    """The host of the address that bugs are sent to.

    Raises:
        Refused: unless it is a plain https address, or http to this machine.
    """
    address = url.get_secret_value()
    try:
        parts = urlsplit(address)
        scheme, host, port = parts.scheme, parts.hostname or "", parts.port
    except ValueError:
        scheme, host, port = "", "", None
    if not _HOST.fullmatch(host) or not _PLAIN.fullmatch(address):
        raise Refused("url must be a full https address in plain ASCII, without a user name or password in it.")
    if scheme != "https" and not (scheme == "http" and is_loopback(host)):
        raise Refused("url must be https: bugs and attachments are sent there.")
    return f"{host}:{port}" if port is not None else host


async def known_connection(api: TestIO, connection_id: int) -> Connection:
    """Read a connection, or say where ids come from.

    Raises:
        NotFound: when the account has no such connection.
    """
    try:
        return await api.connection(connection_id)
    except NotFound as error:
        raise NotFound(
            f"No connection {connection_id}. There is no list of them; testio_get_product shows those in use.",
            status=404,
        ) from error


def product_name(product: Product) -> str:
    return f"product {product.id} {quote(product.name or '')}"


def users_of(products: Sequence[Product], connection_id: int) -> str:
    """The products and sections that use a connection, as a question names them."""
    users: list[str] = []
    for product in products:
        if product.connection is not None and product.connection.id == connection_id:
            users.append(product_name(product))
        for section in product.sections:
            if section.connection is not None and section.connection.id == connection_id:
                users.append(f"section {section.id} {quote(section.name or '')} of {product_name(product)}")
    more = f" and {len(users) - MOST_NAMED} more" if len(users) > MOST_NAMED else ""
    return f"{', '.join(users[:MOST_NAMED])}{more}" if users else "no visible product or section"


def names_of(products: Sequence[Product], product_ids: ProductIds, section_ids: SectionIds) -> list[str]:
    """Name the products and sections that are to use a connection.

    Raises:
        Refused: for one that the account does not have.
    """
    by_id = {product.id: product_name(product) for product in products}
    sections = {
        section.id: f"section {section.id} {quote(section.name or '')} of {product_name(product)}"
        for product in products
        for section in [*product.sections_with_default, *product.sections]
    }
    for kind, ids, known, where in (
        ("product", product_ids, by_id, "testio_list_products shows ids."),
        ("section", section_ids, sections, "testio_get_product shows which a product has."),
    ):
        if unknown := [number for number in ids or () if number not in known]:
            raise Refused(f"No {kind} {', '.join(map(str, unknown))}. {where}")
    return [by_id[number] for number in product_ids or ()] + [sections[number] for number in section_ids or ()]


def wire_fields(url: SecretStr | None, **plain: Any) -> dict[str, Any]:
    """The fields as the endpoints take them, without those that are None."""
    return not_none(url=url.get_secret_value() if url is not None else None, **plain)


@tool.writes(idempotent=False, verify_with="get_product", rules=True)
async def create_connection(
    api: TestIO,
    inbox: Inbox,
    name: Name,
    url: Target | None = None,
    to_inbox: Annotated[bool, Field(description="Send to testio_list_inbox instead of url.")] = False,
    product_ids: ProductIds = None,
    section_ids: SectionIds = None,
    fixed: Fixed = None,
) -> Asking[Changed[Connection]]:
    """Create a connection that exported bugs are sent to. Asks the user first."""
    if (url is None) is not to_inbox:
        raise Refused("Give exactly one of url and to_inbox.")
    host = target_host(url) if url is not None else f"{await inbox.public_host()}, the inbox of Testdesk"
    sources = names_of(await api.products(), product_ids, section_ids)
    lines = Lines(f"Create connection {given(name)}? Exported bugs, with attachments, will go to {host}.")
    lines.add("Bugs of", ", ".join(sources) or "no product or section yet")
    lines.fields({FIXED: fixed})
    lines.say("What is sent there cannot be recalled.")
    yield Ask(str(lines))
    if url is None:
        url = SecretStr(await inbox.new_address(name))
    try:
        connection = await api.create_connection(
            wire_fields(url, name=name, fixed=fixed, product_ids=product_ids, section_ids=section_ids)
        )
    except OutcomeUnknown:
        raise  # the connection may be there and use the address
    except PlatformError:
        if to_inbox:
            await inbox.forget_address(url.get_secret_value())
        raise
    follow = "Note its id: no tool lists connections; testio_get_product shows those in use."
    if to_inbox:
        follow += " Bugs exported from now on appear in testio_list_inbox."
    yield Changed(done="Created.", now=connection, next=follow)


@tool.reads()
async def get_connection(api: TestIO, connection_id: ConnectionId) -> Connection:
    """Read one connection: its name and the host that exported bugs are sent to."""
    return await known_connection(api, connection_id)


@tool.writes(idempotent=True, verify_with="get_connection", rules=True)
async def update_connection(
    api: TestIO,
    connection_id: ConnectionId,
    name: Name | None = None,
    url: Target | None = None,
    product_ids: ProductIds = None,
    section_ids: SectionIds = None,
    fixed: Fixed = None,
) -> Asking[Changed[Connection]]:
    """Change a connection; omitted fields stay. Asks the user first."""
    changed = wire_fields(url, name=name, fixed=fixed, product_ids=product_ids, section_ids=section_ids)
    if not changed:
        raise Refused("Give at least one field to change.")
    host = target_host(url) if url is not None else None
    before = await known_connection(api, connection_id)
    products = await api.products()
    sources = names_of(products, product_ids, section_ids)
    old = quote(before.host or "an unknown host")
    lines = Lines(f"Change connection {connection_id} {quote(before.name or '', at_most=250)}?")
    lines.becomes("Name", before.name, name)
    lines.add("Bugs go to", f"{host}, until now to {old}" if host else f"{old}, as before")
    lines.add("Bugs of", ", ".join(sources))
    lines.fields({FIXED: fixed})
    lines.add("Used until now by", users_of(products, connection_id))
    lines.say("What is sent there, bugs with attachments, cannot be recalled.")
    yield Ask(str(lines))
    # The platform requires the name every time.
    connection = await api.update_connection(connection_id, {"name": before.name or ""} | changed)
    yield Changed(done=f"Changed: {', '.join(sorted(changed))}.", now=connection, before=before)


@tool.destroys(idempotent=True, verify_with="get_connection", rules=True)
async def delete_connection(api: TestIO, connection_id: ConnectionId) -> Asking[Changed[Connection]]:
    """Delete a connection: exported bugs are no longer sent there. Asks the user first."""
    connection = await known_connection(api, connection_id)
    users = users_of(await api.products(), connection_id)
    name = f"connection {connection_id} {quote(connection.name or '', at_most=250)}"
    host = quote(connection.host or "an unknown host")
    yield Ask(f"Delete {name}? Bugs will no longer be sent to {host}. It is used by {users}. There is no undo.")
    await api.delete_connection(connection_id)
    yield Changed(done=f"Deleted {name}. Bugs are no longer sent to {host}.", before=connection)
