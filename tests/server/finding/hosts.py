"""The two ways in which hosts that defer tools rank them, for a server of which they know what `tools/list` says.

BM25 follows Codex's tool search: name, title, description (which ends with the hint) and the names of parameters. Plain
words follows Claude Code's: words that are part of the name, the hint or the description, counted in this order.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from math import log

from mcp.types import Tool
from snowballstemmer import stemmer  # type: ignore[import-untyped]  # it has no types

from server.exposed_tool import SEARCH_HINT

STOP = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "but",
        "by",
        "for",
        "if",
        "in",
        "into",
        "is",
        "it",
        "no",
        "not",
        "of",
        "on",
        "or",
        "such",
        "that",
        "the",
        "their",
        "then",
        "there",
        "these",
        "they",
        "this",
        "to",
        "was",
        "will",
        "with",
    ]
)
SERVER = "testdesk"


def words_of(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def by_bm25(tools: Sequence[Tool]) -> Callable[[str], list[str]]:
    """A search by BM25 with its usual parameters, over stems."""
    stem = cache(stemmer("english").stemWord)

    def stems(text: str) -> list[str]:
        return [stem(word) for word in words_of(text) if word not in STOP]

    texts = {
        tool.name: " ".join(
            [tool.name, SERVER, tool.title or "", tool.description or "", *tool.input_schema["properties"]]
        )
        for tool in tools
    }
    counts = {name: Counter(stems(text)) for name, text in texts.items()}
    lengths = {name: sum(count.values()) for name, count in counts.items()}
    average = sum(lengths.values()) / len(counts)
    having = Counter(word for c in counts.values() for word in c)

    def find(text: str) -> list[str]:
        scores, wanted = {}, stems(text)
        for name, count in counts.items():
            long = 1.2 * (0.25 + 0.75 * lengths[name] / average)
            scores[name] = sum(
                log(1 + (len(counts) - having[word] + 0.5) / (having[word] + 0.5))
                * count[word]
                * 2.2
                / (count[word] + long)
                for word in wanted
                if word in count
            )
        return sorted((name for name in scores if scores[name]), key=lambda name: -scores[name])

    return find


def by_plain_words(tools: Sequence[Tool]) -> Callable[[str], list[str]]:
    """A search by whole words: in the name, part of the name, in the hint, in the description."""
    known = [
        (
            tool.name,
            set(tool.name.split("_")),
            set(words_of(str((tool.meta or {}).get(SEARCH_HINT, "")))),
            set(words_of(tool.description or "")),
        )
        for tool in tools
    ]

    def find(text: str) -> list[str]:
        wanted = words_of(text)
        scores = {
            name: sum(
                (12 if word in parts else 6 if any(word in part for part in parts) else 0)
                + (4 if word in hint else 0)
                + (2 if word in description else 0)
                for word in wanted
            )
            for name, parts, hint, description in known
        }
        return sorted((name for name in scores if scores[name]), key=lambda name: -scores[name])

    return find
