"""TestIO: the client of test IO's Customer API v2."""

from typing import ClassVar

from tools.kit.egress import ATTACHMENT_HOSTS, allowed_hosts
from tools.kit.network import Account, HeaderToken
from tools.kit.picture import Pictures
from tools.kit.upload import Storage
from tools.testio.client.access_claims import AccessClaimCalls
from tools.testio.client.binary_apps import BinaryAppCalls
from tools.testio.client.bugs import BugCalls
from tools.testio.client.confirmations import ConfirmationCalls
from tools.testio.client.connections import ConnectionCalls
from tools.testio.client.devices import DeviceCatalogue
from tools.testio.client.environments import EnvironmentCalls
from tools.testio.client.exploratory_tests import TestCalls
from tools.testio.client.products import ProductCalls
from tools.testio.client.reach import REACHABLE
from tools.testio.client.stories import StoryCalls
from tools.testio.client.test_cases import TestCaseCalls

TOKEN = "TESTIO_API_TOKEN"  # noqa: S105 - the variable's name
VENDOR_HOSTS = (".test.io",)


class TestIO(
    ProductCalls,
    TestCalls,
    TestCaseCalls,
    BugCalls,
    ConfirmationCalls,
    EnvironmentCalls,
    BinaryAppCalls,
    StoryCalls,
    ConnectionCalls,
    AccessClaimCalls,
):
    """One customer account: its token sees only that customer's products."""

    __test__ = False

    reachable = REACHABLE
    at_once: ClassVar[int] = 10
    """No allowance is documented; the vendor's own MCP server, `testio-mcp`, sends as many."""

    def __init__(self, account: Account) -> None:
        super().__init__(account, auth=HeaderToken("Authorization", f"Token {account.secret(TOKEN)}"))
        hosts = allowed_hosts(account.settings.get(ATTACHMENT_HOSTS), VENDOR_HOSTS)
        self.pictures = Pictures(account, hosts=hosts)
        self.storage = Storage(account, hosts=hosts)
        self.devices = DeviceCatalogue(account)
