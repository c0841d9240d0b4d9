"""The life of a run: ordered, picked up, discovering, running, over; canceled by people, by time and by newer ones."""

from collections import Counter
from typing import Any

import httpx
import pytest

from tests.tools.testery_sandbox.asking import HOTFIX, account, is_problem, later, named, run, submitted, switched, told
from tools.kit.sandbox.clock import Clock
from tools.kit.sandbox.sandbox import Sandbox
from tools.testery.sandbox.build import build

pytestmark = pytest.mark.anyio


async def statuses(http: httpx.AsyncClient, *runs: Any) -> list[str]:
    return [(await run(http, one["id"]))["status"] for one in runs]


async def words(http: httpx.AsyncClient, run_id: int) -> Counter[str]:
    return Counter(one["status"] for one in await told(http, f"/test-runs/{run_id}/results"))


async def test_a_run_goes_from_submitted_to_passed(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    ordered = await submitted(http, includeTags=["smoke"])
    number = ordered["id"]
    assert number > 903000
    assert (ordered["status"], ordered["totalCount"], ordered["startTime"]) == ("SUBMITTED", 0, None)
    assert await words(http, number) == {}
    later(sandbox, "20s")
    looking = await run(http, number)
    assert (looking["status"], looking["phase"], looking["totalCount"]) == ("RUNNING", "DISCOVERY", 0)
    assert looking["startTime"] == "2026-04-03 07:00:15+0000"
    later(sandbox, "45s")
    begun = await run(http, number)
    assert (begun["phase"], begun["totalCount"]) == ("EXECUTION", 5)
    assert set(await words(http, number)) >= {"RUNNING"}
    later(sandbox, "10m")
    over = await run(http, number)
    assert (over["status"], over["passCount"], over["ended"]) == ("PASS", 5, True)
    assert over["endTime"] is not None
    assert await words(http, number) == {"PASS": 5}


async def test_counts_rise_and_never_fall(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    number = (await submitted(http))["id"]
    done = []
    for _ in range(40):
        later(sandbox, "10s")
        now = await run(http, number)
        done.append(now["passCount"] + now["failCount"] + now["ignoredCount"])
        assert done[-1] <= now["totalCount"]
    assert done == sorted(done)
    assert len(set(done)) > 10
    assert now["ended"]


async def test_all_kinds_of_results_are_seen_while_a_run_is_running(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    number = (await submitted(http))["id"]
    later(sandbox, "2m")
    assert set(await words(http, number)) >= {"PASS", "RUNNING", "PENDING"}
    for one in await told(http, f"/test-runs/{number}/results"):
        assert one["error"] is None or one["status"] == "FAIL"
        in_depth = await told(http, f"/test-runs/{number}/results/{one['id']}")
        is_done = one["status"] not in {"RUNNING", "PENDING"}
        assert bool(in_depth["processOutput"]) == is_done
        assert bool(in_depth["screenShots"]) == (one["status"] == "FAIL")


async def test_the_storys_faults_are_still_there_on_staging(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    number = (await submitted(http, testSuiteId=57))["id"]
    later(sandbox, "15m")
    assert (await run(http, number))["status"] == "FAIL"
    failed = await named(http, number)
    assert {"An expired code is refused", "Payment is refused by the bank", "Pay with Apple Pay"} <= set(failed)


async def test_production_is_sound(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    number = (await submitted(http, environment="production", testSuiteId=57))["id"]
    later(sandbox, "15m")
    over = await run(http, number)
    assert (over["status"], over["failCount"]) == ("PASS", 1)  # the one that is quarantined


async def test_a_run_alone_needs_a_project_and_an_environment(http: httpx.AsyncClient) -> None:
    assert (await submitted(http, branch=...))["status"] == "SUBMITTED"


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
    ordered = await submitted(
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
    seen = await run(http, ordered["id"])
    assert (seen["name"], seen["testName"]) == ("Checkout", "Checkout (Staging)")
    assert (seen["buildKey"], seen["gitRef"], seen["branch"]) == ("4711", "abc123", None)
    assert (seen["copies"], seen["maxRunners"], seen["defaultToParallelizeByFile"]) == (3, 2, False)
    assert (seen["timeoutMinutes"], seen["testTimeoutSeconds"], seen["retryFailedTests"]) == (20, 90, True)
    assert (seen["includeTags"], seen["excludedTags"]) == (["checkout"], ["payment"])
    assert [one["id"] for one in await told(http, "/test-runs/by-deploy/5120")] == [ordered["id"], 902115, HOTFIX]


async def test_a_status_name_is_taken_word_by_word(http: httpx.AsyncClient) -> None:
    ordered = await submitted(http, testName="Checkout", statusName="ci/checkout")
    assert (ordered["name"], ordered["testName"]) == ("ci/checkout", "ci/checkout")


async def total(http: httpx.AsyncClient, sandbox: Sandbox, **fields: object) -> int:
    """How many tests such a run has."""
    number = (await submitted(http, environment="production", **fields))["id"]
    later(sandbox, "2h")
    found: int = (await run(http, number))["totalCount"]
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
    slow = (await submitted(http, runners=1, parallelizeByFile=False))["id"]
    fast = (await submitted(http, runners=8, parallelizeByFile=False))["id"]
    later(sandbox, "1h")
    assert (await run(http, fast))["endTime"] < (await run(http, slow))["endTime"]


async def test_no_tests_is_a_failure_that_says_so(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    number = (await submitted(http, testFilters=["Regex: ("]))["id"]
    later(sandbox, "5m")
    over = await run(http, number)
    assert (over["status"], over["totalCount"], over["statusInfo"]) == ("FAIL", 0, "No tests were found")


async def test_a_project_without_git_needs_a_build(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    bare = await submitted(http, project="harbour-kiosk", branch=...)
    built = await submitted(http, project="harbour-kiosk", branch=..., buildId="kiosk-2.7.0")
    later(sandbox, "10m")
    assert await statuses(http, bare, built) == ["FAIL", "PASS"]
    assert "needs a build" in (await run(http, bare["id"]))["statusInfo"]


async def test_the_version_deployed_last_is_run(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    ordered = await submitted(http, branch=..., latestDeploy=True)
    assert (ordered["buildKey"], ordered["branch"]) == ("9.0.1-rc2", "release/9.0.1")
    never = await submitted(http, project="harbour-app", branch=..., latestDeploy=True)
    later(sandbox, "10m")
    assert "was deployed" in (await run(http, never["id"]))["statusInfo"]


async def test_a_test_that_takes_too_long_fails_and_is_counted(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    number = (await submitted(http, environment="production", includeTags=["start", "search"], testTimeoutSeconds=5))[
        "id"
    ]
    later(sandbox, "10m")
    over = await run(http, number)
    assert (over["status"], over["timeoutCount"]) == ("FAIL", over["failCount"])
    assert over["timeoutCount"] > 2


async def test_a_run_that_takes_too_long_is_stopped(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    number = (await submitted(http, environment="production", runners=1, timeoutMinutes=3))["id"]
    later(sandbox, "10m")
    over = await run(http, number)
    assert (over["status"], over["statusInfo"]) == ("FAIL", "Timed out after 3 minutes")
    assert over["endTime"] == "2026-04-03 07:03:15+0000"
    assert over["notRunCount"] > 0


async def test_a_retry_makes_a_flaky_test_pass(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    seen = []
    for retry in (True, False):
        number = (await submitted(http, includeTags=["search"], copies=40, retryFailedTests=retry))["id"]
        later(sandbox, "1h")
        seen.append(await run(http, number))
    assert [(one["status"], one["hasFlakyTest"]) for one in seen] == [("PASS", True), ("FAIL", False)]
    assert seen[0]["passCount"] == 160
    assert (await words(http, seen[0]["id"]))["FAIL"] > 0


async def test_a_try_is_listed_beside_the_next_one_once_it_failed(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    number = (await submitted(http, includeTags=["search"], copies=40, retryFailedTests=True))["id"]
    for _ in range(6):
        later(sandbox, "80s")
        results = await words(http, number)
        assert results.total() == (await run(http, number))["totalCount"] + results["FAIL"]
    assert results["FAIL"] > 0


# Waiting


async def test_more_runs_than_an_environment_takes_are_queued(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    ordered = [await submitted(http, branch=f"feature/{place}") for place in range(4)]
    later(sandbox, "30s")
    assert await statuses(http, *ordered) == ["RUNNING", "RUNNING", "QUEUED", "QUEUED"]
    later(sandbox, "6m")
    assert (await statuses(http, *ordered))[2:] == ["RUNNING", "RUNNING"]
    later(sandbox, "10m")
    assert not {"RUNNING", "QUEUED"} & set(await statuses(http, *ordered))


async def test_a_newer_run_of_the_same_kind_takes_the_place_of_a_queued_one(
    http: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    busy = [await submitted(http, branch=f"feature/{place}") for place in range(2)]
    older, other, newer = [await submitted(http, branch=branch) for branch in ("main", "develop", "main")]
    later(sandbox, "30s")
    assert await statuses(http, *busy, older, other, newer) == ["RUNNING", "RUNNING", "CANCELED", "QUEUED", "QUEUED"]
    gone = await run(http, older["id"])
    assert (gone["statusInfo"], gone["startTime"], gone["ended"]) == ("Canceled - Due to newer test run", None, True)


async def test_what_waits_in_the_story_starts_when_there_is_room(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    assert await statuses(http, {"id": 902119}, {"id": 902120}) == ["RUNNING", "QUEUED"]
    later(sandbox, "30m")
    assert await statuses(http, {"id": 902119}, {"id": 902120}) == ["PASS", "PASS"]
    first, second = await run(http, 902119), await run(http, 902120)
    assert second["startTime"] == first["endTime"]


async def test_room_in_one_environment_is_none_in_another(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    ordered = [await submitted(http, branch=f"feature/{place}") for place in range(3)]
    later(sandbox, "30s")
    for number in (902120, 902119):
        await http.patch(f"/test-runs/{number}", json={"status": "CANCELED"})
    assert (await statuses(http, *ordered))[2] == "QUEUED"


async def test_an_environment_without_a_limit_takes_all(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    await http.patch("/environments/212", json={"maximumParallelTestRuns": 0})
    ordered = [await submitted(http, branch=f"feature/{place}") for place in range(5)]
    later(sandbox, "30s")
    assert set(await statuses(http, *ordered)) == {"RUNNING"}


async def test_an_environment_with_more_room_lets_a_queued_run_in(http: httpx.AsyncClient) -> None:
    await told(http, "/test-runs/902120")
    await http.patch("/environments/214", json={"maximumParallelTestRuns": 2})
    assert (await run(http, 902120))["status"] == "RUNNING"


# Canceling


async def test_a_run_is_canceled(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    number = (await submitted(http, environment="production"))["id"]
    later(sandbox, "2m")
    answer = await http.patch(f"/test-runs/{number}", json={"status": "CANCELED"})
    assert (answer.status_code, answer.json()["status"]) == (200, "CANCELED")
    over = await run(http, number)
    assert (over["endTime"], over["statusInfo"]) == ("2026-04-03 07:02:00+0000", "Canceled - By user")
    assert (await words(http, number))["NOT_RUN"] == over["notRunCount"] > 0
    later(sandbox, "1h")
    assert await run(http, number) == over


async def test_canceling_makes_room(http: httpx.AsyncClient) -> None:
    await http.patch("/test-runs/902119", json={"status": "CANCELED"})
    assert (await run(http, 902120))["status"] == "RUNNING"


async def test_the_old_word_cancels_too(http: httpx.AsyncClient) -> None:
    assert (await http.patch("/test-runs/902120", json={"status": "CANCEL"})).json()["status"] == "CANCELED"


async def test_a_run_that_is_over_stays_as_it_is(http: httpx.AsyncClient) -> None:
    before = await run(http, HOTFIX)
    answer = await http.patch(f"/test-runs/{HOTFIX}", json={"status": "CANCELED"})
    assert (answer.status_code, answer.json()) == (200, before)
    async with switched(strict_cancel=True) as strict:
        assert is_problem(await strict.patch(f"/test-runs/{HOTFIX}", json={"status": "CANCELED"}), 409)


@pytest.mark.parametrize("sent", [{}, {"status": "PASS"}, {"status": "CANCELED", "name": "x"}])
async def test_nothing_but_a_cancel_can_be_set(http: httpx.AsyncClient, sent: dict[str, str]) -> None:
    assert (await http.patch("/test-runs/902119", json=sent)).status_code == 400
    assert is_problem(await http.patch("/test-runs/1", json={"status": "CANCELED"}), 404)


async def test_three_hours_are_the_limit(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    number = (await submitted(http, environment="production", copies=100, runners=1))["id"]
    later(sandbox, "3h")
    assert (await run(http, number))["status"] == "RUNNING"
    later(sandbox, "15s")
    over = await run(http, number)
    assert (over["status"], over["statusInfo"]) == ("CANCELED", "Canceled - Due to running too long")
    assert (over["startTime"], over["endTime"]) == ("2026-04-03 07:00:15+0000", "2026-04-03 10:00:15+0000")


# Once more


async def test_a_rerun_is_a_new_run_of_the_same(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    answer = await http.post(f"/test-runs/{HOTFIX}/rerun")
    again, first = answer.json(), await run(http, HOTFIX)
    assert answer.is_success
    assert again["id"] not in {HOTFIX, first["id"]}
    for name in ("name", "branch", "buildKey", "projectId", "environmentId", "testSuiteId"):
        assert again[name] == first[name]
    later(sandbox, "10m")
    assert (await run(http, again["id"]))["status"] == "FAIL"


async def test_a_rerun_has_no_body_and_needs_a_run(http: httpx.AsyncClient) -> None:
    assert (await http.post(f"/test-runs/{HOTFIX}/rerun", json={"failedOnly": True})).status_code == 400
    assert is_problem(await http.post("/test-runs/1/rerun"), 404)


async def test_an_hour_that_passes_each_second_brings_a_run_to_its_end_in_a_moment() -> None:
    seconds = 0.0
    async with account(build(clock=Clock(factor=3600, real=lambda: seconds))) as http:
        number = (await submitted(http, includeTags=["smoke"]))["id"]
        seconds = 0.1
        assert (await run(http, number))["status"] == "PASS"
