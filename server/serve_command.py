"""`testdesk serve`."""

import argparse
import gc
import os
import sys
from contextlib import nullcontext
from dataclasses import replace


def run_serve(given: argparse.Namespace) -> int:
    """`testdesk serve`"""
    import anyio

    from server.app import build
    from server.guards.scope import exposed_platforms
    from server.log_form import announcement
    from server.setting_warnings import warnings
    from server.settings import SettingsError, read_settings
    from server.team.settings import brought, read_team
    from tools.platforms import PLATFORMS

    if given.inbox and not given.http:
        raise SettingsError("--inbox goes with --http; beside a server on stdio run `testdesk inbox`.")
    settings = read_settings(
        PLATFORMS,
        sandbox=given.sandbox,
        sandbox_at=given.sandbox_at,
        sandbox_pace=given.sandbox_pace,
        read_only=given.read_only,
        toolsets=given.toolsets,
        log_level=given.log_level,
        trackers=given.tracker,
    )

    def say(sentence: str, level: str = "INFO") -> None:
        print(announcement(f"testdesk: {sentence}", level=level), file=sys.stderr)

    def warn(sentence: str) -> None:
        say(f"WARNING: {sentence}", "WARNING")

    team = read_team(os.environ, settings, PLATFORMS) if given.http else None
    settings = replace(settings, brought=brought(team, PLATFORMS))
    prints = given.worker is None or given.worker.is_first
    if not prints:
        pass  # another worker prints it
    elif given.sandbox:
        say("SANDBOX, all data is invented and nothing real happens.")
    elif not settings.brought and not any(p.is_configured for p in settings.platforms.values()):
        names = ", ".join(c.variable for p in exposed_platforms(PLATFORMS, settings) for c in p.credentials)
        say(f"no platform is configured, so only testdesk_setup is offered. Set {names}, or use --sandbox.")
    for sentence in warnings(settings, os.environ) if prints else ():
        warn(sentence)
    from server.inbox.events import EventStore
    from server.known import Known
    from server.store.place import open_store
    from server.store.sqlite import SqliteEngine

    if given.metrics_port is not None and not given.http:
        raise SettingsError("--metrics-port goes with --http: a server on stdio has one client, and ends with it.")
    engine, telemetry = open_store(os.environ, sandbox=given.sandbox), None
    if team is not None:
        from server.team.sharing import check_shared

        check_shared(given, engine, team, os.environ)
    if given.metrics_port is not None or any(name.startswith("OTEL_") for name in os.environ):
        from server.telemetry.start import start_asked
        from server.telemetry.store import FollowedEngine

        telemetry = start_asked(os.environ, PLATFORMS, warn, port=given.metrics_port, host=given.metrics_host)
        engine = engine if telemetry is None else FollowedEngine(engine, telemetry)
    store = EventStore(SqliteEngine(given.inbox_file) if given.inbox_file else engine)
    known = Known.shipped(os.environ)
    if given.http:
        known = Known(schemas=known.schemas)  # it starts once, so it loads every platform before it is called
    server = build(settings, store=store, engine=engine, known=known, team=team, telemetry=telemetry)
    gc.freeze()
    gc.enable()
    with nullcontext() if telemetry is None else telemetry.running():
        if team is None:
            from server.stdio import run_stdio

            if given.greeter is not None:
                from server.recorder import variables

                given.greeter.records.know_variables(variables(PLATFORMS, settings.configuration))
            return anyio.run(run_stdio, server, given.greeter)

        from server.http_command import serve_http

        return serve_http(given, server, store, team, settings, engine, telemetry)
