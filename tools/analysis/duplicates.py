"""Duplicate candidates: bugs with the reports that are most like them, and what is alike."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Final

from anyio import to_thread
from pydantic import Field

from tools.analysis.alike import FLOOR, Index, Match
from tools.analysis.reading import also_missing, coverage_of, read_reports
from tools.kit.errors import NotFound
from tools.kit.evidence import BugReport, Outcome
from tools.kit.failure_groups import first_words
from tools.kit.model import Answer
from tools.kit.page import Cursor, Page, Selection
from tools.kit.rows import minute
from tools.kit.survey import Query
from tools.kit.text import Key, Untrusted, many, quote
from tools.kit.toolset import Progress, Toolset
from tools.view import Source, View

tool = Toolset(View)

ALIKE: Final = 3
"""Reports beside a bug in a list; one bug or a text has more."""
ALIKE_TO_ONE: Final = 5
TITLE: Final = 100
DRAFT_FLOOR: Final = 0.15
"""For a text, which has fewer words to share than a report."""


class Alike(Answer):
    """A report that is like the bug, with the evidence."""

    bug_id: Key
    platform: Key | None = Field(None, description="Where it is another one.")
    title: Untrusted
    outcome: Outcome
    reported_at: Key | None = None
    score: int = Field(description="0 to 100; no probability.")
    title_percent: int
    steps_percent: int | None = None
    results_percent: int | None = None
    shared_words: list[Untrusted] = Field(description="The rarest first.")
    same: list[str] = Field(default_factory=list)


class Candidates(Answer):
    """A bug, and the reports most like it."""

    platform: Key | None = None
    bug_id: Key | None = Field(None, description="None: the given text.")
    title: Untrusted
    outcome: Outcome | None = None
    feature: Untrusted | None = None
    reported_at: Key | None = None
    page: Key | None = None
    alike: list[Alike]


class Duplicates(Page[Candidates]):
    """Bugs with look-alikes, the most alike first."""

    compared: int = Field(description="Reports that were compared.")
    sources: list[Source]


@tool.reads()
async def find_duplicates(
    view: View,
    progress: Progress,
    bug_id: Annotated[str | None, Field(max_length=40, description="Only this bug.")] = None,
    text: Annotated[str | None, Field(max_length=4000, description="A report not yet written.")] = None,
    decided: Annotated[bool, Field(description="List decided bugs too.")] = False,
    limit: Annotated[int, Field(ge=1, le=100, description="Rows.")] = 10,
    cursor: Cursor = None,
) -> Duplicates:
    """Was this bug reported before? Duplicate candidates with what is alike; no verdict, a person decides."""
    chosen = view.chosen(None)
    sources, reports = await read_reports(view, chosen, Query(), progress)
    selection: Selection[tuple[int, list[Match]]] = Selection(
        lambda row: (-round(row[1][0].score * 1000), row[0]) if row[1] else (0, row[0]),
        limit=limit,
        cursor=cursor,
        bug_id=bug_id,
        text=text,
        decided=decided,
    )
    read = len(reports)
    if text:
        first, _, rest = text.strip().partition("\n")
        reports = [*reports, BugReport("", "", first, steps=tuple(rest.splitlines()))]
    index = await to_thread.run_sync(Index, reports)
    notes: list[str] = []
    if text or bug_id:
        place = read if text else _place_of(bug_id or "", reports, sources)
        found = index.similar_to(place, at_most=ALIKE_TO_ONE, floor=DRAFT_FLOOR if text else FLOOR)
        selection.offer((place, found))
    else:
        places = [place for place, report in enumerate(reports) if decided or report.outcome == "open"]
        earlier = await to_thread.run_sync(partial(index.earlier, places, at_most=ALIKE))
        for row in earlier.found.items():
            selection.offer(row)
        notes.append(f"{many(len(places), 'bug')} compared with those reported before.")
        if earlier.left_out is not None:
            notes.append(
                f"Words that {earlier.left_out} or more reports have were not looked up; bug_id compares one bug fully."
            )
    coverage = coverage_of(sources, loaded=read, matched=selection.matched)
    page = selection.page(partial(_candidates, index), coverage, " ".join(notes) or None)
    return Duplicates.widened(page, compared=read, sources=sources)


def _place_of(bug_id: str, reports: Sequence[BugReport], sources: Sequence[Source]) -> int:
    """The place of a bug.

    Raises:
        NotFound: when none has the id.
    """
    wanted = bug_id.strip().removeprefix("#").casefold()
    for place, report in enumerate(reports):
        if report.bug_id.casefold() == wanted:
            return place
    read = f"None of {many(len(reports), 'bug')} that were read"
    raise NotFound(f"{read} has the id {quote(bug_id, at_most=40)}.{also_missing(sources)}", status=404)


def _candidates(index: Index, row: tuple[int, list[Match]]) -> Candidates:
    place, matches = row
    report = index.reports[place]
    return Candidates(
        platform=report.platform or None,
        bug_id=report.bug_id or None,
        title=_title(report),
        outcome=report.outcome if report.bug_id else None,
        feature=report.feature or None,
        reported_at=minute(report.reported_at),
        page=report.page,
        alike=[_alike(index, place, match) for match in matches],
    )


def _alike(index: Index, place: int, match: Match) -> Alike:
    other, evidence = index.reports[match.place], index.evidence(place, match.place)
    return Alike(
        bug_id=other.bug_id,
        platform=other.platform if other.platform != index.reports[place].platform else None,
        title=_title(other),
        outcome=other.outcome,
        reported_at=minute(other.reported_at),
        score=round(match.score * 100),
        title_percent=evidence.title,
        steps_percent=evidence.steps,
        results_percent=evidence.results,
        shared_words=evidence.words,
        same=evidence.same,
    )


def _title(report: BugReport) -> str:
    return first_words(report.title, TITLE) or ""
