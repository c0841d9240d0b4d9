"""`testdesk inbox`: receive events, carry out the standing orders, and show how they stand."""

import argparse
import os
from collections.abc import Mapping

from server.config_file import read_configuration
from server.configuration import Configuration, configuration_file
from server.guards.redact import Redactor
from server.inbox.events import EventStore
from server.inbox.serve import Beside, checked_url, new_address
from server.inbox.serve import run_inbox as serve_inbox
from server.settings import Settings, SettingsError, read_settings
from server.store.place import STORE, open_store
from server.store.sqlite import SqliteEngine
from tools.platforms import PLATFORMS


async def run_inbox(given: argparse.Namespace, environment: Mapping[str, str] = os.environ) -> int:
    """Run the receiver, or one of the commands that end by themselves."""
    _check(given)
    engine = SqliteEngine(given.file) if given.file else open_store(environment, sandbox=given.sandbox)
    store = EventStore(engine)
    if given.new_address:
        return await new_address(PLATFORMS, store, given.new_address)
    public_url = checked_url(given.public_url) if given.public_url else None

    async def receive(beside: Beside | None = None, redact: Redactor | None = None) -> int:
        return await serve_inbox(
            PLATFORMS,
            store,
            host=given.host,
            port=given.port,
            public_url=public_url,
            log_level=given.log_level,
            beside=beside,
            redact=redact,
        )

    if not (given.hand_over or given.status or given.retry):
        return await receive()
    from server.standing import command

    try:
        if given.retry:
            return await command.retry(engine, given.retry)
        if given.status:
            return await command.status(_configuration(given, environment), engine)
        settings = _settings(given, environment)
        if given.dry_run:
            return await command.dry_run(settings, engine)
        return await command.carry_out(settings, engine, receive, environment)
    finally:
        await engine.close()


def _check(given: argparse.Namespace) -> None:
    """Refuse options that do not go together."""
    about_orders = given.hand_over or given.status or given.retry
    if given.dry_run and not given.hand_over:
        raise SettingsError("--dry-run goes with --hand-over.")
    if given.hand_over and (given.status or given.retry):
        raise SettingsError("--status and --retry end by themselves; leave --hand-over out.")
    if given.sandbox and not about_orders:
        raise SettingsError("--sandbox goes with --hand-over, --status or --retry: receiving uses no account.")
    if given.file and about_orders:
        raise SettingsError(f"Events and issues are in one store here: name it with {STORE} in place of --file.")


def _configuration(given: argparse.Namespace, environment: Mapping[str, str]) -> Configuration:
    """The configuration file alone: whoever looks at the queue need not have the credentials."""
    path = configuration_file(environment, sandbox=given.sandbox)
    return read_configuration(path, PLATFORMS) if path else Configuration()


def _settings(given: argparse.Namespace, environment: Mapping[str, str]) -> Settings:
    return read_settings(
        PLATFORMS, environment, sandbox=given.sandbox, sandbox_at=given.sandbox_at, log_level=given.log_level
    )
