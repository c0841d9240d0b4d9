"""Bug reports by the thousands, the same each time: words as uneven as a language's, and duplicates."""

from collections.abc import Sequence
from itertools import accumulate
from random import Random
from typing import Final

from tools.kit.evidence import BugReport, Device, Outcome

REPORTS: Final = 20_000
VOCABULARY: Final = 6_000
FEATURES: Final = 120
TESTERS: Final = 400
DUPLICATES: Final = 0.2
"""The share of reports that tell an earlier one in other words: half of its words, and a new order."""
_DEVICES: Final = tuple(
    Device(f"Vendor {number}", f"System {number % 9}", f"Browser {number % 5}") for number in range(60)
)
_OUTCOMES: Final[tuple[Outcome, ...]] = ("open", "accepted", "accepted", "rejected")
_SYLLABLES: Final = ("ba", "ko", "ri", "mel", "tun", "sho", "ver", "dak", "lin", "pas", "gro", "fe", "nu", "zim")


def words(rng: Random, count: int) -> list[str]:
    """Different words, as long as those of a language."""
    found: dict[str, None] = {}
    while len(found) < count:
        found["".join(rng.choices(_SYLLABLES, k=rng.randint(2, 4)))] = None
    return list(found)


def reports(count: int = REPORTS) -> list[BugReport]:
    """So many reports; every word is as frequent as its rank allows."""
    rng = Random(17)
    vocabulary = words(rng, VOCABULARY)
    weights = list(accumulate(1 / (rank + 10) for rank in range(VOCABULARY)))
    found: list[BugReport] = []

    def text(length: int, like: Sequence[str] = ()) -> list[str]:
        old = [word for word in like if rng.random() < 0.5]
        new = rng.choices(vocabulary, cum_weights=weights, k=max(0, length - len(old)))
        mixed = [*old, *new]
        rng.shuffle(mixed)
        return mixed

    for number in range(count):
        first = rng.choice(found) if found and rng.random() < DUPLICATES else None
        minute = number * 26
        found.append(
            BugReport(
                platform="bench",
                bug_id=str(number + 1),
                title=" ".join(text(8, first.title.split() if first else ())),
                steps=tuple(" ".join(text(8, step.split())) for step in (first.steps if first else ("", "", "", ""))),
                expected=" ".join(text(7, first.expected.split() if first else ())),
                actual=" ".join(text(10, first.actual.split() if first else ())),
                severity="high",
                said="high",
                outcome=rng.choice(_OUTCOMES),
                feature=first.feature if first else f"Feature {rng.randrange(FEATURES)}",
                where=str(number % 25),
                run_id=str(number // 40),
                devices=(rng.choice(_DEVICES),),
                tester=f"tester {rng.randrange(TESTERS)}",
                reported_at=f"2025-{minute // 40320 % 12 + 1:02}-{minute // 1440 % 28 + 1:02}T"
                f"{minute // 60 % 24:02}:{minute % 60:02}:00Z",
            )
        )
    return found
