"""What an entry should start: the command, and the variables that name credentials; never a credential itself."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from server.credentials import SettingsError
from server.hosts import tokens
from server.hosts.changes import INPUT_PREFIX
from server.hosts.entries import NAME, SANDBOX_NAME, Start, own_command
from server.records import CONFIG
from tools.kit.platform import Credential, Platform

SEES: Final = ("HOME", "USERPROFILE", "XDG_CONFIG_HOME", "APPDATA", "LOCALAPPDATA")
"""What a server sees of the user's environment in any host."""
TRIES: Final = 3

AskToken = Callable[[Platform, Credential, str], str]
"""Ask a person for a credential, with a sentence on what is wrong or stored; empty for none."""


@dataclass(frozen=True)
class Wanted:
    """The entry for all hosts."""

    name: str
    start: Start
    own: frozenset[str] = frozenset()
    """The variables of credentials."""
    inputs: Sequence[Mapping[str, Any]] = ()
    """What the host asks the user for."""
    offers: Sequence[str] = field(default_factory=list)
    """The platforms that a server started like this has, by title."""


def for_sandbox(options: Sequence[str] = ()) -> Wanted:
    """An entry for the sandbox."""
    command, *arguments = own_command()
    return Wanted(SANDBOX_NAME, Start(command, (*arguments, "serve", "--sandbox", *options)), offers=["the sandbox"])


def for_accounts(
    platforms: Sequence[Platform],
    environment: Mapping[str, str],
    *,
    only: Sequence[str] = (),
    options: Sequence[str] = (),
    inputs: bool = False,
    ask: AskToken | None = None,
) -> Wanted:
    """An entry for the user's accounts; asks for their tokens where somebody can be asked.

    Raises:
        SettingsError: what is configured so far cannot be.
        FileProblem: a token cannot be stored.
    """
    variables: dict[str, str] = {}
    asked: list[dict[str, Any]] = []
    if environment.get(CONFIG, "").strip():
        variables[CONFIG] = environment[CONFIG].strip()
    configured = _offered(platforms, environment, variables) if not inputs else []
    for platform in platforms:
        if only and platform.key not in only:
            continue
        found: dict[str, str] = {}
        for credential in tokens.asked_for(platform):
            if inputs:
                identifier = f"{INPUT_PREFIX}{credential.variable}"
                found[credential.variable] = f"${{input:{identifier}}}"
                asked.append(_input(identifier, platform, credential))
            elif file := _file(platform, credential, environment, None if platform.title in configured else ask):
                found[f"{credential.variable}_FILE"] = file
        if found:
            names = (platform.address.variable, *(setting.variable for setting in platform.settings))
            found |= {name: environment[name].strip() for name in names if environment.get(name, "").strip()}
        variables |= found
    own = {credential.variable for platform in platforms for credential in platform.credentials}
    command, *arguments = own_command()
    return Wanted(
        NAME,
        Start(command, (*arguments, "serve", *options), variables),
        frozenset(own),
        asked,
        [p.title for p in platforms if p.key in only] if inputs else _offered(platforms, environment, variables),
    )


def _file(platform: Platform, credential: Credential, environment: Mapping[str, str], ask: AskToken | None) -> str:
    """The file of a credential, after asking for it where somebody can be asked."""
    file = tokens.file_for(credential, environment)
    if ask is None or environment.get(f"{credential.variable}_FILE", "").strip():
        return file
    remark = "stored; Enter keeps it" if file else "Enter skips it"
    for _ in range(TRIES):
        value = ask(platform, credential, remark)
        if not value:
            return file
        try:
            return tokens.store(credential, value, environment)
        except SettingsError as error:
            remark = str(error)
    return file


def _offered(platforms: Sequence[Platform], environment: Mapping[str, str], variables: Mapping[str, str]) -> list[str]:
    """The platforms that a server with these variables has; a host need not pass on others."""
    from server.settings import read_settings  # an entry for the sandbox needs none of it

    seen = {name: environment[name] for name in SEES if name in environment}
    settings = read_settings(platforms, {**seen, **variables})
    return [p.title for p in platforms if settings.platforms[p.key].is_configured]


def _input(identifier: str, platform: Platform, credential: Credential) -> dict[str, Any]:
    return {
        "id": identifier,
        "type": "promptString",
        "description": f"{platform.title}: {credential.variable}, {credential.where}",
        "password": True,
    }
