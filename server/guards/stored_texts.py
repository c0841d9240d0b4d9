"""Guards stored texts: a text that a read showed shortened or masked is never written back in that form.

Neither is a text whose line breaks became the two characters backslash and n.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel, SecretStr

from tools.kit.editing import TextEdit
from tools.kit.errors import Refused
from tools.kit.platform import ToolSource
from tools.kit.shortened import MASK, find_cut, has_escaped_breaks
from tools.kit.toolset import Effect, Tool


def check_texts(platform: ToolSource, tool: Tool, given: Mapping[str, Any], as_read: Callable[[str], str]) -> None:
    """Check every text of a call that changes something, and tell edits how this caller's reads show texts.

    Raises:
        Refused: for a text that must not be sent, before any request or question.
    """
    if tool.effect is Effect.READS:
        return
    for at, value in _leaves(given, ""):
        place = f"{at}.{value.field}" if isinstance(value, TextEdit) else at
        if isinstance(value, TextEdit):
            value.bind(as_read)
            # A stored text may contain these characters itself: an edit finds them, or the tool refuses it.
            copied = value.new.count(MASK) > value.old.count(MASK)
            shortened = find_cut(value.old) or find_cut(value.new)
            text = value.new
        else:
            copied, shortened, text = MASK in value, find_cut(value), value
        if shortened:
            raise Refused(_of_shortened(platform, tool, place))
        if copied:
            raise Refused(_of_masked(tool, place))
        if not _is_verbatim(place) and has_escaped_breaks(text):
            raise Refused(
                f"{place} has the two characters backslash and n where its line breaks should be, and would be stored "
                "as one line. Send real line breaks (in JSON a single \\n)."
            )


VERBATIM = frozenset({"code", "file", "files", "stack", "log", "error", "message", "example", "meta", "name_patterns"})
"""Parameters whose texts may contain these two characters: code, paths, program output."""
STRUCTURED = frozenset({"markdown", "outline"})
"""Parameters that a tool parses line by line; it interprets the two characters, or says what is wrong."""


def _is_verbatim(place: str) -> bool:
    names = {part.partition("[")[0] for part in place.split(".")}
    return bool(names & (VERBATIM | STRUCTURED))


def _leaves(value: Any, place: str) -> Iterator[tuple[str, str | TextEdit]]:
    """Every text of the arguments with its path, object keys included; an edit is one leaf."""
    if isinstance(value, str | TextEdit):
        yield place, value
    elif isinstance(value, SecretStr):
        yield place, value.get_secret_value()
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _leaves(getattr(value, name), f"{place}.{name}")
    elif isinstance(value, Mapping):
        for name, part in value.items():
            if place:
                yield place, str(name)
            yield from _leaves(part, f"{place}.{str(name)[:60]}" if place else str(name))
    elif isinstance(value, list | tuple | set | frozenset):
        for number, part in enumerate(value):
            yield from _leaves(part, f"{place}[{number}]")


def _of_shortened(platform: ToolSource, tool: Tool, place: str) -> str:
    reader = _reader(platform, tool)
    rest = f"Read the rest with {reader} and its text_from" if reader else "Give the whole text"
    return (
        f"{place} holds the mark of a text that was shown shortened, so the rest of that text would be lost. "
        f"{rest}{_or_edit(tool)}."
    )


def _of_masked(tool: Tool, place: str) -> str:
    lost = "so the stored secret would be lost" if tool.has_edits else "so the secret itself would not be written"
    return (
        f"{place} holds {MASK}, which a read shows in place of a secret, {lost}. Give the text as it is "
        f"meant{_or_edit(tool)}. Where these characters are meant themselves, or the secret may stay out, write "
        "[ hidden ]."
    )


def _or_edit(tool: Tool) -> str:
    return ", or change a part of it with edits, which leaves everything else as it is" if tool.has_edits else ""


def _reader(platform: ToolSource, tool: Tool) -> str | None:
    """The tool that returns the full texts that this one writes."""
    tools = {one.name: one for one in platform.tools}
    reader = tools.get(tool.verify_with or "")
    if reader is not None and reader.full_text_in is not None:
        reader = tools.get(reader.full_text_in)
    return platform.name_of(reader) if reader is not None and reader.long_text else None
