"""What the environment and the command line say: credentials, which platforms, read-only, how to ask."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import SecretStr

from tools.kit.picture import is_loopback
from tools.kit.toolset import Platform

CONSENT = "TESTDESK_CONSENT"
OUTPUT_SCHEMAS = "TESTDESK_OUTPUT_SCHEMAS"
HTTP_KEY = "TESTDESK_HTTP_KEY"
SHARED = ("TESTDESK_ATTACHMENT_HOSTS", "TESTDESK_UPLOAD_DIRS")
"""Settings of ours that platforms' clients read."""

SANDBOX_ORIGIN = "http://sandbox.invalid"
"""What addresses of a sandbox inside the process begin with; the name can never resolve."""
MOST_SECRET = 64 * 1024


class SettingsError(Exception):
    """The environment says something that cannot be; the text is for a person."""


@dataclass(frozen=True)
class PlatformSettings:
    """What is set for one platform."""

    base_url: str
    credentials: Mapping[str, SecretStr] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()

    @property
    def is_configured(self) -> bool:
        return not self.missing


@dataclass(frozen=True)
class Settings:
    """What a server is built from."""

    platforms: Mapping[str, PlatformSettings]
    sandbox: bool = False
    sandbox_at: str = ""
    """The origin of a sandbox on a port of this machine; without it the sandbox is in this process."""
    sandbox_pace: float = 1.0
    """Seconds that pass in the sandbox in each real one."""
    read_only: bool = False
    consent: Literal["ask", "client"] = "ask"
    output_schemas: bool = False
    log_level: str = "WARNING"

    @property
    def secrets(self) -> list[str]:
        """Every credential held, for the redaction."""
        return [value.get_secret_value() for p in self.platforms.values() for value in p.credentials.values()]


def read_settings(
    platforms: Sequence[Platform],
    environment: Mapping[str, str] = os.environ,
    *,
    sandbox: bool = False,
    sandbox_at: str = "",
    sandbox_pace: float = 1.0,
    read_only: bool = False,
    log_level: str = "WARNING",
) -> Settings:
    """Read the environment once.

    Raises:
        SettingsError: with a sentence for the person who set it.
    """
    consent = environment.get(CONSENT, "").strip() or "ask"
    if consent not in {"ask", "client"}:
        raise SettingsError(f"{CONSENT} is {consent!r}; it can be 'ask' (the default) or 'client'.")
    if not 0 <= sandbox_pace <= 1_000_000:
        raise SettingsError("The sandbox's pace lies between 0 (it stands still) and 1000000.")
    if sandbox_at and not (sandbox and is_loopback(urlsplit(sandbox_at).hostname or "")):
        raise SettingsError("--sandbox-at goes with --sandbox and names a port of this machine: http://127.0.0.1:8766.")
    origin = sandbox_at.rstrip("/") or SANDBOX_ORIGIN if sandbox else ""
    return Settings(
        platforms={p.key: _of(p, environment, origin) for p in platforms},
        sandbox=sandbox,
        sandbox_at=sandbox_at,
        sandbox_pace=sandbox_pace,
        read_only=read_only,
        consent="client" if consent == "client" else "ask",
        output_schemas=environment.get(OUTPUT_SCHEMAS, "").strip().lower() in {"1", "true", "yes"},
        log_level=log_level,
    )


def _of(platform: Platform, environment: Mapping[str, str], sandbox_origin: str) -> PlatformSettings:
    names = [setting.variable for setting in platform.settings] + list(SHARED)
    values = {name: environment[name].strip() for name in names if environment.get(name, "").strip()}
    for setting in platform.settings:
        if setting.default is not None:
            values.setdefault(setting.variable, setting.default)
    if sandbox_origin:
        # A sandbox never sees a real credential.
        invented = {c.variable: SecretStr(f"sandbox-{platform.key}-credential") for c in platform.credentials}
        return PlatformSettings(sandbox_origin + platform.mount, invented, values)
    given = {c.variable: secret(c.variable, environment) for c in platform.credentials}
    held = {name: value for name, value in given.items() if value is not None}
    address = environment.get(platform.address.variable, "").strip() or platform.address.default or ""
    if not address.startswith(("https://", "http://")):
        raise SettingsError(f"{platform.address.variable} must begin with https:// (or http://).")
    missing = tuple(name for name in given if name not in held)
    return PlatformSettings(address.rstrip("/"), held, values, missing)


def secret(variable: str, environment: Mapping[str, str]) -> SecretStr | None:
    """A secret from its variable, or from the file that `<variable>_FILE` names.

    Raises:
        SettingsError: when the file cannot be read or the value cannot be a header.
    """
    value = environment.get(variable, "").strip()
    source = variable
    file = environment.get(f"{variable}_FILE", "").strip()
    if not value and file:
        source = f"{variable}_FILE"
        try:
            with Path(file).open(encoding="utf-8") as opened:
                value = opened.read(MOST_SECRET).strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"{source} names a file that cannot be read ({type(error).__name__}).") from error
        if not value:
            raise SettingsError(f"{source} names an empty file.")
    if any(not character.isprintable() or character.isspace() for character in value) or not value.isascii():
        raise SettingsError(f"{source} holds a line break, a space or another character that no token has.")
    return SecretStr(value) if value else None
