"""Guards what answers say: a sentence that names a tool which the present person may not call is left out.

Descriptions, errors and next steps name other tools. A text of others is data, and keeps every name that is in it.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

from tools.kit.text import MARKED

_hidden: ContextVar[frozenset[str]] = ContextVar("hidden", default=frozenset())
_NAME: Final = re.compile(r"[a-z]+(?:_[a-z0-9]+)+")
_SENTENCES: Final = re.compile(r"(?<=[.!?])\s+(?=\S)")
_CLAUSES: Final = re.compile(r";\s+")
_EMPTY: Final = re.compile(r"\s*(?:[-*]|\d+\.)?\s*")
_STASHED: Final = re.compile("\x00(\\d+)\x00")
NOTHING_LEFT: Final = "This cannot be done here."
"""What is said in place of an error of which nothing is left."""


@contextmanager
def hiding(names: frozenset[str]) -> Iterator[None]:
    """Leave these tools out of what is said inside the block."""
    token = _hidden.set(names)
    try:
        yield
    finally:
        _hidden.reset(token)


def permitted(text: str) -> str:
    """A text of ours without the clauses that name a hidden tool; empty where nothing else is in it.

    Texts of others in it, which are in marks, stay as they are.
    """
    hidden = _hidden.get()
    if not hidden or "_" not in text:
        return text
    stash: list[str] = []

    def put_away(match: re.Match[str]) -> str:
        stash.append(match[0])
        return f"\x00{len(stash) - 1}\x00"

    ours = MARKED.sub(put_away, text.replace("\x00", ""))
    if not _names(ours, hidden):
        return text
    lines = (_line(line, hidden) for line in ours.split("\n"))
    return _STASHED.sub(lambda match: stash[int(match[1])], "\n".join(line for line in lines if line is not None))


def permitted_schema(schema: Any) -> Any:
    """A schema whose descriptions name no hidden tool."""
    if not _hidden.get():
        return schema
    if isinstance(schema, list):
        return [permitted_schema(one) for one in schema]
    if not isinstance(schema, Mapping):
        return schema
    cleaned = {
        key: permitted(value) if key == "description" and isinstance(value, str) else permitted_schema(value)
        for key, value in schema.items()
    }
    return {key: value for key, value in cleaned.items() if not (key == "description" and value == "")}


def _names(text: str, hidden: frozenset[str]) -> bool:
    return any(match[0] in hidden for match in _NAME.finditer(text))


def _line(line: str, hidden: frozenset[str]) -> str | None:
    """A line without the clauses that name a hidden tool; None where only a bullet is left of it."""
    if not _names(line, hidden):
        return line
    kept = [_sentence(sentence, hidden) for sentence in _SENTENCES.split(line)]
    rest = " ".join(sentence for sentence in kept if sentence)
    return None if _EMPTY.fullmatch(rest) else rest


def _sentence(sentence: str, hidden: frozenset[str]) -> str:
    """A sentence without its clauses that name a hidden tool; empty where it has no other."""
    if not _names(sentence, hidden):
        return sentence
    kept = [clause for clause in _CLAUSES.split(sentence) if not _names(clause, hidden)]
    if not kept:
        return ""
    rest = "; ".join(kept)
    rest = rest if sentence.startswith(kept[0]) else rest[:1].upper() + rest[1:]
    end = sentence[-1]
    return rest if rest.endswith(end) or end not in ".!?" else f"{rest}{end}"
