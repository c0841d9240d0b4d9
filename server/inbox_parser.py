"""The options of `testdesk inbox`; every command parses them, so nothing else is imported here."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any


def add_inbox(commands: Any, levels: Sequence[str], epilog: str) -> None:
    """Add the command to the command line."""
    inbox = commands.add_parser("inbox", help="receive and store the events that platforms push", epilog=epilog)
    inbox.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    inbox.add_argument("--port", type=int, default=8767, help="port to listen on (default 8767, 0 picks one)")
    inbox.add_argument(
        "--file", type=Path, metavar="FILE", help="file to store them in (default: in your data directory)"
    )
    inbox.add_argument("--public-url", metavar="URL", help="its public https address for platforms")
    inbox.add_argument(
        "--new-address", metavar="PLATFORM", help="print a new address for a connection of this platform and exit"
    )
    inbox.add_argument("--log-level", default="WARNING", type=str.upper, choices=levels, help="how much to log")
    orders = inbox.add_argument_group(
        "standing orders", "[hand_over.NAME] of the configuration file: bugs that arrive become issues by themselves"
    )
    orders.add_argument(
        "--hand-over", action="store_true", help="also create the issues, beside receiving; asks nobody"
    )
    orders.add_argument(
        "--dry-run", action="store_true", help="with --hand-over: print what would be created, send nothing, and exit"
    )
    what = orders.add_mutually_exclusive_group()
    what.add_argument("--status", action="store_true", help="print what waits, was done or was given up, and exit")
    what.add_argument(
        "--retry", metavar="PLATFORM:ITEM", help="put back what was given up or skipped, as --status lists it, and exit"
    )
    orders.add_argument("--sandbox", action="store_true", help="use the fake APIs in place of the trackers")
    orders.add_argument(
        "--sandbox-at", default="", metavar="URL", help="with --sandbox: those that `testdesk sandbox` serves"
    )
