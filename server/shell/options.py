"""The options of `testdesk call` and `testdesk report`; every command parses them, so nothing else is imported here."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from server.tracker_parser import add_offered_trackers

FORMATS: Final = ("md", "html", "json", "junit")
AGAINST, NOT_PROVEN, NO_VERDICT, NEVER = "against", "not-proven", "no-verdict", "never"
FAIL_ON: Final = (AGAINST, NOT_PROVEN, NO_VERDICT)
CALL_EXITS: Final = (
    "exit codes: 0 done, 1 failed or refused, 2 the call is wrong (no such tool or argument), 3 the user said no, 130 "
    "interrupted"
)
REPORT_EXITS: Final = (
    "exit codes: 0 nothing found against the release, 1 evidence against it, 3 not proven or no verdict, 4 no report "
    "could be made, 2 wrong command line; an outcome that --fail-on does not name exits with 0"
)
CALL_WORDS: Final = (
    "KEY=VALUE is typed by the tool's parameter: numbers, true or false, words, and lists as a,b or KEY repeated. "
    "KEY:=JSON gives JSON, KEY=@FILE and KEY:=@FILE a file, KEY=- and KEY:=- standard input."
)


class CommandParser(argparse.ArgumentParser):
    """A parser that takes options between the words of a command that takes any number of them."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        found, rest = super().parse_known_args(args, namespace)
        if self._takes_words():
            found.words = [*found.words, *(word for word in rest if not word.startswith("-"))]
            rest = [word for word in rest if word.startswith("-")]
        return found, rest

    def _takes_words(self) -> bool:
        return any(action.dest == "words" for action in self._actions)


def add_call(commands: Any) -> None:
    """Add `testdesk call`."""
    call = commands.add_parser(
        "call",
        help="call a tool from the shell; without a tool, list them",
        description="Call a tool under the same guards as any client; what asks first asks at this terminal.",
        epilog=f"{CALL_WORDS} {CALL_EXITS}",
        add_help=False,
    )
    call.add_argument(
        "tool", nargs="?", metavar="TOOL", help="such as across_list_runs; part of a name lists its tools"
    )
    call.add_argument("words", nargs="*", metavar="KEY=VALUE", help="its arguments")
    call.add_argument("-h", "--help", action="store_true", dest="wants_help", help="with a tool: its parameters")
    call.add_argument("--json", action="store_true", help="print the structured answer as JSON")
    call.add_argument("--account", metavar="NAME", help="where a platform has several: the one to work in")
    call.add_argument("--save", type=Path, metavar="FOLDER", help="write the pictures of the answer into it")
    _add_where(call)
    add_offered_trackers(call)
    call.set_defaults(print_help=call.print_help)


def add_report(commands: Any) -> None:
    """Add `testdesk report`."""
    report = commands.add_parser(
        "report",
        help="report the evidence for and against a release, for CI",
        description="Assess a release on all platforms, write a report, and exit by its verdict.",
        epilog=REPORT_EXITS,
    )
    report.add_argument("--release", metavar="VERSION", help="as in the titles of its runs, such as 9.0.1")
    report.add_argument("--since", metavar="WHEN", help="count from here: an age such as 7d, or a date")
    report.add_argument("--until", metavar="WHEN", help="count up to here")
    report.add_argument("--platforms", metavar="NAMES", help="only these, by their keys and with commas between")
    report.add_argument("--format", choices=FORMATS, help="default: by the file's suffix, and md without a file")
    report.add_argument(
        "--output",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="write to a file (.md, .html, .json, .xml for junit); repeatable; default: standard output",
    )
    report.add_argument(
        "--fail-on",
        default=",".join(FAIL_ON),
        metavar="WORDS",
        help=f"outcomes that exit with their code: {', '.join(FAIL_ON)} (default: all), or {NEVER}",
    )
    _add_where(report)


def fail_on(words: str) -> Sequence[str]:
    """The outcomes that `--fail-on` names.

    Raises:
        ValueError: with a sentence, for any other word.
    """
    given = [word.strip() for word in words.split(",") if word.strip()]
    if given == [NEVER]:
        return ()
    for word in given:
        if word not in FAIL_ON:
            raise ValueError(f"--fail-on names {word[:40]!r}; it takes {', '.join(FAIL_ON)}, or {NEVER} alone.")
    return given


def _add_where(command: argparse.ArgumentParser) -> None:
    """The options for the sandbox, which both commands take."""
    command.add_argument("--sandbox", action="store_true", help="use the fake APIs inside this process")
    command.add_argument("--sandbox-at", default="", metavar="URL", help="use the sandbox of `testdesk sandbox`")
    command.add_argument("--no-color", action="store_true", help="print without colours, as NO_COLOR does")
