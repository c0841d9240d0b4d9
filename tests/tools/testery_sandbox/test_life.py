"""The life of a run: ordered, picked up, discovering, running, over; canceled by people, by time and by newer ones."""

from collections import Counter
from typing import Any

import httpx
import pytest

from tests.tools.testery_sandbox.requests import (
    HOTFIX,
    account,
    advance,
    client_with,
    get_json,
    get_run,
    is_problem,
    results_by_name,
    submit_run,
)
from tools.kit.sandbox.clock import Clock
from tools.kit.sandbox.sandbox import Sandbox
from tools.testery.sandbox.build import build

pytestmark = pytest.mark.anyio


async def statuses(http: httpx.AsyncClient, *runs: Any) -> list[str]:
    return [(await get_run(http, one["id"]))["status"] for one in runs]


async def words(http: httpx.AsyncClient, run_id: int) -> Counter[str]:
    return Counter(one["status"] for one in await get_json(http, f"/test-runs/{run_id}/results"))


async def test_a_run_goes_from_submitted_to_passed(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    ordered = await submit_run(http, includeTags=["smoke"])
    number = ordered["id"]
    assert number > 903000
    assert (ordered["status"], ordered["totalCount"], ordered["startTime"]) == ("SUBMITTED", 0, None)
    assert await words(http, number) == {}
    advance(sandbox, "20s")
    looking = await get_run(http, number)
    assert (looking["status"], looking["phase"], looking["totalCount"]) == ("RUNNING", "DISCOVERY", 0)
    assert looking["startTime"] == "2026-04-03 07:00:15+0000"
    advance(sandbox, "45s")
    begun = await get_run(http, number)
    assert (begun["phase"], begun["totalCount"]) == ("EXECUTION", 5)
    assert set(await words(http, number)) >= {"RUNNING"}
    advance(sandbox, "10m")
    over = await get_run(http, number)
    assert (over["status"], over["passCount"], over["ended"]) == ("PASS", 5, True)
    assert over["endTime"] is not None
    assert await words(http, number) == {"PASS": 5}


async def test_counts_rise_and_never_fall(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    number = (await submit_run(http))["id"]
    done = []
    for _ in range(40):
        advance(sandbox, "10s")
        now = await get_run(http, number)
        done.append(now["passCount"] + now["failCount"] + now["ignoredCount"])
        assert done[-1] <= now["totalCount"]
    assert done == sorted(done)
    assert len(set(done)) > 10
    assert now["ended"]


async def test_all_kinds_of_results_are_seen_while_a_run_is_running(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    number = (await submit_run(http))["id"]
    advance(sandbox, "2m")
    assert set(await words(http, number)) >= {"PASS", "RUNNING", "PENDING"}
    for one in await get_json(http, f"/test-runs/{number}/results"):
        assert one["error"] is None or one["status"] == "FAIL"
        in_depth = await get_json(http, f"/test-runs/{number}/results/{one['id']}")
        is_done = one["status"] not in {"RUNNING", "PENDING"}
        assert bool(in_depth["processOutput"]) == is_done
        assert bool(in_depth["screenShots"]) == (one["status"] == "FAIL")


async def test_the_storys_faults_are_still_there_on_staging(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    number = (await submit_run(http, testSuiteId=57))["id"]
    advance(sandbox, "15m")
    assert (await get_run(http, number))["status"] == "FAIL"
    failed = await results_by_name(http, number)
    assert {"An expired code is refused", "Payment is refused by the bank", "Pay with Apple Pay"} <= set(failed)


async def test_production_is_sound(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    number = (await submit_run(http, environment="production", testSuiteId=57))["id"]
    advance(sandbox, "15m")
    over = await get_run(http, number)
    assert (over["status"], over["failCount"]) == ("PASS", 1)  # the one that is quarantined


async def test_a_run_alone_needs_a_project_and_an_environment(http: httpx.AsyncClient) -> None:
    assert (await submit_run(http, branch=...))["status"] == "SUBMITTED"


@pytest.mark.parametrize(
    "wrong",
    [
        {"project": "harbour"},
        {"project": None},
        {"environment": "moon"},
        {"environment": "staging-2025"},
        {"testSuiteId": 999},
        {"testSuiteId": 60},
        {"deployId": "999"},
    ],
)
async def test_what_does_not_exist_is_404(http: httpx.AsyncClient, wrong: dict[str, object]) -> None:
    sent = {"project": "harbour-web", "environment": "staging", **wrong}
    assert is_problem(await http.post("/test-run-requests-build", json=sent), 404)


@pytest.mark.parametrize(
    "wrong",
    [
        {"runners": "four"},
        {"copies": 0},
        {"copies": 101},
        {"includeTags": "smoke"},
        {"retryFailedTests": "yes"},
        {"branch": ["main"]},
        {"variables": [{"value": "x"}]},
        {"variables": ["x"]},
    ],
)
async def test_what_cannot_be_read_is_400(http: httpx.AsyncClient, wrong: dict[str, object]) -> None:
    sent = {"project": "harbour-web", "environment": "staging", **wrong}
    assert (await http.post("/test-run-requests-build", json=sent)).status_code == 400


async def test_what_was_asked_for_is_seen_in_the_run(http: httpx.AsyncClient) -> None:
    ordered = await submit_run(
        http,
        branch=...,
        buildId=4711,
        ref="abc123",
        testName="Checkout",
        includeTags=["checkout"],
        excludedTags=["payment"],
        testFilters=["Regex: coupons"],
        runners=2,
        copies=3,
        parallelizeByFile=False,
        timeoutMinutes=20,
        testTimeoutSeconds=90,
        retryFailedTests=True,
        deployId="5120",
        updateVcsStatus=False,
        playwrightProject="chromium",
        variables=[{"key": "LOCALE", "value": "da-DK", "encrypted": False}],
    )
    seen = await get_run(http, ordered["id"])
    assert (seen["name"], seen["testName"]) == ("Checkout", "Checkout (Staging)")
    assert (seen["buildKey"], seen["gitRef"], seen["branch"]) == ("4711", "abc123", None)
    assert (seen["copies"], seen["maxRunners"], seen["defaultToParallelizeByFile"]) == (3, 2, False)
    assert (seen["timeoutMinutes"], seen["testTimeoutSeconds"], seen["retryFailedTests"]) == (20, 90, True)
    assert (seen["includeTags"], seen["excludedTags"]) == (["checkout"], ["payment"])
    assert [one["id"] for one in await get_json(http, "/test-runs/by-deploy/5120")] == [ordered["id"], 902115, HOTFIX]


async def test_a_status_name_is_taken_word_by_word(http: httpx.AsyncClient) -> None:
    ordered = await submit_run(http, testName="Checkout", statusName="ci/checkout")
    assert (ordered["name"], ordered["testName"]) == ("ci/checkout", "ci/checkout")


async def total(http: httpx.AsyncClient, sandbox: Sandbox, **fields: object) -> int:
    """How many tests such a run has."""
    number = (await submit_run(http, environment="production", **fields))["id"]
    advance(sandbox, "2h")
    found: int = (await get_run(http, number))["totalCount"]
    return found


async def test_suite_tags_and_filters_choose_the_tests(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    everything = await total(http, sandbox)
    assert everything == await total(http, sandbox, includeTags=[]) == await total(http, sandbox, testSuiteId=56) == 39
    assert await total(http, sandbox, testSuiteId=55) == await total(http, sandbox, includeTags=["smoke"]) == 5
    assert await total(http, sandbox, includeTags=["coupons", "search"]) == 11
    assert await total(http, sandbox, excludedTags=["checkout"]) == 19
    assert await total(http, sandbox, testFilters=["Regex: An expired code"]) == 3
    assert await total(http, sandbox, testFilters=["Regex: ^tests/search/", "Regex: Saved card"]) == 5


async def test_copies_multiply(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    assert await total(http, sandbox, testSuiteId=55, copies=4) == 20


async def test_more_runners_are_faster(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    slow = (await submit_run(http, runners=1, parallelizeByFile=False))["id"]
    fast = (await submit_run(http, runners=8, parallelizeByFile=False))["id"]
    advance(sandbox, "1h")
    assert (await get_run(http, fast))["endTime"] < (await get_run(http, slow))["endTime"]


async def test_no_tests_is_a_failure_that_says_so(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    number = (await submit_run(http, testFilters=["Regex: ("]))["id"]
    advance(sandbox, "5m")
    over = await get_run(http, number)
    assert (over["status"], over["totalCount"], over["statusInfo"]) == ("FAIL", 0, "No tests were found")


async def test_a_project_without_git_needs_a_build(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    bare = await submit_run(http, project="harbour-kiosk", branch=...)
    built = await submit_run(http, project="harbour-kiosk", branch=..., buildId="kiosk-2.7.0")
    advance(sandbox, "10m")
    assert await statuses(http, bare, built) == ["FAIL", "PASS"]
    assert "needs a build" in (await get_run(http, bare["id"]))["statusInfo"]


async def test_the_version_deployed_last_is_run(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    ordered = await submit_run(http, branch=..., latestDeploy=True)
    assert (ordered["buildKey"], ordered["branch"]) == ("9.0.1-rc2", "release/9.0.1")
    never = await submit_run(http, project="harbour-app", branch=..., latestDeploy=True)
    advance(sandbox, "10m")
    assert "was deployed" in (await get_run(http, never["id"]))["statusInfo"]


async def test_a_test_that_takes_too_long_fails_and_is_counted(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    number = (await submit_run(http, environment="production", includeTags=["start", "search"], testTimeoutSeconds=5))[
        "id"
    ]
    advance(sandbox, "10m")
    over = await get_run(http, number)
    assert (over["status"], over["timeoutCount"]) == ("FAIL", over["failCount"])
    assert over["timeoutCount"] > 2


async def test_a_run_that_takes_too_long_is_stopped(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    number = (await submit_run(http, environment="production", runners=1, timeoutMinutes=3))["id"]
    advance(sandbox, "10m")
    over = await get_run(http, number)
    assert (over["status"], over["statusInfo"]) == ("FAIL", "Timed out after 3 minutes")
    assert over["endTime"] == "2026-04-03 07:03:15+0000"
    assert over["notRunCount"] > 0


async def test_a_retry_makes_a_flaky_test_pass(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    seen = []
    for retry in (True, False):
        number = (await submit_run(http, includeTags=["search"], copies=40, retryFailedTests=retry))["id"]
        advance(sandbox, "1h")
        seen.append(await get_run(http, number))
    assert [(one["status"], one["hasFlakyTest"]) for one in seen] == [("PASS", True), ("FAIL", False)]
    assert seen[0]["passCount"] == 160
    assert (await words(http, seen[0]["id"]))["FAIL"] > 0


async def test_a_try_is_listed_beside_the_next_one_once_it_failed(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    number = (await submit_run(http, includeTags=["search"], copies=40, retryFailedTests=True))["id"]
    for _ in range(6):
        advance(sandbox, "80s")
        results = await words(http, number)
        assert results.total() == (await get_run(http, number))["totalCount"] + results["FAIL"]
    assert results["FAIL"] > 0


# Waiting


async def test_more_runs_than_an_environment_takes_are_queued(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    ordered = [await submit_run(http, branch=f"feature/{place}") for place in range(4)]
    advance(sandbox, "30s")
    assert await statuses(http, *ordered) == ["RUNNING", "RUNNING", "QUEUED", "QUEUED"]
    advance(sandbox, "6m")
    assert (await statuses(http, *ordered))[2:] == ["RUNNING", "RUNNING"]
    advance(sandbox, "10m")
    assert not {"RUNNING", "QUEUED"} & set(await statuses(http, *ordered))


async def test_a_newer_run_of_the_same_kind_takes_the_place_of_a_queued_one(
    http: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    busy = [await submit_run(http, branch=f"feature/{place}") for place in range(2)]
    older, other, newer = [await submit_run(http, branch=branch) for branch in ("main", "develop", "main")]
    advance(sandbox, "30s")
    assert await statuses(http, *busy, older, other, newer) == ["RUNNING", "RUNNING", "CANCELED", "QUEUED", "QUEUED"]
    gone = await get_run(http, older["id"])
    assert (gone["statusInfo"], gone["startTime"], gone["ended"]) == ("Canceled - Due to newer test run", None, True)


async def test_what_waits_in_the_story_starts_when_there_is_room(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    assert await statuses(http, {"id": 902119}, {"id": 902120}) == ["RUNNING", "QUEUED"]
    advance(sandbox, "30m")
    assert await statuses(http, {"id": 902119}, {"id": 902120}) == ["PASS", "PASS"]
    first, second = await get_run(http, 902119), await get_run(http, 902120)
    assert second["startTime"] == first["endTime"]


async def test_room_in_one_environment_is_none_in_another(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    ordered = [await submit_run(http, branch=f"feature/{place}") for place in range(3)]
    advance(sandbox, "30s")
    for number in (902120, 902119):
        await http.patch(f"/test-runs/{number}", json={"status": "CANCELED"})
    assert (await statuses(http, *ordered))[2] == "QUEUED"


async def test_an_environment_without_a_limit_takes_all(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    await http.patch("/environments/212", json={"maximumParallelTestRuns": 0})
    ordered = [await submit_run(http, branch=f"feature/{place}") for place in range(5)]
    advance(sandbox, "30s")
    assert set(await statuses(http, *ordered)) == {"RUNNING"}


async def test_an_environment_with_more_room_lets_a_queued_run_in(http: httpx.AsyncClient) -> None:
    await get_json(http, "/test-runs/902120")
    await http.patch("/environments/214", json={"maximumParallelTestRuns": 2})
    assert (await get_run(http, 902120))["status"] == "RUNNING"


# Canceling


async def test_a_run_is_canceled(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    number = (await submit_run(http, environment="production"))["id"]
    advance(sandbox, "2m")
    answer = await http.patch(f"/test-runs/{number}", json={"status": "CANCELED"})
    assert (answer.status_code, answer.json()["status"]) == (200, "CANCELED")
    over = await get_run(http, number)
    assert (over["endTime"], over["statusInfo"]) == ("2026-04-03 07:02:00+0000", "Canceled - By user")
    assert (await words(http, number))["NOT_RUN"] == over["notRunCount"] > 0
    advance(sandbox, "1h")
    assert await get_run(http, number) == over


async def test_canceling_makes_room(http: httpx.AsyncClient) -> None:
    await http.patch("/test-runs/902119", json={"status": "CANCELED"})
    assert (await get_run(http, 902120))["status"] == "RUNNING"


async def test_the_old_word_cancels_too(http: httpx.AsyncClient) -> None:
    assert (await http.patch("/test-runs/902120", json={"status": "CANCEL"})).json()["status"] == "CANCELED"


async def test_a_run_that_is_over_stays_as_it_is(http: httpx.AsyncClient) -> None:
    before = await get_run(http, HOTFIX)
    answer = await http.patch(f"/test-runs/{HOTFIX}", json={"status": "CANCELED"})
    assert (answer.status_code, answer.json()) == (200, before)
    async with client_with(strict_cancel=True) as strict:
        assert is_problem(await strict.patch(f"/test-runs/{HOTFIX}", json={"status": "CANCELED"}), 409)


@pytest.mark.parametrize("sent", [{}, {"status": "PASS"}, {"status": "CANCELED", "name": "x"}])
async def test_nothing_but_a_cancel_can_be_set(http: httpx.AsyncClient, sent: dict[str, str]) -> None:
    assert (await http.patch("/test-runs/902119", json=sent)).status_code == 400
    assert is_problem(await http.patch("/test-runs/1", json={"status": "CANCELED"}), 404)


async def test_three_hours_are_the_limit(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    number = (await submit_run(http, environment="production", copies=100, runners=1))["id"]
    advance(sandbox, "3h")
    assert (await get_run(http, number))["status"] == "RUNNING"
    advance(sandbox, "15s")
    over = await get_run(http, number)
    assert (over["status"], over["statusInfo"]) == ("CANCELED", "Canceled - Due to running too long")
    assert (over["startTime"], over["endTime"]) == ("2026-04-03 07:00:15+0000", "2026-04-03 10:00:15+0000")


# Once more


async def test_a_rerun_is_a_new_run_of_the_same(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    answer = await http.post(f"/test-runs/{HOTFIX}/rerun")
    again, first = answer.json(), await get_run(http, HOTFIX)
    assert answer.is_success
    assert again["id"] not in {HOTFIX, first["id"]}
    for name in ("name", "branch", "buildKey", "projectId", "environmentId", "testSuiteId"):
        assert again[name] == first[name]
    advance(sandbox, "10m")
    assert (await get_run(http, again["id"]))["status"] == "FAIL"


async def test_a_rerun_has_no_body_and_needs_a_run(http: httpx.AsyncClient) -> None:
    assert (await http.post(f"/test-runs/{HOTFIX}/rerun", json={"failedOnly": True})).status_code == 400
    assert is_problem(await http.post("/test-runs/1/rerun"), 404)


async def test_an_hour_that_passes_each_second_brings_a_run_to_its_end_in_a_moment() -> None:
    seconds = 0.0
    async with account(build(clock=Clock(factor=3600, real=lambda: seconds))) as http:
        number = (await submit_run(http, includeTags=["smoke"]))["id"]
        seconds = 0.1
        assert (await get_run(http, number))["status"] == "PASS"
