"""Creates, changes and deletes test environments; testers get the credentials in them."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr

from tools.kit.asking import Ask, Asking
from tools.kit.changed import Changed
from tools.kit.editing import Edits, apply_edits, describe_edits, text_fields
from tools.kit.errors import Refused
from tools.kit.model import Sent
from tools.kit.question import Lines
from tools.kit.text import Secret, given, quote
from tools.kit.toolset import Toolset
from tools.testio.client.testio import TestIO
from tools.testio.models.environments import TestEnvironment
from tools.testio.models.exploratory_tests import ExploratoryTest
from tools.testio.tools.order_questions import ORDERS
from tools.testio.tools.products import EnvironmentId, ProductId, known_environment, known_product

tool = Toolset(TestIO)

Title = Annotated[str, Field(min_length=1, max_length=80, description="Such as Staging.")]
Address = Annotated[str | None, Field(min_length=1, max_length=2000, description="https://… of the site or app file.")]
AppId = Annotated[int | None, Field(gt=0, description="From testio_upload_binary_app.")]
Login = Annotated[Secret | None, Field(max_length=500, description="For testers; empty removes it.")]
Proxy = Annotated[bool | None, Field(description="Whether testers go through a proxy.")]
Access = Annotated[Secret | None, Field(max_length=2000, description="How testers get in; empty removes it.")]
Orders = Annotated[bool | None, Field(description="Testers may place real orders.")]

PAGE = "environment_test_information."
OF_PAGE = ("page_url", "description")

ONE_WAY_IN = (
    "of url, binary_app_id and file_url. testio_upload_binary_app uploads a file of yours and gives its binary_app_id."
)


class InformationForTesters(Sent):
    """A page for testers: custom, or access_claims to claim an account."""

    data_type: Annotated[Literal["custom", "access_claims"], Field(description="Kind.")]
    page_url: Annotated[str, Field(max_length=2000, description="https://… of the page.")]
    description: Annotated[str | None, Field(max_length=255, description="What testers do there.")] = None


def wire_fields(**fields: Any) -> dict[str, Any]:
    """The fields as the endpoints take them, without those that are None."""
    wire: dict[str, Any] = {}
    for name, value in fields.items():
        if isinstance(value, SecretStr):
            wire[name] = value.get_secret_value()
        elif isinstance(value, InformationForTesters):
            wire[name] = value.model_dump(exclude_none=True)
        elif value is not None:
            wire[name] = value
    return wire


def check_fields(fields: Mapping[str, Any], *, needed: bool) -> None:
    """Refuse what the platform's rules exclude, before any request.

    Raises:
        Refused: with the rule.
    """
    ways = len({"url", "binary_app_id", "file_url"} & fields.keys())
    if ways > 1 or (needed and not ways):
        raise Refused(f"Give {'exactly' if needed else 'at most'} one {ONE_WAY_IN}")
    if information := fields.get("environment_test_information"):
        try:
            page = urlsplit(information["page_url"])
        except ValueError:
            page = urlsplit("")
        if page.scheme not in {"http", "https"} or not page.hostname:
            raise Refused("page_url must be a full http or https address.")


def say_fields(lines: Lines, fields: Mapping[str, Any]) -> None:
    """Add what testers get with an environment; credentials are only named, and an empty one removes the old one."""
    lines.add("Address", (url := fields.get("url")) and given(url))
    lines.add("App", (app := fields.get("binary_app_id")) and f"uploaded app {app}")
    lines.add("App file", (file := fields.get("file_url")) and given(file))
    credentials = {"username": "a user name", "password": "a password", "access": "a text on how to get in"}
    handed = ", ".join(words for name, words in credentials.items() if fields.get(name))
    lines.add("Handed to testers", handed and f"{handed} (hidden here)")
    lines.fields({"Through a proxy": fields.get("proxy"), "Real orders allowed": fields.get("allow_orders")})
    if information := fields.get("environment_test_information"):
        about = f", {given(text)}" if (text := information.get("description")) else ""
        lines.add("Page for testers", f"{information['data_type']} at {given(information['page_url'])}{about}")


def harmless(
    allow_orders: bool | None, username: SecretStr | None, password: SecretStr | None, access: SecretStr | None
) -> bool:
    """Whether testers get neither credentials nor the permission to place orders."""
    return not (allow_orders or username or password or access)


def harmless_change(
    url: str | None,
    binary_app_id: int | None,
    file_url: str | None,
    allow_orders: bool | None,
    username: SecretStr | None,
    password: SecretStr | None,
    access: SecretStr | None,
) -> bool:
    """Whether the address stays as well: a new one could inherit the permission to place orders."""
    return harmless(allow_orders, username, password, access) and not (url or binary_app_id or file_url)


@tool.writes(idempotent=False, verify_with="list_test_environments", unasked_when=harmless)
async def create_test_environment(
    api: TestIO,
    product_id: ProductId,
    title: Title,
    url: Address = None,
    binary_app_id: AppId = None,
    file_url: Address = None,
    username: Login = None,
    password: Login = None,
    access: Access = None,
    proxy: Proxy = None,
    allow_orders: Orders = None,
    environment_test_information: InformationForTesters | None = None,
) -> Asking[Changed[TestEnvironment]]:
    """Create a test environment. Give exactly one of url, binary_app_id and file_url.

    Asks the user first where testers may place orders or get credentials.
    """
    fields = wire_fields(
        title=title,
        url=url,
        binary_app_id=binary_app_id,
        file_url=file_url,
        username=username,
        password=password,
        access=access,
        proxy=proxy,
        allow_orders=allow_orders,
        environment_test_information=environment_test_information,
    )
    check_fields(fields, needed=True)
    product = await known_product(api, product_id)
    lines = Lines(f"Create test environment {given(title)} on product {product.id} {quote(product.name or '')}?")
    say_fields(lines, fields)
    if allow_orders:
        lines.say(ORDERS)
    yield Ask(None if harmless(allow_orders, username, password, access) else str(lines))
    environment = await api.create_test_environment(product_id, fields)
    follow = "testio_create_exploratory_test takes its id as test_environment."
    yield Changed(done="Created.", now=environment, next=follow)


async def full_name(api: TestIO, product_id: int, environment_id: int, environment: TestEnvironment) -> str:
    """An environment with its address and product, for a question."""
    product = await known_product(api, product_id)
    where = f" at {quote(environment.url, at_most=300)}" if environment.url else ""
    name = f"test environment {environment_id} {quote(environment.title or '')}{where}"
    return f"{name} of product {product.id} {quote(product.name or '')}"


def with_edits(environment: TestEnvironment, edits: Edits, sent: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that edits change; a field of `sent` cannot be edited too, and a page for testers is sent whole.

    Raises:
        Refused: for an edit that cannot be applied.
    """
    page = environment.environment_test_information
    stored = {
        "title": environment.title,
        **({PAGE + name: text for name, text in text_fields(page, *OF_PAGE).items()} if page else {}),
    }
    new = apply_edits(stored, edits, {name for name in stored if name.split(".")[0] in sent})
    fields: dict[str, Any] = {"title": new["title"]} if "title" in new else {}
    if page is not None and any(name.startswith(PAGE) for name in new):
        changed = {name: new.get(PAGE + name, text) for name, text in text_fields(page, *OF_PAGE).items()}
        fields["environment_test_information"] = {
            name: text for name, text in ({"data_type": page.data_type} | changed).items() if text is not None
        }
    return fields


