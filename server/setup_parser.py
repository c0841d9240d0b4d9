"""The options of `testdesk setup`; every command parses them, so nothing else is imported here."""

from typing import Any


def add_setup(commands: Any, epilog: str) -> None:
    """Add the command to the command line."""
    top = commands.add_parser(
        "setup",
        help="add Testdesk to the hosts of this machine: Claude Code, Cursor, VS Code, Codex, ...",
        epilog=epilog,
    )
    top.add_argument(
        "hosts",
        nargs="*",
        metavar="HOST",
        help="claude-code, claude-desktop, cursor, vscode, codex, gemini, copilot, opencode, zed, windsurf, or all "
        "(those found); without it, list what is found, and in a terminal ask",
    )
    what = top.add_mutually_exclusive_group()
    what.add_argument("--print", action="store_true", help="print the entry, and write nothing")
    what.add_argument("--dry-run", action="store_true", help="say what would be written, and write nothing")
    what.add_argument("--check", action="store_true", help="start each entry as its host would, and say what works")
    what.add_argument("--undo", action="store_true", help="take the entries out again")
    top.add_argument("--sandbox", action="store_true", help="an entry for the sandbox: no account, no token")
    top.add_argument("--read-only", action="store_true", help="an entry that offers only tools that read")
    top.add_argument(
        "--platform",
        action="append",
        default=[],
        metavar="NAME",
        help="ask for this platform's token only; repeatable",
    )
    top.add_argument(
        "--inputs", action="store_true", help="VS Code asks for the tokens itself and keeps them, instead of files"
    )
