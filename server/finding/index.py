"""Ranks tools by a question in a person's own words: BM25 over names, descriptions and hints."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Final

from mcp.server.mcpserver.tools import Tool as McpTool

from server.exposed_tool import SEARCH_HINT
from server.finding.question import Question, Reader, Stems, pairs, split
from tools.across import across

NAME, HINT, SENTENCE = 3.0, 2.0, 1.0
"""How much a word counts by where it stands."""
SATURATION, LENGTH = 1.0, 0.2
"""The parameters of BM25: how soon a repeated word stops counting, and how much a long text is held against a tool."""
MEANT: Final = 0.6
"""How much a word counts that a word of the question also means."""
PAIR: Final = 0.5
"""How much two neighbouring words count together."""
SAME_FORM: Final = 0.15
"""How much more a tool counts for each word that its name has in the very same form, such as a plural."""
READS: Final = 1.4
"""How much more a tool that reads counts where nothing is to be done, and less where something is."""
LEAST_FOUND: Final = 0.3
"""The share of the question's known words that a tool must have."""
LEAST_OF_BEST: Final = 0.3
"""The share of the best score that a tool must have."""
TIE: Final = 0.9
"""The share of a score from which another is as good."""


@dataclass(frozen=True)
class Entry:
    """A tool as it is searched."""

    tool: McpTool
    platform: str
    """Key of its platform; empty: it belongs to none."""
    name: frozenset[str]
    counts: Mapping[str, float]
    """How much of each word and of each pair it has."""
    length: float

    @property
    def reads(self) -> bool:
        return bool(self.tool.annotations and self.tool.annotations.read_only_hint)

    @property
    def costs(self) -> bool:
        """Whether it may cost money or destroy something."""
        return bool(self.tool.annotations and self.tool.annotations.destructive_hint)


class Index:
    """The tools of one server, ready to be searched."""

    def __init__(self, tools: Sequence[McpTool], platforms: Mapping[str, str]) -> None:
        """Index tools; `platforms` has the title of each key."""
        stems = Stems()
        words: set[str] = set()
        self.entries = [_entry(tool, [*platforms, across.key], stems, words) for tool in tools]
        self.reader = Reader(stems, platforms, words)
        self.average = sum(entry.length for entry in self.entries) / max(1, len(self.entries))
        having = Counter(word for entry in self.entries for word in entry.counts)
        self.rarity = {word: log(1 + (len(tools) - n + 0.5) / (n + 0.5)) for word, n in having.items()}

    def key_of(self, name: str) -> str | None:
        """The key of a platform by any of its names, or of the tools across platforms."""
        word = "".join(split(name))
        return across.key if word == across.key else self.reader.aliases.get(word)

    def search(
        self, text: str, platform: str | None = None, may: Callable[[str], bool] = lambda _: True
    ) -> list[McpTool]:
        """The tools that fit, best first, of those that the caller `may` call; empty where none fits well enough."""
        question = self.reader.read(text)
        named = {platform} if platform else question.platforms
        among = [entry for entry in self.entries if self._is_meant(entry, named) and may(entry.tool.name)]
        if named and not question.terms:
            return [entry.tool for entry in among]
        if not question.is_ours:
            return []
        scored = [(self._score(entry, question), entry) for entry in among]
        best = max((score for score, _ in scored), default=0.0)
        fitting = [one for one in scored if one[0] > 0 and one[0] >= LEAST_OF_BEST * best]
        ranked = list(_spread(sorted(fitting, key=lambda one: -one[0])))
        if not question.acts:
            safe = next((entry for entry in ranked if not entry.costs), None)
            if safe is None and question.asks:
                return []
            ranked.sort(key=lambda entry: entry is not safe)
        return [entry.tool for entry in ranked]

    def _is_meant(self, entry: Entry, named: set[str]) -> bool:
        """Whether a tool belongs to the named platforms; those across platforms do where several are named."""
        if not named or not entry.platform or entry.platform in named:
            return True
        return entry.platform == across.key and len(named) > 1

    def _score(self, entry: Entry, question: Question) -> float:
        total = 0.0
        found = 0
        for term in question.terms:
            meant = max((self._weight(entry, stem) for stem in term.means), default=0.0)
            weight = max(self._weight(entry, term.stem), MEANT * meant)
            total += weight
            found += weight > 0
        if found < LEAST_FOUND * sum(term.is_known and not term.helps for term in question.terms):
            return 0.0
        total += PAIR * sum(self._weight(entry, pair) for pair in question.pairs)
        total *= 1 + SAME_FORM * len(question.words & entry.name)
        return total * READS if entry.reads is not question.acts else total

    def _weight(self, entry: Entry, word: str) -> float:
        """The BM25 weight of a word in a tool; a rare word weighs more."""
        count = entry.counts.get(word, 0.0)
        if not count:
            return 0.0
        long = 1 - LENGTH + LENGTH * entry.length / self.average
        return self.rarity[word] * count * (SATURATION + 1) / (count + SATURATION * long)


def _entry(tool: McpTool, keys: Sequence[str], stems: Stems, words: set[str]) -> Entry:
    """Take a tool into the index, and its words into `words`."""
    key = next((key for key in keys if tool.name.startswith(f"{key}_")), "")
    name = split(tool.name.removeprefix(f"{key}_").replace("_", " "))
    hint = str((tool.meta or {}).get(SEARCH_HINT, ""))
    counts: defaultdict[str, float] = defaultdict(float)
    length = 0.0
    texts = [(NAME, name), *((HINT, split(phrase)) for phrase in hint.split(",")), (SENTENCE, split(tool.description))]
    for weight, text in texts:
        words.update(text)
        of_text = stems(text)
        length += weight * len(of_text)
        for word in (*of_text, *pairs(of_text)):
            counts[word] += weight
    return Entry(tool, key, frozenset(name), counts, length)


def _spread(ranked: Sequence[tuple[float, Entry]]) -> Iterator[Entry]:
    """Of tools that are as good, one of each platform before the second of any."""
    rest = list(ranked)
    while rest:
        tied = [entry for score, entry in rest if score >= TIE * rest[0][0]]
        del rest[: len(tied)]
        turns: Counter[str] = Counter()
        placed = []
        for entry in tied:
            placed.append((turns[entry.platform], entry))
            turns[entry.platform] += 1
        yield from (entry for _, entry in sorted(placed, key=lambda one: one[0]))
