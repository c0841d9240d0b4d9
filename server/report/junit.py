"""The report as JUnit XML, so that a CI system shows each line of evidence as a test."""

import re
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from server.report.evidence import EVIDENCE_AGAINST, FOUND_NOTHING, Evidence, Line
from tools.kit.text import many

FORBIDDEN: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML cannot have, even escaped."""


def as_junit(evidence: Evidence) -> str:
    """Each line as a test case: against fails, not proven is skipped, for passes; so do the sources and the verdict."""
    root = Element("testsuites", name=_text(evidence.title))
    suite = SubElement(root, "testsuite", name="Evidence", timestamp=evidence.made_at)
    for line in evidence.lines:
        case = SubElement(suite, "testcase", classname=_text(line.platform), name=_name(line), time="0")
        if line.speaks == "against":
            failure = SubElement(case, "failure", type="against", message=_text(line.sentence))
            failure.text = _text(_details(line))
        elif line.speaks == "not proven":
            SubElement(case, "skipped", message=_text(line.sentence))
    sources = SubElement(root, "testsuite", name="Sources", timestamp=evidence.made_at)
    for source in evidence.sources:
        case = SubElement(sources, "testcase", classname="Sources", name=_text(f"{source.platform} was read"), time="0")
        if not source.is_complete:
            SubElement(case, "skipped", message=_text(source.why or "not everything was read"))
    verdict = SubElement(root, "testsuite", name="Verdict", timestamp=evidence.made_at)
    case = SubElement(verdict, "testcase", classname="Verdict", name="The release has nothing against it", time="0")
    if evidence.verdict == EVIDENCE_AGAINST:
        SubElement(case, "failure", type="verdict", message=evidence.headline)
    elif evidence.verdict != FOUND_NOTHING:
        SubElement(case, "skipped", message=_text(evidence.why or evidence.headline))
    for node in (*root, root):
        for name, tag in (("tests", "testcase"), ("failures", "failure"), ("skipped", "skipped")):
            node.set(name, str(len(list(node.iter(tag)))))
        node.set("errors", "0")
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _name(line: Line) -> str:
    return _text(f"{line.title} ({line.source})" if line.title else line.source or line.sentence)


def _details(line: Line) -> str:
    causes = [f"{cause.count} x {cause.error} ({cause.marks})" for cause in line.causes]
    more = [f"{many(line.more_causes, 'more cause')}"] if line.more_causes else []
    return "\n".join([line.sentence, *causes, *more, *filter(None, [line.note, line.link or line.source])])


def _text(text: str) -> str:
    return FORBIDDEN.sub("\ufffd", text)
