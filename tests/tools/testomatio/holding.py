"""A client of Testomat.io on its sandbox, with the credentials a test chooses."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from pydantic import SecretStr

from server.sandbox import SandboxTransport
from tests.desk import sandboxes, settings
from tools.kit.network import Account, Network
from tools.kit.sandbox.composition import Composition
from tools.testomatio.client.credentials import EMAIL, PASSWORD, PROJECT, TOKEN
from tools.testomatio.client.testomatio import Testomatio

SHOP = "harbour-shop-6f98f"
V2 = f"/api/v2/{SHOP}"
WEB = f"/api/{SHOP}"
OF_THE_PROJECT = {TOKEN: "tstmt_sandbox0harbour0shop"}
GENERAL = {TOKEN: "testomat_iris"}
LOGIN = {PASSWORD: "sandbox-password"}


@asynccontextmanager
async def holding(
    credentials: Mapping[str, str], world: Composition | None = None, **values: str
) -> AsyncIterator[Testomatio]:
    """A client that holds these credentials and no other; its default project is the shop."""
    told = settings().platforms["testomatio"]
    network = Network(SandboxTransport(world or sandboxes()))
    held = {name: SecretStr(value) for name, value in credentials.items()}
    own = {PROJECT: SHOP, **({EMAIL: told.values[EMAIL]} if PASSWORD in held else {}), **values}
    yield Testomatio(Account("Testomat.io", told.base_url, network, held, own))
    await network.close()
