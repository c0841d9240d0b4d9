"""What is risky about settings that are valid."""

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from server.base_address import ALLOW_HTTP
from server.settings import CONSENT, HTTP_KEY, Settings
from tools.kit.picture import is_loopback


def warnings(settings: Settings, environment: Mapping[str, str]) -> list[str]:
    """Warnings about risky settings, for doctor and the start."""
    found = [
        f"{ALLOW_HTTP} sends the credential of {key} unencrypted to {urlsplit(configured.base_url).hostname}."
        for key in settings.platforms
        for configured in settings.accounts_of(key).values()
        if configured.is_configured and not settings.sandbox and is_unencrypted(configured.base_url)
    ]
    if settings.configuration.path and others_can(0o066, settings.configuration.path):
        found.append(
            f"Other users of this machine can read or change {settings.configuration.path}; run chmod 600 on it."
        )
    environment = settings.configuration.under(environment)
    variables = [name for configured in settings.platforms.values() for name in configured.credentials]
    for variable in (*variables, HTTP_KEY, "TESTDESK_STORE"):
        file = environment.get(f"{variable}_FILE", "").strip()
        if file and not environment.get(variable, "").strip() and not settings.sandbox and others_can(0o044, file):
            found.append(f"Other users of this machine can read the file of {variable}_FILE; run chmod 600 on it.")
    found += [
        f"Other users of this machine can read {file}, of [accounts.{account.name}]; run chmod 600 on it."
        for key in settings.accounts
        for account in settings.configuration.several(key)
        for file in account.files.values()
        if not settings.sandbox and others_can(0o044, file)
    ]
    if by_host := settings.consent.by_host:
        variable = environment.get(CONSENT, "").strip()
        source = f"{CONSENT}=client" if variable else f"[consent] {', '.join(by_host)} = client"
        found.append(
            f"{source} asks nobody: the host's own approval replaces the user's. Where the host approves by itself "
            "(Claude Code's automatic mode; Codex, Copilot CLI, Cursor, VS Code or Gemini CLI set to always allow; any "
            "unattended run), such calls pass unseen."
        )
    return found


def others_can(mode: int, file: str) -> bool:
    """Whether other users have one of these permissions, on systems with such; links are followed."""
    try:
        return os.name == "posix" and bool(Path(file).stat().st_mode & mode)
    except OSError:
        return False


def is_unencrypted(address: str) -> bool:
    """Whether requests to a base address can be read in transit."""
    parts = urlsplit(address)
    return parts.scheme == "http" and not is_loopback(parts.hostname or "")
