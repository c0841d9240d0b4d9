"""The tools that can be called, and the parameters of one, as a person reads them."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final

from mcp.server.mcpserver.tools import Tool as McpTool

from server.argument_errors import takes
from server.faces import FINDERS
from server.shell.arguments import WrongCall, resolved
from server.shell.style import BOLD, CYAN, DIM, YELLOW, Style, columns, fit

ASKS, CHANGES, READS = "asks", "changes", ""
WIDE: Final = 100


def callable_tools(tools: Sequence[McpTool]) -> dict[str, McpTool]:
    """The tools by their names; those that find and call others are for hosts."""
    return {tool.name: tool for tool in tools if tool.name not in FINDERS}


def tool_named(name: str, tools: Mapping[str, McpTool]) -> McpTool:
    """The tool with this name.

    Raises:
        WrongCall: if there is none; names those that are meant.
    """
    if name in tools:
        return tools[name]
    parts = [one for one in tools if name.casefold() in one]
    close = get_close_matches(name.casefold(), tools, 3, 0.5) or parts[:3]
    hint = f"did you mean {' or '.join(close)}?" if close else "`testdesk call` lists them."
    raise WrongCall(f"There is no tool {name[:60]!r} here; {hint}")


def listed(tools: Mapping[str, McpTool], style: Style) -> str:
    """All tools with the first sentence of each, by platform."""
    lines, before = list[str](), ""
    width = max((columns(name) for name in tools), default=0)
    for name, tool in tools.items():
        key = name.partition("_")[0]
        if before and key != before:
            lines.append("")
        before = key
        effect = fit(_effect(tool), len(CHANGES))
        room = None if style.width is None else style.width - width - len(CHANGES) - 4
        sentence = " ".join((tool.description or "").partition("\n")[0].split()).partition(". ")[0].removesuffix(".")
        shown = sentence if room is None or room < len(ASKS) else fit(sentence, room)
        lines.append(f"{style.paint(fit(name, width), CYAN)}  {style.paint(effect, YELLOW)}  {shown}".rstrip())
    return "\n".join(lines)


def described(tool: McpTool, style: Style) -> str:
    """One tool: what it does, and its parameters."""
    schema = tool.parameters
    properties, required = schema.get("properties", {}), schema.get("required", [])
    words = [f"{name}={_example(resolved(properties[name], schema))}" for name in required]
    more = " [KEY=VALUE ...]" if len(required) < len(properties) else ""
    lines = [
        f"{style.paint('usage:', BOLD)} {' '.join(['testdesk call', tool.name, *words])}{more}",
        "",
        tool.description or "",
    ]
    if _effect(tool):
        lines += [
            "",
            style.paint(f"It {'asks before it acts' if _effect(tool) == ASKS else 'changes something'}.", YELLOW),
        ]
    if properties:
        lines += ["", style.paint("parameters:", BOLD), *_parameters(schema, required, style)]
    else:
        lines += ["", "It takes no parameters."]
    return "\n".join(lines)


def _parameters(schema: Mapping[str, Any], required: Sequence[str], style: Style) -> Iterator[str]:
    properties = schema["properties"]
    width = max(map(columns, properties))
    for name in sorted(properties, key=lambda one: one not in required):
        node = resolved(properties[name], schema)
        description = properties[name].get("description") or node.get("description") or ""
        must = "required; " if name in required else ""
        default = "" if node.get("default") in (None, "") else f"; default {_default(node['default'])}"
        yield f"  {style.paint(fit(name, width), CYAN)}  {must}{takes(node, schema)}{default}"
        if description:
            yield f"  {' ' * width}  {style.paint(description, DIM)}"


def _default(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _example(node: Mapping[str, Any]) -> str:
    words = node.get("enum")
    return shlex.quote(str(words[0])) if words else str(node.get("type", "value")).upper()


def _effect(tool: McpTool) -> str:
    hints = tool.annotations
    if hints is None or hints.read_only_hint:
        return READS
    return ASKS if hints.destructive_hint else CHANGES
