"""TestIO: the Customer API v2 of test IO, whole."""

from tools.kit.network import Account, HeaderToken
from tools.kit.picture import Pictures
from tools.testio.client.bugs import BugCalls
from tools.testio.client.exploratory_tests import TestCalls
from tools.testio.client.products import ProductCalls

TOKEN = "TESTIO_API_TOKEN"  # noqa: S105 - the variable's name
VENDOR_HOSTS = (".test.io",)


class TestIO(ProductCalls, TestCalls, BugCalls):
    """One customer account: a token sees that customer's products and nothing else."""

    __test__ = False

    def __init__(self, account: Account) -> None:
        super().__init__(account, auth=HeaderToken("Authorization", f"Token {account.secret(TOKEN)}"))
        hosts = account.settings.get("TESTDESK_ATTACHMENT_HOSTS", "")
        allowed = tuple(host.strip() for host in hosts.split(",") if host.strip()) or VENDOR_HOSTS
        self.pictures = Pictures(account, hosts=allowed)
