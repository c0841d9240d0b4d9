"""HTML: Azure DevOps, Rally, Wrike, Zoho, Teamwork, Monday, Zendesk.

These trackers mark a mention by an element or an attribute, which a stranger's text cannot make; as far as is known
(it was not tried), none reads one into the text of HTML that comes through its API. Zendesk links `#1` to a ticket when
it shows a text, which notifies nobody. An entity would change nothing, since it becomes the character.
"""

import re
from html import escape

from tools.kit.invisible import clean
from tools.trackers.document import Block, Bullets, Code, Document, Heading, Line, Link, Numbered, Paragraph, Table
from tools.trackers.markup.leaf import address_of, code_of, lines_of, one_line, spans, text_of


def render(document: Document) -> str:
    """Render a document."""
    return "\n".join(filter(None, map(_block, document)))


def render_for_zendesk(document: Document) -> str:
    """Render a document without `{{` and `{%`, which Zendesk expands; an entity may be decoded before it looks."""
    return re.sub(r"\{(?=[{%])", "{ ", render(document))


def _block(block: Block) -> str:
    match block:
        case Paragraph(line):
            return _enclosed("p", _line(line))
        case Heading(text):
            return _enclosed("h3", escape(one_line(text)))
        case Numbered(items):
            return _enclosed("ol", "".join(f"<li>{_line(item)}</li>" for item in items))
        case Bullets(items):
            return _enclosed("ul", "".join(f"<li>{_line(item)}</li>" for item in items))
        case Table(rows):
            cells = (f"<tr><th>{_line([name])}</th><td>{_line([value])}</td></tr>" for name, value in rows)
            return _enclosed("table", "".join(cells))
        case Code(text):
            return _enclosed("pre", escape(code_of(text)))
        case _:
            return _enclosed("blockquote", _line([clean(block.text)]))


def _enclosed(name: str, content: str) -> str:
    return f"<{name}>{content}</{name}>" if content else ""


def _line(line: Line) -> str:
    parts = (
        f'<a href="{escape(address_of(span) or "")}">{escape(text_of(span))}</a>'
        if isinstance(span, Link)
        else escape(span)
        for span in spans(line)
    )
    return "<br/>".join(lines_of("".join(parts)))
