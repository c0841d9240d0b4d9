"""Testomat.io: what it is, what opens it, and its parts."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tools.kit.platform import Credential, Parts, Platform, Setting, toolsets_of
from tools.testomatio.client.families import (
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
    """Its client and tools, which only those pay for who use them."""
    from tools.testomatio import tools
    from tools.testomatio.client.testomatio import Testomatio
    from tools.testomatio.tools.survey import survey

    return Parts(
        client=Testomatio,
        toolsets=toolsets_of(tools),
        probe=probe,
        survey=survey,
    )


def sandbox(profile: str = "story") -> Any:
    """A fresh imitation of the platform."""
    from tools.testomatio.sandbox.build import build  # only a sandbox pays for it

    return build()


def acts() -> Any:
    """What the demonstration plays here."""
    from tools.testomatio.sandbox.acts import ACTS  # only the demonstration pays for it

    return ACTS


def locked(held: Mapping[str, str]) -> Mapping[str, str]:
    """What the kind of the token leaves locked: no request tells, its first letters do.

    A general token opens families A and B, a project token A, C and D; e-mail and password open B. A token without
    a known beginning is taken to open everything.
    """
    token = held.get(TOKEN, "")
    logs_in = PASSWORD in held and EMAIL in held
    closed: dict[str, str] = {}
    if not token:
        closed["api"] = f"they need {A_GENERAL_ONE} or {A_PROJECTS_ONE} in {TOKEN}; a password opens the web's API only"
    if token.startswith(OF_A_PROJECT) and not logs_in:
        closed["web"] = f"they need {A_GENERAL_ONE} in {TOKEN}, or {EMAIL} and {PASSWORD} beside the project token"
    if not token or token.startswith(GENERAL):
        closed["report"] = f"reporting and importing need {A_PROJECTS_ONE} in {TOKEN}"
    return closed


async def probe(api: "Testomatio") -> str:
    """Read as little as shows that the credential works: the default project, and the first page of projects.

    A project token does not say which project it opens; without a default one it is tried where none is named.
    """
    account, told = api.account, []
    held = {name: value.get_secret_value() for name, value in account.credentials.items()} | dict(account.settings)
    closed = locked(held)
    project = account.settings.get(PROJECT)
    if project and "api" not in closed:
        info = await api.project_info(project)
        told.append(f"project {info.project_id or project} opens")
    if "web" not in closed:
        page = await api.projects_page(1, 1)
        count = page.meta.total if page.meta.total is not None else len(page.data)
        told.append(f"{count} project{'' if count == 1 else 's'} visible")
    if not told:
        await api.grep_tests("tag", "testdesk")
        told.append(f"the token opens its project; without {PROJECT} each call has to say which that is")
    return ", ".join(told)


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
            "in Testomat.io under Account, Access Tokens (general), or in a project under Settings (for it alone)",
            sandbox_value="tstmt_sandbox0harbour0shop",
        ),
        Credential(PASSWORD, "as you log in to Testomat.io", is_free_text=True, sandbox_value="sandbox-password"),
    ),
    credential_sets=(frozenset({TOKEN}), frozenset({EMAIL, PASSWORD})),
    locked=locked,
    address=Setting(
        "TESTOMATIO_BASE_URL", "Address of Testomat.io; another for a self-hosted one", "https://app.testomat.io"
    ),
    mount="/testomatio",
    settings=(
        Setting(
            PROJECT,
            "Slug of the project that is meant where a tool is told none",
            sandbox_value="harbour-shop-6f98f",
            says="Its default project is {}.",
        ),
        Setting(
            EMAIL,
            "Your e-mail address, for what needs a login and has no general token",
            sandbox_value="mara.lindt@shop.example.test",
        ),
    ),
    words=("Testomat.io: folders and suites hold tests, runs hold results. @T264409fe and 264409fe are one test."),
)
