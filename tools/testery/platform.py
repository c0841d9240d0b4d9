"""Testery: what it is, and its parts."""

from typing import TYPE_CHECKING, Any

from tools.kit.platform import Credential, Parts, Platform, Setting, toolsets_of
from tools.testery.client.credentials import KEPT_IN, PROFILE, TOKEN, found_token

if TYPE_CHECKING:
    from tools.testery.client.testery import Testery


def parts() -> Parts:
    """Its client and tools, which only those pay for who use them."""
    from tools.testery import tools
    from tools.testery.client.testery import Testery
    from tools.testery.tools.survey import survey

    return Parts(
        client=Testery,
        toolsets=toolsets_of(tools),
        probe=probe,
        survey=survey,
    )


def sandbox(profile: str = "story") -> Any:
    """A fresh imitation of the platform: a small story, or an account at scale."""
    from tools.testery.sandbox.build import build  # only a sandbox pays for it

    return build("scale" if profile == "scale" else "story")


def acts() -> Any:
    """What the demonstration plays here."""
    from tools.testery.sandbox.acts import ACTS  # only the demonstration pays for it

    return ACTS


async def probe(api: "Testery") -> str:
    """Read the account, the vendor's own check of a token, and whether the platform is under maintenance."""
    found, windows = await api.own_account(), await api.maintenances()
    told = f"account {found.slug or found.id}"
    return f"{told}; under maintenance, its status page says" if windows else told


testery = Platform(
    key="testery",
    title="Testery",
    docs="https://docs.testery.io/",
    load=parts,
    sandbox=sandbox,
    acts=acts,
    credentials=(
        Credential(
            TOKEN,
            "in the Testery web app under Settings, Integrations, Show API Token",
            fallback=found_token,
            sandbox_value="pat_sandbox00000000",
        ),
    ),
    address=Setting("TESTERY_BASE_URL", "Address of the API", "https://api.testery.io/api"),
    mount="/testery/api",
    settings=(
        Setting(PROFILE, "Profile of ~/.testery/credentials to take the token from, where no token is set"),
        Setting(
            KEPT_IN, "Another file than ~/.testery/credentials; a newly made token is written only where it is set"
        ),
    ),
    words=(
        "Testery runs automated tests on paid machines; a passed run may hold failed results of quarantined or flaky "
        "tests."
    ),
)