@tool.writes(idempotent=True, verify_with="get_test_environment", unasked_when=harmless_change)
async def update_test_environment(
    api: TestIO,
    product_id: ProductId,
    environment_id: EnvironmentId,
    title: Title | None = None,
    url: Address = None,
    binary_app_id: AppId = None,
    file_url: Address = None,
    username: Login = None,
    password: Login = None,
    access: Access = None,
    proxy: Proxy = None,
    allow_orders: Orders = None,
    environment_test_information: InformationForTesters | None = None,
    edits: Edits = None,
) -> Asking[Changed[TestEnvironment]]:
    """Change a test environment; omitted fields stay.

    Asks the user first where testers may place orders or get credentials.
    """
    fields = wire_fields(
        title=title,
        url=url,
        binary_app_id=binary_app_id,
        file_url=file_url,
        username=username,
        password=password,
        access=access,
        proxy=proxy,
        allow_orders=allow_orders,
        environment_test_information=environment_test_information,
    )
    check_fields(fields, needed=False)
    if not fields and not edits:
        raise Refused("Give at least one field to change.")
    before = await known_environment(api, product_id, environment_id)
    edited = with_edits(before, edits, fields)
    may_order = before.allow_orders if allow_orders is None else allow_orders
    question = None
    if username or password or access or (may_order and (allow_orders or url or binary_app_id or file_url)):
        lines = Lines(f"Change {await full_name(api, product_id, environment_id, before)}?")
        lines.becomes("Title", before.title, title)
        say_fields(lines, fields)
        lines.parts(describe_edits(edits))
        if may_order:
            lines.say(ORDERS)
        question = str(lines)
    yield Ask(question)
    fields |= edited
    environment = await api.update_test_environment(product_id, environment_id, fields)
    yield Changed(done=f"Changed: {', '.join(sorted(fields))}.", now=environment, before=before)


@tool.destroys(idempotent=True, verify_with="get_test_environment")
async def delete_test_environment(
    api: TestIO, product_id: ProductId, environment_id: EnvironmentId
) -> Asking[Changed[TestEnvironment]]:
    """Delete a test environment. Asks the user first."""
    environment = await known_environment(api, product_id, environment_id)
    name = await full_name(api, product_id, environment_id, environment)
    using: list[int] = []

    def on_row(test: ExploratoryTest) -> None:
        if not test.has_ended and test.test_environment is not None and test.test_environment.id == environment_id:
            using.append(test.id)

    walked = await api.walk_exploratory_tests(product_id, on_row)
    complete = walked.coverage(len(using)).complete
    used = ", ".join(map(str, sorted(using)[:20])) or ("none" if complete else "none that could be read")
    yield Ask(f"Delete {name}? Tests with it that have not ended: {used}. There is no undo.")
    await api.delete_test_environment(product_id, environment_id)
    yield Changed(done=f"Deleted {name}.", before=environment)
