"""test IO: what it is, and its parts."""

from typing import Any

from tools.kit.platform import Credential, Platform, Setting
from tools.testio.client.testio import TOKEN, TestIO
from tools.testio.tools import (
    access_claims,
    binary_apps,
    bugs,
    confirmations,
    connections,
    decisions,
    devices,
    environments,
    executions,
    exploratory_tests,
    features,
    inbox,
    orders,
    product_changes,
    products,
    stories,
    survey,
    templates,
    test_case_tests,
    test_cases,
    triage,
    waiting,
)


def sandbox(profile: str = "story") -> Any:
    """A fresh imitation of the platform: a small story, or an account at scale."""
    from tools.testio.sandbox.build import build  # only a sandbox pays for it

    return build("scale" if profile == "scale" else "story")


def acts() -> Any:
    """What the demonstration plays here."""
    from tools.testio.sandbox.acts import ACTS  # only the demonstration pays for it

    return ACTS


async def probe(api: TestIO) -> str:
    """Read the products: the smallest call that shows a token's account."""
    count = len(await api.products())
    return f"{count} product{'' if count == 1 else 's'} visible"


testio = Platform(
    key="testio",
    title="test IO",
    docs="https://guides.test.io/",
    client=TestIO,
    toolsets=(
        products.tool,
        exploratory_tests.tool,
        orders.tool,
        test_cases.tool,
        test_case_tests.tool,
        devices.tool,
        bugs.tool,
        decisions.tool,
        confirmations.tool,
        triage.tool,
        waiting.tool,
        inbox.tool,
        product_changes.tool,
        features.tool,
        stories.tool,
        executions.tool,
        environments.tool,
        binary_apps.tool,
        templates.tool,
        connections.tool,
        access_claims.tool,
    ),
    survey=survey.survey,
    webhooks=(inbox.EXPORT,),
    sandbox=sandbox,
    acts=acts,
    credentials=(Credential(TOKEN, "in the test IO web app under Integrations, API"),),
    address=Setting("TESTIO_BASE_URL", "Address of the Customer API", "https://api.test.io/customer/v2"),
    mount="/testio/customer/v2",
    probe=probe,
    settings=(Setting("TESTIO_WEB_URL", "Your account's own address, such as https://acme.test.io, for links"),),
    words=(
        "test IO is crowdtesting: people are paid to test. A test, an exploratory test and a test cycle are the same "
        "thing with one number. Severity holds a level (low, high, critical) or a kind (visual, content, custom)."
    ),
)
