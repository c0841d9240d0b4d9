"""The command line: serve, setup, call, report, plan, approve, inbox, sandbox, ledger, key, tracker, doctor and more.

Exit codes: 0 done, 1 failed (the reason is on stderr), 2 the command line or the environment says something that
cannot be, 130 and 143 ended by a signal.
"""

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from server.greeter import Greeter
    from server.team.worker import Worker

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
EXITS = "exit codes: 0 done, 1 failed (stderr says why), 2 wrong command line or environment, 130/143 ended by a signal"


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    from server.admin_parser import add_admin
    from server.inbox_parser import add_inbox
    from server.key_parser import add_key
    from server.ledger_parser import add_ledger
    from server.plan.options import add_plan
    from server.serve_parser import add_serve
    from server.setup_parser import add_setup
    from server.shell.options import CommandParser, add_call, add_report
    from server.tracker_parser import add_tracker

    top = argparse.ArgumentParser(
        prog="testdesk", description="An MCP server for the test platforms of a QA team.", epilog=EXITS
    )
    top.add_argument("--version", action="store_true", help="print the version and exit")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", parser_class=CommandParser)

    add_serve(commands, LEVELS, EXITS)
    add_call(commands)
    add_report(commands)

    approve = commands.add_parser(
        "approve", help="answer, as a person in a terminal, what a client could not ask", epilog=EXITS
    )
    approve.add_argument("number", nargs="?", metavar="NUMBER", help="from the refusal; without it, list what waits")
    approve.add_argument("--page", action="store_true", help="answer on a page in the browser of this machine")

    add_inbox(commands, LEVELS, EXITS)

    sandbox = commands.add_parser("sandbox", help="serve the sandboxes on a local port, for curl and tests")
    sandbox.add_argument("--port", type=int, default=8766, help="local port (default 8766, 0 picks one)")
    own = sandbox.add_mutually_exclusive_group()
    own.add_argument(
        "--own-ports",
        type=int,
        metavar="N",
        help="first of the ports with one platform each, at the vendor's paths (default --port + 10, 0 picks them)",
    )
    own.add_argument("--no-own-ports", action="store_true", help="serve the platforms below their mounts only")
    sandbox.add_argument(
        "--profile", choices=("story", "scale"), default="story", help="a small story, or accounts at scale"
    )
    sandbox.add_argument("--pace", type=float, default=1.0, metavar="N", help="sandbox seconds per real second")

    add_setup(commands, EXITS)
    add_ledger(commands, EXITS)
    add_admin(commands, EXITS)
    add_key(commands, EXITS)
    add_tracker(commands, EXITS)
    add_plan(commands, EXITS)
    commands.add_parser("doctor", help="check the configuration and each credential")
    commands.add_parser("demo", help="run a triage over MCP against the sandbox")
    reference = commands.add_parser("reference", help="write the generated tables of a checkout")
    reference.add_argument("--check", action="store_true", help="only check whether they are up to date")
    reference.add_argument(
        "--first-answers", action="store_true", help="only record the answers of a first start, into this installation"
    )
    return top


def main(
    arguments: Sequence[str] | None = None, *, greeter: "Greeter | None" = None, worker: "Worker | None" = None
) -> int:
    """Run a command and return its exit code; a greeter has begun to serve its client, a worker is one of several."""
    top = parser()
    given = top.parse_args(arguments, argparse.Namespace(greeter=greeter, worker=worker))
    if given.version:
        from server.version import __version__

        print(f"testdesk {__version__}")
        return 0
    if given.command is None:
        top.print_help()
        return 2
    from server.credentials import SettingsError

    try:
        return int(globals()[f"run_{given.command}"](given))
    except SettingsError as error:
        print(f"testdesk: {error}", file=sys.stderr)
        if greeter is not None:
            greeter.fail(f"testdesk: {error}")
        return 2
    except KeyboardInterrupt:
        return 130


def run_serve(given: argparse.Namespace) -> int:
    """`testdesk serve`"""
    if given.workers != 1 and given.worker is None:
        from server.team.supervisor import run_workers

        return run_workers(given)
    import gc

    # Everything loaded so far lives until the end: collecting garbage in it takes a twelfth of the start.
    gc.disable()
    from server.serve_command import run_serve

    return run_serve(given)


def run_call(given: argparse.Namespace) -> int:
    """`testdesk call`"""
    from server.shell.call import run_call

    return run_call(given)


def run_report(given: argparse.Namespace) -> int:
    """`testdesk report`"""
    from server.shell.report import run_report

    return run_report(given)


def run_approve(given: argparse.Namespace) -> int:
    """`testdesk approve`"""
    from server.approve import run_approve

    return run_approve(given.number, on_page=given.page)


def run_inbox(given: argparse.Namespace) -> int:
    """`testdesk inbox`"""
    import anyio

    from server.inbox_command import run_inbox
    from server.store.engine import StoreError

    try:
        return anyio.run(run_inbox, given)
    except StoreError as error:
        print(f"testdesk: {error}", file=sys.stderr)
        return 1


def run_sandbox(given: argparse.Namespace) -> int:
    """`testdesk sandbox`"""
    from server.sandbox import run_port
    from tools.platforms import PLATFORMS
    from tools.trackers.listed import TRACKERS, load, load_sandbox

    sandboxes = {p.key: p.sandbox(given.profile) for p in PLATFORMS}
    sandboxes |= {key: load_sandbox(key) for key in TRACKERS if not load(key).shut_down}
    for sandbox in sandboxes.values():
        sandbox.clock.accelerate(given.pace, is_first=True)
    return run_port(sandboxes, given.port, own_ports=given.own_ports, has_own_ports=not given.no_own_ports)


def run_doctor(given: argparse.Namespace) -> int:
    """`testdesk doctor`"""
    import anyio

    from server.doctor import run_doctor

    return anyio.run(run_doctor)


def run_setup(given: argparse.Namespace) -> int:
    """`testdesk setup`"""
    from server.setup_command import run_setup

    return run_setup(given)


def run_ledger(given: argparse.Namespace) -> int:
    """`testdesk ledger`"""
    import anyio

    from server.ledger_command import run_ledger

    return anyio.run(run_ledger, given)


def run_admin(given: argparse.Namespace) -> int:
    """`testdesk admin`"""
    import anyio

    from server.admin_command import run_admin

    return anyio.run(run_admin, given)


def run_key(given: argparse.Namespace) -> int:
    """`testdesk key`"""
    from server.key_command import run_key

    return run_key(given)


def run_tracker(given: argparse.Namespace) -> int:
    """`testdesk tracker`"""
    import anyio

    from server.tracker_command import run_tracker

    return anyio.run(run_tracker, given)


def run_plan(given: argparse.Namespace) -> int:
    """`testdesk plan`"""
    import anyio

    from server.plan.command import run_plan

    return anyio.run(run_plan, given)


def run_demo(given: argparse.Namespace) -> int:
    """`testdesk demo`"""
    import anyio

    from server.demo import run_demo

    return anyio.run(run_demo)


def run_reference(given: argparse.Namespace) -> int:
    """`testdesk reference`"""
    if given.first_answers:
        from server import first_answers
        from server.records import SHIPPED

        print(f"{first_answers.write():,} bytes in {SHIPPED}")
        return 0
    from server.reference import write

    return write(check=given.check)
