"""Tools over all platforms at once: runs, one run, a search, and what speaks for or against a release.

It knows no platform by name: each declares a survey, and what one cannot tell is said beside what the others did.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, TypeVar, get_args

from pydantic import Field

from tools.kit.errors import NotConfigured, Refused, TestdeskError
from tools.kit.missing import UNREADABLE, collect_missing
from tools.kit.model import Answer
from tools.kit.platform import Platform, ToolSource
from tools.kit.survey import Found, Kind, Query, Results, RunRow, RunStory, Survey
from tools.kit.together import gather
from tools.kit.toolset import Progress, Toolset
from tools.kit.vocabulary import Status, WordFilter, folded
from tools.kit.when import Clock, TimeSpan, When, milliseconds, time_span
from tools.release import (
    MOST_EXPLAINED,
    WORST,
    Assessment,
    Source,
    counted,
    id_of,
    is_failing,
    judge,
    lines_of,
    standing,
)

T = TypeVar("T")


@dataclass(frozen=True)
class View:
    """The surveys of the platforms that are there, each with its client."""

    platforms: Mapping[str, Platform]
    client_of: Callable[[str], Any]
    """Answers a platform's client; raises NotConfigured for one without a credential."""

    def chosen(self, keys: list[str] | None) -> list[Platform]:
        """The platforms that were named, or all.

        Raises:
            Refused: naming those there are, when one is not.
        """
        titles = {folded(platform.title): key for key, platform in self.platforms.items()}
        wanted = WordFilter("platform", keys, list(self.platforms), meant=titles)
        wanted.check()
        return [platform for key, platform in self.platforms.items() if not wanted or folded(key) in wanted.wanted]

    def clock(self, platforms: list[Platform]) -> Clock:
        """The clock of the first platform that is configured, from which ages such as 7d count.

        Raises:
            NotConfigured: when none is.
        """
        *others, last = platforms
        for platform in others:
            try:
                return self._clock_of(platform)
            except NotConfigured:
                continue
        return self._clock_of(last)

    def _clock_of(self, platform: Platform) -> Clock:
        client: Clock = self.client_of(platform.key)
        return client


tool = Toolset(View)

Platforms = Annotated[
    list[str] | None, Field(min_length=1, max_length=10, description="Platform keys, such as testery. Default: all.")
]
Words = Annotated[
    str | None, Field(max_length=200, description="Words that are all in the title; 9.0 finds 9.0.1 too.")
]


OWN_COUNTS = (
    "Counts are the runs' own; across_get_run counts results, where a test tried again and set-up may count too, and "
    "says why the two differ."
)


class Runs(Answer):
    """Runs of all platforms, newest first."""

    items: list[RunRow]
    more: int = Field(0, description="Rows that fit and are not shown; narrow the filters or raise limit.")
    note: str | None = None
    sources: list[Source]


class Finds(Answer):
    """What was found on all platforms."""

    items: list[Found]
    sources: list[Source]


Ask = Callable[[Survey, Any], Awaitable[Results[T]] | None]
"""Takes a survey and its client; None: this platform has nothing of the kind."""


async def gathered(
    view: View, platforms: list[Platform], ask: Ask[T], progress: Progress
) -> list[tuple[Source, list[T]]]:
    """Ask all platforms at a time; one that fails is told as a source, and the others still count."""
    done = 0

    async def one(platform: Platform) -> tuple[Source, list[T]]:
        nonlocal done
        source, rows = await _asked(view, platform, ask)
        done += 1
        await progress(done, len(platforms), platform.title)
        return source, rows

    return await gather([partial(one, platform) for platform in platforms])


