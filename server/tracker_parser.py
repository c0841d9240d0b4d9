"""The options of `testdesk tracker`; every command parses them, so nothing else is imported here."""

from typing import Any


def add_offered_trackers(command: Any) -> None:
    """Add the option that offers a tracker's fake API."""
    command.add_argument(
        "--tracker",
        action="append",
        default=[],
        metavar="KIND",
        help="with --sandbox: offer the tools of trackers on this kind's fake API, such as github; repeatable",
    )


def add_tracker(commands: Any, epilog: str) -> None:
    """Add the command to the command line."""
    top = commands.add_parser("tracker", help="test the trackers that issues are created in", epilog=epilog)
    what = top.add_subparsers(dest="what", metavar="WHAT", required=True)
    check = what.add_parser("check", help="whose credential it is, what it may do, and what its options can be")
    check.add_argument("names", nargs="*", metavar="NAME", help="of the configuration file (default: all)")
    check.add_argument("--sandbox", action="store_true", help="use the fake APIs in place of the trackers")
    add_offered_trackers(check)
    kinds = what.add_parser("kinds", help="the kinds of trackers, or what the sections of some need")
    kinds.add_argument("names", nargs="*", metavar="KIND")
