"""Report files: checked before the question and the request, in chunks, so that a large one takes no memory.

A DOCTYPE is refused in JUnit: it is where expanding entities are defined, and no test runner writes one.
"""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final
from xml.parsers import expat

from anyio import to_thread

from tools.kit.errors import PlatformError, Refused
from tools.kit.text import many, quote
from tools.kit.upload import OpenFile

LARGEST_JSON: Final = 20 * 2**20
DEEPEST: Final = 200
LONGEST_TAG: Final = 4 * 2**20
"""Bytes of one tag with its attributes: a parser has to hold it in memory."""
ROOTS: Final = ("testsuites", "testsuite")

_CODES: Final = expat.errors.codes
_CUT_OFF: Final = "the file ends before its root element is closed, so it is cut off"
_REASONS: Final = {
    expat.errors.XML_ERROR_NO_ELEMENTS: _CUT_OFF,
    expat.errors.XML_ERROR_UNCLOSED_TOKEN: _CUT_OFF,
    expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION: _CUT_OFF,
    expat.errors.XML_ERROR_TAG_MISMATCH: "a closing tag does not fit the one that is open",
    expat.errors.XML_ERROR_DUPLICATE_ATTRIBUTE: "a tag has one attribute twice",
    expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT: "something follows the end of the root element",
    expat.errors.XML_ERROR_UNDEFINED_ENTITY: "an entity stands there that XML does not define",
    expat.errors.XML_ERROR_BAD_CHAR_REF: "a character is named there that XML does not allow",
    expat.errors.XML_ERROR_UNKNOWN_ENCODING: "its encoding is not known",
    expat.errors.XML_ERROR_INCORRECT_ENCODING: "it is not in the encoding that it names",
}


@dataclass
class Report:
    """The counts of a JUnit file, from its test cases."""

    tests: int = 0
    failed: int = 0
    """Failures and errors."""
    skipped: int = 0
    announced: int | None = None
    """The number that the root element claims."""

    def __str__(self) -> str:
        counted = f"{many(self.tests, 'test')}, {self.failed} failed, {self.skipped} skipped"
        wrong = self.announced is not None and self.announced != self.tests
        return f"{counted} (the file itself announces {self.announced})" if wrong else counted


@dataclass
class Reading:
    """The position of a parser in a JUnit file, and what it has counted so far."""

    report: Report = field(default_factory=Report)
    path: list[str] = field(default_factory=list)
    said: set[str] = field(default_factory=set)
    """The elements directly in the present test case."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if not self.path:
            if name not in ROOTS:
                raise Wrong(
                    f"its root element is {quote(name, at_most=60)}, and JUnit begins with {' or '.join(ROOTS)}"
                )
            number = attributes.get("tests", "").strip()
            self.report.announced = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else None
        elif self.path[-1] == "testcase":
            self.said.add(name)
        self.path.append(name)
        if name == "testcase":
            self.said = set()
        if len(self.path) > DEEPEST:
            raise Wrong(f"its elements stand more than {DEEPEST} deep")

    def end(self, name: str) -> None:
        if self.path.pop() == "testcase":
            self.report.tests += 1
            self.report.failed += bool(self.said & {"failure", "error"})
            self.report.skipped += "skipped" in self.said and not self.said & {"failure", "error"}


class Wrong(Exception):
    """What is wrong at the current line."""


def no_document_type(*_: Any) -> None:
    """A handler that refuses a definition of a document type or of an entity."""
    raise Wrong("it defines a document type or entities, which is refused")


async def read_junit(file: OpenFile) -> Report:
    """Read a JUnit file to its end and count its test cases.

    Raises:
        Refused: with the line and the reason, for one that is not a complete JUnit file, or has no test case.
    """
    reading = Reading()
    await read_with(reading, file, expat.ParserCreate())
    return reading.report


async def read_with(reading: Reading, file: OpenFile, parser: expat.XMLParserType) -> None:
    """Read a JUnit file to its end.

    Raises:
        Refused: as `read_junit` does.
    """
    parser.StartElementHandler, parser.EndElementHandler = reading.start, reading.end
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = no_document_type
    await feed(file, parser, "JUnit")
    if not reading.report.tests:
        raise Refused(f"{_named(file)} has no test case, so it proves nothing.")


async def read_xml(file: OpenFile) -> None:
    """Read an XML file of any kind to its end; a document type may name a place, and defines nothing.

    Raises:
        Refused: with the line and the reason, for one that is not whole.
    """
    parser = expat.ParserCreate()
    parser.EntityDeclHandler = no_document_type
    await feed(file, parser, "XML")


async def read_json(file: OpenFile) -> None:
    """Check that a JSON file is complete, unless it is too large to be read at once.

    Raises:
        Refused: for one that is cut off or no JSON.
    """
    if file.size > LARGEST_JSON:
        return
    raw = b"".join([piece async for piece in _pieces(file)])
    try:
        await to_thread.run_sync(json.loads, raw)
    except json.JSONDecodeError as error:
        raise _refused(file, error.lineno, "it is cut off or not well-formed there", "JSON") from None
    except (ValueError, RecursionError):
        raise _refused(file, 1, "it is not JSON in Unicode, or nested too deep", "JSON") from None


async def _pieces(file: OpenFile) -> AsyncIterator[bytes]:
    """The chunks of a file.

    Raises:
        Refused: when the file changes while it is read.
    """
    try:
        async for piece in file.pieces():
            yield piece
    except PlatformError as error:
        raise Refused(f"{_named(file)} was changed while it was read.") from error


async def feed(file: OpenFile, parser: expat.XMLParserType, kind: str) -> None:
    """Feed a parser a whole file.

    Raises:
        Refused: with the line and the reason, for what the parser or its handlers do not take.
    """
    at = 0
    async for piece in _pieces(file):
        await to_thread.run_sync(partial(_take, file, parser, piece, at, kind))
        at += len(piece)
        if at - max(parser.CurrentByteIndex, 0) > LONGEST_TAG:
            raise _refused(file, parser.CurrentLineNumber, f"one tag is larger than {LONGEST_TAG:,} bytes", kind)
    await to_thread.run_sync(partial(_take, file, parser, b"", at, kind, is_end=True))


def _take(
    file: OpenFile, parser: expat.XMLParserType, piece: bytes, at: int, kind: str, *, is_end: bool = False
) -> None:
    """Feed the parser one chunk."""
    try:
        parser.Parse(piece, is_end)
    except Wrong as wrong:
        raise _refused(file, parser.CurrentLineNumber, str(wrong), kind) from None
    except (expat.ExpatError, LookupError, ValueError) as error:
        number = getattr(error, "lineno", parser.CurrentLineNumber)
        raise _refused(file, number, _reason(error, piece, parser.ErrorByteIndex - at), kind) from None


def _reason(error: Exception, piece: bytes, place: int) -> str:
    code = getattr(error, "code", None)
    if isinstance(error, LookupError):  # from Python, which is asked for encodings that the parser does not know
        code = _CODES[expat.errors.XML_ERROR_UNKNOWN_ENCODING]
    wrong = piece[place] if 0 <= place < len(piece) else None
    if wrong is not None and wrong < 0x20 and wrong not in b"\t\r\n":
        return f"a control character (0x{wrong:02X}) stands there, which XML does not allow"
    return next((why for name, why in _REASONS.items() if _CODES[name] == code), "it is not well-formed there")


def _refused(file: OpenFile, line: int, why: str, kind: str) -> Refused:
    return Refused(f"{_named(file)} is no {kind} file that can be read: line {line}: {why}.")


def _named(file: OpenFile) -> str:
    return quote(file.name, at_most=200)
