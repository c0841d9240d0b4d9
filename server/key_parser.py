"""The options of `testdesk key`; every command parses them, so nothing else is imported here."""

from typing import Any, Final

DAYS: Final = "90d"


def add_key(commands: Any, epilog: str) -> None:
    """Add the command to the command line."""
    top = commands.add_parser(
        "key", help="make, list and revoke the keys of people who share a server over HTTP", epilog=epilog
    )
    what = top.add_subparsers(dest="what", metavar="WHAT", required=True)
    new = what.add_parser(
        "new",
        help="make a key and print it once",
        epilog="The key goes to standard output. Its digest goes into the file of TESTDESK_PEOPLE; where that is not "
        "set, the section to paste is printed to standard error.",
    )
    new.add_argument("person", metavar="NAME", help="whose it is, such as anna")
    new.add_argument(
        "--rights", metavar="WORDS", help="of a new person: read (default), triage, order, admin; separated by commas"
    )
    new.add_argument(
        "--expires", default=DAYS, metavar="WHEN", help=f"such as 30d, 2027-01-31 or never (default {DAYS})"
    )
    new.add_argument(
        "--name", default="", metavar="WORD", help="what tells it from the person's others, such as laptop"
    )
    what.add_parser("list", help="people, their rights, and their keys with the last day of each")
    revoke = what.add_parser("revoke", help="withdraw a person's keys, from the next request on")
    revoke.add_argument("person", metavar="NAME")
    revoke.add_argument("--name", default="", metavar="WORD", help="only this key")
