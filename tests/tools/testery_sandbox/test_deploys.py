"""Deploys, the schedules they fire, and schedules that go by the clock."""

from datetime import UTC, datetime

import httpx
import pytest

from tests.tools.testery_sandbox.requests import CONTROLS, advance, client_with, get_json, get_run, is_problem
from tools.kit.sandbox.sandbox import Sandbox
from tools.testery.sandbox import cron

pytestmark = pytest.mark.anyio

DEPLOY = {"project": "harbour-web", "environment": "staging", "buildId": "9.0.1-rc3", "commit": None, "branch": None}
NIGHTLY = {
    "name": "Every morning",
    "scheduleType": "interval",
    "projectId": 7301,
    "environmentId": 213,
    "cron": "0 8 * * *",
    "branch": "main",
    "buildName": None,
    "copies": 1,
    "defaultToParallelizeByFile": True,
    "followTestRun": False,
    "latestDeploy": False,
    "onDeploy": False,
    "retryFailedTests": False,
    "testFilters": [],
    "testName": None,
}


async def fired(http: httpx.AsyncClient, **fields: object) -> list[str]:
    """The names of the runs that a deploy started."""
    answer = await http.post("/deploys", json={**DEPLOY, **fields})
    assert answer.status_code == 201, answer.text
    return sorted(one["name"] for one in await get_json(http, f"/test-runs/by-deploy/{answer.json()['id']}"))


async def scheduled(http: httpx.AsyncClient, **fields: object) -> int:
    answer = await http.post("/schedules", json={**NIGHTLY, **fields})
    assert answer.status_code == 201, answer.text
    number: int = answer.json()["id"]
    return number


async def refused(http: httpx.AsyncClient, path: str, sent: dict[str, object]) -> str:
    answer = await http.post(path, json=sent)
    assert answer.status_code == 500, answer.text
    assert list(answer.json()) == ["message"]
    return str(answer.json()["message"])


# Deploys


async def test_a_deploy_fires_the_schedules_it_fits(http: httpx.AsyncClient) -> None:
    assert await fired(http) == ["Kiosk after a web deploy", "Regression after a deploy"]
    assert await fired(http, project="harbour-app") == ["Regression after a deploy"]
    assert await fired(http, environment="production") == ["Smoke after a deploy"]
    assert await fired(http, project="harbour-kiosk", environment="kiosk-altona") == []


async def test_a_run_of_a_deploy_takes_the_version_that_was_deployed(http: httpx.AsyncClient) -> None:
    deploy = (await http.post("/deploys", json={**DEPLOY, "branch": "release/9.0.1"})).json()
    kiosk, web = sorted(await get_json(http, f"/test-runs/by-deploy/{deploy['id']}"), key=lambda one: -one["projectId"])
    assert (web["buildKey"], web["branch"], web["isSchedule"]) == ("9.0.1-rc3", "release/9.0.1", True)
    assert kiosk["buildKey"] == "kiosk-2.7.0"
    schedules = {one["id"]: one for one in await get_json(http, "/schedules")}
    assert schedules[643]["lastRunAt"] == schedules[648]["lastRunAt"] == "2026-04-03 07:00:00+0000"


@pytest.mark.parametrize(
    ("fields", "fires"),
    [
        ({"scheduleType": "deploy"}, True),
        ({"onDeploy": True}, True),
        ({"scheduleType": "deploy", "deployedProjectIds": [7301]}, True),
        ({"scheduleType": "deploy", "deployedProjectIds": [0]}, True),
        ({"scheduleType": "deploy", "deployedProjectIds": [7302]}, False),
        ({"scheduleType": "deploy", "environmentId": 212}, False),
        ({}, False),
    ],
)
async def test_which_schedules_a_deploy_fires(http: httpx.AsyncClient, fields: dict[str, object], fires: bool) -> None:
    await scheduled(http, cron=None, **fields)
    assert ("Every morning" in await fired(http, environment="production")) == fires


