"""Tests to import, in requests of a limited size."""

import json
from dataclasses import dataclass, field
from typing import Annotated, Any, Final

from pydantic import Field

from tools.kit.errors import Refused
from tools.kit.model import Sent
from tools.kit.question import render_list
from tools.kit.text import given as given_text
from tools.kit.text import many
from tools.testomatio.models.ids import TestId, bare_test
from tools.testomatio.models.reporting import IdMap
from tools.testomatio.models.tests import plain_title

MOST_TESTS: Final = 100
MOST_FILES: Final = 100
LARGEST: Final = 1024 * 1024
"""The most tests, files and bytes of one request (API reference: Importing API)."""
ROOM: Final = 4096
"""Bytes of a request that are reserved for its other fields."""

Text = Annotated[str, Field(min_length=1)]


class ImportedTest(Sent):
    """A test as it is in the code."""

    name: Annotated[Text, Field(description="Title; @word in it is a tag.")]
    suites: Annotated[list[Text], Field(min_length=1, description="Titles, outermost first.")]
    file: Annotated[Text, Field(description="Path, such as tests/cart.spec.ts.")]
    id: Annotated[TestId | None, Field(description="Default: found by names.")] = None
    code: Annotated[str | None, Field(description="Source code.")] = None
    description: Annotated[str | None, Field(description="Markdown.")] = None
    skipped: Annotated[bool | None, Field(description="The code skips it.")] = None
    labels: Annotated[list[str] | None, Field(description="Such as Severity:Major.")] = None

    def describe(self) -> str:
        """A test as the question names it, with the size of its code and description."""
        sizes = [
            f"{name} of {many(len(text), 'character')}"
            for name, text in (("code", self.code), ("description", self.description))
            if text
        ]
        more = [f"labels {render_list(self.labels)}" if self.labels else "", "skipped" if self.skipped else "", *sizes]
        number = f"{given_text(self.id)} " if self.id else ""
        about = "".join(f", {one}" for one in more if one)
        suites = " / ".join(map(given_text, self.suites))
        return f"{number}{given_text(self.name)} in {suites}, file {given_text(self.file)}{about}"


class KnownFields:
    """The tests of a project, which an import matches by id, else by title and suite."""

    def __init__(self, ids: IdMap) -> None:
        self._by_name = {_plain(*name.split("#")): bare_test(found) for name, found in ids.tests.items()}
        self._ids = frozenset(self._by_name.values())

    def place(self, test: ImportedTest) -> str | None:
        """The id that the project has for a test; None for a new one."""
        if test.id is not None:
            return test.id if test.id in self._ids else None
        names = (_plain(test.file, test.suites[-1], test.name), _plain(test.suites[-1], test.name))
        return next((self._by_name[name] for name in names if name in self._by_name), None)


def _plain(*names: str) -> tuple[str, ...]:
    """Names without their tags, which only some of the titles contain."""
    return tuple(plain_title(name) for name in names)


@dataclass
class Chunk:
    """The tests and files of one request."""

    tests: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    size: int = ROOM

    def fits(self, size: int, *, tests: int = 0, files: int = 0) -> bool:
        return (
            self.size + size <= LARGEST
            and len(self.tests) + tests <= MOST_TESTS
            and len(self.files) + files <= MOST_FILES
        )


def chunks(tests: list[ImportedTest], files: dict[str, str]) -> list[Chunk]:
    """Split tests and files into as few requests as the limits allow.

    Raises:
        Refused: for a test or file that is larger than a request can be.
    """
    made = [Chunk()]
    for test in tests:
        wire = test.model_dump(exclude_none=True)
        size = _size(wire, test.name)
        if not made[-1].fits(size, tests=1):
            made.append(Chunk())
        made[-1].tests.append(wire)
        made[-1].size += size
    for path, content in files.items():
        size = _size({path: content}, path)
        if not made[-1].fits(size, files=1):
            made.append(Chunk())
        made[-1].files[path] = content
        made[-1].size += size
    return made


def _size(part: dict[str, Any], name: str) -> int:
    size = len(json.dumps(part, ensure_ascii=False).encode("utf-8", "replace")) + 2
    if size > LARGEST - ROOM:
        raise Refused(f"{name[:100]!r} is larger than the platform takes in one request (1 MiB).")
    return size