async def _asked(view: View, platform: Platform, ask: Ask[T]) -> tuple[Source, list[T]]:
    source = Source(platform=platform.key, title=platform.title, complete=True)
    try:
        asked = None if platform.survey is None else ask(platform.survey, view.client_of(platform.key))
        if asked is None:
            source.why = "it has nothing of this kind"
            return source, []
        with collect_missing(alone=True) as missing:  # said here, beside what else this platform lacks
            seen = await asked
    except TestdeskError as error:
        source.complete, source.why = False, str(error)
        return source, []
    source.rows, source.complete, source.why = len(seen.rows), seen.complete, seen.why
    if missing.sentence and UNREADABLE not in (seen.why or ""):
        source.complete, source.why = False, "; ".join(filter(None, (seen.why, missing.sentence)))
    return source, seen.rows


async def asked_time(view: View, platforms: list[Platform], since: str | None, until: str | None) -> TimeSpan:
    """The time that is meant, its ages by the platforms' clock."""
    return await time_span(view.clock(platforms), since, until) if since or until else TimeSpan()


@tool.reads()
async def list_runs(
    view: View,
    progress: Progress,
    platforms: Platforms = None,
    text: Words = None,
    status: Annotated[list[Status] | None, Field(max_length=8, description="In the words all platforms share.")] = None,
    since: When = None,
    until: When = None,
    limit: Annotated[int, Field(ge=1, le=200, description="Runs to return.")] = 50,
) -> Runs:
    """List runs of all platforms (test runs, crowd tests), newest first, in shared words beside the platform's own."""
    chosen = view.chosen(platforms)
    time = await asked_time(view, chosen, since, until)
    query = Query(since=time.since, until=time.until, text=text, limit=200)
    answers = await gathered(view, chosen, lambda survey, api: survey.runs(api, query), progress)
    rows = [row for _, found in answers for row in found if not status or row.status in status]
    rows.sort(key=lambda row: -milliseconds(row.started_at))
    sources = [source for source, _ in answers]
    own = OWN_COUNTS if any(row.failed for row in rows[:limit]) else None
    note = " ".join(filter(None, [time.note, own])) or None
    return Runs(items=rows[:limit], more=max(0, len(rows) - limit), note=note, sources=sources)


@tool.reads(long_text=True)
async def get_run(
    view: View,
    platform: Annotated[str, Field(max_length=40, description="Key, from across_list_runs.")],
    run_id: Annotated[str, Field(min_length=1, max_length=100, description="From across_list_runs.")],
) -> RunStory:
    """Tell why a run of any platform failed and what is new: failures grouped by error, each new, known or flaky."""
    chosen, *others = view.chosen([platform])
    if others:
        raise Refused(f"Say one platform: {', '.join(one.key for one in (chosen, *others))}.")
    if chosen.survey is None:
        raise Refused(f"{chosen.title} tells nothing of its runs here.")
    return await chosen.survey.run(view.client_of(chosen.key), run_id, Query())


@tool.reads()
async def search(
    view: View,
    progress: Progress,
    text: Annotated[
        str,
        Field(min_length=2, max_length=200, description="Words that must all occur, an ID, or a tracker's key."),
    ],
    kinds: Annotated[list[Kind] | None, Field(min_length=1, max_length=4, description="Default: all.")] = None,
    platforms: Platforms = None,
    limit: Annotated[int, Field(ge=1, le=100, description="Rows from each platform.")] = 20,
) -> Finds:
    """Find bugs, tests, runs and folders on all platforms by words, by id (88101, HRB-7) or tracker key (SHOP-412)."""
    wanted: list[Kind] = kinds or ["bug", "test", "run", "suite"]
    answers = await gathered(
        view, view.chosen(platforms), lambda survey, api: _searched(survey, api, text, wanted, limit), progress
    )
    return Finds(items=[found for _, rows in answers for found in rows], sources=[source for source, _ in answers])


async def _searched(survey: Survey, api: Any, text: str, kinds: list[Kind], limit: int) -> Results[Found]:
    """What has the word for an id or key, before what has the words in it; each thing once."""
    word = text.strip()
    looked: Results[Found] = Results()
    if survey.lookup is not None and len(word.split()) == 1:
        looked = await survey.lookup(api, word)
    seen = await survey.search(api, text, kinds, limit)
    first = [row for row in looked.rows if row.kind in kinds or row.kind not in get_args(Kind)]
    known = {(row.kind, row.id) for row in first}
    rows = [*first, *(row for row in seen.rows if (row.kind, row.id) not in known)]
    why = "; ".join(filter(None, [looked.why, seen.why])) or None
    return Results(rows, looked.complete and seen.complete, why)


