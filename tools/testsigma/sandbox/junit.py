"""JUnit: results in a file, and the test cases they belong to.

It is not documented how a `<testcase>` is matched to a test case. Here it is by a human ID in its name or class name,
else by a title that is equal except for case.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree

from tools.testsigma.sandbox.records import Case

_STATUSES = {"failure": "Failed", "error": "Failed", "skipped": "Skipped"}
_DEFINES = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)


class NotJunit(ValueError):
    """The file is not a JUnit file."""


@dataclass(frozen=True)
class Outcome:
    """The result in a `<testcase>`."""

    name: str
    class_name: str
    status: str
    message: str | None = None


def parse_junit(xml: bytes) -> list[Outcome]:
    """The outcomes in a file.

    Raises:
        NotJunit: when it is not a JUnit file.
    """
    if _DEFINES.search(xml):
        raise NotJunit("a document type is not allowed")  # entities could expand without limit
    try:
        root = ElementTree.fromstring(xml)  # noqa: S314 - no document type, so nothing to expand
    except (ElementTree.ParseError, ValueError) as error:
        raise NotJunit(str(error)) from error
    if root.tag not in ("testsuites", "testsuite"):
        raise NotJunit(f"unexpected root element <{root.tag}>")
    return list(_outcomes(root))


def matching_case(outcome: Outcome, prefix: str, cases: list[Case]) -> Case | None:
    """The test case of an outcome."""
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
