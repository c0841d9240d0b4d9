"""Atlassian's document format, of Jira Cloud: a text node is literal; a mention, link or macro is another node."""

from typing import Any

from tools.kit.invisible import clean
from tools.trackers.document import Block, Bullets, Code, Document, Heading, Line, Link, Numbered, Paragraph, Table
from tools.trackers.markup.leaf import address_of, code_of, one_line, spans, text_of

Node = dict[str, Any]


def render(document: Document) -> Node:
    """Render a document."""
    return {"type": "doc", "version": 1, "content": [node for block in document if (node := _block(block))]}


def _block(block: Block) -> Node | None:
    match block:
        case Paragraph(line):
            return paragraph if (paragraph := _paragraph(line))["content"] else None
        case Heading(text):
            return _node("heading", _text(one_line(text)), attrs={"level": 3}) if one_line(text) else None
        case Numbered(items):
            return _node("orderedList", [_node("listItem", [_paragraph(item)]) for item in items]) if items else None
        case Bullets(items):
            return _node("bulletList", [_node("listItem", [_paragraph(item)]) for item in items]) if items else None
        case Table(rows):
            return _node("table", [_row(name, value) for name, value in rows]) if rows else None
        case Code(text):
            return _node("codeBlock", _text(code_of(text))) if code_of(text) else None
        case _:
            return _node("blockquote", [_paragraph([block.text])]) if clean(block.text).strip() else None


def _node(kind: str, content: list[Node], **more: Any) -> Node:
    return {"type": kind, **more, "content": content}


def _row(name: str, value: str) -> Node:
    return _node("tableRow", [_node("tableHeader", [_paragraph([name])]), _node("tableCell", [_paragraph([value])])])


def _paragraph(line: Line) -> Node:
    content: list[Node] = []
    for span in spans(line):
        if isinstance(span, Link):
            mark = {"type": "link", "attrs": {"href": address_of(span)}}
            content += [{**node, "marks": [mark]} for node in _text(text_of(span))]
            continue
        for number, part in enumerate(span.split("\n")):
            content += [{"type": "hardBreak"}] if number else []
            content += _text(part)
    return _node("paragraph", content if any(node.get("text", "").strip() for node in content) else [])


def _text(text: str) -> list[Node]:
    return [{"type": "text", "text": text}] if text else []  # an empty text node is refused
