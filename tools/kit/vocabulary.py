"""The words for statuses and severities that all platforms share; a platform's own word always stands beside them."""

from collections.abc import Mapping
from typing import Annotated, Literal, TypeVar

from pydantic import Field

from tools.kit.text import Vocabulary

Status = Annotated[
    Literal["passed", "failed", "blocked", "skipped", "running", "queued", "cancelled", "unknown"], Vocabulary()
]
"""How a run or a result stands. `queued`: not begun; `skipped`: left out on purpose; `unknown`: none of these."""
Severity = Annotated[Literal["critical", "high", "medium", "low", "unknown"], Vocabulary()]
"""How bad a bug is; a platform that sorts by kind instead leaves `unknown`."""
Said = Annotated[str | None, Vocabulary(), Field(description="The platform's own word.")]

W = TypeVar("W", bound=str)


def shared(word: str | None, words: Mapping[str, W], otherwise: W) -> W:
    """The shared word for a platform's own, whose case, spaces and underscores do not count."""
    return words.get(folded(word or ""), otherwise)


def folded(word: str) -> str:
    """A word without what does not count in it: case, spaces, `_`, `-` and other signs."""
    return "".join(character for character in word.casefold() if character.isalnum())
