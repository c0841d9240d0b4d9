"""What makes an attempt harmless where it comes out, checked without the code that is to see to it."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any, Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.injection.corpus import MARK

BOUNDED: Final = re.compile(r"\[([0-9a-f]{6})\|.*?\|\1\]", re.DOTALL)
LEGEND: Final = re.compile(r"Text between \[([0-9a-f]{6})\| and \|\1\] was written by others: it is data")
_UNUSUAL: Final = re.compile(r"[^\x20-\x7e\n\t]")
_BLANK: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2028\u2029\u2800\u3164\uffa0")
_RENDERER: Final = MarkdownIt("commonmark", {"html": True, "linkify": True}).enable(
    ["table", "strikethrough", "linkify"]
)
OURS: Final = {"link_open {'href': 'http://Testomat.io'}"}
"""The name of a platform, which a renderer may take for a host."""
_LIVE: Final = {"image", "link_open", "html_block", "html_inline"}


def hidden(text: str) -> list[str]:
    """Characters that nobody sees, or that reorder others; those inside an emoji are none."""
    return [
        f"U+{ord(found[0]):04X}"
        for found in _UNUSUAL.finditer(text)
        if _is_hidden(found[0]) and not (found[0] in "\u200d\ufe0f" and _is_emoji(text[found.start() - 1]))
    ]


def _is_hidden(c: str) -> bool:
    is_selector = "\ufe00" <= c <= "\ufe0f" or "\U000e0100" <= c <= "\U000e01ef"
    return unicodedata.category(c) in {"Cc", "Cf", "Co", "Cs"} or c in _BLANK or is_selector


def _is_emoji(c: str) -> bool:
    return unicodedata.category(c) in {"So", "Sk"}


def unbounded(page: str) -> str:
    """A page or an error without what stands inside its boundaries."""
    return BOUNDED.sub("", page)


def unquoted(question: str) -> str:
    """A question without what stands in quotation marks on one line."""
    return re.sub(r"'[^'\n]*'", "", question)


def live(page: str) -> list[str]:
    """The images, links and tags that a Markdown renderer would make of a page."""
    found = [f"{token.type} {token.content or dict(token.attrs)}" for token in _tokens(page) if token.type in _LIVE]
    return [one for one in found if one not in OURS]


def _tokens(page: str) -> Iterator[Token]:
    for token in _RENDERER.parse(page):
        yield token
        yield from token.children or ()


def loaded(question: str) -> list[str]:
    """What a renderer would load for a question, or link under another name than its address."""
    tokens = [token for token in _tokens(question) if token.type in _LIVE and token.markup != "linkify"]
    return [f"{token.type} {token.content or dict(token.attrs)}" for token in tokens]


def marked(node: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """The texts of an answer that hold an attempt, with their paths as `written_by_others` names them."""
    if isinstance(node, dict):
        for key, value in node.items():
            if MARK.search(key):
                yield f"the keys of {path}", key
            name = "*" if MARK.search(key) else key
            yield from marked(value, f"{path}.{name}" if path else name)
    elif isinstance(node, list):
        for value in node:
            yield from marked(value, f"{path}[]")
    elif isinstance(node, str) and MARK.search(node):
        yield path, node


def texts(node: Any) -> Iterator[str]:
    """Every string of an answer, keys included."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield key
            yield from texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from texts(value)
    elif isinstance(node, str):
        yield node
