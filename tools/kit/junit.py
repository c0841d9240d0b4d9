"""The results in JUnit files, as pytest, Jest, Playwright, Surefire and others write them."""

import math
from collections import Counter
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final, Literal
from xml.parsers import expat

from tools.kit.reports import Reading, Report, Wrong, read_with
from tools.kit.text import clean, cut
from tools.kit.upload import OpenFile

MOST_RESULTS: Final = 5_000
"""Results of all files of a call, which are in memory until they are sent."""
LONGEST_TEXT: Final = 8_000
"""Characters of a message or a stack trace; of a longer one the rest is left out."""
LONGEST_NAME: Final = 500
UNNAMED: Final = "(without a name)"

Status = Literal["passed", "failed", "skipped"]


@dataclass
class JUnitResult:
    """The result of one test case."""

    name: str
    class_name: str = ""
    suites: tuple[str, ...] = ()
    """The names of the suites around it, outermost first."""
    file: str | None = None
    status: Status = "passed"
    message: str | None = None
    stack: str | None = None
    milliseconds: float | None = None
    properties: dict[str, str] = field(default_factory=dict)
    key: str = ""
    """Tells it from the other results, and is the same when the file is read again."""


@dataclass
class JUnitFile:
    """A file's counts and results."""

    name: str
    size: int
    digest: str
    report: Report
    results: list[JUnitResult]


@dataclass
class _Results(Reading):
    """Collects results while the file is counted."""

    room: int = MOST_RESULTS
    results: list[JUnitResult] = field(default_factory=list)
    suites: list[tuple[str, str | None]] = field(default_factory=list)
    """The names and files of the suites that are open."""
    text: list[str] | None = None
    length: int = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        super().start(name, attributes)
        tag, inside = self.path[-1], self.path[-2] if len(self.path) > 1 else ""
        if tag in {"testsuite", "testsuites"}:
            self.suites.append((attributes.get("name", ""), attributes.get("file")))
        elif tag == "testcase":
            self._begin(attributes)
        elif inside == "testcase" and tag in {"failure", "error", "skipped"}:
            now = self.results[-1]
            if now.status != "failed":  # of several failures the first one is reported
                now.status = "skipped" if tag == "skipped" else "failed"
                now.message = _short(attributes.get("message", "")) or attributes.get("type") or None
                self.text, self.length = [], 0
        elif tag == "property" and self.path[-3:-1] == ["testcase", "properties"]:
            self.results[-1].properties[attributes.get("name", "")[:LONGEST_NAME]] = attributes.get("value", "")

    def _begin(self, attributes: dict[str, str]) -> None:
        if len(self.results) >= self.room:
            raise Wrong(f"there are more than {MOST_RESULTS:,} results; import them in parts")
        names = tuple(name for name, _ in self.suites if name)
        files = (attributes.get("file"), *(file for _, file in reversed(self.suites)))
        name = " ".join(clean(attributes.get("name", "")).split()) or UNNAMED
        self.results.append(
            JUnitResult(
                name=name[:LONGEST_NAME],
                class_name=clean(attributes.get("classname", "")).strip()[:LONGEST_NAME],
                suites=tuple(clean(one).strip()[:LONGEST_NAME] for one in names),
                file=next((file[:LONGEST_NAME] for file in files if file), None),
                milliseconds=_milliseconds(attributes.get("time", "")),
            )
        )

    def characters(self, data: str) -> None:
        if self.text is not None and self.length <= LONGEST_TEXT:
            self.text.append(data)
            self.length += len(data)

    def end(self, name: str) -> None:
        tag, inside = self.path[-1], self.path[-2] if len(self.path) > 1 else ""
        if self.text is not None and inside == "testcase":
            now, text = self.results[-1], _short("".join(self.text))
            now.stack = text if now.status == "failed" else None
            now.message = now.message or (text.splitlines()[0] if text else None)
            self.text = None
        if tag in {"testsuite", "testsuites"}:
            self.suites.pop()
        super().end(name)


def _short(text: str) -> str:
    return cut(clean(text).strip(), LONGEST_TEXT)


def _milliseconds(seconds: str) -> float | None:
    """The time of a test case; Surefire writes commas between thousands."""
    try:
        number = float(seconds.replace(",", ""))
    except ValueError:
        return None
    return round(number * 1000, 3) if math.isfinite(number) and 0 <= number < 10**8 else None


async def read_junit_results(file: OpenFile, *, taken: int = 0) -> JUnitFile:
    """Read the results of a file; `taken` is how many those before it had.

    Raises:
        Refused: as `read_junit` does, and for too many results.
    """
    reading, parser = _Results(room=MOST_RESULTS - taken), expat.ParserCreate()
    parser.CharacterDataHandler = reading.characters
    await read_with(reading, file, parser)
    times: Counter[tuple[str, ...]] = Counter()
    for result in reading.results:
        names = (*result.suites, result.file or "", result.class_name, result.name)
        result.key = sha256("\0".join((*names, str(times[names]))).encode("utf-8", "replace")).hexdigest()[:16]
        times[names] += 1
    return JUnitFile(file.name, file.size, await file.digest(), reading.report, reading.results)
