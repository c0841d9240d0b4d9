"""What people have of their own: their credentials, for redaction, and a platform's settings with them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from pydantic import SecretStr

from server.credentials import SettingsError
from server.guards.redaction.many import ManySecrets
from server.settings import PlatformSettings, Settings
from server.team.person import Person
from tools.kit.platform import Platform

MOST_SENT: Final = 400


@dataclass(frozen=True)
class PersonalSecrets:
    """The people's credentials, for redaction."""

    declared: ManySecrets = field(default_factory=ManySecrets)
    """Those that the operator's files name: masked in everybody's answers and in logs."""
    sent: ManySecrets = field(default_factory=lambda: ManySecrets(MOST_SENT))
    """Those of request headers: masked in logs. In the answers of others they are not, or anybody could have any word
    masked there."""


def variables_of(platform: Platform) -> frozenset[str]:
    """The variables of a platform of which a person may have values of their own."""
    own = {setting.variable for setting in platform.settings if setting.is_personal}
    return frozenset(own | {credential.variable for credential in platform.credentials})


def with_own(platform: Platform, configured: PlatformSettings, person: Person | None) -> PlatformSettings:
    """A platform's settings for a person: their credentials take the place of all of the team's.

    The address stays the operator's, and so does what else a person may not set.
    """
    own = person.own(variables_of(platform)) if person is not None else {}
    values = own_values(platform, person)
    if not own and not values:
        return configured
    if not own:
        return _settings(platform, configured, configured.credentials, {**configured.values, **values})
    of_credential = {setting.variable for setting in platform.settings if setting.is_of_credential}
    inherited = {name: value for name, value in configured.values.items() if name not in of_credential}
    return _settings(platform, configured, own, {**inherited, **values})


def check_own(platform: Platform, settings: Settings, person: Person) -> None:
    """Check that a person's own credentials and settings of a platform are usable.

    Raises:
        SettingsError: with a sentence, which shows no value.
    """
    values, credentials = own_values(platform, person), person.own(variables_of(platform))
    if not values and not credentials:
        return
    if platform.key in settings.accounts:
        raise SettingsError(
            f"{platform.title} has several accounts here, so nobody can have credentials or settings of their own for "
            "it: it would not be clear which account they are of."
        )
    of_credential = [s.variable for s in platform.settings if s.is_of_credential and s.variable in values]
    if of_credential and not credentials:
        raise SettingsError(f"{of_credential[0]} goes with a credential of {platform.title}, which is missing.")
    if credentials and (missing := with_own(platform, settings.platforms[platform.key], person).missing):
        raise SettingsError(f"the own credentials for {platform.title} lack {', '.join(missing)}.")


def own_values(platform: Platform, person: Person | None) -> dict[str, str]:
    """A person's own settings of a platform."""
    if person is None:
        return {}
    variables = variables_of(platform)
    return {name: value for name, value in person.values.items() if name in variables}


def _settings(
    platform: Platform, configured: PlatformSettings, held: Mapping[str, SecretStr], values: Mapping[str, str]
) -> PlatformSettings:
    known = {**values, **{name: value.get_secret_value() for name, value in held.items()}}
    locked = platform.locked(known) if platform.locked is not None else {}
    return PlatformSettings(configured.base_url, held, values, platform.missing(known), locked)
