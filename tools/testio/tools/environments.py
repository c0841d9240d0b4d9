"""Making, changing and deleting test environments; testers get the credentials that are put in them."""

from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr

from tools.kit.editing import Edits, apply_edits, describe_edits, text_fields
from tools.kit.errors import NotFound, Refused
from tools.kit.model import Answer, Sent
from tools.kit.question import Lines
from tools.kit.text import Secret, given, quote
from tools.kit.toolset import Toolset
from tools.testio.client.testio import TestIO
from tools.testio.models.environments import TestEnvironment
from tools.testio.models.exploratory_tests import ExploratoryTest
from tools.testio.models.products import Product
from tools.testio.tools.order_questions import ORDERS
from tools.testio.tools.products import EnvironmentId, ProductId, known_environment, known_product, whats_wrong

tool = Toolset(TestIO)

Title = Annotated[str, Field(min_length=1, max_length=80)]
Address = Annotated[str | None, Field(min_length=1, max_length=2000, description="https://… of what to test.")]
AppId = Annotated[int | None, Field(gt=0, description="As testio_upload_binary_app gives it.")]
Login = Annotated[Secret | None, Field(max_length=500)]
Access = Annotated[Secret | None, Field(max_length=2000, description="How to get in, for testers.")]
Orders = Annotated[bool | None, Field(description="Testers may place real orders.")]

PAGE = "environment_test_information."
OF_PAGE = ("page_url", "description")

ONE_WAY_IN = (
    "of url, binary_app_id and file_url. testio_upload_binary_app uploads a file of yours and gives its binary_app_id."
)


class InformationForTesters(Sent):
    """A page with more for testers: your own, or one where they claim accounts."""

    data_type: Literal["custom", "access_claims"]
    page_url: Annotated[str, Field(max_length=2000)]
    description: Annotated[str | None, Field(max_length=255)] = None


class SavedEnvironment(Answer):
    """A test environment that was made or changed."""

    done: str
    environment: TestEnvironment
    before: TestEnvironment | None = None
    next: str | None = None


def checked(
    url: str | None,
    binary_app_id: int | None,
    file_url: str | None,
    information: InformationForTesters | None,
    *,
    needed: bool,
) -> None:
    """Refuse what the platform's rules exclude, before any request.

    Raises:
        Refused: with the rule.
    """
    ways = sum(way is not None for way in (url, binary_app_id, file_url))
    if ways > 1 or (needed and not ways):
        raise Refused(f"Give {'exactly' if needed else 'at most'} one {ONE_WAY_IN}")
    if information is not None:
        try:
            page = urlsplit(information.page_url)
        except ValueError:
            page = urlsplit("")
        if page.scheme not in {"http", "https"} or not page.hostname:
            raise Refused("page_url must be a whole http or https address.")


def wire_fields(
    *, username: SecretStr | None, password: SecretStr | None, access: SecretStr | None, **plain: Any
) -> dict[str, Any]:
    """The fields as the endpoints take them; what was not said is left out."""
    secrets = {"username": username, "password": password, "access": access}
    fields = {name: value for name, value in plain.items() if value is not None}
    fields |= {name: secret.get_secret_value() for name, secret in secrets.items() if secret is not None}
    information = fields.get("environment_test_information")
    if isinstance(information, InformationForTesters):
        fields["environment_test_information"] = information.model_dump(exclude_none=True)
    return fields


def handed_over(username: SecretStr | None, password: SecretStr | None, access: SecretStr | None) -> str | None:
    """Which credentials testers get, without the credentials; an empty one takes the old one away."""
    given = {"a user name": username, "a password": password, "a text on how to get in": access}
    return ", ".join(name for name, secret in given.items() if secret) or None


def lines_of(
    lines: Lines,
    url: str | None,
    binary_app_id: int | None,
    file_url: str | None,
    handed: str | None,
    proxy: bool | None,
    allow_orders: bool | None,
    information: InformationForTesters | None,
) -> None:
    """What testers get with an environment, credentials by name only."""
    lines.add("Address", url and given(url))
    lines.add("App", binary_app_id and f"uploaded app {binary_app_id}")
    lines.add("App file", file_url and given(file_url))
    lines.add("Handed to testers", handed and f"{handed} (hidden here)")
    lines.fields({"Through a proxy": proxy, "Real orders allowed": allow_orders})
    if information is not None:
        about = f", {given(information.description)}" if information.description else ""
        lines.add("Page for testers", f"{information.data_type} at {given(information.page_url)}{about}")


def harmless(
    allow_orders: bool | None, username: SecretStr | None, password: SecretStr | None, access: SecretStr | None
) -> bool:
    """Testers may order nothing and get no credentials."""
    return not allow_orders and handed_over(username, password, access) is None


def harmless_change(
    url: str | None,
    binary_app_id: int | None,
    file_url: str | None,
    allow_orders: bool | None,
    username: SecretStr | None,
    password: SecretStr | None,
    access: SecretStr | None,
) -> bool:
    """The same, and not elsewhere either: a new address may come under an old permission to order."""
    elsewhere = not (url is None and binary_app_id is None and file_url is None)
    return harmless(allow_orders, username, password, access) and not elsewhere


async def about_to_create(
    api: TestIO,
    product_id: int,
    title: str,
    url: str | None,
    binary_app_id: int | None,
    file_url: str | None,
    username: SecretStr | None,
    password: SecretStr | None,
    access: SecretStr | None,
    proxy: bool | None,
    allow_orders: bool | None,
    environment_test_information: InformationForTesters | None,
) -> str | None:
    checked(url, binary_app_id, file_url, environment_test_information, needed=True)
    product = await known_product(api, product_id)
    lines = Lines(f"Create test environment {given(title)} on product {product.id} {quote(product.name or '')}?")
    handed = handed_over(username, password, access)
    lines_of(lines, url, binary_app_id, file_url, handed, proxy, allow_orders, environment_test_information)
    if allow_orders:
        lines.say(ORDERS)
    return str(lines)


