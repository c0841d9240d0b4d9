"""What a report is made of: the assessment of a release and the counts of its runs, as the tools answered them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from server.shell.options import AGAINST, NO_VERDICT, NOT_PROVEN

FOUND_NOTHING, EVIDENCE_AGAINST, UNPROVEN = "nothing found against", "evidence against", "not proven"
CODES: Final[Mapping[str | None, int]] = {FOUND_NOTHING: 0, EVIDENCE_AGAINST: 1, UNPROVEN: 3, None: 3}
OUTCOMES: Final[Mapping[str | None, str]] = {EVIDENCE_AGAINST: AGAINST, UNPROVEN: NOT_PROVEN, None: NO_VERDICT}
RULE: Final = (
    "Evidence against: a current run failed or has failures, or an open bug is critical or high. Not proven: a run has "
    "not finished or has tests without a result, or a bug is open or not known to be fixed. Nothing found against: all "
    "current runs passed and every platform was read in full. No verdict: no run was found, or not everything was read."
)
COUNTED: Final = ("passed", "failed", "blocked", "skipped")


@dataclass(frozen=True)
class Cause:
    """An error that failures have in common."""

    error: str
    count: int
    marks: str


@dataclass(frozen=True)
class Line:
    """One piece of evidence."""

    speaks: str
    sentence: str
    title: str
    platform: str
    source: str
    causes: Sequence[Cause] = ()
    more_causes: int = 0
    note: str = ""
    link: str = ""
    """Its page in the platform's web app, or empty."""


@dataclass(frozen=True)
class RunCounts:
    """The results of a run, as it counts them itself."""

    platform: str
    title: str
    status: str
    started_at: str
    total: int
    counts: Mapping[str, int]
    link: str = ""

    @property
    def without_result(self) -> int:
        """Tests that none of the counts has."""
        return max(0, self.total - sum(self.counts.values()))


@dataclass(frozen=True)
class SourceRead:
    """What was read of a platform."""

    platform: str
    rows: int
    is_complete: bool
    why: str = ""


@dataclass(frozen=True)
class Evidence:
    """The whole report."""

    title: str
    """The heading, such as Release 9.0.1."""
    scope: str
    verdict: str | None
    why: str
    lines: Sequence[Line]
    runs: Sequence[RunCounts]
    open_bugs: Mapping[str, int]
    confirmed_bugs: Mapping[str, int]
    untested: int
    sources: Sequence[SourceRead]
    made_at: str
    notes: Sequence[str] = ()
    is_sandbox: bool = False
    assessment: Mapping[str, Any] = field(default_factory=dict)
    """The answer itself."""

    @property
    def headline(self) -> str:
        """The verdict as a heading."""
        return (self.verdict or "no verdict").capitalize()

    @property
    def code(self) -> int:
        """The exit code of the verdict."""
        return CODES[self.verdict]

    def exit_code(self, fail_on: Sequence[str]) -> int:
        """The exit code, 0 for an outcome that is not to fail."""
        return self.code if OUTCOMES.get(self.verdict) in fail_on else 0

    def speaking(self, word: str) -> list[Line]:
        """The lines that speak so."""
        return [line for line in self.lines if line.speaks == word]

    @property
    def totals(self) -> dict[str, int]:
        """The results of all runs together; what has none last."""
        found = {word: sum(run.counts.get(word, 0) for run in self.runs) for word in COUNTED}
        return found | {"without a result": sum(run.without_result for run in self.runs)}


def evidence_from(
    assessment: Mapping[str, Any],
    runs: Sequence[Mapping[str, Any]],
    titles: Mapping[str, str],
    *,
    title: str,
    at: str,
) -> Evidence:
    """A report from the structured answers; `titles` are those of the platforms by their keys."""
    lines = [
        _line(speaks, row, titles)
        for speaks, name in (("against", "against"), ("not proven", "not_proven"), ("for", "speaking_for"))
        for row in assessment.get(name, [])
    ]
    current = {line.source: line.link for line in lines}
    return Evidence(
        title=title,
        scope=str(assessment.get("scope", "")),
        verdict=assessment.get("verdict"),
        why=str(assessment.get("why_no_verdict", "")),
        lines=lines,
        runs=_runs(runs, current, titles),
        open_bugs=_counted(assessment.get("open_bugs_by_severity", [])),
        confirmed_bugs=_counted(assessment.get("confirmed_bugs_by_severity", [])),
        untested=int(assessment.get("untested_count", 0)),
        sources=[
            SourceRead(
                titles.get(str(row.get("platform")), str(row.get("platform")))
                + (f", account {row['account']}" if row.get("account") else ""),
                int(row.get("rows", 0)),
                bool(row.get("complete")),
                str(row.get("why") or ""),
            )
            for row in assessment.get("sources", [])
        ],
        made_at=at,
        notes=[str(note) for name in ("left_out", "not_read") if (note := assessment.get(name))]
        + [f"Shortened: {note}" for note in assessment.get("shortened", [])],
        is_sandbox="sandbox" in str(assessment.get("source", "")),
        assessment=assessment,
    )


def web_address(text: object) -> str:
    """An address that a browser may open: of the web, whole, and on one line; else empty."""
    address = str(text or "")
    try:
        parts = urlsplit(address)
        is_web = parts.scheme in {"https", "http"} and bool(parts.hostname) and parts.username is None
    except ValueError:
        return ""
    return address if is_web and address.isprintable() and not set(address) & set(" \"'<>\\`") else ""


def _line(speaks: str, row: Mapping[str, Any], titles: Mapping[str, str]) -> Line:
    source = str(row.get("source", ""))
    key = str(row.get("platform") or source.partition("://")[0])
    return Line(
        speaks=speaks,
        sentence=str(row.get("says", "")),
        title=str(row.get("title", "")),
        platform=titles.get(key, key),
        source=source,
        causes=[
            Cause(str(one.get("error", "no error given")), int(one.get("count", 0)), str(one.get("marks", "")))
            for one in row.get("causes", [])
        ],
        more_causes=int(row.get("more_causes", 0)),
        note=str(row.get("note", "")),
        link=web_address(row.get("link")),
    )


def _runs(rows: Sequence[Mapping[str, Any]], current: Mapping[str, str], titles: Mapping[str, str]) -> list[RunCounts]:
    """The runs that a line is about and that have any counts, in the order of their lines."""
    found: dict[str, RunCounts] = {}
    for row in rows:
        source = str(row.get("page") or row.get("run_id"))
        counts = {word: int(row[word]) for word in COUNTED if row.get(word)}
        total = max(int(row.get("total") or 0), sum(counts.values()))
        if source in current and total:
            key = str(row.get("platform", ""))
            found[source] = RunCounts(
                platform=titles.get(key, key),
                title=str(row.get("title") or row.get("run_id")),
                status=str(row.get("status", "")),
                started_at=str(row.get("started_at", "")),
                total=total,
                counts=counts,
                link=current[source],
            )
    return [found[source] for source in current if source in found]


def _counted(rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    return {str(row.get("what")): int(row.get("count", 0)) for row in rows}
