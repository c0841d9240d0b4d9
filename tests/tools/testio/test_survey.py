"""What test IO tells across platforms, from the shop's story."""

import pytest

from tests.desk import change_bug, live_client, sandboxes
from tools.kit.errors import NotFound, Refused
from tools.kit.survey import Query
from tools.kit.when import parse_time
from tools.testio.tools import survey as module
from tools.testio.tools.survey import survey

pytestmark = pytest.mark.anyio


async def test_its_tests_are_runs_and_a_version_finds_them() -> None:
    async with live_client() as api:
        seen = await survey.runs(api, Query(text="9.0.1"))
    assert seen.complete
    assert [(row.run_id, row.status, row.said) for row in seen.rows] == [("5519", "running", "running")]
    assert seen.rows[0].page == "testio://exploratory-tests/5519"


async def test_products_past_what_is_looked_into_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_PRODUCTS", 1)
    async with live_client() as api:
        seen = await survey.runs(api, Query(limit=500))
        cases = await survey.search(api, "a", ["test"], 100)
    assert len({row.where for row in seen.rows}) == 1
    assert not seen.complete
    assert "only the newest 1 of" in (seen.why or "")
    assert "only the newest 1 of" in (cases.why or "")


async def test_runs_that_lasted_into_the_time_are_in_it() -> None:
    async with live_client() as api:
        await api.products()
        since = parse_time("2026-04-02", api.now())
        ids = {row.run_id for row in (await survey.runs(api, Query(since=since))).rows}
    assert {"5512", "5519"} <= ids
    assert "5498" not in ids


async def test_a_run_tells_its_bugs_worst_first_and_what_is_not_shown() -> None:
    async with live_client() as api:
        story = await survey.run(api, "5512", Query())
        with pytest.raises(NotFound, match="testio_list_exploratory_tests"):
            await survey.run(api, "999999", Query())
        with pytest.raises(Refused, match="a number"):
            await survey.run(api, "../5512", Query())
    assert len(story.groups) == 10
    assert (story.groups[0].failed[0].said or "").startswith("critical")
    assert story.more_groups > 20
    assert story.run.bugs is not None
    assert story.run.bugs >= story.failing >= story.more_groups + 10


async def test_open_bugs_of_a_release_come_worst_first() -> None:
    assert survey.bugs is not None
    async with live_client() as api:
        seen = await survey.bugs(api, Query(text="release 9", limit=500))
        nothing = await survey.bugs(api, Query(text="release 77"))
    severities = [row.severity for row in seen.rows if not row.is_confirmed]
    assert severities == sorted(severities, key=["critical", "high", "medium", "low", "unknown"].index)
    assert {row.status for row in seen.rows if not row.is_confirmed} == {"forwarded", "question"}
    assert {row.status for row in seen.rows if row.is_confirmed} == {"accepted"}
    assert [row.is_confirmed for row in seen.rows] == sorted(row.is_confirmed for row in seen.rows)
    assert "88101" in {row.bug_id for row in seen.rows}
    assert nothing.rows == []


async def test_a_bug_that_was_fixed_is_no_longer_among_them() -> None:
    assert survey.bugs is not None
    world = sandboxes()
    async with live_client(world) as api:
        before = await survey.bugs(api, Query(text="release 9", limit=500))
        accepted = next(int(row.bug_id) for row in before.rows if row.is_confirmed)
        change_bug(world, accepted, fixed=True)
        after = await survey.bugs(api, Query(text="release 9", limit=500))
    assert {row.bug_id for row in before.rows} - {row.bug_id for row in after.rows} == {str(accepted)}


async def test_what_has_not_begun_is_untested() -> None:
    assert survey.untested is not None
    async with live_client() as api:
        seen = await survey.untested(api, Query(text="release 9.1"))
    assert [(row.run_id, row.said) for row in seen.rows] == [("5521", "initialized")]


async def test_words_find_bugs_tests_and_runs() -> None:
    async with live_client() as api:
        bugs = await survey.search(api, "old10", ["bug"], 50)
        cases = await survey.search(api, "expired code", ["test"], 50)
        runs = await survey.search(api, "hotfix", ["run"], 50)
        few = await survey.search(api, "the", ["bug"], 3)
    assert {"88101", "88107"} <= {found.id for found in bugs.rows}
    assert [found.id for found in cases.rows] == ["7312"]
    assert [found.id for found in runs.rows] == ["5519"]
    assert (len(few.rows), few.complete) == (3, False)
