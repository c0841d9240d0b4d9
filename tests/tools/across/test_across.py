"""Tools across platforms: each platform is reported as a source, and a verdict needs evidence."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.tools.kit.test_platform import shop
from tools.across import assess_release, get_run, list_runs, search
from tools.kit.errors import NotConfigured, Refused, Unavailable
from tools.kit.survey import BugRow, Found, Kind, Query, Results, RunRow, RunStory, Survey, Untested
from tools.kit.toolset import no_progress
from tools.view import View

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 4, 3, 7, tzinfo=UTC)


class Client:
    """A platform's client with only a clock."""

    async def clock(self) -> datetime:
        return NOW


class FakeSurvey:
    """The survey of a fake platform, which records its queries."""

    def __init__(
        self,
        *runs: RunRow,
        bugs: Collection[BugRow] = (),
        untested: Collection[Untested] = (),
        found: Collection[Found] = (),
        why: str | None = None,
    ) -> None:
        self.queries: list[Query] = []
        self._runs, self._bugs, self._untested, self._found, self._why = runs, bugs, untested, found, why

    async def runs(self, api: Any, query: Query) -> Results[RunRow]:
        self.queries.append(query)
        return Results(list(self._runs), self._why is None, self._why)

    async def run(self, api: Any, run_id: str, query: Query) -> RunStory:
        return RunStory(run=next(row for row in self._runs if row.run_id == run_id))

    async def search(self, api: Any, words: str, kinds: Collection[Kind], limit: int) -> Results[Found]:
        return Results([found for found in self._found if found.kind in kinds][:limit])

    async def bugs(self, api: Any, query: Query) -> Results[BugRow]:
        return Results(list(self._bugs))

    async def untested(self, api: Any, query: Query) -> Results[Untested]:
        return Results(list(self._untested))

    def survey(self) -> Survey:
        bugs = self.bugs if self._bugs else None
        return Survey(runs=self.runs, run=self.run, search=self.search, bugs=bugs, untested=self.untested)


class BrokenSurvey(FakeSurvey):
    """The survey of a platform that is down."""

    async def runs(self, api: Any, query: Query) -> Results[RunRow]:
        raise Unavailable("Toys is down.")


def view(**surveys: FakeSurvey) -> View:
    platforms = {key: shop(key=key, title=key.title(), survey=one.survey()) for key, one in surveys.items()}
    return View(platforms, lambda key: Client())


def run(platform: str, run_id: str, status: Any, day: int, title: str = "Release 9") -> RunRow:
    started = f"2026-04-0{day}T08:00:00+00:00"
    return RunRow(platform=platform, run_id=run_id, title=title, status=status, said="X", started_at=started)


def bug(severity: Any, number: str = "7") -> BugRow:
    return BugRow(platform="toys", bug_id=number, severity=severity, said="worst", page=f"toys://bugs/{number}")


async def test_runs_of_all_platforms_come_newest_first_with_a_word_on_each_platform() -> None:
    both = view(
        toys=FakeSurvey(run("toys", "1", "passed", 1), run("toys", "2", "failed", 3)),
        games=FakeSurvey(run("games", "3", "running", 2)),
    )
    runs = await list_runs(both, no_progress)
    assert [row.run_id for row in runs.items] == ["2", "3", "1"]
    assert [(source.platform, source.rows, source.complete) for source in runs.sources] == [
        ("toys", 2, True),
        ("games", 1, True),
    ]


async def test_a_platform_that_fails_is_told_and_the_others_still_count() -> None:
    runs = await list_runs(view(toys=BrokenSurvey(), games=FakeSurvey(run("games", "3", "running", 2))), no_progress)
    assert [row.run_id for row in runs.items] == ["3"]
    assert [(s.complete, s.why) for s in runs.sources] == [(False, "Toys is down."), (True, None)]
    assert (runs.coverage.complete, runs.coverage.why) == (False, "Toys: Toys is down.")


async def test_rows_can_be_narrowed_by_status_platform_time_and_number() -> None:
    toys, games = (
        FakeSurvey(run("toys", "1", "passed", 1), run("toys", "2", "failed", 3)),
        FakeSurvey(run("games", "3", "failed", 2)),
    )
    both = view(toys=toys, games=games)
    assert [r.run_id for r in (await list_runs(both, no_progress, status=["failed"])).items] == ["2", "3"]
    assert [r.run_id for r in (await list_runs(both, no_progress, platforms=["games"])).items] == ["3"]
    short = await list_runs(both, no_progress, limit=1, since="2d")
    assert ([r.run_id for r in short.items], short.coverage.matched) == (["2"], 3)
    rest = await list_runs(both, no_progress, limit=2, since="2d", cursor=short.next_cursor)
    assert ([r.run_id for r in rest.items], rest.next_cursor) == (["3", "1"], None)
    with pytest.raises(Refused, match="cursor"):
        await list_runs(both, no_progress, status=["failed"], since="2d", cursor=short.next_cursor)
    assert toys.queries[-1].since == datetime(2026, 4, 1, 7, tzinfo=UTC)
    with pytest.raises(Refused, match="There are: toys, games"):
        await list_runs(both, no_progress, platforms=["moon"])


