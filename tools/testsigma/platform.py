"""Testsigma Test Management: what it is, and its parts."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from tools.kit.platform import Credential, Parts, Platform, Setting, toolsets_of
from tools.kit.text import many
from tools.testsigma.client.variables import BASE_URL, OTHER_TOKEN, REGION, TOKEN, USER

if TYPE_CHECKING:
    from tools.testsigma.client.testsigma import Testsigma

REGIONS: Final = {
    "us": "https://arcus.testsigma.com/api/v1",
    "in": "https://arcus-in.testsigma.com/api/v1",
    "eu": "https://arcus-eu.testsigma.com/api/v1",
}
"""The API of each deployment; those of India and Europe follow the names of their sign-in pages."""
WHERE: Final = "in Testsigma under Settings, API Keys"


def parts() -> Parts:
    """Its client and tools, which only those pay for who use them."""
    from tools.testsigma import tools
    from tools.testsigma.client.testsigma import Testsigma
    from tools.testsigma.tools.survey import survey

    return Parts(
        client=Testsigma,
        toolsets=toolsets_of(tools),
        probe=probe,
        survey=survey,
    )


def sandbox(profile: str = "story") -> Any:
    """A fresh imitation of the workspace: a small story, or one at scale."""
    from tools.testsigma.sandbox.build import build  # only a sandbox pays for it

    return build("scale" if profile == "scale" else "story")


def acts() -> Any:
    """What the demonstration plays here."""
    from tools.testsigma.sandbox.acts import ACTS  # only the demonstration pays for it

    return ACTS


async def probe(api: "Testsigma") -> str:
    """Read the projects: the smallest call that shows what a key sees."""
    kept = await api.projects(anew=True)
    return f"{many(len(kept.rows), 'project')} visible"


def base_url_from(settings: Mapping[str, str]) -> str | None:
    """The address of the region that is set.

    Raises:
        ValueError: for a region that there is not.
    """
    region = settings.get(REGION, "").casefold()
    if not region:
        return None
    if region not in REGIONS:
        raise ValueError(f"{REGION} is {region!r}; it can be {', '.join(REGIONS)}.")
    return REGIONS[region]


testsigma = Platform(
    key="testsigma",
    title="Testsigma Test Management",
    docs="https://testsigma.com/docs/test-management/api-reference/overview/",
    load=parts,
    sandbox=sandbox,
    acts=acts,
    credentials=(
        Credential(TOKEN, WHERE),
        Credential(OTHER_TOKEN, f"the same under the vendor's own name, {WHERE}"),
    ),
    credential_sets=(frozenset({TOKEN}), frozenset({OTHER_TOKEN})),
    address=Setting(BASE_URL, "Address of the API, with /api/v1", REGIONS["us"]),
    base_url_from=base_url_from,
    mount="/testsigma/api/v1",
    settings=(
        Setting(REGION, "us (default), in or eu, where no address is set"),
        Setting(
            USER,
            "E-mail of the user whose results and new test cases they are, where a call names nobody",
            sandbox_value="",
        ),
    ),
    words=(
        "Testsigma Test Management holds test cases in folders, and runs that people fill by hand. Ids such as HRB-7 "
        "(case), HRB-R-4 (run) and HRB-P-2 (plan) work everywhere."
    ),
)
