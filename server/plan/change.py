"""A change as it is handed to a plan: its words and its paths, within the limits of the tool."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from tools.kit.text import clean
from tools.planning.inputs import MOST_PATHS
from tools.planning.words import is_generated

MOST_TEXT: Final = 8_000
LONGEST_PATH: Final = 500


@dataclass(frozen=True)
class Change:
    """What changes. Both may hold anything: whoever commits chooses them."""

    text: str
    paths: tuple[str, ...]
    origin: str
    """Where it was read, for people."""
    left_out: int = 0
    """Paths beyond the limit."""

    @property
    def is_empty(self) -> bool:
        return not self.text and not self.paths


def change_of(texts: Iterable[str], paths: Iterable[str], origin: str) -> Change:
    """A change within the limits; of too many paths, those of generated files go first."""
    text = "\n".join(line for one in texts if (line := clean(one).strip()))
    unique = list(dict.fromkeys(path[:LONGEST_PATH] for one in paths if (path := clean(one).strip())))
    kept = sorted(unique, key=is_generated)[:MOST_PATHS]
    return Change(text[:MOST_TEXT], tuple(kept), origin, len(unique) - len(kept))
