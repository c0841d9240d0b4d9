"""The corpus: texts with marked secrets and texts without any, in two halves that share no template.

A fixed seed deals the templates of each kind out to the halves: rules are written by the one and measured by the other.
In a template, \xab...\xbb marks a secret and \u2039maker:argument\u203a a value that is made.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Final, Literal

from tests.redaction.held import written
from tests.redaction.values import MAKERS, held_secrets

SEED: Final = "2026-12"
TEXTS: Final = Path(__file__).parent / "texts"
Half = Literal["building", "measuring"]
Group = Literal["clear", "context", "harmless"]
HALVES: Final[tuple[Half, Half]] = ("building", "measuring")
COPIES: Final[dict[Group, int]] = {"clear": 4, "context": 4, "harmless": 7}
_MADE = re.compile("\u2039([a-zA-Z0-9]+)(?::([^\u203a]*))?\u203a")
_SHORT = re.compile("\xab([a-zA-Z0-9]+(?::[^\xbb\u2039]*)?)\xbb")
_MARKS = re.compile("[\xab\xbb]")
_AROUND: Final = (
    "{0}", "{0}", "{0}", "Seen on \u2039date\u203a\n{0}", "{0}\nExpected: the page opens",
    "Step \u2039n:1\u203a\n\n{0}\n\nDone.",
    "{0}\n\nThanks, \u2039name\u203a", "Environment: staging, build \u2039n:4\u203a\n\n{0}",
)  # fmt: skip


@dataclass(frozen=True)
class Text:
    """One text of the corpus."""

    kind: str
    group: Group
    text: str
    secrets: tuple[tuple[int, int], ...]
    """The places of its secrets, in the text without invisible characters."""


def _sections(name: str) -> Iterator[tuple[str, list[str]]]:
    for section in re.split(r"^== ", (TEXTS / name).read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        kind, _, rest = section.partition("\n")
        yield kind, [template.strip("\n") for template in re.split(r"^--$", rest, flags=re.MULTILINE)]


def _lines(name: str) -> list[str]:
    return (TEXTS / name).read_text(encoding="utf-8").splitlines()[1:]


def _dealt(kind: str, templates: list[str], half: Half) -> list[str]:
    """The templates of one half; a kind with a single template has it in both."""
    shuffled = sorted(templates)
    Random(f"{SEED}/{kind}").shuffle(shuffled)
    return shuffled[HALVES.index(half) :: 2] or shuffled


def _templates(half: Half) -> Iterator[tuple[str, Group, str, int]]:
    groups: tuple[Group, ...] = ("clear", "context", "harmless")
    for group in groups:
        for kind, templates in _sections(f"{group}.txt"):
            for template in _dealt(kind, templates, half):
                yield kind, group, template, COPIES[group]
    carriers = _dealt("carriers", _lines("carriers.txt"), half)
    for line in _lines("vendors.txt"):
        kind, _, token = line.partition(": ")
        marked = "\xab" + re.sub(r"\[([^\]]*)\]", "\u2039\\1\u203a", token) + "\xbb"
        for place, carrier in enumerate(carriers):
            yield f"vendor {kind}", "clear", carrier.replace("@", marked), place % 2


def _filled(template: str, rng: Random, held: list[str]) -> str:
    def made(match: re.Match[str]) -> str:
        maker, argument = match[1], match[2] or ""
        return written(argument, held, rng) if maker == "held" else MAKERS[maker](rng, argument)

    template = _SHORT.sub("\xab\u2039\\1\u203a\xbb", template)
    filled = _MADE.sub(made, template)
    # What is made may mark its secret itself; then only that is one.
    return re.sub("\xab([^\xab\xbb]*\xab[^\xab\xbb]*\xbb[^\xab\xbb]*)\xbb", "\\1", filled)


def _placed(kind: str, group: Group, filled: str) -> Text:
    text, spans, begun = "", list[tuple[int, int]](), 0
    seen, end = 0, 0
    for match in _MARKS.finditer(filled):
        piece = filled[end : match.start()]
        text, end = text + piece, match.end()
        seen += len(piece.replace("\u200b", ""))
        if match[0] == "\xab":
            begun = seen
        else:
            spans.append((begun, seen))
    return Text(kind, group, text + filled[end:], tuple(spans))


@cache
def corpus(half: Half) -> tuple[Text, ...]:
    """All different texts of one half."""
    held, made = held_secrets(f"{SEED}/{half}"), dict[str, Text]()
    for kind, group, template, copies in _templates(half):
        rng = Random(f"{SEED}/{half}/{kind}/{template}")
        for _ in range(copies):
            around = rng.choice(_AROUND) if "\n" not in template else "{0}"
            one = _placed(kind, group, _filled(around.replace("{0}", template), rng, held))
            made.setdefault(one.text, one)
    return tuple(made.values())
