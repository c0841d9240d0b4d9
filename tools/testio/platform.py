"""test IO: its declaration and its parts."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools.kit.platform import Credential, Parts, Platform, Setting, toolsets_of
from tools.kit.text import many

if TYPE_CHECKING:
    from tools.testio.client.testio import TestIO


def parts() -> Parts:
    """Its client and tools, imported only where the platform is used."""
    from tools.testio import tools
    from tools.testio.client.testio import TestIO
    from tools.testio.hints import HINTS
    from tools.testio.tools.defects import defects
    from tools.testio.tools.inbox import EXPORT
    from tools.testio.tools.planning import survey

    return Parts(
        client=TestIO,
        toolsets=toolsets_of(tools),
        probe=probe,
        webhooks=(EXPORT,),
        survey=survey,
        defects=defects,
        hints=HINTS,
    )


def sandbox(profile: str = "story") -> Any:
    """A fresh fake API of the platform: a small story, or an account at scale."""
    from tools.testio.sandbox.build import build  # only a sandbox needs it

    return build("scale" if profile == "scale" else "story")


def acts() -> Any:
    """The acts of the demonstration on this platform."""
    from tools.testio.sandbox.acts import ACTS  # only the demonstration needs it

    return ACTS


async def probe(api: "TestIO") -> str:
    """Read the products: the smallest call that shows a token's account."""
    return f"{many(len(await api.products()), 'product')} visible"


testio = Platform(
    key="testio",
    title="test IO",
    docs="https://guides.test.io/",
    load=parts,
    sandbox=sandbox,
    acts=acts,
    credentials=(Credential("TESTIO_API_TOKEN", "in the test IO web app under Integrations, API"),),
    address=Setting("TESTIO_BASE_URL", "Address of the Customer API", "https://api.test.io/customer/v2"),
    mount="/testio/customer/v2",
    containers="products",
    settings=(Setting("TESTIO_WEB_URL", "Your account's own address, such as https://acme.test.io, for links"),),
    faces=Path(__file__).with_name("faces.toml"),
    nouns="products, crowd tests, bugs",
    words="An exploratory test is a test cycle.",
)
