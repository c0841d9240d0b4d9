"""Recall and precision of the redactor on one half of the corpus.

A secret is found if no six characters of it stay. A mask is right if it covers a secret and little else.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from server.guards.redaction.spans import Span
from tests.redaction.corpus import Text

Find = Callable[[str], tuple[str, list[Span]]]
"""The cleaned text, and the places that are masked in it."""
STAYS: Final = 6
SPARE: Final = 16
"""Characters beside a secret that its mask may cover: a user name, a scheme, a quotation mark."""


@dataclass
class Score:
    """What was found in some texts, and what was masked."""

    texts: int = 0
    found: int = 0
    masks: int = 0
    right: int = 0
    missed: list[Text] = field(default_factory=list)
    wrong: list[tuple[Text, str]] = field(default_factory=list)

    @property
    def recall(self) -> float:
        return self.found / self.texts if self.texts else 1.0

    @property
    def precision(self) -> float:
        return self.right / self.masks if self.masks else 1.0


def measure(texts: Iterable[Text], find: Find) -> dict[tuple[str, str], Score]:
    """The score of each kind, by group and kind."""
    scores: dict[tuple[str, str], Score] = defaultdict(Score)
    for one in texts:
        score = scores[one.group, one.kind]
        text, masks = find(one.text)
        if one.secrets:
            score.texts += 1
            if any(_stays(text, secret, masks) for secret in one.secrets):
                score.missed.append(one)
            else:
                score.found += 1
        for mask in masks:
            score.masks += 1
            if _is_right(mask, one.secrets):
                score.right += 1
            else:
                score.wrong.append((one, text[slice(*mask)]))
    return scores


def total(scores: dict[tuple[str, str], Score], *groups: str) -> Score:
    """The score of some groups together."""
    whole = Score()
    for (group, _), score in scores.items():
        if group in groups:
            whole.texts += score.texts
            whole.found += score.found
            whole.masks += score.masks
            whole.right += score.right
            whole.missed += score.missed
            whole.wrong += score.wrong
    return whole


def _stays(text: str, secret: Span, masks: list[Span]) -> bool:
    """Whether six neighbouring characters of a secret, or all of a shorter one, are readable in the masked text."""
    start, end = secret
    value, size = text[start:end], min(STAYS, end - start)
    shown, at = [], 0
    for first, last in masks:
        shown.append(text[at:first])
        at = last
    readable = "\0".join([*shown, text[at:]])
    return any(value[at : at + size] in readable for at in range(len(value) - size + 1))


def _is_right(mask: Span, secrets: Iterable[Span]) -> bool:
    covered = sum(max(0, min(mask[1], end) - max(mask[0], start)) for start, end in secrets)
    return covered > 0 and mask[1] - mask[0] - covered <= max(SPARE, covered)
