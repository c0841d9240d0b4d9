"""What several processes of one server have to share."""

import argparse
from collections.abc import Mapping
from typing import Final

from server.credentials import SettingsError
from server.settings import HTTP_KEY
from server.store.engine import Engine
from server.store.place import STORE
from server.store.sqlite import SqliteEngine
from server.team.settings import STATE_KEYS, TeamSettings

ALONE_SECONDS: Final = 8.0
"""Seconds for calls to finish where containers are killed after 10, as by default."""
TEAM_SECONDS: Final = 20.0
"""Seconds for calls to finish where several people call."""


def check_shared(given: argparse.Namespace, engine: Engine, team: TeamSettings, environment: Mapping[str, str]) -> None:
    """Check that workers of this command line can stand in for one another.

    Raises:
        SettingsError: with what is missing.
    """
    if given.workers < 2:
        return
    if given.sandbox and not given.sandbox_at:
        raise SettingsError(
            "--workers above 1 goes with --sandbox-at: the fake APIs of --sandbox would be others in each worker."
        )
    missing = []
    if isinstance(engine, SqliteEngine) or not engine.is_shared:
        missing.append(f"a store of PostgreSQL ({STORE}=postgresql://...)")
    if not team.state_keys:
        missing.append(f"sealing keys ({STATE_KEYS}_FILE; `openssl rand -base64 32` makes one)")
    if not (team.has_people or given.no_key or any(environment.get(f"{HTTP_KEY}{end}", "") for end in ("", "_FILE"))):
        missing.append(f"a key for clients ({HTTP_KEY}_FILE; each worker would make another one)")
    if missing:
        raise SettingsError(f"--workers {given.workers} needs what all workers share: {'; '.join(missing)}.")


def drain_seconds(given: argparse.Namespace, team: TeamSettings) -> float:
    """Seconds for calls to finish after a stop was requested."""
    if given.drain is not None:
        return float(given.drain)
    return TEAM_SECONDS if team.has_people or given.workers > 1 else ALONE_SECONDS
