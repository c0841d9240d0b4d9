"""Notion's blocks. Their texts are literal: a mention or a link is an object of its own.

Notion takes 2,000 characters per text, 100 texts per block, and per request 100 blocks, 1,000 with those inside them,
and 500 KB. `render` keeps the first two limits; send the first of `chunks` with the page and append the others.
"""

import json
from collections.abc import Iterator
from typing import Any, Final

from tools.kit.invisible import clean
from tools.trackers.document import Block, Bullets, Code, Document, Heading, Line, Link, Numbered, Paragraph, Table
from tools.trackers.markup.leaf import address_of, code_of, one_line, spans, text_of

Node = dict[str, Any]
LONGEST_TEXT: Final = 2_000
MOST_TEXTS: Final = 50
"""Half of what is allowed: a block of all 100 could alone be too large for a request."""
MOST_BLOCKS: Final = 100
MOST_BLOCKS_INSIDE: Final = 900
MOST_BYTES: Final = 400_000


def render(document: Document) -> list[Node]:
    """Render a document as blocks, any number of them."""
    return [node for block in document for node in _blocks(block)]


def chunks(blocks: list[Node]) -> list[list[Node]]:
    """Divide blocks into lists that are each small enough for one request."""
    divided: list[list[Node]] = []
    room = inside = 0
    for block in blocks:
        size = len(json.dumps(block, ensure_ascii=False).encode("utf-8", "surrogatepass"))
        children = 1 + len(block[block["type"]].get("children", ()))
        room, inside = room - size, inside - children
        if not divided or len(divided[-1]) == MOST_BLOCKS or room < 0 or inside < 0:
            divided.append([])
            room, inside = MOST_BYTES - size, MOST_BLOCKS_INSIDE - children
        divided[-1].append(block)
    return divided


def _blocks(block: Block) -> Iterator[Node]:
    match block:
        case Paragraph(line):
            yield from _texts("paragraph", line)
        case Heading(text):
            yield from _texts("heading_3", [one_line(text)])
        case Numbered(items):
            for item in items:
                yield from _texts("numbered_list_item", item, empty=True)
        case Bullets(items):
            for item in items:
                yield from _texts("bulleted_list_item", item, empty=True)
        case Table(rows):
            for start in range(0, len(rows), MOST_BLOCKS):
                yield _table(rows[start : start + MOST_BLOCKS])
        case Code(text):
            yield from _divided("code", _literal(code_of(text)), language="plain text")
        case _:
            yield from _texts("quote", [block.text])


def _texts(kind: str, line: Line, *, empty: bool = False) -> Iterator[Node]:
    texts = _rich(line)
    return _divided(kind, texts or _literal(" ")) if empty else _divided(kind, texts)


def _divided(kind: str, texts: list[Node], **more: Any) -> Iterator[Node]:
    """A block, and more of its kind (of a list, paragraphs) for what is more than one can hold."""
    for start in range(0, len(texts), MOST_TEXTS):
        name = "paragraph" if start and kind.endswith("_item") else kind
        yield _block(name, rich_text=texts[start : start + MOST_TEXTS], **more)


def _table(rows: Any) -> Node:
    # A cell cannot be continued elsewhere, so that a long one is cut.
    cells = [[_rich([name])[:MOST_TEXTS], _rich([value])[:MOST_TEXTS]] for name, value in rows]
    children = [_block("table_row", cells=row) for row in cells]
    return _block("table", table_width=2, has_column_header=False, has_row_header=True, children=children)


def _block(kind: str, **content: Any) -> Node:
    return {"object": "block", "type": kind, kind: content}


def _rich(line: Line) -> list[Node]:
    texts: list[Node] = []
    for span in spans(line):
        address = address_of(span) if isinstance(span, Link) else None
        text = text_of(span) if isinstance(span, Link) else clean(span)
        if address and len(address) > LONGEST_TEXT:
            text, address = f"{text} ({address})", None
        link: Node = {"link": {"url": address}} if address else {}
        texts += _literal(text, **link)
    return texts


def _literal(text: str, **link: Node) -> list[Node]:
    # Counted in UTF-16, where a character beyond the first plane is two.
    step = LONGEST_TEXT if not text or max(text) <= "\uffff" else LONGEST_TEXT // 2
    parts = (text[start : start + step] for start in range(0, len(text), step))
    return [{"type": "text", "text": {"content": part, **link}} for part in parts]
