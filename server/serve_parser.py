"""The options of `testdesk serve`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from server.tracker_parser import add_offered_trackers

LIMITS = (
    "environment: TESTDESK_ANSWER_CHARACTERS characters of an answer (default 18000), TESTDESK_PICTURE_BYTES base64 of "
    "a picture (default 1000000), TESTDESK_ANSWER_BYTES base64 of all pictures of an answer (default 4000000)"
)


def add_serve(commands: Any, levels: Sequence[str], exits: str) -> None:
    """Add the command."""
    serve = commands.add_parser("serve", help="serve MCP, on stdio unless --http is given", epilog=f"{LIMITS}; {exits}")
    serve.add_argument(
        "--sandbox", action="store_true", help="use the fake APIs inside this process; no account needed"
    )
    serve.add_argument(
        "--sandbox-at", default="", metavar="URL", help="use the sandbox that `testdesk sandbox` serves on this machine"
    )
    serve.add_argument(
        "--sandbox-pace",
        type=float,
        default=1.0,
        metavar="N",
        help="sandbox seconds per real second (default 1)",
    )
    serve.add_argument("--read-only", action="store_true", help="offer only tools that read")
    serve.add_argument(
        "--toolsets",
        metavar="WORDS",
        help="tools to list: auto (default), all, triage, planning, reporting, platforms, platform:subject, names; "
        "-WORD leaves out; before TESTDESK_TOOLSETS",
    )
    add_offered_trackers(serve)
    serve.add_argument("--http", action="store_true", help="serve streamable HTTP instead of stdio")
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    serve.add_argument("--port", type=int, default=8765, help="port to listen on (default 8765, 0 picks one)")
    serve.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="host name that clients may use; repeatable",
    )
    serve.add_argument("--no-key", action="store_true", help="do not require a key (loopback only)")
    serve.add_argument(
        "--drain",
        type=float,
        metavar="S",
        help="with --http: seconds for calls in flight to finish after SIGTERM (default 8, with people or workers 20; "
        "0 none)",
    )
    serve.add_argument(
        "--workers",
        type=int,
        default=1,
        metavar="N",
        help="with --http: processes on the port (default 1); more want Linux, PostgreSQL and TESTDESK_STATE_KEYS",
    )
    serve.add_argument(
        "--metrics-port", type=int, metavar="N", help="with --http: port of the page for Prometheus (0 picks one)"
    )
    serve.add_argument(
        "--metrics-host", default="127.0.0.1", metavar="ADDRESS", help="where that port is (default: this machine only)"
    )
    serve.add_argument("--inbox", action="store_true", help="with --http: also receive events that platforms push")
    serve.add_argument("--inbox-file", type=Path, metavar="FILE", help="file of the inbox")
    serve.add_argument("--public-url", metavar="URL", help="with --inbox: its public address for platforms")
    serve.add_argument("--log-level", default="WARNING", type=str.upper, choices=levels, help="how much to log")
