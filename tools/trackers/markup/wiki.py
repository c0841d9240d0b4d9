"""Jira's wiki markup: Jira Data Center, and Jira Cloud's version 2.

Written against Jira's help on its markup, not tried. A backslash escapes what the help names; where it does not say so,
and for the backslash itself, which has no other way before an escape, a numeric entity stands, as other writers of this
format do. Text in HTML is shown as text by Jira itself.
"""

import re
from typing import Final

from tools.kit.invisible import clean
from tools.trackers.document import Document, Line, Link
from tools.trackers.markup.leaf import address_of, around_addresses, lines_of, spans, text_of
from tools.trackers.markup.lettered import Forms, render_with

_ACTIVE: Final = re.compile(
    r"(?P<entity>\\|&(?=[#\w])|(?<=\bh[1-6])\.|(?<=\bbq)\.|[:;](?=[-()DPp])|\((?=[^\s()]{1,8}\))"
    r"|@(?=\w))|(?P<key>(?<![A-Za-z0-9_])[A-Z][A-Z0-9_]+-)(?=\d)"  # emoticons, a mail address, the key of an issue
    r"|(?P<backslash>[{}\[\]*+^~|!#]|\?(?=\?)|(?<=\?)\?|(?<![^\W_])[-_]|[-_](?![^\W_]))"
)


def render(document: Document) -> str:
    """Render a document."""
    return render_with(_FORMS, document)


def _row(name: str, value: str) -> str:
    return f"||{name or ' '}|{value or ' '}|"


def _quote(text: str) -> str:
    return f"{{quote}}\n{text}\n{{quote}}" if text else ""


def _code(text: str) -> str:
    """A block that the text's own tags cannot end: where it has both tags, escaped lines."""
    for tag in ("noformat", "code"):
        if text and f"{{{tag}" not in text.lower():
            return f"{{{tag}}}\n{text}\n{{{tag}}}"
    return "\n".join(_escape(line).replace("  ", "&nbsp; ") or "&nbsp;" for line in text.split("\n")) if text else ""


def _compact(line: Line) -> str:
    """Lines as forced breaks of one line, which stay within an item or a cell."""
    return r" \\ ".join(filter(None, _lines(line).split("\n")))


def _lines(line: Line) -> str:
    parts = (
        f"[{_escape(text_of(span))}|{address_of(span)}]" if isinstance(span, Link) else _escape(span)
        for span in spans(line)
    )
    return "\n".join(lines_of("".join(parts)))


def _escape(text: str) -> str:
    def escaped(found: re.Match[str]) -> str:
        if found["key"]:
            return f"{_escape(found[0][:-1])}&#45;"
        return f"&#{ord(found[0])};" if found["entity"] else f"\\{found[0]}"

    return around_addresses(clean(text), lambda part: _ACTIVE.sub(escaped, part))


_FORMS: Final = Forms(_escape, _lines, _compact, _row, _code, _quote)
