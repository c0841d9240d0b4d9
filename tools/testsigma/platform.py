"""Declares Testsigma Test Management."""

from collections.abc import Mapping
from pathlib import Path
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
"""The API of each region; those of India and Europe are derived from their sign-in pages."""
WHERE: Final = "in Testsigma under Settings, API Keys"


def parts() -> Parts:
    """The client and tools, imported when the platform is used."""
    from tools.testsigma import tools
    from tools.testsigma.client.testsigma import Testsigma
    from tools.testsigma.hints import HINTS
    from tools.testsigma.tools.defects import defects
    from tools.testsigma.tools.planning import survey

    return Parts(
        client=Testsigma, toolsets=toolsets_of(tools), probe=probe, survey=survey, defects=defects, hints=HINTS
    )


def sandbox(profile: str = "story") -> Any:
    """A fake API with a fresh workspace, small or at scale."""
    from tools.testsigma.sandbox.build import build

    return build("scale" if profile == "scale" else "story")


def acts() -> Any:
    """The acts of the demo."""
    from tools.testsigma.sandbox.acts import ACTS

    return ACTS


async def probe(api: "Testsigma") -> str:
    """Read the projects, the smallest call that shows what a key can see."""
    projects = await api.projects(fresh=True)
    return f"{many(len(projects.rows), 'project')} visible"


def base_url_from(settings: Mapping[str, str]) -> str | None:
    """The address of the configured region.

    Raises:
        ValueError: for an unknown region.
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
    short_title="Testsigma",
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
            "E-mail of the default user for results and new test cases",
            sandbox_value="",
            is_personal=True,
        ),
    ),
    faces=Path(__file__).with_name("faces.toml"),
    nouns="folders, test cases, runs, plans",
    words="Testsigma ids: HRB-7 (case), HRB-R-4 (run), HRB-P-2 (plan).",
)
