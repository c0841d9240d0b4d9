"""The command line: serve, sandbox, doctor, demo, reference.

Exit codes: 0 done, 1 failed (the reason is on stderr), 2 the command line or the environment says something that
cannot be, 130 and 143 ended by a signal.
"""

import argparse
import os
import sys
from collections.abc import Sequence

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
EXITS = "exit codes: 0 done, 1 failed (stderr says why), 2 wrong command line or environment, 130/143 ended by a signal"


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    top = argparse.ArgumentParser(
        prog="testdesk", description="An MCP server for the test platforms of a QA team.", epilog=EXITS
    )
    top.add_argument("--version", action="store_true", help="print the version and end")
    commands = top.add_subparsers(dest="command", metavar="COMMAND")

    serve = commands.add_parser("serve", help="serve MCP, on stdio unless --http is given", epilog=EXITS)
    serve.add_argument("--sandbox", action="store_true", help="use an invented account inside this process")
    serve.add_argument(
        "--sandbox-pace",
        type=float,
        default=1.0,
        metavar="N",
        help="seconds that pass in the sandbox in each real one (default 1)",
    )
    serve.add_argument("--read-only", action="store_true", help="offer only tools that change nothing")
    serve.add_argument("--http", action="store_true", help="serve streamable HTTP instead of stdio")
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    serve.add_argument("--port", type=int, default=8765, help="port to listen on (default 8765, 0 picks one)")
    serve.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="a host name by which clients reach it; may be repeated",
    )
    serve.add_argument("--no-key", action="store_true", help="ask no key of HTTP clients (this machine only)")
    serve.add_argument("--log-level", default="WARNING", type=str.upper, choices=LEVELS, help="how much to log")

    sandbox = commands.add_parser("sandbox", help="serve the sandboxes on a local port, for curl and tests")
    sandbox.add_argument("--port", type=int, default=8766, help="port on this machine (default 8766, 0 picks one)")

    commands.add_parser("doctor", help="check what is configured and whether each credential works")
    commands.add_parser("demo", help="play a triage over MCP against the sandbox")
    reference = commands.add_parser("reference", help="write the generated tables of a checkout")
    reference.add_argument("--check", action="store_true", help="only say whether they are up to date")
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and answer its exit code."""
    top = parser()
    given = top.parse_args(arguments)
    if given.version:
        from server.version import __version__

        print(f"testdesk {__version__}")
        return 0
    if given.command is None:
        top.print_help()
        return 2
    from server.settings import SettingsError

    try:
        return int(globals()[f"run_{given.command}"](given))
    except SettingsError as error:
        print(f"testdesk: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def run_serve(given: argparse.Namespace) -> int:
    """`testdesk serve`"""
    import anyio

    from server.app import build
    from server.guards.scope import exposed_platforms
    from server.settings import HTTP_KEY, read_settings, secret
    from tools.platforms import PLATFORMS

    settings = read_settings(
        PLATFORMS,
        sandbox=given.sandbox,
        sandbox_pace=given.sandbox_pace,
        read_only=given.read_only,
        log_level=given.log_level,
    )
    if given.sandbox:
        print("testdesk: SANDBOX, all data is invented and nothing real happens.", file=sys.stderr)
    elif not any(p.is_configured for p in settings.platforms.values()):
        names = ", ".join(c.variable for p in exposed_platforms(PLATFORMS, settings) for c in p.credentials)
        print(
            f"testdesk: no platform is configured, so every call will say so. Set {names}, or use --sandbox.",
            file=sys.stderr,
        )
    server = build(settings)
    if not given.http:
        from server.stdio import run_stdio

        return anyio.run(run_stdio, server)

    from server.http import new_key, run_http

    held = secret(HTTP_KEY, os.environ)
    key = None if given.no_key else held.get_secret_value() if held is not None else new_key()
    if key is not None and held is None:
        print(f"testdesk: clients send the header  Authorization: Bearer {key}", file=sys.stderr)

    async def serve() -> int:
        return await run_http(
            server,
            host=given.host,
            port=given.port,
            key=key,
            allowed_hosts=given.allow_host,
            log_level=given.log_level,
        )

    try:
        return anyio.run(serve)
    except ValueError as error:
        print(f"testdesk: {error}", file=sys.stderr)
        return 2


def run_sandbox(given: argparse.Namespace) -> int:
    """`testdesk sandbox`"""
    from server.sandbox import run_port
    from tools.platforms import PLATFORMS

    run_port({p.key: p.sandbox() for p in PLATFORMS}, given.port)
    return 0


def run_doctor(given: argparse.Namespace) -> int:
    """`testdesk doctor`"""
    import anyio

    from server.doctor import examine

    return anyio.run(examine)


def run_demo(given: argparse.Namespace) -> int:
    """`testdesk demo`"""
    import anyio

    from server.demo import play

    return anyio.run(play)


def run_reference(given: argparse.Namespace) -> int:
    """`testdesk reference`"""
    from server.reference import write

    return write(check=given.check)
