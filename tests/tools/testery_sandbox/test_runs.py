"""Runs as they are read: the list and its pages, one run, the runs of a deploy, and the dialects."""

import re
from collections import Counter

import httpx
import pytest

from tests.tools.testery_sandbox.requests import HOTFIX, RELEASE, client_with, get_json, get_run, is_problem

pytestmark = pytest.mark.anyio

STAMP = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\+0000")
OFFICIAL = [
    "id", "name", "testName", "key", "startTime", "endTime", "createTime", "accountId", "projectId", "status",
    "copies", "passCount", "failCount", "ignoredCount", "totalCount", "codeCoverageName", "codeCoverageVersion",
    "codeCoveragePercentage", "codeCoverageTotalStatements", "codeCoverageCoveredStatements", "totalTestingTime",
    "isSchedule", "gitRef", "buildKey", "environment", "statusInfo", "includeTags", "complete",
]  # fmt: skip


async def test_some_300_runs_newest_first(http: httpx.AsyncClient) -> None:
    runs = await get_json(http, "/test-runs?limit=1000&offset=0")
    ids = [one["id"] for one in runs]
    assert 280 < len(ids) < 330
    assert ids == sorted(set(ids), reverse=True)
    times = [one["createTime"] for one in runs]
    assert times == sorted(times, reverse=True)


async def test_every_status_is_in_the_story(http: httpx.AsyncClient) -> None:
    counts = Counter(one["status"] for one in await get_json(http, "/test-runs?limit=1000"))
    assert set(counts) == {"PASS", "FAIL", "RUNNING", "QUEUED", "CANCELED"}
    assert (counts["RUNNING"], counts["QUEUED"]) == (1, 1)
    assert counts["PASS"] > 200
    assert counts["FAIL"] > 50


async def test_a_page_counts_from_zero_and_equals_an_offset(http: httpx.AsyncClient) -> None:
    for page in range(3):
        by_page = await get_json(http, f"/test-runs?page={page}&limit=7")
        assert by_page == await get_json(http, f"/test-runs?limit=7&offset={page * 7}")
        assert len(by_page) == 7


async def test_an_offset_wins_over_a_page(http: httpx.AsyncClient) -> None:
    both = await get_json(http, "/test-runs?page=5&limit=4&offset=2")
    assert both == (await get_json(http, "/test-runs?limit=6&offset=0"))[2:]


async def test_the_last_page_is_short_and_the_next_one_empty(http: httpx.AsyncClient) -> None:
    total = len(await get_json(http, "/test-runs?limit=1000"))
    assert len(await get_json(http, f"/test-runs?limit=250&offset={total - 3}")) == 3
    assert await get_json(http, f"/test-runs?limit=250&offset={total}") == []


async def test_a_list_without_a_limit_is_a_page(http: httpx.AsyncClient) -> None:
    assert len(await get_json(http, "/test-runs")) == 50


@pytest.mark.parametrize("query", ["limit=0", "limit=many", "limit=5&offset=-1", "page=-1&limit=5"])
async def test_a_page_that_makes_no_sense_is_400(http: httpx.AsyncClient, query: str) -> None:
    assert (await http.get(f"/test-runs?{query}")).status_code == 400


async def test_filters_are_ignored(http: httpx.AsyncClient) -> None:
    assert await get_json(http, "/test-runs?limit=9&status=PASS") == await get_json(http, "/test-runs?limit=9")


async def test_a_run_has_every_field_of_the_official_example_and_those_that_clients_read(
    http: httpx.AsyncClient,
) -> None:
    hotfix = await get_run(http, HOTFIX)
    assert set(OFFICIAL) | {"ended", "branch", "environmentId", "phase", "notRunCount", "timeoutCount"} <= set(hotfix)
    assert {name: hotfix[name] for name in ("name", "status", "projectId", "environmentId", "environment")} == {
        "name": "Checkout hotfix 9.0.1",
        "status": "FAIL",
        "projectId": 7301,
        "environmentId": 212,
        "environment": "staging",
    }
    assert (hotfix["branch"], hotfix["buildKey"]) == ("release/9.0.1", "9.0.1-rc2")
    assert (hotfix["ended"], hotfix["complete"]) == (True, True)
    assert re.fullmatch(r"[0-9A-F]{40}", hotfix["key"])
    assert re.fullmatch(r"[0-9a-f]{40}", hotfix["gitRef"])
    assert hotfix["totalTestingTime"] > 300_000


