"""The options of `testdesk ledger`; every command parses them, so nothing else is imported here."""

from typing import Any, Final

MOST_ROWS: Final = 50
KEPT_DAYS: Final = 400
OUTCOMES: Final = ("done", "failed", "unknown", "under way")


def add_ledger(commands: Any, epilog: str) -> None:
    """Add the command to the command line."""
    top = commands.add_parser("ledger", help="show, verify and export the record of what was done", epilog=epilog)
    what = top.add_subparsers(dest="what", metavar="WHAT")
    listed = what.add_parser("list", help="the acts, newest first (default)")
    for one in (top, listed):
        one.add_argument("--since", metavar="AGE", help="such as 12h or 7d")
        one.add_argument("--platform", metavar="NAME")
        one.add_argument("--account", metavar="NAME")
        one.add_argument("--tool", metavar="NAME")
        one.add_argument("--who", metavar="NAME")
        one.add_argument("--outcome", choices=OUTCOMES, metavar="WORD", help=", ".join(OUTCOMES))
        one.add_argument("--limit", type=int, default=MOST_ROWS, metavar="N", help=f"rows (default {MOST_ROWS})")
    what.add_parser("show", help="all records of one act").add_argument("act", type=int, metavar="ACT")
    what.add_parser("export", help="print all records as JSON Lines, with their hashes")
    what.add_parser("verify", help="follow the chain of hashes")
    settle = what.add_parser("settle", help="read what an unknown act left, and let a person record the outcome")
    settle.add_argument("act", type=int, nargs="?", metavar="ACT", help="default: all unknown ones")
    prune = what.add_parser("prune", help="delete old records; a checkpoint keeps the rest verifiable")
    prune.add_argument("--days", type=float, default=KEPT_DAYS, metavar="N", help=f"to keep (default {KEPT_DAYS})")
