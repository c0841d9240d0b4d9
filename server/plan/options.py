"""The options of `testdesk plan`; every command parses them, so nothing else is imported here."""

from typing import Any


def add_plan(commands: Any, epilog: str) -> None:
    """Add the command to the command line."""
    plan = commands.add_parser("plan", help="gather what is known about a change, for a plan of tests", epilog=epilog)
    plan.add_argument(
        "--diff",
        required=True,
        metavar="RANGE",
        help="a git range such as main..HEAD, read in the current folder; - reads a diff from standard input",
    )
    plan.add_argument("--change", default="", metavar="TEXT", help="what changes, in words, beside the commits")
    plan.add_argument("--version", dest="release", metavar="V", help="words in titles of its runs")
    plan.add_argument(
        "--platform", action="append", default=[], metavar="KEY", help="only this platform; repeatable (default: all)"
    )
    form = plan.add_mutually_exclusive_group()
    form.add_argument("--md", action="store_true", help="print Markdown (default)")
    form.add_argument("--json", action="store_true", help="print JSON, as the tool across_plan_inputs answers")
    plan.add_argument("--sandbox", action="store_true", help="use the fake APIs; no account needed")
