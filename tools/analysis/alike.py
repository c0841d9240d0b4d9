"""How alike bug reports are: shared words by how rare they are, the wording of titles, and the feature."""

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from heapq import nlargest
from itertools import chain
from typing import Final

from tools.analysis.terms import NONE, Numbers, words_of
from tools.kit.evidence import BugReport

WORDS, TITLE, FEATURE = 0.75, 0.20, 0.05
"""What shared words, the titles' wording and the same feature contribute to a score."""
FLOOR: Final = 0.22
"""Scores below are not shown: by then other bugs of the same area are as alike."""
VISITS: Final = 2_000_000
"""Postings that a comparison of all with all looks at; the rarest words come first."""
RANKED: Final = 40
"""Reports with the most shared words, whose titles are compared too."""
FEWEST: Final = 0.1
"""The share of words below which titles are not compared: no title makes up for it."""


@dataclass(frozen=True, slots=True)
class Match:
    """Another report, by its place among all, and how alike it is, from 0 to 1."""

    place: int
    score: float


@dataclass(frozen=True)
class Evidence:
    """What is alike of two reports, in percent: of titles the ratio of the shared words, of the others of all words."""

    title: int
    steps: int | None
    results: int | None
    words: list[str]
    """Shared words, the rarest first."""
    same: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Earlier:
    """Reports with the earlier ones that are like them."""

    found: dict[int, list[Match]]
    left_out: int | None
    """Words that at least so many reports have were not looked up; None: all were."""


