"""Textile: Redmine where the site's formatting is Textile.

Written against the source of Redmine's parser, which leaves a numeric entity alone: neither its markup nor the patterns
of its macros, mentions and references match one. It was not run.
"""

import re
from typing import Final

from tools.kit.invisible import clean
from tools.trackers.document import Document, Line, Link
from tools.trackers.markup.leaf import address_of, around_addresses, lines_of, spans, text_of
from tools.trackers.markup.lettered import Forms, render_with

_ACTIVE: Final = re.compile(
    r"""[&<>"!#%()*+=@\[\\\]^{|}~?$]"""
    r"|(?<![^\W_])[-_]|[-_](?![^\W_])"  # within a word they stay: a marker is found in the text
    r"|(?<=[a-z0-9]):(?=\S)"  # commit:1a2b, user:name
    r"|(?<![\w-])r(?=\d)"  # a revision
    r"|(?<=[a-z0-9])\.(?=\s|\Z)"  # bq. and h1., of a line that starts with them
)
# What would end a block of code, or is a placeholder of the parser's own.
_ENDS_CODE: Final = re.compile(r"</?(?:pre|code|kbd|notextile|redpre)\b|:redsh#|x%x%", re.IGNORECASE)


def render(document: Document) -> str:
    """Render a document."""
    return render_with(_FORMS, document)


def _row(name: str, value: str) -> str:
    return f"|_. {name} | {value} |"


def _quote(text: str) -> str:
    return re.sub("^(?=(.?))", lambda line: "> " if line[1] else ">", text, flags=re.MULTILINE)


def _code(text: str) -> str:
    if not text or not _ENDS_CODE.search(text):
        return f"<pre>\n{text}\n</pre>" if text else ""
    return "\n".join(_escape(line).replace("  ", "&#160; ") or "&#160;" for line in text.split("\n"))


def _compact(line: Line) -> str:
    """Lines without an empty one, which would end the list or the table."""
    return _lines(line).replace("\n\n", "\n")


def _lines(line: Line) -> str:
    parts = (
        f'"{_escape(text_of(span))}":{address_of(span)} ' if isinstance(span, Link) else _escape(span)
        for span in spans(line)
    )
    return "\n".join(lines_of("".join(parts)))


def _escape(text: str) -> str:
    return around_addresses(clean(text), lambda part: _ACTIVE.sub(lambda found: f"&#{ord(found[0])};", part))


_FORMS: Final = Forms(_escape, _lines, _compact, _row, _code, _quote)
