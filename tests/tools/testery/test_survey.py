"""Testery's part of the tools across platforms."""

from datetime import UTC, datetime

import pytest

from tests.desk import client_of
from tests.tools.kit.wire import Wire, says
from tests.tools.testery.wired import client_over, run_as_read
from tools.kit.errors import NotFound, Refused
from tools.kit.survey import Query
from tools.testery.client.testery import Testery
from tools.testery.platform import testery

pytestmark = pytest.mark.anyio

survey = testery.survey
assert survey is not None
assert survey.untested is not None
RUNS, RUN, SEARCH, UNTESTED = survey.runs, survey.run, survey.search, survey.untested
MORNING = datetime(2026, 4, 3, 6, tzinfo=UTC)


async def test_runs_come_newest_first_in_shared_words_beside_their_own() -> None:
    async with client_of(Testery, "testery") as api:
        seen = await RUNS(api, Query(since=MORNING))
    assert [row.run_id for row in seen.rows] == sorted((row.run_id for row in seen.rows), reverse=True)
    hotfix = next(row for row in seen.rows if row.run_id == "902114")
    assert (hotfix.platform, hotfix.status, hotfix.said) == ("testery", "failed", "FAIL")
    assert (hotfix.where, hotfix.failed, hotfix.total) == ("harbour-web", 10, 40)
    assert hotfix.page == "testery://test-runs/902114"
    assert {"running", "queued"} <= {row.status for row in seen.rows}
    assert seen.complete


async def test_runs_that_do_not_fit_the_limit_are_counted() -> None:
    async with client_of(Testery, "testery") as api:
        seen = await RUNS(api, Query(limit=5))
    assert len(seen.rows) == 5
    assert not seen.complete
    assert "301 more runs fit" in str(seen.why)


async def test_a_run_tells_what_failed_and_how_much_more() -> None:
    async with client_of(Testery, "testery") as api:
        story = await RUN(api, "902114", Query())
    assert (story.failing, story.earlier_runs) == (11, 3)
    assert story.marks == "2 new, 1 flaky, 7 known, 1 no history"
    assert all("\x1b" not in str(group.error) for group in story.groups)
    results = [{"id": number, "status": "FAIL", "error": "boom"} for number in range(1, 31)]
    many = client_over(Wire(says(json=run_as_read(5, status="FAIL")), says(json=results), says(json=[]), says(json=[])))
    story = await RUN(many, "5", Query())
    assert [(group.count, len(group.failed), group.more) for group in story.groups] == [(30, 5, 25)]


@pytest.mark.parametrize("run_id", ["", "abc", "../1", "12a", "\u0661", "9" * 30])
async def test_what_is_no_number_of_a_run_is_refused_before_any_request(run_id: str) -> None:
    wire = Wire(says(json={}))
    with pytest.raises(Refused, match="whole number"):
        await RUN(client_over(wire), run_id, Query())
    assert wire.arrived == []


async def test_an_unknown_run_is_not_found() -> None:
    async with client_of(Testery, "testery") as api:
        with pytest.raises(NotFound, match="No run 812"):
            await RUN(api, "812", Query())


async def test_a_search_finds_runs_by_their_names_and_nothing_of_other_kinds() -> None:
    async with client_of(Testery, "testery") as api:
        seen = await SEARCH(api, "hotfix 9.0.1", {"run", "bug"}, 10)
        none = await SEARCH(api, "hotfix", {"bug", "test"}, 10)
    assert "902114" in {found.id for found in seen.rows}
    assert {found.kind for found in seen.rows} == {"run"}
    assert none.rows == []


async def test_what_was_not_carried_out_is_told_run_by_run() -> None:
    async with client_of(Testery, "testery") as api:
        seen = await UNTESTED(api, Query(since=MORNING, limit=500))
    assert [row.title for row in seen.rows if row.run_id == "902120"] == ["Kiosk regression"], "it has not begun"
    running = [row for row in seen.rows if row.run_id == "902119"]
    assert running
    assert {row.said for row in running} <= {"PENDING", "RUNNING", "NOT_RUN"}


async def test_a_run_has_its_page_in_the_web_app_only_where_the_query_wants_links() -> None:
    for links, page, asked in ((True, "https://testery.app/harbour/test-runs/5", ["/api/account"]), (False, None, [])):
        read = [says(json=one) for one in ([run_as_read(5)], [], [], {"id": 1, "slug": "harbour"})]
        wire = Wire(*read)
        (row,) = (await RUNS(client_over(wire, base="https://api.testery.io/api"), Query(links=links))).rows
        assert row.link == page
        assert [request.url.path for request in wire.arrived[3:]] == asked
        assert "link" not in row.model_dump(), "it is in no list of a model"
