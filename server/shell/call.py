"""`testdesk call`: one tool, called from the shell under the guards of any other client."""

import argparse
import os
import sys
from base64 import b64decode
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

import anyio
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.tools import Tool as McpTool
from mcp.types import CallToolResult, ImageContent, TextContent
from pydantic import ValidationError

from server.argument_errors import explain
from server.pipeline import ACCOUNT
from server.settings import Settings
from server.shell.answers import as_json, notes, render
from server.shell.arguments import WrongCall, parse_arguments
from server.shell.person import Terminals
from server.shell.progress import ProgressBar
from server.shell.session import Interrupted, Session, in_session, shell_settings
from server.shell.style import RED, Style
from server.shell.tool_list import callable_tools, described, listed, tool_named
from server.terminal import controlling_terminal, printable
from tools.kit.network import Network

DONE, FAILED, WRONG, DECLINED, INTERRUPTED = 0, 1, 2, 3, 130
SUFFIXES: Final = {"image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "image/webp": ".webp"}
AFTER_INTERRUPT: Final = "testdesk call: interrupted. `testdesk ledger` shows whether an act was sent."


def run_call(
    given: argparse.Namespace,
    environment: Mapping[str, str] = os.environ,
    *,
    terminal: Terminals = controlling_terminal,
    network: Network | None = None,
) -> int:
    """Run the command and return its exit code."""
    if given.wants_help and given.tool is None:
        given.print_help()
        return DONE
    settings = shell_settings(environment, sandbox=given.sandbox, sandbox_at=given.sandbox_at, trackers=given.tracker)
    try:
        code = anyio.run(_call, given, settings, environment, terminal, network)
        sys.stdout.flush()
        return code
    except BrokenPipeError:  # the reader, such as head, has what it wants
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except WrongCall as error:
        sys.stderr.write(f"testdesk call: {printable(str(error))}\n")
        return WRONG
    except Interrupted as interrupted:
        sys.stderr.write(f"\n{AFTER_INTERRUPT}\n")
        return interrupted.exit_code
    except OSError as error:
        sys.stderr.write(f"testdesk call: the answer could not be written: {error}\n")
        return FAILED


async def _call(
    given: argparse.Namespace,
    settings: Settings,
    environment: Mapping[str, str],
    terminal: Terminals,
    network: Network | None,
) -> int:
    out = Style.of(sys.stdout, environment, no_colour=given.no_color)
    run = partial(_run, given, out=out, environment=environment)
    passes = (WrongCall, OSError)
    return await in_session(run, settings, environment, terminal=terminal, network=network, passes=passes)


async def _run(given: argparse.Namespace, session: Session, *, out: Style, environment: Mapping[str, str]) -> int:
    tools = callable_tools(session.server.every_tool())
    if given.tool is None or (given.tool not in tools and not given.words and not given.wants_help):
        return _list(given, tools, out)
    tool = tool_named(given.tool, tools)
    if given.wants_help:
        _say(described(tool, out))
        return DONE
    arguments = parse_arguments(given.words, tool.parameters, sys.stdin.read)
    if given.account is not None:
        if ACCOUNT not in tool.parameters.get("properties", {}):
            raise WrongCall(f"{tool.name} has no choice of accounts: --account is for platforms with several.")
        arguments[ACCOUNT] = given.account
    _check(tool, arguments)
    bar = ProgressBar(sys.stderr, Style.of(sys.stderr, environment, no_colour=given.no_color))
    session.person.before = bar.clear
    try:
        result = await session.client.call_tool(tool.name, arguments, progress_callback=bar)
    finally:
        bar.clear()
    if result.is_error:
        return _fail(result, session)
    _show(given, result, out)
    return DONE


def _list(given: argparse.Namespace, tools: Mapping[str, McpTool], out: Style) -> int:
    """List the tools, or those whose names have a part in them."""
    found = {name: tool for name, tool in tools.items() if (given.tool or "").casefold() in name}
    if not found:
        tool_named(given.tool, tools)  # refuses, with the names that are close
    if given.json:
        rows = [{"name": name, "description": tool.description} for name, tool in found.items()]
        _say(as_json({"tools": rows}))
    else:
        _say(listed(found, out))
    return DONE


def _check(tool: McpTool, arguments: dict[str, Any]) -> None:
    """Refuse arguments that the tool does not take, before anything is called.

    Raises:
        WrongCall: with what it takes.
    """
    try:
        tool.fn_metadata.validate_arguments(dict(arguments))
    except ValidationError as error:
        raise WrongCall(f"{explain(error, tool.parameters)} `testdesk call {tool.name} --help` shows all.") from error
    except ToolError:
        return  # a guard's refusal, which the call itself repeats and records


def _fail(result: CallToolResult, session: Session) -> int:
    sentence = "\n".join(block.text for block in result.content if isinstance(block, TextContent))
    style = Style.of(sys.stderr)
    sys.stderr.write(f"{style.paint('testdesk call:', RED)} {printable(sentence)}\n")
    if session.person.interrupted:
        return INTERRUPTED
    return DECLINED if session.person.said_no else FAILED


def _show(given: argparse.Namespace, result: CallToolResult, out: Style) -> None:
    pictures = [block for block in result.content if isinstance(block, ImageContent)]
    files = _save(pictures, given.save) if given.save is not None else []
    data = result.structured_content
    if given.json:
        shown = dict(data or {}) or {"text": _text(result)}
        if pictures:
            shown["pictures"] = [{"mime_type": one.mime_type, "base64_characters": len(one.data)} for one in pictures]
        _say(as_json(shown | ({"files": files} if files else {})))
        return
    _say(render(data, out) if data is not None else printable(_text(result)))
    about = notes(data or {}, Style.of(sys.stderr))
    if pictures:
        about.append(
            f"Written: {', '.join(files)}" if files else f"{len(pictures)} pictures; --save FOLDER writes them."
        )
    if about:
        sys.stdout.flush()
        sys.stderr.write("\n".join(about) + "\n")


def _text(result: CallToolResult) -> str:
    return "\n".join(block.text for block in result.content if isinstance(block, TextContent))


def _save(pictures: list[ImageContent], folder: Path) -> list[str]:
    """Write pictures into new files of a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    files, number = list[str](), 0
    for picture in pictures:
        while (file := folder / f"picture-{number + 1}{SUFFIXES.get(picture.mime_type, '')}").exists():
            number += 1
        file.write_bytes(b64decode(picture.data))
        files.append(str(file))
    return files


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