@tool.writes(about_to_create, idempotent=False, verify_with="list_test_environments", unasked_when=harmless)
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
    proxy: bool | None = None,
    allow_orders: Orders = None,
    environment_test_information: InformationForTesters | None = None,
) -> SavedEnvironment:
    """Create a test environment. Give exactly one of url, binary_app_id and file_url.

    Asks a person when testers may place orders or get credentials.
    """
    checked(url, binary_app_id, file_url, environment_test_information, needed=True)
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
    try:
        environment = await api.create_test_environment(product_id, fields)
    except NotFound as error:
        raise await whats_wrong(api, product_id, None, error) from error
    follow = "testio_create_exploratory_test takes its id as test_environment."
    return SavedEnvironment(done="Created.", environment=environment, next=follow)


async def existing(api: TestIO, product_id: int, environment_id: int) -> tuple[Product, TestEnvironment, str]:
    """An environment with its product, and how a question names it."""
    product = await known_product(api, product_id)
    environment = await known_environment(api, product_id, environment_id)
    where = f" at {quote(environment.url, at_most=300)}" if environment.url else ""
    name = f"test environment {environment_id} {quote(environment.title or '')}{where}"
    return product, environment, f"{name} of product {product.id} {quote(product.name or '')}"


def with_edits(
    environment: TestEnvironment, edits: Edits, title: str | None, information: InformationForTesters | None
) -> dict[str, Any]:
    """The fields that edits of an environment's texts change; a page for testers is sent whole.

    Raises:
        Refused: for an edit that does not fit.
    """
    page = environment.environment_test_information
    stored = {
        "title": environment.title,
        **({PAGE + name: text for name, text in text_fields(page, *OF_PAGE).items()} if page else {}),
    }
    replaced = {name for name in stored if (title if name == "title" else information) is not None}
    new = apply_edits(stored, edits, replaced)
    fields: dict[str, Any] = {"title": new["title"]} if "title" in new else {}
    if page is not None and any(name.startswith(PAGE) for name in new):
        changed = {name: new.get(PAGE + name, text) for name, text in text_fields(page, *OF_PAGE).items()}
        fields["environment_test_information"] = {
            name: text for name, text in ({"data_type": page.data_type} | changed).items() if text is not None
        }
    return fields


async def about_to_update(
    api: TestIO,
    product_id: int,
    environment_id: int,
    title: str | None,
    url: str | None,
    binary_app_id: int | None,
    file_url: str | None,
    username: SecretStr | None,
    password: SecretStr | None,
    access: SecretStr | None,
    proxy: bool | None,
    allow_orders: bool | None,
    environment_test_information: InformationForTesters | None,
    edits: Edits,
) -> str | None:
    checked(url, binary_app_id, file_url, environment_test_information, needed=False)
    _, environment, name = await existing(api, product_id, environment_id)
    may_order = environment.allow_orders if allow_orders is None else allow_orders
    handed = handed_over(username, password, access)
    if not may_order and handed is None:
        return None
    lines = Lines(f"Change {name}?")
    lines.becomes("Title", environment.title, title)
    lines_of(lines, url, binary_app_id, file_url, handed, proxy, allow_orders, environment_test_information)
    with_edits(environment, edits, title, environment_test_information)
    lines.parts(describe_edits(edits))
    if may_order:
        lines.say(ORDERS)
    return str(lines)


@tool.writes(about_to_update, idempotent=True, verify_with="get_test_environment", unasked_when=harmless_change)
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
    proxy: bool | None = None,
    allow_orders: Orders = None,
    environment_test_information: InformationForTesters | None = None,
    edits: Edits = None,
) -> SavedEnvironment:
    """Change a test environment; what is left out stays.

    Asks a person when testers may place orders or get credentials.
    """
    checked(url, binary_app_id, file_url, environment_test_information, needed=False)
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
    if not fields and not edits:
        raise Refused("Say at least one field to change.")
    before = await known_environment(api, product_id, environment_id)
    fields |= with_edits(before, edits, title, environment_test_information)
    environment = await api.update_test_environment(product_id, environment_id, fields)
    return SavedEnvironment(done=f"Changed: {', '.join(sorted(fields))}.", environment=environment, before=before)


class DeletedEnvironment(Answer):
    """A test environment that is gone, as it was."""

    done: str
    environment: TestEnvironment


async def about_to_delete(api: TestIO, product_id: int, environment_id: int) -> str:
    _, _, name = await existing(api, product_id, environment_id)
    using: list[int] = []

    def keep(test: ExploratoryTest) -> None:
        if not test.has_ended and test.test_environment is not None and test.test_environment.id == environment_id:
            using.append(test.id)

    walked = await api.walk_exploratory_tests(product_id, keep)
    sure = walked.coverage(len(using)).complete
    used = ", ".join(map(str, sorted(using)[:20])) or ("none" if sure else "none that could be read")
    return f"Delete {name}? Tests with it that have not ended: {used}. There is no undo."


@tool.destroys(about_to_delete, idempotent=True, verify_with="get_test_environment")
async def delete_test_environment(
    api: TestIO, product_id: ProductId, environment_id: EnvironmentId
) -> DeletedEnvironment:
    """Delete a test environment, after a person said yes."""
    _, before, name = await existing(api, product_id, environment_id)
    await api.delete_test_environment(product_id, environment_id)
    return DeletedEnvironment(done=f"Deleted {name}.", environment=before)
