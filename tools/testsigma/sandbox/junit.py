"""JUnit: results read from a file, and the test cases they are meant for.

No document says how a `<testcase>` finds its test case. Here it does by a human id in its name or class name, or else
by a title that is equal but for capitals.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree

from tools.testsigma.sandbox.records import Case

_STATUSES = {"failure": "Failed", "error": "Failed", "skipped": "Skipped"}
_DEFINES = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)


class NotJunit(ValueError):
    """The file cannot be read as JUnit results."""


@dataclass(frozen=True)
class Outcome:
    """What a `<testcase>` says."""

    name: str
    class_name: str
    status: str
    message: str | None = None


def read(xml: bytes) -> list[Outcome]:
    """The outcomes in a file.

    Raises:
        NotJunit: when it is no JUnit file.
    """
    if _DEFINES.search(xml):
        raise NotJunit("a document type is not allowed")  # entities could grow without end
    try:
        root = ElementTree.fromstring(xml)  # noqa: S314 - without a document type there is nothing to expand
    except (ElementTree.ParseError, ValueError) as error:
        raise NotJunit(str(error)) from error
    if root.tag not in ("testsuites", "testsuite"):
        raise NotJunit(f"unexpected root element <{root.tag}>")
    return list(_outcomes(root))


def meant(outcome: Outcome, prefix: str, cases: list[Case]) -> Case | None:
    """The test case that an outcome is for."""
    by_id = {case.human_id: case for case in cases}
    for text in (outcome.name, outcome.class_name):
        for found in re.findall(rf"(?<![A-Za-z0-9]){re.escape(prefix)}-\d+", text):
            return by_id.get(found)
    return next((case for case in cases if case.title.casefold() == outcome.name.strip().casefold()), None)


def _outcomes(root: ElementTree.Element) -> Iterator[Outcome]:
    for element in root.iter("testcase"):
        child = next((child for child in element if child.tag in _STATUSES), None)
        status = "Passed" if child is None else _STATUSES[child.tag]
        message = None if child is None else child.get("message") or child.text
        yield Outcome(element.get("name", ""), element.get("classname", ""), status, message)
