"""What the rules over all questions are given: working calls of the tools that ask, other values of parameters."""

import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

SECRET: Final = "a secret: the question says that one goes along and never shows it"
LONGEST: Final = 5_000
"""A question has room for one text of this length beside its own words."""


class Text:
    """A text as long as the schema takes, so that one that is cut shows."""

    def of(self, schema: Mapping[str, Any]) -> str:
        most = min(int(schema.get("maxLength", LONGEST)), LONGEST)
        words = " ".join(f"w{number}" for number in range(most))
        return words[:most].rstrip().ljust(most, "x")


TEXT: Final = Text()


class To:
    """Another value of a parameter: `shown` stands in the question for it, `also` goes with it.

    One that `changes` nothing is the default said aloud, and has to stand there all the same.
    """

    def __init__(self, value: Any, *shown: str, changes: Any = True, **also: Any) -> None:
        self.value, self.shown, self.changes, self.also = value, shown, changes, also


@dataclass(frozen=True)
class Asking:
    """A call that makes a tool ask, and for its parameters values that have to change the question."""

    tool: str
    base: dict[str, Any]
    other: dict[str, Any] = field(default_factory=dict)
    """By path: `name`, `object.field`, `rows[].field` (of the first row)."""


def edits(field: str, old: str, other_old: str, other_field: str, in_other: str, **also: Any) -> dict[str, To]:
    """Other values of edits of stored texts: two pieces of one text, and one of another text."""
    made = {"edits": [{"field": field, "old": old, "new": "new"}], **also}
    elsewhere = {"edits": [{"field": field, "old": in_other, "new": "new"}], **also}
    return {
        "edits[].field": To(other_field, **elsewhere),
        "edits[].old": To(other_old, **made),
        "edits[].new": To(TEXT, **made),
    }


def placed(arguments: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The arguments with another value at a path."""
    changed = copy.deepcopy(dict(arguments))
    at: Any = changed
    *way, last = re.findall(r"\w+|\[\]", path)
    for step in way:
        at = at[0] if step == "[]" else at[step]
    at[last] = value
    return changed


def parameters(schema: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """All parameters of a tool by path, fields of objects and of rows too, with the schema of their values."""
    return dict(_fields(schema, schema, ""))


def _fields(node: Mapping[str, Any], root: Mapping[str, Any], before: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, child in node.get("properties", {}).items():
        path, inner = f"{before}{name}", list(_inner(child, root))
        objects = [(way, one) for way, one in inner if "properties" in one]
        if objects:
            for way, one in objects:
                yield from _fields(one, root, f"{path}{way}.")
        else:
            yield path, next((one for way, one in inner if not way and one.get("type") == "string"), inner[0][1])


def _inner(node: Mapping[str, Any], root: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """What a value may be, behind references and alternatives, and what its rows may be."""
    if "$ref" in node:
        yield from _inner(root["$defs"][node["$ref"].rpartition("/")[2]], root)
        return
    for part in node.get("anyOf", node.get("oneOf", ())):
        yield from _inner(part, root)
    if not node.get("anyOf") and not node.get("oneOf") and node.get("type") != "null":
        yield "", node
        if isinstance(node.get("items"), Mapping):
            yield from ((f"[]{way}", one) for way, one in _inner(node["items"], root))


def words_of(value: Any) -> list[str]:
    """What has to stand in a question for a value; a switch shows in what the question says."""
    if value is None or isinstance(value, bool):
        return []
    if isinstance(value, list):
        return [word for one in value for word in words_of(one)]
    if isinstance(value, dict):
        return [word for key, one in value.items() for word in [key, *words_of(one)]]
    return [str(value)]


def stands_in(word: str, question: str) -> bool:
    """Whether a value stands whole in a question; a choice may be said with blanks in it."""
    return any(
        re.search(rf"(?<![0-9A-Za-z]){re.escape(one)}(?![0-9A-Za-z])", question, re.IGNORECASE)
        for one in {word, word.replace("_", " ")}
    )