async def test_runs_that_started_at_the_same_time_are_told_apart_by_a_cursor() -> None:
    both = view(toys=FakeSurvey(run("toys", "1", "passed", 1)), games=FakeSurvey(run("games", "1", "failed", 1)))
    first = await list_runs(both, no_progress, limit=1)
    then = await list_runs(both, no_progress, limit=1, cursor=first.next_cursor)
    assert {row.platform for row in (*first.items, *then.items)} == {"toys", "games"}
    assert then.next_cursor is None


async def test_one_run_is_asked_of_its_platform() -> None:
    both = view(toys=FakeSurvey(run("toys", "1", "passed", 1)), games=FakeSurvey())
    assert (await get_run(both, "toys", "1")).run.run_id == "1"
    with pytest.raises(Refused, match="no platform 'moon'"):
        await get_run(both, "moon", "1")


async def test_a_search_takes_the_kinds_that_are_wanted() -> None:
    found = [Found(platform="toys", kind="bug", id="1"), Found(platform="toys", kind="test", id="2")]
    both = view(toys=FakeSurvey(found=found), games=FakeSurvey(found=[Found(platform="games", kind="run", id="3")]))
    assert [f.id for f in (await search(both, no_progress, "OLD10")).items] == ["1", "2", "3"]
    assert [f.id for f in (await search(both, no_progress, "OLD10", kinds=["test", "run"])).items] == ["2", "3"]


async def test_a_release_without_a_scope_is_refused() -> None:
    with pytest.raises(Refused, match="Give version"):
        await assess_release(view(toys=FakeSurvey()), no_progress)


@pytest.mark.parametrize(
    ("toys", "games", "verdict", "why"),
    [
        (FakeSurvey(), FakeSurvey(), None, "No run was found"),
        (FakeSurvey(run("toys", "1", "passed", 1)), FakeSurvey(), "nothing found against", None),
        (
            FakeSurvey(run("toys", "1", "passed", 1)),
            FakeSurvey(run("games", "2", "failed", 1)),
            "evidence against",
            None,
        ),
        (FakeSurvey(run("toys", "1", "passed", 1), bugs=[bug("critical")]), FakeSurvey(), "evidence against", None),
        (FakeSurvey(run("toys", "1", "passed", 1), bugs=[bug("low")]), FakeSurvey(), "not proven", None),
        (FakeSurvey(run("toys", "1", "running", 1)), FakeSurvey(), "not proven", None),
        (FakeSurvey(run("toys", "1", "unknown", 1)), FakeSurvey(), "not proven", None),
        (
            FakeSurvey(run("toys", "1", "passed", 1), untested=[Untested(platform="toys", run_id="1")]),
            FakeSurvey(),
            "not proven",
            None,
        ),
        (FakeSurvey(run("toys", "1", "passed", 1)), FakeSurvey(why="a page is missing"), None, "Not everything"),
        (FakeSurvey(run("toys", "1", "passed", 1)), BrokenSurvey(), None, "Not everything"),
        (FakeSurvey(run("toys", "1", "failed", 1)), BrokenSurvey(), "evidence against", None),
    ],
)
async def test_a_verdict_needs_evidence(
    toys: FakeSurvey, games: FakeSurvey, verdict: str | None, why: str | None
) -> None:
    assessment = await assess_release(view(toys=toys, games=games), no_progress, version="9")
    assert assessment.verdict == verdict
    assert (why or "") in (assessment.why_no_verdict or "")


@pytest.mark.parametrize(
    ("newer", "verdict"),
    [
        ({}, "nothing found against"),
        ({"total": 40}, "nothing found against"),
        ({"total": 3}, "evidence against"),
        ({"environment": "staging"}, "evidence against"),
        ({"where": "other-shop"}, "evidence against"),
        ({"status": "running"}, "evidence against"),
        ({"status": "queued"}, "evidence against"),
        ({"status": "cancelled"}, "evidence against"),
        ({"status": "unknown"}, "evidence against"),
    ],
)
async def test_a_failed_run_is_replaced_by_its_like_alone(newer: dict[str, Any], verdict: str) -> None:
    failed, again = run("toys", "1", "failed", 1), run("toys", "2", "passed", 2).model_copy(update=newer)
    failed.environment, failed.where = "production", "shop"
    again.environment, again.where = newer.get("environment", "production"), newer.get("where", "shop")
    failed.total = 40 if "total" in newer else None
    assessment = await assess_release(
        view(toys=FakeSurvey(failed, again), games=FakeSurvey()), no_progress, version="9"
    )
    assert assessment.verdict == verdict
    assert any("in place of 1 (failed)" in line.says for line in assessment.lines) == (verdict != "evidence against")


