"""Reads rendered documents back: with a parser of each format that has one, and into one form to compare."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any, ClassVar

import pytest

from tools.kit.invisible import clean
from tools.trackers.document import Bullets, Code, Document, Heading, Line, Link, Numbered, Paragraph, Quote, Table

Part = tuple[str, str]
"""What a piece of text is in, `list/item`, and the text."""


def parts_of(document: Document) -> list[Part]:
    """What a reader should find in a document, whatever its format."""
    parts: list[Part] = []
    for block in document:
        match block:
            case Paragraph(line):
                parts += [("paragraph", text) for text in lines(_text(line)).split("\n\n") if text]
            case Heading(text):
                parts += [("heading", " ".join(clean(text).split()))]
            case Numbered(items):
                parts += [("numbered", lines(_text(item))) for item in items]
            case Bullets(items):
                parts += [("bullet", lines(_text(item))) for item in items]
            case Table(rows):
                parts += [("cell", lines(text)) for row in rows for text in row]
            case Code(text):
                parts += [("code", re.sub(r"\A(?:[^\S\n]*\n)+", "", clean(text)).rstrip())]
            case Quote(text):
                parts += [("quote", lines(text))]
    return [part for part in parts if part[1] or part[0] in {"numbered", "bullet", "cell"}]


def lines(text: str) -> str:
    """A text without the blanks around its lines, which most formats drop, and with one empty line for many."""
    stripped = "\n".join(line.strip() for line in clean(text).split("\n"))
    return re.sub("\n{3,}", "\n\n", stripped).strip("\n")


def _text(line: Line) -> str:
    return "".join(" ".join(clean(span.text).split()) if isinstance(span, Link) else span for span in line)


CONTAINERS = {
    "blockquote_open": "quote",
    "ordered_list_open": "numbered",
    "bullet_list_open": "bullet",
    "heading_open": "heading",
    "th_open": "head",
    "td_open": "cell",
}
IGNORED = {"paragraph_open", "list_item_open", "table_open", "thead_open", "tbody_open", "tr_open"}


def read_markdown(text: str) -> tuple[list[Part], list[str], list[str]]:
    """The parts, the addresses of links, and the pieces of text in which a tracker looks for mentions."""
    markdown_it = pytest.importorskip("markdown_it", reason="markdown-it-py comes with the docs extra")
    parser = markdown_it.MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    parts: list[Part] = []
    addresses: list[str] = []
    pieces: list[str] = []
    inside: list[str] = []
    opened: list[bool] = []
    for token in parser.parse(text):
        if token.type in CONTAINERS:
            inside.append(CONTAINERS[token.type])
        elif token.type.replace("_close", "_open") in CONTAINERS:
            inside.pop()
        elif token.type == "fence":
            assert not token.info
            assert not inside
            parts.append(("code", token.content.rstrip("\n")))
        elif token.type == "inline":
            kind = inside[-1] if inside else "paragraph"
            assert len(inside) <= 1, "a block inside of a block"
            found = _inline(token.children or [], addresses, pieces)
            if opened and opened[-1] and kind in {"quote", "numbered", "bullet"}:
                parts[-1] = (kind, f"{parts[-1][1]}\n\n{found}" if parts[-1][1] else found)
            else:
                parts.append((kind, found))
            if opened:
                opened[-1] = True
        else:
            assert token.type.replace("_close", "_open") in IGNORED, token.type
        if token.type in {"list_item_open", "blockquote_open"}:
            opened.append(token.type == "list_item_open")
            if opened[-1]:
                parts.append((inside[-1], ""))
        elif token.type in {"list_item_close", "blockquote_close"}:
            opened.pop()
    return [part for part in parts if part != ("head", "")], addresses, pieces


def _inline(tokens: Any, addresses: list[str], pieces: list[str]) -> str:
    text, automatic, linked = "", False, False
    for token in tokens:
        match token.type:
            case "text" | "code_inline" if not automatic:
                text += token.content
                if token.type == "text" and not linked:
                    pieces.append(token.content)
            case "softbreak" | "hardbreak":
                text += "\n"
            case "html_inline":
                assert token.content == "<br>"
                text += "\n"
            case "link_open":
                addresses.append(str(token.attrs["href"]))
                automatic, linked = token.info == "auto", True
                text += str(token.attrs["href"]) if automatic else ""
            case "link_close":
                automatic = linked = False
            case "text":
                continue
            case _:
                raise AssertionError(f"{token.type} from a text")
    return text


class _Html(HTMLParser):
    KINDS: ClassVar = {
        "p": "paragraph",
        "h3": "heading",
        "th": "cell",
        "td": "cell",
        "pre": "code",
        "blockquote": "quote",
    }

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[Part] = []
        self.addresses: list[str] = []
        self.lists: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert not attrs or (tag == "a" and [name for name, _ in attrs] == ["href"])
        if tag == "a":
            self.addresses.append(str(attrs[0][1]))
        elif tag in {"ol", "ul"}:
            self.lists.append("numbered" if tag == "ol" else "bullet")
        elif tag == "li":
            self.parts.append((self.lists[-1], ""))
        elif tag == "br":
            self.handle_data("\n")
        elif tag in self.KINDS:
            self.parts.append((self.KINDS[tag], ""))
        else:
            assert tag in {"table", "tr"}, f"<{tag}> from a text"

    def handle_data(self, data: str) -> None:
        if self.parts and (data != "\n" or self.get_starttag_text() == "<br/>"):
            kind, text = self.parts[-1]
            self.parts[-1] = (kind, text + data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError("a comment from a text")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError("a declaration from a text")

    def handle_pi(self, data: str) -> None:
        raise AssertionError("an instruction from a text")


def read_html(text: str) -> tuple[list[Part], list[str]]:
    """The parts and the addresses of links."""
    reader = _Html()
    reader.feed(text)
    reader.close()
    return _apart(reader.parts), reader.addresses


def _apart(parts: list[Part]) -> list[Part]:
    """Parts in the form of `parts_of`: an empty line divides paragraphs."""
    apart: list[Part] = []
    for kind, text in parts:
        if kind == "paragraph":
            apart += [(kind, paragraph) for paragraph in lines(text).split("\n\n")]
        else:
            apart.append((kind, text if kind == "code" else lines(text)))
    return apart


def read_adf(document: dict[str, Any]) -> tuple[list[Part], list[str]]:
    """The parts and the addresses of links."""
    assert list(document) == ["type", "version", "content"]
    addresses: list[str] = []

    def text_in(node: dict[str, Any]) -> str:
        if node["type"] == "text":
            assert node["text"]
            for mark in node.get("marks", ()):
                assert mark["type"] == "link"
                addresses.append(mark["attrs"]["href"])
            return str(node["text"])
        if node["type"] == "hardBreak":
            return "\n"
        assert node["type"] in {
            "paragraph",
            "heading",
            "codeBlock",
            "listItem",
            "tableCell",
            "tableHeader",
            "blockquote",
        }
        return "".join(map(text_in, node["content"]))

    def parts(nodes: list[dict[str, Any]]) -> Iterator[Part]:
        kinds = {"codeBlock": "code", "blockquote": "quote"}
        for node in nodes:
            match node["type"]:
                case "orderedList" | "bulletList" as kind:
                    yield from (
                        ("numbered" if kind == "orderedList" else "bullet", text_in(n)) for n in node["content"]
                    )
                case "table":
                    yield from (("cell", text_in(cell)) for row in node["content"] for cell in row["content"])
                case kind:
                    yield kinds.get(kind, kind), text_in(node)

    return _apart(list(parts(document["content"]))), addresses


def read_notion(blocks: list[dict[str, Any]]) -> tuple[list[Part], list[str]]:
    """The parts and the addresses of links."""
    addresses: list[str] = []
    kinds = {"heading_3": "heading", "numbered_list_item": "numbered", "bulleted_list_item": "bullet"}

    def text_in(texts: list[dict[str, Any]]) -> str:
        for text in texts:
            assert text["type"] == "text"
            assert 0 < len(text["text"]["content"].encode("utf-16-le")) <= 4_000
            if "link" in text["text"]:
                addresses.append(text["text"]["link"]["url"])
        return "".join(text["text"]["content"] for text in texts)

    def parts() -> Iterator[Part]:
        for block in blocks:
            kind, content = block["type"], block[block["type"]]
            if kind == "table":
                yield from (
                    ("cell", text_in(cell)) for row in content["children"] for cell in row["table_row"]["cells"]
                )
            else:
                assert len(content["rich_text"]) <= 100
                yield kinds.get(kind, kind), text_in(content["rich_text"])

    return _apart(list(parts())), addresses
