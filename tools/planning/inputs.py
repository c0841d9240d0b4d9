"""`plan_inputs`: what all platforms know about a change, gathered for a plan of tests."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Final

from pydantic import Field

from tools.kit.errors import Refused
from tools.kit.failure_groups import first_words
from tools.kit.history import PastResult, TestHistory
from tools.kit.platform import Platform
from tools.kit.rows import minute
from tools.kit.subject import Area, Case, CrowdTest
from tools.kit.survey import BugRow, Query, RunRow
from tools.kit.text import many
from tools.kit.toolset import Progress, Toolset
from tools.kit.when import milliseconds
from tools.planning.answer import (
    AreaMatch,
    BugMatch,
    CaseMatch,
    CrowdMatch,
    Gap,
    OnDevice,
    PlanInputs,
    PlanSource,
    VersionRun,
)
from tools.planning.gathering import (
    KINDS,
    MOST_CROWD,
    MOST_PAST,
    MOST_READ,
    MOST_RUNS,
    Gathered,
    gather_all,
    has_none_of,
    key_of,
)
from tools.planning.relevance import RULE, Match, varied
from tools.planning.words import is_generated, terms_of
from tools.release import is_failing
from tools.view import Platforms, Source, View, resolve_time

tool = Toolset(View)

HINTS: Final[Mapping[str, str]] = {
    "plan_inputs": "what to test for a change, pull request, diff, commit, impact, tests to run, untested features"
}
"""The words people ask for the tool with."""

MOST_PATHS: Final = 500
MOST_SHOWN: Final = 12
MOST_WORDS: Final = 15
MOST_DEVICES: Final = 3
OF_A_BUG: Final = 2
"""Devices of a bug."""
FOUND: Final = 2
"""Bugs of a crowd test."""
MATCHED: Final = 3
"""Shared words of a row."""
OPEN_RUNS: Final = "30d"
"""How far back runs are searched for tests without a result, where no version is given."""
WHY: Final = 160
NOTHING: Final = (
    "Nothing that was read shares a word with the change. That says nothing about what is tested: call again with the "
    "words that testers use for it."
)
SEVERE: Final = {"critical": 1.5, "high": 1.25}
"""A severe bug comes before one that matches a little better."""

Path = Annotated[str, Field(min_length=1, max_length=500)]


@tool.reads()
async def plan_inputs(
    view: View,
    progress: Progress,
    change: Annotated[
        str | None, Field(max_length=8_000, description="What changes, in words: title, description, commits.")
    ] = None,
    paths: Annotated[
        list[Path] | None, Field(min_length=1, max_length=MOST_PATHS, description="Changed files.")
    ] = None,
    version: Annotated[
        str | None, Field(max_length=100, description="Words in titles of runs; 9.0 is not 9.0.1.")
    ] = None,
    platforms: Platforms = None,
) -> PlanInputs:
    """What is known about a change: features, tests with last results, bugs, untested, flaky, crowd tests alike."""
    terms = terms_of(change or "", paths or ())
    if not (change or paths):
        raise Refused("Give change, the words that describe it, or paths, the files that it touches.")
    if not terms:
        raise Refused(
            "No word of the change says what it is about: each is a common one, such as fix or test, or shorter than "
            "three letters. Give change a sentence with the names of features."
        )
    chosen = view.chosen(platforms)
    release = Query(text=version, limit=MOST_RUNS, whole_numbers=True) if version else None
    time = await resolve_time(view, chosen, None if release else OPEN_RUNS, None)
    waiting = release or Query(since=time.since, limit=MOST_RUNS)
    found = await gather_all(view, chosen, terms, Query(limit=MOST_READ), release, waiting, progress)
    gaps = _gaps(found, version)
    inputs = PlanInputs(
        scope=_scope(change, paths or (), version, len(terms), found.read),
        words=[term.word for term in terms[:MOST_WORDS]],
        areas=[_area(match) for match in varied(found.areas, MOST_SHOWN)],
        cases=_cases(found, release),
        bugs=[_bug(match) for match in varied(found.bugs, MOST_SHOWN, factor=_severity)],
        untested=gaps[:MOST_SHOWN],
        crowd_tests=[_crowd(match, found) for match in varied(found.crowd_tests, MOST_CROWD)],
        runs=[_run(row) for row in _failing_first(found.runs)[:MOST_SHOWN]],
        devices=_devices(found.bugs),
        note=None if found.matches_anything else NOTHING,
        rule=RULE,
        sources=_sources(chosen, found.sources),
    )
    return inputs.fit(
        {
            "areas": len(found.areas),
            "cases": len(found.cases),
            "bugs": len(found.bugs),
            "untested": len(gaps),
            "crowd_tests": len(found.crowd_tests),
            "runs": len(found.runs),
        }
    )


def _scope(change: str | None, paths: Sequence[str], version: str | None, words: int, read: int) -> str:
    generated = sum(map(is_generated, paths))
    parts = [
        many(words, "word"),
        "of the change" if change else None,
        f"{'and ' if change else 'of '}{many(len(paths), 'path')}" if paths else None,
        f"({generated} generated, not used)" if generated else None,
        f"compared with {many(read, 'row')} of all platforms",
    ]
    end = "version " + version if version else f"tests without a result in runs of the last {OPEN_RUNS}"
    return f"{' '.join(filter(None, parts))}; {end}"


def _area(match: Match[Area]) -> AreaMatch:
    one = match.what
    return AreaMatch(
        platform=one.platform,
        kind=one.kind,
        id=one.id or None,
        title=one.title,
        where=one.where or None,
        inside=one.path or None,
        cases=one.cases,
        score=match.score,
        matched=match.matched[:MATCHED],
    )


def _cases(found: Gathered, release: Query | None) -> list[CaseMatch]:
    """The cases whose earlier results were read: the best match of each platform, then the second ones, and so on."""
    read = [match for match in found.cases if key_of(match.what) in found.past]
    rows = [
        (place, match)
        for platform in dict.fromkeys(match.what.platform for match in read)
        for place, match in enumerate(varied([one for one in read if one.what.platform == platform], MOST_PAST))
    ]
    rows.sort(key=lambda row: (row[0], -row[1].score))
    return [_case(match, found.past[key_of(match.what)], release) for _, match in rows]


def _case(match: Match[Case], past: TestHistory, release: Query | None) -> CaseMatch:
    one, last = match.what, next(iter(past.results), None)
    there = _in_version(past.results, release)
    return CaseMatch(
        platform=one.platform,
        id=one.id if one.id != one.title else None,
        title=one.title,
        where=one.where or None,
        place=one.place or None,
        last=last.status if last else None,
        last_at=minute(last.at) if last else None,
        trend=past.trend if last else None,
        pattern=past.pattern or None,
        in_version=there.status if there else None,
        score=match.score,
        matched=match.matched[:MATCHED],
    )


def _in_version(results: Iterable[PastResult], release: Query | None) -> PastResult | None:
    return None if release is None else next((one for one in results if release.fits(one.run, None, None)), None)


def _severity(bug: BugRow) -> float:
    return SEVERE.get(bug.severity, 1.0)


def _bug(match: Match[BugRow]) -> BugMatch:
    one = match.what
    return BugMatch(
        platform=one.platform,
        bug_id=one.bug_id,
        title=one.title or "",
        severity=one.severity,
        said=one.said if (one.said or "").casefold() != one.severity else None,
        status=one.status,
        feature=one.feature,
        devices=one.devices[:OF_A_BUG],
        score=match.score,
        matched=match.matched[:MATCHED],
    )


def _gaps(found: Gathered, version: str | None) -> list[Gap]:
    """What no result covers: areas without a case, cases without a result, tests that wait in open runs."""
    gaps = [
        Gap(platform=one.platform, what=f"{one.kind} without a case", id=one.id or None, title=one.title)
        for one in (match.what for match in found.areas)
        if one.cases == 0
    ]
    for case in (match.what for match in found.cases):
        past = found.past.get(key_of(case))
        if past is not None and not past.results:
            gaps.append(Gap(platform=case.platform, what="no result", id=case.id, title=case.title))
    waiting = {(one.platform, one.title): one for one in reversed([match.what for match in found.untested])}
    gaps += [
        Gap(platform=one.platform, what="no result yet", title=one.title, run_id=one.run_id)
        for one in reversed(waiting.values())
    ]
    if version and not found.runs:
        gaps[:0] = [Gap(platform="across", what=f"no run of any platform has {version} in its title")]
    return gaps


def _crowd(match: Match[CrowdTest], found: Gathered) -> CrowdMatch:
    one = found.details.get((match.what.platform, match.what.run_id), match.what)
    return CrowdMatch(
        platform=one.platform,
        run_id=one.run_id,
        title=one.title,
        where=one.where or None,
        kind=one.kind or None,
        features=list(one.features[:3]),
        started_at=minute(one.started_at),
        hours=one.hours,
        testers=one.testers,
        devices=one.devices,
        bugs=one.bugs,
        found=list(one.found[:FOUND]),
        score=match.score,
        matched=match.matched[:MATCHED],
    )


def _failing_first(rows: list[RunRow]) -> list[RunRow]:
    return sorted(rows, key=lambda row: (not is_failing(row), -milliseconds(row.started_at)))


def _run(row: RunRow) -> VersionRun:
    return VersionRun(
        platform=row.platform,
        run_id=row.run_id,
        title=row.title,
        status=row.status,
        said=row.said if (row.said or "").casefold() != row.status else None,
        total=row.total,
        failed=row.failed,
        bugs=row.bugs,
    )


def _devices(bugs: list[Match[BugRow]]) -> list[OnDevice]:
    counts = Counter(device for match in bugs for device in dict.fromkeys(match.what.devices))
    return [OnDevice(device=device, bugs=count) for device, count in counts.most_common(MOST_DEVICES)]


def _sources(platforms: list[Platform], sources: list[list[Source]]) -> list[PlanSource]:
    """One source for each platform: what was not read of its lists, and which lists it does not have."""
    return [
        PlanSource(
            platform=platform.key,
            account=parts[0].account,
            rows=sum(part.rows for part in parts[: len(KINDS)]),
            complete=all(part.complete for part in parts),
            why=first_words("; ".join(dict.fromkeys(p.why for p in parts if p.why and not p.complete)) or None, WHY),
            has_no=has_none_of(platform.survey),
        )
        for platform, parts in zip(platforms, sources, strict=True)
    ]