@pytest.mark.parametrize(
    ("text", "title", "is_it"),
    [
        ("9.0", "Release 9.0.1", False),
        ("9.0", "Release 9.0, web", True),
        ("9.0", "Release 9.0-rc1.", True),
        ("9.0", "Release 19.0", False),
        ("9.0", "Release 1.9.0", False),
        ("v9.0", "shop v9.0 smoke", True),
        ("9.0.1", "kiosk2-9.0.1", True),
        ("9", "Release 9", True),
        ("9", "Release 9.0.1", False),
        ("9", "Nightly 2026-03-29", False),
        ("03", "Nightly 2026-03-29", False),
        ("9", "PR 349", False),
        ("release 9.0", "Release 9.0.1", False),
        ("hot", "Hotfix", True),
    ],
)
def test_a_version_is_no_part_of_another_number(text: str, title: str, is_it: bool) -> None:
    assert Query(text=text, whole_numbers=True).fits(title, NOW, NOW) is is_it
    assert Query(text=text).fits(title, NOW, NOW) or text == "v9.0"


async def test_a_release_is_asked_for_by_whole_numbers_and_a_list_is_not() -> None:
    toys = FakeSurvey(run("toys", "1", "passed", 1))
    await list_runs(view(toys=toys, games=FakeSurvey()), no_progress, text="9.0")
    await assess_release(view(toys=toys, games=FakeSurvey()), no_progress, version="9.0")
    assert [query.whole_numbers for query in toys.queries] == [False, True]


async def test_a_confirmed_bug_nobody_told_the_fix_of_leaves_a_release_unproven() -> None:
    accepted = bug("critical").model_copy(update={"is_confirmed": True})
    toys = FakeSurvey(run("toys", "1", "passed", 1), bugs=[accepted])
    assessment = await assess_release(view(toys=toys, games=FakeSurvey()), no_progress, version="9")
    assert (assessment.verdict, assessment.open_bugs_by_severity) == ("not proven", [])
    assert [(c.what, c.count) for c in assessment.confirmed_bugs_by_severity] == [("critical", 1)]
    assert [line.source for line in assessment.lines if "not known to be fixed: 7" in line.says] == ["toys://bugs/7"]


async def test_a_bad_bug_counts_however_many_lesser_ones_came_before() -> None:
    bugs = [bug("low", str(number)) for number in range(100)] + [bug("critical", "500")]
    toys = FakeSurvey(run("toys", "1", "passed", 1), bugs=bugs)
    assessment = await assess_release(view(toys=toys, games=FakeSurvey()), no_progress, version="9")
    assert (assessment.verdict, assessment.against[0].source) == ("evidence against", "toys://bugs/500")
    assert (len(assessment.lines), assessment.left_out) == (40, "62 more lines")


async def test_what_is_untested_points_to_its_run() -> None:
    gap = Untested(platform="toys", run_id="1", page="toys://runs/1")
    toys = FakeSurvey(run("toys", "1", "running", 1), untested=[gap, gap])
    assessment = await assess_release(view(toys=toys, games=FakeSurvey()), no_progress, version="9")
    assert [line.source for line in assessment.lines if "2 without a result" in line.says] == ["1"]
    other = Untested(platform="toys", run_id="9", page="toys://runs/9")
    assessment = await assess_release(
        view(toys=FakeSurvey(untested=[other]), games=FakeSurvey()), no_progress, version="9"
    )
    assert [(line.says, line.source) for line in assessment.not_proven] == [
        ("1 without a result in run 9", "toys://runs/9")
    ]


async def test_a_run_that_was_repeated_counts_by_its_newest() -> None:
    toys = FakeSurvey(run("toys", "1", "failed", 1), run("toys", "2", "passed", 2, title="release 9"))
    assessment = await assess_release(view(toys=toys, games=FakeSurvey()), no_progress, version="9")
    assert assessment.verdict == "nothing found against"
    assert [(line.speaks, line.source) for line in assessment.lines] == [("for", "2")]


async def test_every_line_names_its_source_and_what_is_not_shown_is_counted() -> None:
    bugs = [bug("high", str(number)) for number in range(30)]
    toys = FakeSurvey(run("toys", "1", "passed", 1), bugs=bugs)
    assessment = await assess_release(view(toys=toys, games=FakeSurvey()), no_progress, version="9")
    assert all(line.source for line in assessment.lines)
    assert [(c.what, c.count) for c in assessment.open_bugs_by_severity] == [("high", 30)]
    assert assessment.left_out is None


async def test_a_platform_without_a_credential_says_so_in_its_place() -> None:
    def client_of(key: str) -> Client:
        if key == "games":
            raise NotConfigured("Games is not configured.")
        return Client()

    both = view(toys=FakeSurvey(run("toys", "1", "passed", 1)), games=FakeSurvey()).platforms
    runs = await list_runs(View(both, client_of), no_progress)
    assert [source.why for source in runs.sources] == [None, "Games is not configured."]


async def test_ages_count_by_the_clock_of_a_platform_that_is_configured() -> None:
    def client_of(key: str) -> Client:
        if key == "games":
            raise NotConfigured("Games is not configured.")
        return Client()

    both = view(games=FakeSurvey(), toys=FakeSurvey(run("toys", "1", "passed", 1))).platforms
    runs = await list_runs(View(both, client_of), no_progress, since="7d")
    assert [row.run_id for row in runs.items] == ["1"]
