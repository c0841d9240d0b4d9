"""The leaves of a document: strangers' texts, made ready for a format to escape."""

import re
from collections.abc import Callable, Iterator
from typing import Final
from urllib.parse import quote

from tools.kit.invisible import clean
from tools.trackers.document import Line, Link

_WEB: Final = re.compile(r"https?://[^\s/?#]", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"((?<![A-Za-z0-9])https?://\S+)")
_HARMLESS: Final = re.compile(r"https?://[A-Za-z0-9._/?=&:-]+")
# No brackets, quotes, pipes or asterisks: an address written with these characters ends no format's link.
_SAFE: Final = "%/:?#&=+@,;$-._~"


def address_of(link: Link) -> str | None:
    """The address of a link, percent-encoded; None if it is no web address: then the link is only a text."""
    address = clean(link.address).strip()
    return quote(address, safe=_SAFE) if _WEB.match(address) else None


def text_of(link: Link) -> str:
    """The text of a link on one line; its address if it has none."""
    return one_line(link.text) or one_line(link.address)


def spans(line: Line) -> Iterator[str | Link]:
    """The spans of a line, cleaned: neighbouring texts are one text, and a link without a web address is text."""
    parts: list[str | Link] = [""]
    for span in line:
        if isinstance(span, Link) and address_of(span) is not None:
            parts += [span, ""]
            continue
        text = span if isinstance(span, str) else f"{span.text} ({span.address})" if span.text else span.address
        parts[-1] = f"{parts[-1]}{text}"
    for number, part in enumerate(parts):
        text = clean(part) if isinstance(part, str) else ""
        text = text.lstrip() if number == 0 else text
        text = text.rstrip() if number == len(parts) - 1 else text
        if isinstance(part, Link) or text:
            yield part if isinstance(part, Link) else text


def around_addresses(text: str, escape: Callable[[str], str]) -> str:
    """Escape a text, but for the addresses in it that are made of characters which no format reads anything into."""
    parts = _ADDRESS.split(text)
    for number in range(1, len(parts), 2):
        address = parts[number].rstrip(".,:;!?)")
        rest = parts[number][len(address) :]
        parts[number] = (address if _HARMLESS.fullmatch(address) else escape(address)) + escape(rest)
    return "".join(escape(part) if number % 2 == 0 else part for number, part in enumerate(parts))


def one_line(text: str) -> str:
    """A cleaned text on one line."""
    return " ".join(clean(text).split())


def lines_of(text: str) -> list[str]:
    """The lines of a cleaned text, without the blanks at their ends; one empty line stands for many."""
    lines: list[str] = []
    for line in map(str.strip, text.split("\n")):
        if line or (lines and lines[-1]):
            lines.append(line)
    return lines[:-1] if lines and not lines[-1] else lines


def code_of(text: str) -> str:
    """A cleaned text for a fixed font, without empty lines around it."""
    return re.sub(r"\A(?:[^\S\n]*\n)+", "", clean(text)).rstrip()