async def test_runs_of_a_deploy_may_come_late(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    await http.post(f"{CONTROLS}/switches", json={"late_deploy_runs": True})
    number, seen = (await http.post("/deploys", json=DEPLOY)).json()["id"], []
    for _ in range(4):
        seen.append(len(await get_json(http, f"/test-runs/by-deploy/{number}")))
        advance(sandbox, "20s")
    assert seen == [0, 0, 1, 2]


async def test_a_run_that_is_to_come_is_not_there_yet(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    await http.post(f"{CONTROLS}/switches", json={"late_deploy_runs": True})
    await http.post("/deploys", json=DEPLOY)
    assert is_problem(await http.get("/test-runs/903001"), 404)
    advance(sandbox, "30s")
    assert (await get_run(http, 903001))["createTime"] == "2026-04-03 07:00:30+0000"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"project": None}, "project is required"),
        ({"project": "harbour"}, "Project harbour does not exist"),
        ({"environment": "moon"}, "Environment moon does not exist"),
        ({"environment": "staging-2025"}, "Environment staging-2025 does not exist"),
        ({"gitProvider": "GitLab"}, "Git provider GitLab"),
        ({"gitProvider": "GitHub", "gitOwner": "harbour"}, "owner and repository"),
        ({"updateVcsStatus": "no"}, "updateVcsStatus is not a boolean"),
    ],
)
async def test_a_deploy_that_makes_no_sense_is_500_with_a_sentence(
    http: httpx.AsyncClient, wrong: dict[str, object], words: str
) -> None:
    assert words in await refused(http, "/deploys", {**DEPLOY, **wrong})


async def test_a_deploy_with_everything(http: httpx.AsyncClient) -> None:
    git = {"gitProvider": "BitBucket", "gitOwner": "harbour", "gitRepo": "web", "statusName": "ci", "commit": "abc"}
    answer = await http.post("/deploys", json={**DEPLOY, **git, "updateVcsStatus": True})
    assert (answer.status_code, answer.json()["id"], answer.json()["commit"]) == (201, 5201, "abc")


# Schedules


async def test_the_schedules_of_the_story(http: httpx.AsyncClient) -> None:
    schedules = await get_json(http, "/schedules")
    assert [one["id"] for one in schedules] == list(range(640, 649))
    assert [one["name"] for one in schedules].count("Nightly") == 3
    assert [one["id"] for one in schedules if one["archived"]] == [645]
    assert [one["id"] for one in schedules if not one["enabled"]] == [644]
    assert {
        "id": 640,
        "name": "Nightly",
        "enabled": True,
        "archived": False,
        "cron": "0 2 * * *",
        "onDeploy": False,
        "deployedProjectIds": [],
        "lastRunAt": "2026-04-03 02:00:00+0000",
        "projectId": 7301,
        "environmentId": 212,
        "scheduleType": "interval",
    }.items() <= schedules[0].items()
    assert schedules[6]["cron"] is schedules[6]["lastRunAt"] is None


