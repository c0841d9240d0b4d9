"""Tools across platforms: runs, one run, a search, and the evidence for or against a release.

Each platform declares a survey. An answer lists every platform as a source, with what it could not provide.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Annotated, Any, Final, TypeVar, get_args
from zlib import crc32

from pydantic import Field

from tools.analysis import listed as analysis
from tools.completions import COMPLETIONS, Suggest
from tools.kit.errors import Refused, TestdeskError
from tools.kit.model import Answer
from tools.kit.page import Cursor, Limit, Page, Selection
from tools.kit.platform import Platform, ToolSource
from tools.kit.survey import Found, Kind, Query, Results, RunRow, RunStory, Survey
from tools.kit.together import gather
from tools.kit.toolset import Progress, Toolset
from tools.kit.vocabulary import Status
from tools.kit.when import Until, When, milliseconds
from tools.planning import inputs as planning
from tools.release import (
    MOST_EXPLAINED,
    WORST,
    Assessment,
    count_words,
    current_runs,
    id_of,
    is_failing,
    lines_of,
    set_verdict,
)
from tools.view import Platforms, Source, View, joint_coverage, query_platforms, resolve_time

T = TypeVar("T")

HINTS: Final = {
    "assess_release": "can we ship, go or no-go, release readiness, blockers, launch, deploy, quality status, risks",
    "get_run": "why did it fail, failed tests of any run, status of a run, what broke, is it done",
    "list_runs": "latest runs everywhere, runs on all platforms, what ran last night, failed runs, recent builds",
    "search": "search everything on all platforms, find anything, everywhere, ticket or jira key, duplicates",
}
"""The words people ask for these tools with."""
FACE: Final = ("list_runs", "get_run", "search", "assess_release")
"""The tools to list for most jobs."""
FACES: Final[Mapping[str, tuple[str, ...]]] = {
    "triage": ("list_runs", "get_run", "search", "find_duplicates"),
    "planning": ("plan_inputs", "list_runs", "search", "assess_release"),
    "reporting": ("list_runs", "get_run", "assess_release", "compare_periods"),
}


tool = Toolset(View)

Words = Annotated[str | None, Field(max_length=200, description="Words in the title; 9.0 finds 9.0.1.")]


OWN_COUNTS = (
    "Counts are the runs' own. across_get_run counts results, which may include repeated tries and set-up, and says "
    "why the two differ."
)


class Runs(Page[RunRow]):
    """Runs of all platforms, newest first."""

    sources: list[Source]


class SearchResults(Answer):
    """What a search found on all platforms."""

    items: list[Found]
    sources: list[Source]


@tool.reads()
async def list_runs(
    view: View,
    progress: Progress,
    platforms: Platforms = None,
    text: Words = None,
    status: Annotated[list[Status] | None, Field(max_length=8, description="In the words all platforms share.")] = None,
    since: When = None,
    until: Until = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Runs:
    """List runs of all platforms (test runs, crowd tests), newest first, with shared statuses too."""
    chosen = view.chosen(platforms)
    time = await resolve_time(view, chosen, since, until)
    query = Query(since=time.since, until=time.until, text=text, limit=200)
    answers = await query_platforms(view, chosen, lambda survey, api: survey.runs(api, query), progress)
    selection = Selection(
        _newest_first,
        limit=limit,
        cursor=cursor,
        platforms=platforms,
        text=text,
        status=status,
        since=since,
        until=until,
    )
    for _, found in answers:
        for row in found:
            if not status or row.status in status:
                selection.offer(row)
    sources = [source for source, _ in answers]
    own = OWN_COUNTS if any(row.failed for row in selection.rows) else None
    note = " ".join(filter(None, [time.note, own])) or None
    page = selection.page(lambda row: row, joint_coverage(sources, selection.matched), note)
    return Runs.widened(page, sources=sources)


def _newest_first(row: RunRow) -> tuple[int, int]:
    """The place of a run; those that started at once are told apart by their ids."""
    return -milliseconds(row.started_at), crc32(f"{row.platform}:{row.run_id}".encode())


@tool.reads(long_text=True)
async def get_run(
    view: View,
    platform: Annotated[str, Field(max_length=40, description="Key, from across_list_runs.")],
    run_id: Annotated[str, Field(min_length=1, max_length=100, description="From across_list_runs.")],
) -> RunStory:
    """Tell why a run of any platform failed and what is new: failures by error, each new, known or flaky."""
    chosen, *others = view.chosen([platform])
    if others:
        raise Refused(f"Give one platform: {', '.join(one.key for one in (chosen, *others))}.")
    if chosen.survey is None:
        raise Refused(f"{chosen.title} provides no runs here.")
    story = await chosen.survey.run(view.client_of(chosen.key), run_id, Query())
    if account := view.accounts.get(chosen.key):
        story.note = " ".join(filter(None, [f"Read in account {account}.", story.note]))
    return story


@tool.reads()
async def search(
    view: View,
    progress: Progress,
    text: Annotated[
        str,
        Field(min_length=2, max_length=200, description="Words, an id, or a tracker's key."),
    ],
    kinds: Annotated[list[Kind] | None, Field(min_length=1, max_length=4, description="Default: all.")] = None,
    platforms: Platforms = None,
    limit: Annotated[int, Field(ge=1, le=100, description="Rows from each platform.")] = 20,
) -> SearchResults:
    """Find bugs, tests, runs and folders on all platforms by words, id (88101, HRB-7) or tracker key (SHOP-412)."""
    wanted: list[Kind] = kinds or ["bug", "test", "run", "suite"]
    answers = await query_platforms(
        view, view.chosen(platforms), lambda survey, api: _search_platform(survey, api, text, wanted, limit), progress
    )
    return SearchResults(
        items=[found for _, rows in answers for found in rows], sources=[source for source, _ in answers]
    )


async def _search_platform(survey: Survey, api: Any, text: str, kinds: list[Kind], limit: int) -> Results[Found]:
    """Matches of an ID or key, then of the words; each thing once."""
    word = text.strip()
    by_id: Results[Found] = Results()
    if survey.lookup is not None and len(word.split()) == 1:
        by_id = await survey.lookup(api, word)
    by_words = await survey.search(api, text, kinds, limit)
    first = [row for row in by_id.rows if row.kind in kinds or row.kind not in get_args(Kind)]
    known = {(row.kind, row.id) for row in first}
    rows = [*first, *(row for row in by_words.rows if (row.kind, row.id) not in known)]
    why = "; ".join(filter(None, [by_id.why, by_words.why])) or None
    return Results(rows, by_id.complete and by_words.complete, why)


@tool.reads(full_text_in="get_run")
async def assess_release(
    view: View,
    progress: Progress,
    version: Annotated[
        str | None,
        Field(
            max_length=100,
            description="Words in titles of runs; 9.0 is not 9.0.1.",
        ),
    ] = None,
    since: When = None,
    until: Until = None,
    platforms: Platforms = None,
    links: Annotated[bool, Field(description="Add pages in the web apps.")] = False,
) -> Assessment:
    """Is a release ready to ship? Evidence for and against, with causes and sources: runs, open bugs, untested.

    Give version, since or both: runs count by when they ran, bugs by when they were reported.
    """
    if not (version or since):
        raise Refused("Give version, as in the titles of the release's runs, or since, when its tests began.")
    chosen = view.chosen(platforms)
    time = await resolve_time(view, chosen, since, until)
    query = Query(since=time.since, until=time.until, text=version, limit=200, whole_numbers=True, links=links)
    runs = await query_platforms(view, chosen, lambda survey, api: survey.runs(api, query), progress)
    bugs = await query_platforms(view, chosen, lambda s, api: s.bugs(api, query) if s.bugs else None, progress)
    gaps = await query_platforms(view, chosen, lambda s, api: s.untested(api, query) if s.untested else None, progress)
    rows = sorted((row for _, found in runs for row in found), key=lambda row: -milliseconds(row.started_at))
    known_bugs = [bug for _, found in bugs for bug in found]
    open_bugs = sorted((bug for bug in known_bugs if not bug.is_confirmed), key=lambda b: WORST.index(b.severity))
    untested = [gap for _, found in gaps for gap in found]
    scope = [f"{name} {value}" for name, value in (("version", version), ("since", since), ("until", until)) if value]
    current = current_runs(rows)
    stories = await _stories(view, [row for row, _ in current if is_failing(row)][:MOST_EXPLAINED], query)
    assessment = Assessment(
        scope=f"{', '.join(scope)}{f' ({time.note})' if time.note else ''}",
        open_bugs_by_severity=count_words([bug.severity for bug in open_bugs]),
        confirmed_bugs_by_severity=count_words([bug.severity for bug in known_bugs if bug.is_confirmed]),
        untested_count=len(untested),
        sources=_merge_sources(chosen, [runs, bugs, gaps]),
    )
    confirmed = [bug for bug in known_bugs if bug.is_confirmed]
    lines = lines_of(current, open_bugs + confirmed, untested, stories)
    assessment.add_lines(lines if links else [line.model_copy(update={"link": None}) for line in lines])
    set_verdict(assessment, rows)
    return assessment


async def _stories(view: View, rows: list[RunRow], query: Query) -> dict[tuple[str, str], RunStory]:
    """Why runs failed; one that cannot be read has a note instead of causes."""

    async def read(row: RunRow) -> RunStory:
        survey = view.platforms[row.platform].survey
        try:
            if survey is not None:
                return await survey.run(view.client_of(row.platform), row.run_id, query)
        except TestdeskError as error:
            return RunStory(run=row, note=f"Its causes could not be read: {error}")
        return RunStory(run=row)

    stories = await gather([partial(read, row) for row in rows], at_once=3)
    return {id_of(row): story for row, story in zip(rows, stories, strict=True)}


def _merge_sources(platforms: list[Platform], answers: list[list[tuple[Source, list[Any]]]]) -> list[Source]:
    """One source for each platform, with everything that was not read."""
    joined = []
    for number, platform in enumerate(platforms):
        parts = [rows[number][0] for rows in answers]
        why = list(dict.fromkeys(part.why for part in parts if part.why and not part.complete))
        joined.append(
            Source(
                platform=platform.key,
                account=parts[0].account,
                title=platform.title,
                rows=sum(part.rows for part in parts),
                complete=all(part.complete for part in parts),
                why="; ".join(why) or None,
            )
        )
    return joined


class Across(ToolSource):
    """The tools across platforms."""

    key = "across"
    title = "Across platforms"

    @property
    def toolsets(self) -> Sequence[Toolset[View]]:
        return (tool, *analysis.TOOLSETS, planning.tool)

    def face(self, job: str, *, alone: bool) -> Collection[str]:
        """Few tools for each job; the others are found and called."""
        return FACES.get(job, FACE)

    @property
    def hints(self) -> Mapping[str, str]:
        return {**HINTS, **analysis.HINTS, **planning.HINTS}

    @property
    def completions(self) -> Mapping[str, Suggest]:
        """What completes the arguments of prompts that no page of a platform has."""
        return COMPLETIONS

    def acts(self) -> Sequence[Callable[[Any], Awaitable[None]]]:
        """The demo's acts across all fake APIs."""
        from tools.crossing import ACTS  # imported only by the demo

        return ACTS


across = Across()
