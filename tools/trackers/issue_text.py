"""The text of an issue: a defect as a document, its title, and both within a tracker's limits."""

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from itertools import count
from typing import Any, Final

from tools.kit.defect import Defect, DefectFile
from tools.kit.invisible import clean
from tools.kit.picture import in_bytes
from tools.trackers.document import (
    Block,
    Bullets,
    Code,
    Document,
    Heading,
    Line,
    Link,
    Numbered,
    Paragraph,
    Quote,
    Render,
    Span,
    Table,
)

LONGEST_OUTPUT: Final = 4_000
LAST: Final = 2
"""The last blocks of an issue, which are never cut: the link and the marker."""
Lists = Numbered | Bullets


def issue_document(defect: Defect, *, uploaded: Collection[int] = ()) -> Document:
    """Describe a defect for a tracker; the last block is its marker, as a paragraph of its own.

    A file is named with what it is, never with its address, which may be signed; `uploaded` holds the places of files
    that are attached to the issue.
    """
    place = f"at the {_thing(defect).lower()}'s page"
    blocks: list[Block] = [Paragraph([defect.description])] if defect.description.strip() else []
    if steps := [step for step in defect.steps if step.strip()]:
        blocks += [Heading("Steps"), Numbered([[step] for step in steps])]
    for title, text in (("Expected", defect.expected), ("Actual", defect.actual)):
        blocks += [Heading(title), Paragraph([text])] if text.strip() else []
    for title, text in (("Error", defect.error), ("Output", _end_of(defect.output, place))):
        blocks += [Heading(title), Code(text)] if text.strip() else []
    rows = [("Severity", defect.severity or defect.level), *defect.facts]
    blocks += [Heading("Environment"), Table([(name, value) for name, value in rows if value.strip()])]
    if defect.files:
        files = [_describe(file, "attached" if n in uploaded else place) for n, file in enumerate(defect.files)]
        blocks += [Heading("Files"), Bullets([[file] for file in files])]
    source: Span = Link(defect.link, defect.link) if defect.link else f"{_thing(defect)} {defect.item}"
    return [*blocks, Paragraph([f"Reported at {defect.title_of_platform}: ", source]), Paragraph([defect.marker])]


def title_of(defect: Defect, longest: int) -> str:
    """The title of an issue: one line of at most so many characters, never empty."""
    title = " ".join(clean(defect.title).split())
    title = title or f"{_thing(defect)} {defect.item} at {defect.title_of_platform}"
    return title if len(title) <= longest else f"{title[: longest - 1].rstrip()}…"


def fit(document: Document, render: Render, longest: int, link: str) -> tuple[Any, bool]:
    """Render a document within a tracker's limit; whether it was cut.

    The size is that of the rendered text, or of its compact JSON. The longest texts are cut first, then the longest
    lists; headings, links and the last two blocks, the link and the marker, stay.
    """
    note = f"[cut; the whole text is at {link}]" if link else "[cut]"
    shortest = len(note) + 20  # below, the note would be longer than what it stands for
    cleaned = [_mapped(block, clean) for block in document]
    end = len(cleaned) - LAST if len(cleaned) > LAST else len(cleaned)  # a comment has neither link nor marker
    blocks, last = cleaned[:end], cleaned[end:]
    sizes = [len(text) for text in _texts(blocks)]
    # No format makes a fourth of a text; to render what is far too long would take seconds.
    if sum(sizes) <= 4 * longest and _size(rendered := render(document)) <= longest:
        return rendered, False
    budget = min(longest, sum(sizes))
    for attempt in count():
        limit = max(shortest, _level(sizes, budget))
        rendered = render([*(_shortened(block, limit, note) for block in blocks), *last])
        if (size := _size(rendered)) <= longest:
            return rendered, True
        if limit == shortest:
            break
        budget = int(budget * min(0.98 if attempt < 4 else 0.7, longest / size))
    most = max(map(_entries, blocks), default=0)
    while most:
        most //= 2
        few = [_first(_shortened(block, shortest, note), most, note) for block in blocks]
        if _size(rendered := render([*few, *last])) <= longest:
            return rendered, True
    return render([Paragraph([note]), *last]), True


def _thing(defect: Defect) -> str:
    return "Bug" if defect.kind == "bug" else "Test"


def _end_of(output: str, place: str) -> str:
    """The end of what a test printed, which says more than its start."""
    text = clean(output).strip("\n")
    if len(text) <= LONGEST_OUTPUT:
        return text
    note = f"[cut; the start is {place}]\n"
    return note + text[len(note) - LONGEST_OUTPUT :]


def _describe(file: DefectFile, place: str) -> str:
    # A name may be an address, and that may be signed.
    name = " ".join(clean(file.name).partition("?")[0].rstrip("/").rpartition("/")[2].split()) or "unnamed"
    kinds = [file.content_type, in_bytes(file.size) if file.size is not None else ""]
    known = ", ".join(filter(None, kinds))
    return f"{name}{f' ({known})' if known else ''}: {place}"


def _size(rendered: Any) -> int:
    if isinstance(rendered, str):
        return len(rendered)
    return len(json.dumps(rendered, ensure_ascii=False, separators=(",", ":")))


def _mapped(block: Block, change: Callable[[str], str]) -> Block:
    """The block with each of its texts changed; headings, links and a table's names stay."""
    match block:
        case Paragraph(line):
            return Paragraph(_line(line, change))
        case Numbered(items) | Bullets(items):
            return replace(block, items=[_line(item, change) for item in items])
        case Table(rows):
            return Table([(name, change(value)) for name, value in rows])
        case Code(text) | Quote(text):
            return replace(block, text=change(text))
        case Heading():
            return block


def _line(line: Line, change: Callable[[str], str]) -> Line:
    return [change(span) if isinstance(span, str) else span for span in line]


def _texts(document: Document) -> list[str]:
    texts: list[str] = []

    def collect(text: str) -> str:
        texts.append(text)
        return text

    for block in document:
        _mapped(block, collect)
    return texts


def _level(sizes: Sequence[int], budget: int) -> int:
    """The length to which the longest texts are cut so that all of them together have the budget."""
    level = 0
    for left, size in zip(range(len(sizes), 0, -1), sorted(sizes), strict=True):
        level = budget // left
        if size >= level:
            return level
        budget -= size
    return level


def _shortened(block: Block, limit: int, note: str) -> Block:
    def cut(text: str) -> str:
        if len(text) <= limit:
            return text
        room = max(0, limit - len(note) - 2)
        if not isinstance(block, Code):
            return f"{text[:room].rstrip()} {note}"
        start = room // 3  # an error says first what it is, and last where it was
        return f"{text[:start]}\n{note}\n{text[len(text) - room + start :]}"

    return _mapped(block, cut)


def _entries(block: Block) -> int:
    return len(block.rows) if isinstance(block, Table) else len(block.items) if isinstance(block, Lists) else 0


def _first(block: Block, most: int, note: str) -> Block:
    """The first entries of a list or a table."""
    if _entries(block) <= most:
        return block
    if isinstance(block, Table):
        return Table([*block.rows[:most], ("", note)])
    return replace(block, items=[*block.items[:most], [note]]) if isinstance(block, Lists) else block
