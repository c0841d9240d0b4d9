"""The Testery platform and its parts."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools.kit.platform import Credential, Parts, Platform, Setting, toolsets_of
from tools.testery.client.credentials import CREDENTIALS_FILE, PROFILE, TOKEN, found_token

if TYPE_CHECKING:
    from tools.testery.client.testery import Testery


def parts() -> Parts:
    """The client and tools, imported only where Testery is used."""
    from tools.testery import tools
    from tools.testery.client.testery import Testery
    from tools.testery.hints import HINTS
    from tools.testery.tools.defects import defects
    from tools.testery.tools.planning import survey

    return Parts(
        client=Testery,
        toolsets=toolsets_of(tools),
        probe=probe,
        survey=survey,
        defects=defects,
        hints=HINTS,
    )


def sandbox(profile: str = "story") -> Any:
    """A fresh fake API: a small story, or an account at scale."""
    from tools.testery.sandbox.build import build  # imported only by a sandbox

    return build("scale" if profile == "scale" else "story")


def acts() -> Any:
    """The acts of the demo."""
    from tools.testery.sandbox.acts import ACTS  # imported only by the demo

    return ACTS


async def probe(api: "Testery") -> str:
    """Read the account, which is the vendor's own check of a token, and the maintenance windows."""
    account, windows = await api.own_account(), await api.maintenances()
    answer = f"account {account.slug or account.id}"
    return f"{answer}; under maintenance, its status page says" if windows else answer


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
            fallback_files=(".testery/credentials",),
            sandbox_value="pat_sandbox00000000",
        ),
    ),
    address=Setting("TESTERY_BASE_URL", "Address of the API", "https://api.testery.io/api"),
    mount="/testery/api",
    settings=(
        Setting(
            PROFILE,
            "Profile of ~/.testery/credentials to take the token from, if no token is set",
            is_of_credential=True,
        ),
        Setting(
            CREDENTIALS_FILE,
            "Credentials file to use instead of ~/.testery/credentials; new tokens are stored only if set",
            is_of_credential=True,
        ),
    ),
    faces=Path(__file__).with_name("faces.toml"),
    nouns="environments, test runs, schedules",
)