async def test_times_have_a_space_and_a_zone_without_a_colon(http: httpx.AsyncClient) -> None:
    hotfix = await get_run(http, HOTFIX)
    assert hotfix["createTime"] == "2026-04-03 06:05:12+0000"
    for one in await get_json(http, "/test-runs?limit=1000"):
        assert STAMP.fullmatch(one["createTime"])
        assert one["endTime"] is None or STAMP.fullmatch(one["endTime"])
        assert (one["endTime"] is None) == (not one["ended"])


async def test_counts_never_exceed_the_total(http: httpx.AsyncClient) -> None:
    for one in await get_json(http, "/test-runs?limit=1000"):
        done = one["passCount"] + one["failCount"] + one["ignoredCount"] + one["notRunCount"]
        assert done == one["totalCount"] if one["ended"] else done <= one["totalCount"]


async def test_what_runs_and_what_waits(http: httpx.AsyncClient) -> None:
    running, queued = await get_run(http, 902119), await get_run(http, 902120)
    assert (running["status"], running["phase"]) == ("RUNNING", "EXECUTION")
    assert (running["ended"], running["complete"]) == (False, False)
    assert 0 < running["passCount"] < running["totalCount"] == 36
    assert (queued["status"], queued["startTime"], queued["totalCount"]) == ("QUEUED", None, 0)


async def test_the_three_ways_to_be_canceled(http: httpx.AsyncClient) -> None:
    assert [(await get_run(http, number))["statusInfo"] for number in (902110, 902100, 902101)] == [
        "Canceled - By user",
        "Canceled - Due to running too long",
        "Canceled - Due to newer test run",
    ]
    assert (await get_run(http, 902101))["startTime"] is None
    assert (await get_run(http, 902110))["notRunCount"] > 0


async def test_a_run_that_could_not_begin_failed_without_a_test(http: httpx.AsyncClient) -> None:
    broken = await get_run(http, 902107)
    assert (broken["status"], broken["totalCount"]) == ("FAIL", 0)
    assert "npm ci" in broken["statusInfo"]


async def test_an_unknown_run_is_404(http: httpx.AsyncClient) -> None:
    for path in ("/test-runs/1", "/test-runs/1/results", f"/test-runs/{HOTFIX}/results/1"):
        assert is_problem(await http.get(path), 404)


async def test_the_runs_of_a_deploy(http: httpx.AsyncClient) -> None:
    assert [one["id"] for one in await get_json(http, "/test-runs/by-deploy/5120")] == [902115, HOTFIX]
    assert [one["id"] for one in await get_json(http, "/test-runs/by-deploy/5111")] == [RELEASE]
    assert await get_json(http, "/test-runs/by-deploy/1") == []


# Dialects


async def test_a_run_of_2020_has_the_official_fields_only() -> None:
    async with client_with(answers_of_2020=True) as http:
        assert list(await get_run(http, HOTFIX)) == OFFICIAL


async def test_an_environment_may_be_an_object() -> None:
    async with client_with(environment_as_object=True) as http:
        environment = (await get_run(http, HOTFIX))["environment"]
        assert {"key": "staging", "name": "Staging", "archived": False, "pipelineStageId": 4}.items() <= (
            environment.items()
        )


async def test_statuses_may_be_spelled_the_old_way() -> None:
    async with client_with(legacy_words=True) as http:
        assert (await get_run(http, 902110))["status"] == "CANCEL"
        results = await get_json(http, "/test-runs/902110/results")
        assert {one["status"] for one in results} == {"PASS", "FAIL", "NOTRUN"}
        assert "SKIPPED" in {one["status"] for one in await get_json(http, f"/test-runs/{HOTFIX}/results")}
        sent = {"project": "harbour-web", "environment": "staging"}
        assert (await http.post("/test-run-requests-build", json=sent)).json()["status"] == "PENDING"


async def test_what_may_be_missing_of_runs_and_results_is_missing() -> None:
    async with client_with(sparse=True) as http:
        hotfix, queued = await get_run(http, HOTFIX), await get_run(http, 902120)
        needed = {"id", "status", "ended", "passCount", "failCount", "ignoredCount", "totalCount"}
        assert needed <= set(queued)
        assert not {"endTime", "startTime", "statusInfo"} & set(queued)
        assert not {"environmentId", "complete", "key", "hasFlakyTest"} & set(hotfix)
        results = await get_json(http, f"/test-runs/{HOTFIX}/results")
        assert set(results[0]) == {"id", "status", "duration", "projectTest"}
        assert set(results[0]["projectTest"]) == {"name", "fileFilter"}
        assert (
            {"id", "key"}
            == set((await get_json(http, "/projects"))[0])
            == set((await get_json(http, "/test-plans"))[0])
        )
        assert "maximumParallelTestRuns" not in await get_json(http, "/environments/212")
        assert set((await get_json(http, "/schedules"))[0]) == {"id", "name", "enabled", "archived"}
