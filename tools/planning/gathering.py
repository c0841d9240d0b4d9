"""Reads what all platforms know, by their surveys, and finds what of it matches a change."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, TypeVar

from tools.kit.history import TestHistory
from tools.kit.platform import Platform
from tools.kit.subject import Area, Case, CrowdTest
from tools.kit.survey import BugRow, Query, Results, RunRow, Survey, Untested
from tools.kit.together import gather
from tools.kit.toolset import Progress, no_progress
from tools.planning.relevance import Match, Relevance, Texts, varied
from tools.planning.words import Term
from tools.view import Source, SurveyCall, View, query_platforms

T = TypeVar("T")

MOST_READ: Final = 5_000
"""Bugs of a platform that are compared."""
MOST_RUNS: Final = 200
MOST_PAST: Final = 6
"""Cases of a platform whose earlier results are read, the best matches."""
MOST_CROWD: Final = 3
"""Crowd tests whose bugs are read, the best matches."""

KINDS: Final[tuple[tuple[str, Callable[[Survey], object]], ...]] = (
    ("features or folders", lambda survey: survey.areas),
    ("test cases", lambda survey: survey.cases),
    ("bugs", lambda survey: survey.bugs),
    ("untested tests", lambda survey: survey.untested),
    ("crowd tests", lambda survey: survey.crowd_tests),
)
"""What a platform may have nothing of."""


@dataclass
class Gathered:
    """What matches a change, the best first, and what each platform gave of it."""

    areas: list[Match[Area]] = field(default_factory=list)
    cases: list[Match[Case]] = field(default_factory=list)
    past: dict[tuple[str, str, str, str], TestHistory] = field(default_factory=dict)
    bugs: list[Match[BugRow]] = field(default_factory=list)
    untested: list[Match[Untested]] = field(default_factory=list)
    crowd_tests: list[Match[CrowdTest]] = field(default_factory=list)
    details: dict[tuple[str, str], CrowdTest] = field(default_factory=dict)
    """The best matches of them with what they found and took, by platform and id."""
    runs: list[RunRow] = field(default_factory=list)
    """Those of the version, newest first of each platform."""
    read: int = 0
    """Everything that was compared with the change."""
    sources: list[list[Source]] = field(default_factory=list)
    """For each platform, one of each list that was read."""

    @property
    def matches_anything(self) -> bool:
        return bool(self.areas or self.cases or self.bugs or self.untested or self.crowd_tests)


def key_of(case: Case) -> tuple[str, str, str, str]:
    """What tells a case from all others."""
    return case.platform, case.where, case.place, case.id


async def gather_all(
    view: View,
    platforms: list[Platform],
    terms: Sequence[Term],
    everything: Query,
    release: Query | None,
    waiting: Query,
    progress: Progress,
) -> Gathered:
    """Read all platforms list by list, and match each row; `release` has the version, `waiting` the open runs."""
    parts, done, lists = [term.part for term in terms], 0, 6 if release is None else 7

    async def step() -> None:
        nonlocal done
        done += 1
        await progress(done, lists, "lists read")

    async def ask(call: SurveyCall[T]) -> list[T]:
        answers = await query_platforms(view, platforms, call, no_progress)
        for place, (source, _) in enumerate(answers):
            found.sources[place].append(source)
        await step()
        return [row for _, rows in answers for row in rows]

    found = Gathered(sources=[[] for _ in platforms])
    areas = await ask(lambda s, api: s.areas(api, everything) if s.areas else None)
    cases = await ask(lambda s, api: s.cases(api, parts, everything) if s.cases else None)
    bugs = await ask(lambda s, api: s.bugs(api, everything) if s.bugs else None)
    crowd = await ask(lambda s, api: s.crowd_tests(api, everything) if s.crowd_tests else None)
    untested = await ask(lambda s, api: s.untested(api, waiting) if s.untested else None)
    if release is not None:
        found.runs = await ask(lambda s, api: s.runs(api, release))
    found.read = len(areas) + len(cases) + len(bugs) + len(crowd) + len(untested)
    relevance = Relevance(terms)
    relevance.add("areas", areas, lambda one: Texts(one.title, one.path, one.text))
    relevance.add("cases", cases, lambda one: Texts(one.title, one.place, one.text))
    relevance.add("bugs", bugs, lambda one: Texts(one.title or "", one.feature or ""))
    relevance.add("crowd", crowd, lambda one: Texts(one.title, " ".join(one.features), one.goal))
    relevance.add("untested", untested, lambda one: Texts(one.title or ""))
    relevance.finish()
    found.areas, found.cases = relevance.matches("areas", Area), relevance.matches("cases", Case)
    found.bugs, found.untested = relevance.matches("bugs", BugRow), relevance.matches("untested", Untested)
    found.crowd_tests = relevance.matches("crowd", CrowdTest)
    await _read_past(view, platforms, found, everything)
    await _read_details(view, platforms, found, everything)
    await step()
    return found


async def _read_past(view: View, platforms: list[Platform], found: Gathered, query: Query) -> None:
    """Read the earlier results of the best matches of each platform; the others are left out of the cases."""
    best = {
        platform.key: [
            match.what for match in varied([one for one in found.cases if one.what.platform == platform.key], MOST_PAST)
        ]
        for platform in platforms
    }

    def call_for(cases: list[Case]) -> SurveyCall[TestHistory]:
        return lambda s, api: s.past(api, cases, query) if s.past and cases else None

    reads = [partial(query_platforms, view, [one], call_for(best[one.key]), no_progress) for one in platforms]
    answers: list[list[tuple[Source, list[TestHistory]]]] = await gather(reads)
    for place, (platform, ((source, histories),)) in enumerate(zip(platforms, answers, strict=True)):
        found.sources[place].append(source)
        found.past |= {key_of(case): one for case, one in zip(best[platform.key], histories, strict=False)}


async def _read_details(view: View, platforms: list[Platform], found: Gathered, query: Query) -> None:
    """Read what the best matches among the crowd tests found and took."""
    best = [match.what for match in varied(found.crowd_tests, MOST_CROWD)]

    def call_for(tests: list[CrowdTest]) -> SurveyCall[CrowdTest]:
        async def read(survey: Survey, api: Any) -> Results[CrowdTest]:
            read_one = survey.crowd_test
            return Results([] if read_one is None else [await read_one(api, test.run_id, query) for test in tests])

        return read

    for place, platform in enumerate(platforms):
        if tests := [test for test in best if test.platform == platform.key]:
            ((source, rows),) = await query_platforms(view, [platform], call_for(tests), no_progress)
            found.sources[place].append(source)
            found.details |= {(row.platform, row.run_id): row for row in rows}


def has_none_of(survey: Survey | None) -> list[str]:
    """What a platform has nothing of."""
    return [name for name, part in KINDS if survey is None or part(survey) is None]