@tool.reads(full_text_in="get_run")
async def assess_release(
    view: View,
    progress: Progress,
    version: Annotated[
        str | None,
        Field(
            max_length=100,
            description="Words in its runs' titles; numbers match whole: 9.0 is not 9.0.1.",
        ),
    ] = None,
    since: When = None,
    until: When = None,
    platforms: Platforms = None,
) -> Assessment:
    """Is a release ready to ship? What speaks for and against it, with causes and sources: runs, open bugs, untested.

    Give version, since or both; of runs counts when they lasted, of bugs when they were reported.
    """
    if not (version or since):
        raise Refused("Say which release: a version as its runs are titled, or the time since when it is tested.")
    chosen = view.chosen(platforms)
    time = await asked_time(view, chosen, since, until)
    query = Query(since=time.since, until=time.until, text=version, limit=200, whole_numbers=True)
    runs = await gathered(view, chosen, lambda survey, api: survey.runs(api, query), progress)
    bugs = await gathered(view, chosen, lambda s, api: s.bugs(api, query) if s.bugs else None, progress)
    gaps = await gathered(view, chosen, lambda s, api: s.untested(api, query) if s.untested else None, progress)
    rows = sorted((row for _, found in runs for row in found), key=lambda row: -milliseconds(row.started_at))
    known_bugs = [bug for _, found in bugs for bug in found]
    open_bugs = sorted((bug for bug in known_bugs if not bug.is_confirmed), key=lambda b: WORST.index(b.severity))
    untested = [gap for _, found in gaps for gap in found]
    told = [f"version {version}"] if version else []
    told += [f"since {since}"] if since else []
    told += [f"until {until}"] if until else []
    counting = standing(rows)
    stories = await _stories(view, [row for row, _ in counting if is_failing(row)][:MOST_EXPLAINED], query)
    assessment = Assessment(
        scope=f"{', '.join(told)}{f' ({time.note})' if time.note else ''}",
        open_bugs_by_severity=counted([bug.severity for bug in open_bugs]),
        confirmed_bugs_by_severity=counted([bug.severity for bug in known_bugs if bug.is_confirmed]),
        untested_count=len(untested),
        sources=_joined(chosen, [runs, bugs, gaps]),
    )
    confirmed = [bug for bug in known_bugs if bug.is_confirmed]
    assessment.say(lines_of(counting, open_bugs + confirmed, untested, stories))
    judge(assessment, rows)
    return assessment


async def _stories(view: View, rows: list[RunRow], query: Query) -> dict[tuple[str, str], RunStory]:
    """Why runs failed; one that cannot be read stays without causes, and says so."""

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


def _joined(platforms: list[Platform], asked: list[list[tuple[Source, list[Any]]]]) -> list[Source]:
    """One source a platform, with all that was not looked at."""
    joined = []
    for number, platform in enumerate(platforms):
        parts = [answers[number][0] for answers in asked]
        why = list(dict.fromkeys(part.why for part in parts if part.why and not part.complete))
        joined.append(
            Source(
                platform=platform.key,
                title=platform.title,
                rows=sum(part.rows for part in parts),
                complete=all(part.complete for part in parts),
                why="; ".join(why) or None,
            )
        )
    return joined


class Across(ToolSource):
    """What is offered over all platforms."""

    key = "across"
    title = "Across platforms"

    @property
    def toolsets(self) -> tuple[Toolset[View]]:
        return (tool,)

    def acts(self) -> Sequence[Callable[[Any], Awaitable[None]]]:
        """What the demonstration plays over all imitations."""
        from tools.crossing import ACTS  # only the demonstration pays for it

        return ACTS


across = Across()
