"""What `testdesk doctor` says of the identity provider."""

from collections.abc import Mapping
from dataclasses import replace

from server.credentials import SettingsError
from server.team.metadata import metadata_address
from server.team.settings import ISSUER, RESOURCE, read_team
from server.team.token_rules import TokenRules


async def provider_lines(
    environment: Mapping[str, str],
    tokens: TokenRules | None = None,
) -> tuple[list[str], bool]:
    """The state of the identity provider, and whether its tokens can be checked; nothing where there is none."""
    if not environment.get(ISSUER, "").strip():
        return [], True
    try:
        team = replace(read_team(environment), tokens=tokens or TokenRules())
    except SettingsError as error:
        return [f"Identity provider ({ISSUER}): DOES NOT WORK: {error}"], False
    from server.team.jwks import ProviderAway, ProviderKeys  # with PyJWT

    lines, works = [f"Identity provider ({ISSUER}): {team.issuer}"], True
    try:
        address, keys = await ProviderKeys(team.issuer).read()
        lines.append(f"    works: keys that can be used at {address}: {keys}")
    except ProviderAway as error:
        lines.append(f"    DOES NOT WORK: {error}")
        works = False
    rules = team.tokens
    audience = f"; their audience is {rules.audience}" if rules.audience else ""
    lines += [
        f"    tokens are for {team.resource} ({RESOURCE}){audience}",
        f"    clients read the metadata at {metadata_address(team)}; a proxy in front has to pass it on",
        *(f"    scope {scope}: {_named(rights)}" for scope, rights in rules.scopes.items()),
        *(f"    {' or '.join(rules.groups_claims)} {name!a}: {_named(given)}" for name, given in rules.groups.items()),
    ]
    if not any(rules.scopes.values()) and not any(rules.groups.values()):
        lines.append("    NO TOKEN GIVES A RIGHT: name groups in [team.groups], or scopes in [team.scopes]")
        works = False
    return lines, works


def _named(rights: frozenset[str]) -> str:
    return ", ".join(sorted(rights)) or "no right"