async def test_a_schedule_runs_when_its_time_comes(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    number = await scheduled(http)
    advance(sandbox, "59m")
    assert [one["name"] for one in await get_json(http, "/test-runs?limit=1")] == ["Kiosk regression"]
    advance(sandbox, "1m")
    newest = (await get_json(http, "/test-runs?limit=1"))[0]
    assert (newest["name"], newest["isSchedule"], newest["createTime"]) == (
        "Every morning",
        True,
        "2026-04-03 08:00:00+0000",
    )
    assert (await get_json(http, "/schedules"))[-1] == {
        **(await get_json(http, "/schedules"))[-1],
        "id": number,
        "lastRunAt": newest["createTime"],
    }
    advance(sandbox, "2d")
    names = [one["name"] for one in await get_json(http, "/test-runs?limit=30")]
    assert names.count("Every morning") == 3
    assert names.count("Nightly app") >= 2


async def test_a_new_schedule_does_not_make_up_for_what_was_before_it(
    http: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    advance(sandbox, "2h")
    number = await scheduled(http)
    advance(sandbox, "1m")
    assert [one["lastRunAt"] for one in await get_json(http, "/schedules") if one["id"] == number] == [None]


async def test_a_leap_of_a_year_brings_a_week_of_runs(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    await get_json(http, "/test-runs?limit=1")
    advance(sandbox, "52w")
    runs = await get_json(http, "/test-runs?limit=100")
    days = [one["createTime"][:10] for one in runs if one["name"] == "Nightly app" and one["createTime"] > "2026-05"]
    assert days == [f"2027-{day}" for day in ("04-02", "04-01", "03-31", "03-30", "03-29", "03-28", "03-27")]


async def test_a_disabled_and_an_archived_schedule_do_not_run(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    await get_json(http, "/schedules")
    advance(sandbox, "6d")
    after = {one["id"]: one["lastRunAt"] for one in await get_json(http, "/schedules")}
    assert (after[644], after[645]) == ("2026-03-16 04:00:00+0000", "2025-11-28 01:00:00+0000")
    assert after[640] == "2026-04-09 02:00:00+0000"


async def test_a_schedules_words_for_a_run_are_its_own(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    await scheduled(
        http, commit="abc", buildName="b1", maxRunners=2, testSuiteId=55, priority=7, includeTags=["smoke"], copies=2
    )
    advance(sandbox, "61m")
    newest = (await get_json(http, "/test-runs?limit=1"))[0]
    assert (newest["gitRef"], newest["buildKey"], newest["maxRunners"]) == ("abc", "b1", 2)
    assert (newest["testSuiteId"], newest["priority"], newest["copies"]) == (55, 7, 2)


async def test_the_lowest_priority_goes_first(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    for name, priority in (("late", 9), ("early", 1)):
        await scheduled(http, name=name, priority=priority)
    sent = {"project": "harbour-web", "environment": "production", "branch": "main"}
    advance(sandbox, "59m")
    await http.post("/test-run-requests-build", json=sent)
    advance(sandbox, "2m")
    late, early = sorted(await get_json(http, "/test-runs?limit=2"), key=lambda one: -one["priority"])
    assert (late["status"], early["status"]) == ("QUEUED", "QUEUED")
    advance(sandbox, "5m")
    assert [(await get_run(http, one["id"]))["status"] for one in (late, early)] == ["QUEUED", "RUNNING"]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"cron": "every day"}, "5 fields (found 2"),
        ({"cron": "61 * * * *"}, "out of range"),
        ({"cron": "0 2 * * XYZ"}, "day of week"),
        ({"cron": "0 0 30 2 *"}, "never comes true"),
        ({"name": None}, "name is required"),
        ({"scheduleType": "CRON"}, "Schedule type CRON"),
        ({"projectId": 1}, "Project 1 does not exist"),
        ({"environmentId": 205}, "Environment 205 does not exist"),
        ({"testSuiteId": 60}, "Test suite 60 does not exist"),
        ({"deployedProjectIds": [1]}, "deployed project"),
        ({"deployedProjectIds": ["harbour-web"]}, "deployedProjectIds"),
        ({"copies": 0}, "copies must be between"),
    ],
)
async def test_a_schedule_that_makes_no_sense_is_500_with_a_sentence(
    http: httpx.AsyncClient, wrong: dict[str, object], words: str
) -> None:
    before = await get_json(http, "/schedules")
    assert words in await refused(http, "/schedules", {**NIGHTLY, **wrong})
    assert await get_json(http, "/schedules") == before


async def test_a_schedule_is_deleted(http: httpx.AsyncClient) -> None:
    assert (await http.delete("/schedules/640")).status_code == 204
    assert 640 not in {one["id"] for one in await get_json(http, "/schedules")}
    assert is_problem(await http.delete("/schedules/640"), 404)


async def test_what_is_deleted_may_be_archived() -> None:
    async with client_with(delete_archives=True) as http:
        for path in ("/schedules", "/environments"):
            number = (await get_json(http, path))[1]["id"]
            assert (await http.delete(f"{path}/{number}")).status_code == 204
            assert [one["archived"] for one in await get_json(http, path) if one["id"] == number] == [True]


# Crontab lines


@pytest.mark.parametrize(
    ("line", "following"),
    [
        ("* * * * *", (2026, 4, 3, 7, 1)),
        ("*/15 * * * *", (2026, 4, 3, 7, 15)),
        ("0 2 * * *", (2026, 4, 4, 2, 0)),
        ("30 6-8/2 * * 1-5", (2026, 4, 3, 8, 30)),
        ("0 4 * * mon", (2026, 4, 6, 4, 0)),
        ("0 4 * * 7", (2026, 4, 5, 4, 0)),
        ("5,55 23 1 JAN *", (2027, 1, 1, 23, 5)),
        ("0 0 13 * FRI", (2026, 4, 10, 0, 0)),
        ("0 0 29 2 *", (2028, 2, 29, 0, 0)),
        ("0/50 7 * * *", (2026, 4, 3, 7, 50)),
    ],
)
def test_when_a_line_comes_true(line: str, following: tuple[int, ...]) -> None:
    year, month, day, hour, minute = following
    after = datetime(2026, 4, 3, 7, 0, 30, tzinfo=UTC)
    assert cron.parse_cron(line).following(after) == datetime(year, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize("line", ["", "* * * *", "* * * * * *", "60 * * * *", "5-1 * * * *", "*/0 * * * *", "a * * * *",
                                  "1,,2 * * * *", "* * 0 * *", "* * * 13 *", "* * * * 8"])  # fmt: skip
def test_what_is_no_line(line: str) -> None:
    with pytest.raises(cron.BadCron):
        cron.parse_cron(line)
