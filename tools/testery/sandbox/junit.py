"""JUnit: result files of test runners, parsed into outcomes."""

from xml.etree import ElementTree

from tools.testery.sandbox.execution import RESULTS_A_RUN
from tools.testery.sandbox.records import Case, Outcome


class NotJUnit(ValueError):
    """The file is not a JUnit file."""


def parse_junit(run_id: int, project_id: int, content: bytes) -> list[Outcome]:
    """One outcome for each test case, in the order of the file, as if one runner ran them in turn.

    Raises:
        NotJUnit: for invalid XML, a document type, or another root element.
    """
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise NotJUnit("a document type is not allowed")
    try:
        root = ElementTree.fromstring(content)  # noqa: S314 - entities were refused above
    except ElementTree.ParseError as error:
        raise NotJUnit(str(error)) from error
    if root.tag not in {"testsuites", "testsuite"}:
        raise NotJUnit(f"the root is {root.tag}, not testsuites")
    found, at = list[Outcome](), 0.0
    for element in root.iter("testcase"):
        outcome = _outcome(run_id * RESULTS_A_RUN + len(found) + 1, project_id, element, at)
        found.append(outcome)
        at = outcome.ends
    return found


def _outcome(number: int, project_id: int, element: ElementTree.Element, at: float) -> Outcome:
    seconds = _seconds(element.get("time"))
    file = element.get("file") or element.get("classname") or ""
    case = Case(project_id, element.get("name") or "", file, frozenset(), seconds)
    broken = next((child for child in element if child.tag in {"failure", "error"}), None)
    status = "FAIL" if broken is not None else "IGNORED" if element.find("skipped") is not None else "PASS"
    error = "" if broken is None else broken.get("message") or broken.get("type") or ""
    trace = "" if broken is None else (broken.text or "").strip()
    imported_texts = (error, trace, element.findtext("system-out") or "")
    return Outcome(number, case, status, round(seconds * 1000), at, at + seconds, imported_texts=imported_texts)


def _seconds(text: str | None) -> float:
    """A time in seconds, possibly with thousands separators."""
    try:
        return max(0.0, float((text or "0").replace(",", "")))
    except ValueError:
        return 0.0
