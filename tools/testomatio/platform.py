"""Testomat.io: its name, its credentials and settings, and its parts."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools.kit.platform import Credential, Parts, Platform, Setting, toolsets_of
from tools.testomatio.client.credentials import (
    A_GENERAL_ONE,
    A_PROJECTS_ONE,
    EMAIL,
    GENERAL,
    OF_A_PROJECT,
    PASSWORD,
    PROJECT,
    TOKEN,
)

if TYPE_CHECKING:
    from tools.testomatio.client.testomatio import Testomatio


def parts() -> Parts:
    """Its client and tools, imported only where they are used."""
    from tools.testomatio import tools
    from tools.testomatio.client.testomatio import Testomatio
    from tools.testomatio.hints import HINTS
    from tools.testomatio.tools.defects import defects
    from tools.testomatio.tools.planning import survey

    return Parts(
        client=Testomatio, toolsets=toolsets_of(tools), probe=probe, survey=survey, defects=defects, hints=HINTS
    )


def sandbox(profile: str = "story") -> Any:
    """A fresh fake API of the platform."""
    from tools.testomatio.sandbox.build import build  # imported only where it is used

    return build()


def acts() -> Any:
    """The acts of the demonstration."""
    from tools.testomatio.sandbox.acts import ACTS  # imported only where it is used

    return ACTS


def locked(held: Mapping[str, str]) -> Mapping[str, str]:
    """What the credentials do not open, by the prefix of the token, since no request shows it.

    A general token opens families A and B, a project token A, C and D; e-mail and password open B. A token without
    a known prefix is assumed to open everything.
    """
    token = held.get(TOKEN, "")
    has_password = PASSWORD in held and EMAIL in held
    closed: dict[str, str] = {}
    if not token:
        closed["api"] = f"they need {A_GENERAL_ONE} or {A_PROJECTS_ONE} in {TOKEN}; a password opens the web API only"
    if token.startswith(OF_A_PROJECT) and not has_password:
        closed["web"] = (
            f"they need {A_GENERAL_ONE} in {TOKEN}, or {EMAIL} and {PASSWORD} in addition to the project token"
        )
    if not token or token.startswith(GENERAL):
        closed["report"] = f"reporting and importing need {A_PROJECTS_ONE} in {TOKEN}"
    return closed


async def probe(api: "Testomatio") -> str:
    """Check the credentials with the fewest reads: the default project, and the first page of projects.

    A project token does not show its project; without a default project it is tried on a route that names none.
    """
    account, findings = api.account, []
    held = {name: value.get_secret_value() for name, value in account.credentials.items()} | dict(account.settings)
    closed = locked(held)
    project = account.settings.get(PROJECT)
    if project and "api" not in closed:
        info = await api.project_info(project)
        findings.append(f"project {info.project_id or project} opens")
    if "web" not in closed:
        page = await api.projects_page(1, 1)
        count = page.meta.total if page.meta.total is not None else len(page.data)
        findings.append(f"{count} project{'' if count == 1 else 's'} visible")
    if not findings:
        await api.grep_tests("tag", "testdesk")
        findings.append(f"the token opens its project; without {PROJECT} each call has to name it")
    return ", ".join(findings)


testomatio = Platform(
    key="testomatio",
    title="Testomat.io",
    docs="https://docs.testomat.io/",
    load=parts,
    sandbox=sandbox,
    acts=acts,
    credentials=(
        Credential(
            TOKEN,
            "in Testomat.io under Account, Access Tokens (general), or in a project under Settings (for that project)",
            sandbox_value="tstmt_sandbox0harbour0shop",
            prefixes=(GENERAL, OF_A_PROJECT),
        ),
        Credential(PASSWORD, "as you log in to Testomat.io", is_free_text=True, sandbox_value="sandbox-password"),
    ),
    credential_sets=(frozenset({TOKEN}), frozenset({EMAIL, PASSWORD})),
    locked=locked,
    address=Setting(
        "TESTOMATIO_BASE_URL", "Address of Testomat.io; change it for a self-hosted one", "https://app.testomat.io"
    ),
    mount="/testomatio",
    settings=(
        Setting(
            PROJECT,
            "Slug of the default project, for calls that name none",
            sandbox_value="harbour-shop-6f98f",
            says="Testomat.io's default project is {}.",
            is_personal=True,
        ),
        Setting(
            EMAIL,
            "Your e-mail address, to log in where there is no general token",
            sandbox_value="mara.lindt@shop.example.test",
            is_personal=True,
            is_of_credential=True,
        ),
    ),
    faces=Path(__file__).with_name("faces.toml"),
    nouns="suites, tests, runs, results",
    words="@T264409fe is test 264409fe.",
)
