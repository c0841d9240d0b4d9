"""The questions of questions.toml: each with the tools that answer it, in two halves."""

import random
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SEED = 11
FILE = Path(__file__).parent / "questions.toml"


@dataclass(frozen=True)
class Asked:
    """A question, and the names of the tools that answer it."""

    text: str
    tools: frozenset[str]
    only_asks: bool


@cache
def asked(language: str) -> tuple[Asked, ...]:
    """All questions in a language."""
    kinds = tomllib.loads(FILE.read_text(encoding="utf-8"))[language]
    return tuple(
        Asked(text, frozenset(tools.split()), kind == "asks") for kind in kinds for text, tools in kinds[kind].items()
    )


@cache
def halves() -> tuple[tuple[Asked, ...], tuple[Asked, ...]]:
    """The English questions: those to tune by, and those that are only measured."""
    mixed = list(asked("english"))
    random.Random(SEED).shuffle(mixed)
    return (*mixed[::2], *asked("tuning")), tuple(mixed[1::2])


def places(questions: Sequence[Asked], find: Callable[[str], Sequence[str]]) -> list[int]:
    """The place of the first right tool for each question, from 1; 0 where none was found."""
    found = [(question, find(question.text)) for question in questions]
    return [
        next((place for place, name in enumerate(names, 1) if name in question.tools), 0) for question, names in found
    ]


def share(places_found: Sequence[int], within: int) -> float:
    """The share of questions whose right tool is among the first `within`."""
    return sum(0 < place <= within for place in places_found) / len(places_found)