class Index:
    """The words of many reports, by how rare each is."""

    def __init__(self, reports: Sequence[BugReport]) -> None:
        self.reports = reports
        self._numbers = Numbers()
        number_of = self._numbers.__getitem__
        # Tuples: a set of thirty numbers takes six times their memory.
        self._words = [tuple(set(map(number_of, words_of(_text(report))))) for report in reports]
        self._counts = Counter(chain.from_iterable(self._words))
        most = len(reports) + 1
        self._rarity = {number: math.log(most / count) ** 2 for number, count in self._counts.items()}
        self._rarity[NONE] = 0.0
        rarity_of = self._rarity.__getitem__
        self._norms = [math.sqrt(sum(map(rarity_of, words))) or 1.0 for words in self._words]
        self._titles: dict[int, str] = {}

    def similar_to(self, place: int, *, at_most: int, floor: float = FLOOR) -> list[Match]:
        """The reports that are most like one of them, whenever they were reported."""
        shared_with, rarity_of = frozenset(self._words[place]).intersection, self._rarity.__getitem__
        shares = [
            sum(map(rarity_of, shared_with(words))) / norm for words, norm in zip(self._words, self._norms, strict=True)
        ]
        others = [other for other, share in enumerate(shares) if share and other != place]
        first = nlargest(RANKED, others, key=shares.__getitem__)
        return self._best(place, first, at_most, floor)

    def earlier(self, places: Collection[int], *, at_most: int, floor: float = FLOOR) -> "Earlier":
        """For each of these reports, those before it in the sequence that are most like it.

        Only words that few reports have are looked up, as many as VISITS allows, and two of them have to be shared.
        """
        wanted = frozenset(places)
        rare, left_out = self._rare_words(wanted)
        found: dict[int, list[Match]] = {}
        earlier: dict[int, list[int]] = {number: [] for number in rare}
        for place, words in enumerate(self._words):
            looked_up = rare.intersection(words)
            if place in wanted:
                shared = Counter(chain.from_iterable(map(earlier.__getitem__, looked_up)))
                first = [other for other, count in shared.items() if count > 1]
                if len(first) > RANKED:
                    first = nlargest(RANKED, first, key=shared.__getitem__)
                if first and (best := self._best(place, first, at_most, floor)):
                    found[place] = best
            for number in looked_up:
                earlier[number].append(place)
        return Earlier(found, left_out)

    def _rare_words(self, wanted: frozenset[int]) -> tuple[frozenset[int], int | None]:
        """The words to look up, and how many reports have the rarest of those that are left out."""
        counts, rare, visits = self._counts, list[int](), 0
        is_all = len(wanted) == len(self._words)
        looked_up = counts if is_all else Counter(chain.from_iterable(map(self._words.__getitem__, wanted)))
        for number in sorted(looked_up.keys() - {NONE}, key=lambda number: (counts[number], number)):
            visits += looked_up[number] * counts[number] // 2  # of two reports only the earlier one is looked at
            if visits > VISITS:
                return frozenset(rare), counts[number]
            if counts[number] > 1:
                rare.append(number)
        return frozenset(rare), None

    def _best(self, place: int, others: Iterable[int], at_most: int, floor: float) -> list[Match]:
        mine = frozenset(self._words[place])
        matches = [Match(other, score) for other in others if (score := self._score(place, mine, other)) >= floor]
        return nlargest(at_most, matches, key=lambda match: (match.score, match.place))

    def _score(self, place: int, mine: frozenset[int], other: int) -> float:
        shared = sum(map(self._rarity.__getitem__, mine.intersection(self._words[other])))
        words = shared / (self._norms[place] * self._norms[other])
        if words < FEWEST:
            return 0.0
        feature = self.reports[place].feature
        title = self._ratio(self._title(place), self._title(other)) / 100
        return WORDS * words + TITLE * title + FEATURE * (feature != "" and feature == self.reports[other].feature)

    def _title(self, place: int) -> str:
        if (title := self._titles.get(place)) is None:
            numbers, stems = map(self._numbers.__getitem__, words_of(self.reports[place].title)), self._numbers.stems
            title = self._titles[place] = " ".join([stems[number] for number in numbers if number != NONE])
        return title

    @cached_property
    def _ratio(self) -> Callable[[str, str], float]:
        from rapidfuzz.fuzz import token_set_ratio  # most calls of a server compare no texts

        return token_set_ratio

    def evidence(self, place: int, other: int, *, words: int = 5) -> Evidence:
        """What is alike of two reports."""
        from rapidfuzz.fuzz import token_sort_ratio as ratio

        one, two = self.reports[place], self.reports[other]
        shared = frozenset(self._words[place]).intersection(self._words[other])
        rarest = sorted(shared - {NONE}, key=lambda number: (self._counts[number], number))[:words]
        spelled = self._spelled(one)
        return Evidence(
            title=round(self._ratio(self._title(place), self._title(other))),
            steps=_percent(ratio, _plain(*one.steps), _plain(*two.steps)),
            results=_percent(ratio, _plain(one.expected, one.actual), _plain(two.expected, two.actual)),
            words=[spelled[number] for number in rarest if number in spelled],
            same=list(_same(one, two)),
        )

    def _spelled(self, report: BugReport) -> dict[int, str]:
        """The words of a report as it spells them, by their numbers."""
        return {self._numbers[word]: word for word in reversed(words_of(_text(report)))}


def _text(report: BugReport) -> str:
    return " ".join((report.title, *report.steps, report.expected, report.actual))


def _percent(ratio: Callable[[str, str], float], one: str, two: str) -> int | None:
    """How alike two texts are; None where one of them is missing."""
    return round(ratio(one, two)) if one and two else None


def _plain(*texts: str) -> str:
    return " ".join(words_of(" ".join(texts)))


def _same(one: BugReport, two: BugReport) -> Iterable[str]:
    if one.feature and one.feature == two.feature:
        yield "feature"
    if one.where and (one.platform, one.where) == (two.platform, two.where):
        yield "product"
    if one.run_id and (one.platform, one.run_id) == (two.platform, two.run_id):
        yield "run"
    if {device.name for device in one.devices} & {device.name for device in two.devices} - {""}:
        yield "device"
    elif {device.system for device in one.devices} & {device.system for device in two.devices} - {""}:
        yield "system"
    if {device.browser for device in one.devices} & {device.browser for device in two.devices} - {""}:
        yield "browser"
    if one.tester and one.tester == two.tester:
        yield "tester"
