"""What Testsigma tells across platforms, from the shop's story."""

import pytest

from tests.desk import client_of
from tools.kit.errors import NotFound, Refused
from tools.kit.survey import Query
from tools.kit.when import parse_time
from tools.testsigma.client.testsigma import Testsigma
from tools.testsigma.models.test_runs import RunCase, TestRun
from tools.testsigma.tools import survey as module
from tools.testsigma.tools.statuses import count_results, run_status
from tools.testsigma.tools.survey import survey

pytestmark = pytest.mark.anyio


async def test_runs_of_a_version_come_newest_first_and_counted() -> None:
    async with client_of(Testsigma, "testsigma") as api:
        seen = await survey.runs(api, Query(text="9.0.1"))
    assert seen.complete
    assert [row.run_id for row in seen.rows] == ["HRB-R-6", "HRB-R-5", "HRB-R-4"]
    hotfix = seen.rows[2]
    assert (hotfix.status, hotfix.said, hotfix.where) == ("running", "ACTIVE", "HRB")
    assert (hotfix.total, hotfix.passed, hotfix.failed) == (18, 9, 4)
    assert hotfix.page == "testsigma://HRB/test-runs/HRB-R-4"
    assert hotfix.ended_at is None


async def test_a_closed_run_is_what_its_results_are_in_all_projects() -> None:
    async with client_of(Testsigma, "testsigma") as api:
        rows = {row.run_id: row for row in (await survey.runs(api, Query())).rows}
    assert (rows["HRB-R-3"].status, rows["HRB-R-3"].blocked, rows["HRB-R-3"].skipped) == ("failed", 3, 2)
    assert rows["KSK-R-1"].status == "failed"
    assert rows["KSK-R-1"].where == "KSK"


def test_a_closed_run_whose_results_are_not_all_known_has_not_passed() -> None:
    run = TestRun.model_validate({"id": "r", "status": "CLOSED", "test_cases_count": 12})
    passed = count_results([RunCase.model_validate({"id": str(n), "status": "Passed"}) for n in range(10)])
    assert run_status(run, passed) == "unknown"
    assert run_status(run.model_copy(update={"test_cases_count": 10}), passed) == "passed"


async def test_open_runs_past_what_is_looked_through_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_OPEN", 1)
    assert survey.untested is not None
    async with client_of(Testsigma, "testsigma") as api:
        seen = await survey.untested(api, Query(text="9.0.1", limit=500))
    assert {row.run_id for row in seen.rows} == {"HRB-R-6"}
    assert {row.page for row in seen.rows} == {"testsigma://HRB/test-runs/HRB-R-6"}
    assert "2 more open runs were not read" in (seen.why or "")


async def test_runs_past_what_is_counted_or_shown_are_said_to_be_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_COUNTED", 1)
    async with client_of(Testsigma, "testsigma") as api:
        seen = await survey.runs(api, Query(limit=6))
    assert len(seen.rows) == 6
    assert not seen.complete
    assert "results were counted only for the newest 1 runs" in (seen.why or "")
    assert "2 more runs match" in (seen.why or "")


async def test_runs_that_lasted_into_the_time_are_in_it() -> None:
    async with client_of(Testsigma, "testsigma") as api:
        await api.labels()
        since = parse_time("2026-04-02", api.now())
        ids = {row.run_id for row in (await survey.runs(api, Query(since=since))).rows}
    assert {"HRB-R-3", "HRB-R-4"} <= ids
    assert "HRB-R-2" not in ids


async def test_a_run_tells_what_failed_in_it() -> None:
    async with client_of(Testsigma, "testsigma") as api:
        story = await survey.run(api, "HRB-R-4", Query())
        with pytest.raises(NotFound, match="testsigma_list_test_runs"):
            await survey.run(api, "HRB-R-99", Query())
        with pytest.raises(Refused):
            await survey.run(api, "../HRB-R-4", Query())
    assert [group.failed[0].id for group in story.groups] == ["HRB-7", "HRB-9", "HRB-17", "HRB-60"]
    assert "SHOP-412" in (story.groups[1].error or "")
    assert (story.marks, story.earlier_runs) == ("4 known", 2)
    assert story.run.failed == 4


async def test_words_find_cases_and_runs_of_all_projects() -> None:
    async with client_of(Testsigma, "testsigma") as api:
        both = await survey.search(api, "release", ["test", "run", "bug"], 20)
        cases = await survey.search(api, "card refused", ["test"], 20)
        few = await survey.search(api, "the", ["test"], 3)
    assert {found.kind for found in both.rows} == {"run"}
    assert [found.id for found in cases.rows] == ["KSK-6"]
    assert cases.rows[0].page == "testsigma://KSK/test-cases/KSK-6"
    assert (len(few.rows), few.complete) == (3, False)


async def test_what_open_runs_hold_without_a_result_is_untested() -> None:
    assert survey.untested is not None
    async with client_of(Testsigma, "testsigma") as api:
        seen = await survey.untested(api, Query(text="checkout by hand"))
        closed = await survey.untested(api, Query(text="release 9 regression"))
        some = await survey.untested(api, Query(text="9.0.1", limit=3))
    assert len(seen.rows) == 5
    assert {row.said for row in seen.rows} == {"UnTested"}
    assert closed.rows == []
    assert (len(some.rows), some.complete) == (3, False)


def test_testsigma_has_no_bugs_of_its_own() -> None:
    assert survey.bugs is None
