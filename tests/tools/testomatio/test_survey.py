"""What Testomat.io tells across platforms, from the shop's story."""

import pytest

from tests.desk import desk
from tests.tools.testomatio.holding import GENERAL, OF_THE_PROJECT, SHOP, holding
from tests.tools.testomatio.host import Host, page_of
from tools.kit.errors import NotFound, Refused
from tools.kit.survey import Query
from tools.kit.when import parse_time
from tools.testomatio.client.credentials import PROJECT
from tools.testomatio.tools.survey import MOST_PROJECTS, survey

pytestmark = pytest.mark.anyio

HOTFIX = "9a01f1x0"


async def test_a_version_finds_its_runs_in_shared_words_newest_first() -> None:
    async with holding(OF_THE_PROJECT) as api:
        seen = await survey.runs(api, Query(text="release 9.0.1"))
    assert seen.complete
    by = {row.run_id: row for row in seen.rows}
    assert (by[HOTFIX].status, by[HOTFIX].said, by[HOTFIX].failed) == ("failed", "failed", 12)
    assert by[HOTFIX].page == f"testomatio://{SHOP}/runs/{HOTFIX}"
    assert by["9a01e0d0"].status == "queued"
    assert by["9a01f1a0"].status == "passed"
    assert by["9a01aa01"].status == "running"
    begun = [row.started_at or "" for row in seen.rows]
    assert begun == sorted(begun, reverse=True)


async def test_runs_that_lasted_into_the_time_are_in_it() -> None:
    async with holding(OF_THE_PROJECT) as api:
        await api.project_info(SHOP)
        seen = await survey.runs(api, Query(since=parse_time("2026-04-03", api.now())))
        before = await survey.runs(api, Query(until=parse_time("2026-03-01", api.now())))
    assert HOTFIX in {row.run_id for row in seen.rows}
    assert "9a083000" not in {row.run_id for row in seen.rows}
    assert "9a083000" in {row.run_id for row in before.rows}
    assert HOTFIX not in {row.run_id for row in before.rows}


async def test_results_are_counted_where_the_list_tells_none() -> None:
    async with desk() as d:
        await d.switch("testomatio", without_run_counts=True)
        answer = await d.answer("across_list_runs", platforms=["testomatio"], text="hotfix")
    assert (answer["items"][0]["failed"], answer["items"][0]["total"]) == (13, 117)


async def test_a_run_tells_its_failures_and_how_many_are_not_shown() -> None:
    async with holding(OF_THE_PROJECT) as api:
        story = await survey.run(api, HOTFIX, Query())
        other = await survey.run(api, f"{SHOP}/{HOTFIX}", Query())
        with pytest.raises(NotFound, match="testomatio_list_runs"):
            await survey.run(api, "00000000", Query())
        for odd in ("a/b/c", "/x", "shop/"):
            with pytest.raises(Refused, match="project/id"):
                await survey.run(api, odd, Query())
    assert other == story
    assert (story.failing, story.marks) == (12, "1 new, 1 flaky, 10 known")
    assert any(one.said == "Known issue" for group in story.groups for one in group.failed)
    assert "testomatio_get_run_report" in (story.next or "")


async def test_what_waits_in_runs_that_go_on_is_untested_and_so_is_a_run_that_has_not_begun() -> None:
    assert survey.untested is not None
    async with holding(OF_THE_PROJECT) as api:
        seen = await survey.untested(api, Query(text="9.0.1"))
        few = await survey.untested(api, Query(text="by hand", limit=3))
    assert sum(row.run_id == "9a01aa01" for row in seen.rows) == 19
    assert ("9a01e0d0", "scheduled") in {(row.run_id, row.said) for row in seen.rows}
    assert (len(few.rows), few.complete) == (3, False)


async def test_words_find_tests_and_runs() -> None:
    async with holding(OF_THE_PROJECT) as api:
        tests = await survey.search(api, "expired code", ["test"], 50)
        runs = await survey.search(api, "hotfix", ["run"], 50)
        none = await survey.search(api, "expired code", ["bug"], 50)
        few = await survey.search(api, "the", ["test"], 3)
    assert "c0de0010" in {found.id for found in tests.rows}
    assert tests.rows[0].page == f"testomatio://{SHOP}/tests/{tests.rows[0].id}"
    assert [found.id for found in runs.rows] == [HOTFIX]
    assert none.rows == []
    assert (len(few.rows), few.complete) == (3, False)


async def test_without_a_default_the_projects_of_a_login_are_looked_into_and_ids_name_them() -> None:
    async with holding(GENERAL, TESTOMATIO_PROJECT="") as api:
        seen = await survey.runs(api, Query(text="hotfix"))
        story = await survey.run(api, seen.rows[0].run_id, Query())
    assert [row.run_id for row in seen.rows] == [f"{SHOP}/{HOTFIX}"]
    assert story.run.where == SHOP
    assert "harbour-archive" not in (seen.why or "")  # where even reading is refused


async def test_a_project_token_without_a_default_says_that_it_does_not_know_where() -> None:
    async with holding(OF_THE_PROJECT, TESTOMATIO_PROJECT="") as api:
        seen = await survey.runs(api, Query())
    assert (seen.rows, seen.complete) == ([], False)
    assert PROJECT in (seen.why or "")


async def test_many_projects_are_not_all_looked_into_and_that_is_said() -> None:
    rows = [{"id": f"p-{n}", "attributes": {"title": f"P {n}"}} for n in range(15)]
    host = Host()
    host.says("POST /login", {"jwt": "eyJ.a.b"})
    host.says("GET /projects", lambda request: page_of(rows, request))
    host.says("GET /runs", {"data": [], "meta": {"total": 0}})
    api = host.api(token="testomat_general0token", project="")
    seen = await survey.runs(api, Query())
    assert seen.why == f"only {MOST_PROJECTS} of 15 projects were read; {PROJECT} chooses one"
    assert len([line for line in host.sent("GET") if line.endswith("/runs")]) == MOST_PROJECTS


async def test_a_project_that_refuses_does_not_stop_the_others() -> None:
    rows = [{"id": slug, "attributes": {"title": slug}} for slug in ("one", "two")]
    host = Host()
    host.says("POST /login", {"jwt": "eyJ.a.b"})
    host.says("GET /projects", lambda request: page_of(rows, request))
    host.says("GET /one/runs", 403)
    run = {"id": "00000001", "title": "A", "status": "passed", "passed_count": 1}
    host.says("GET /two/runs", {"data": [run], "meta": {"total": 1}})
    seen = await survey.runs(host.api(token="testomat_general0token", project=""), Query())
    assert [row.run_id for row in seen.rows] == ["two/00000001"]
    assert (seen.why or "").startswith("one: ")


async def test_a_release_is_assessed_with_its_runs_and_what_waits() -> None:
    async with desk() as d:
        answer = await d.answer("across_assess_release", version="9.0.1", platforms=["testomatio"])
    assert any(line["source"].endswith(HOTFIX) for line in answer["against"])
    assert answer["untested_count"] >= 19
