"""The options of `testdesk admin`; every command parses them, so nothing else is imported here."""

from typing import Any, Final

PARTS: Final = ("people", "budgets", "questions", "unknown", "acts")


def add_admin(commands: Any, epilog: str) -> None:
    """Add the command to the command line."""
    top = commands.add_parser(
        "admin", help="show people, keys, rights, budgets, waiting questions, unknown outcomes and acts", epilog=epilog
    )
    top.add_argument("part", nargs="?", choices=PARTS, metavar="PART", help=f"only one of {', '.join(PARTS)}")
    top.add_argument("--json", action="store_true", help="print everything as one JSON document")
