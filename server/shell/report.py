"""`testdesk report`: the evidence about a release as a file, and its verdict as an exit code."""

import argparse
import os
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import anyio
from mcp.types import TextContent

from server.report.evidence import OUTCOMES, RULE, Evidence, evidence_from
from server.settings import Settings, SettingsError
from server.setup import is_unconfigured
from server.shell.answers import as_json
from server.shell.options import fail_on
from server.shell.progress import ProgressBar
from server.shell.session import Interrupted, Session, in_session, shell_settings
from server.shell.style import Style
from server.terminal import printable
from tools.kit.network import Network
from tools.platforms import PLATFORMS

NOT_MADE: Final = 4
ASSESS, RUNS = "across_assess_release", "across_list_runs"
MOST_RUNS: Final = 500
SUFFIXES: Final = {".md": "md", ".markdown": "md", ".html": "html", ".htm": "html", ".json": "json", ".xml": "junit"}


class NotMade(Exception):
    """No report could be made; the text is a sentence."""


def run_report(
    given: argparse.Namespace, environment: Mapping[str, str] = os.environ, *, network: Network | None = None
) -> int:
    """Run the command and return its exit code."""
    failing, outputs = checked(given)
    settings = shell_settings(
        environment, sandbox=given.sandbox, sandbox_at=given.sandbox_at, trackers=[], read_only=True
    )
    if is_unconfigured(settings):
        raise SettingsError("no platform is configured, so there is nothing to report; or use --sandbox.")
    try:
        found = anyio.run(_read, given, settings, environment, network)
        for file, kind in outputs:
            _write(file, FORMATS[kind](found, failing))
    except Interrupted as interrupted:
        return interrupted.exit_code
    except (NotMade, OSError) as error:
        sys.stderr.write(f"testdesk report: no report was made: {printable(str(error))}\n")
        return NOT_MADE
    style, code = Style.of(sys.stderr, environment, no_colour=given.no_color), found.exit_code(failing)
    files = ", ".join(str(file) for file, _ in outputs if file is not None)
    words = style.word(found.verdict or "no verdict")
    sys.stderr.write(f"{found.title}: {words}{f': {printable(found.why)}' if found.why else ''} (exit {code})")
    sys.stderr.write(f"; written: {files}\n" if files else "\n")
    return code


def checked(given: argparse.Namespace) -> tuple[list[str], list[tuple[Path | None, str]]]:
    """The outcomes that fail, and each output with its format.

    Raises:
        SettingsError: for words that do not fit together.
    """
    if not (given.release or given.since):
        raise SettingsError("report needs --release, as in the titles of its runs, or --since, when its tests began.")
    try:
        failing = list(fail_on(given.fail_on))
    except ValueError as error:
        raise SettingsError(str(error)) from error
    if not given.output:
        return failing, [(None, given.format or "md")]
    if given.format and len(given.output) > 1:
        raise SettingsError("--format is of one --output; several are written as their suffixes say.")
    kinds = [given.format or SUFFIXES.get(file.suffix.lower()) for file in given.output]
    for file, kind in zip(given.output, kinds, strict=True):
        if kind is None:
            raise SettingsError(f"{file} has no suffix of a format: {', '.join(SUFFIXES)}. Or give --format.")
    return failing, [(file, str(kind)) for file, kind in zip(given.output, kinds, strict=True)]


async def _read(
    given: argparse.Namespace, settings: Settings, environment: Mapping[str, str], network: Network | None
) -> Evidence:
    work = partial(_evidence, given, environment)
    return await in_session(
        work, settings, environment, network=network, name="testdesk-report", passes=(NotMade, OSError)
    )


async def _evidence(given: argparse.Namespace, environment: Mapping[str, str], session: Session) -> Evidence:
    words = {"since": given.since, "until": given.until}
    if given.platforms:
        words["platforms"] = [part.strip() for part in given.platforms.split(",") if part.strip()]
    time = {name: value for name, value in words.items() if value}
    if ASSESS not in {tool.name for tool in session.server.every_tool()}:
        raise NotMade("none of the configured platforms has runs or bugs to report on.")
    version = {"version": given.release} if given.release else {}
    assessment = await _answer(session, ASSESS, version | time | {"links": True}, environment, no_colour=given.no_color)
    text = {"text": given.release} if given.release else {}
    limits = {"limit": MOST_RUNS}
    runs = await _answer(session, RUNS, text | time | limits, environment, no_colour=given.no_color)
    at = datetime.now().astimezone().isoformat(timespec="seconds")
    titles = {platform.key: platform.title for platform in PLATFORMS}
    title = f"Release {given.release}" if given.release else f"Since {given.since}"
    return evidence_from(assessment, runs.get("items", []), titles, title=title, at=at)


async def _answer(
    session: Session, tool: str, arguments: dict[str, Any], environment: Mapping[str, str], *, no_colour: bool
) -> Mapping[str, Any]:
    bar = ProgressBar(sys.stderr, Style.of(sys.stderr, environment, no_colour=no_colour))
    try:
        result = await session.client.call_tool(tool, arguments, progress_callback=bar)
    finally:
        bar.clear()
    if result.is_error:
        raise NotMade(" ".join(block.text for block in result.content if isinstance(block, TextContent)))
    return result.structured_content or {}


def _write(file: Path | None, text: str) -> None:
    if file is None:
        sys.stdout.write(text)
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def _markdown(found: Evidence, failing: list[str]) -> str:
    from server.report.markdown import as_markdown

    return as_markdown(found)


def _page(found: Evidence, failing: list[str]) -> str:
    from server.report.page import as_page

    return as_page(found)


def _junit(found: Evidence, failing: list[str]) -> str:
    from server.report.junit import as_junit

    return as_junit(found)


def _json(found: Evidence, failing: list[str]) -> str:
    runs = [
        {"platform": run.platform, "title": run.title, "status": run.status, "total": run.total, **run.counts}
        for run in found.runs
    ]
    return (
        as_json(
            {
                "title": found.title,
                "verdict": found.verdict,
                "outcome": OUTCOMES.get(found.verdict, "for"),
                "exit_code": found.exit_code(failing),
                "rule": RULE,
                "made_at": found.made_at,
                "runs": runs,
                "assessment": found.assessment,
            }
        )
        + "\n"
    )


FORMATS: Final[Mapping[str, Callable[[Evidence, list[str]], str]]] = {
    "md": _markdown,
    "html": _page,
    "json": _json,
    "junit": _junit,
}
