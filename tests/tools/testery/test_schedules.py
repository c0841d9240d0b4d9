"""Schedules and deploys start paid runs by themselves: the question says how often, and what a deploy starts."""

from typing import Any

import pytest
from mcp.types import ElicitResult

from tests.acts import confirmed, question
from tests.desk import CANCEL, DECLINE, ERAS, NO, desk
from tests.tools.kit.wire import Wire, says
from tests.tools.testery.wired import client_over
from tools.kit.asking import question_of
from tools.kit.errors import Refused
from tools.kit.text import quote, word
from tools.testery.models.schedules import Schedule
from tools.testery.tools.cron import often, times_a_year
from tools.testery.tools.deploys import create_deploy
from tools.testery.tools.schedules import create_schedule, trigger_of

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)

NIGHTLY: dict[str, Any] = {
    "name": "Noon",
    "project_key": "harbour-web",
    "environment_key": "staging",
    "suite": "Regression",
    "cron": "0 12 * * 1-5",
    "runners": 2,
}
DEPLOY: dict[str, Any] = {"project_key": "harbour-web", "environment_key": "staging", "build": "9.0.1-rc3"}


@both_eras
async def test_the_question_of_a_schedule_says_how_often_and_how_much(mode: str) -> None:
    async with desk(mode) as d:
        done = await d.answer("testery_create_schedule", **NIGHTLY)
        _, body = d.sent("POST", "/schedules")
    (words,) = d.asked
    assert "'0 12 * * 1-5': about 5 times a week, 261 times a year" in words
    assert "1 copy x 2 runners x 40 tests" in words
    assert "the one deployed to the environment last" in words
    assert "there is no further question" in words
    assert (body["scheduleType"], body["onDeploy"], body["latestDeploy"]) == ("interval", False, True)
    assert done["now"]["trigger"] == "cron '0 12 * * 1-5'"
    assert done["now"]["enabled"] is True


async def test_a_schedule_may_wait_for_deploys_instead() -> None:
    async with desk() as d:
        done = await d.answer(
            "testery_create_schedule", **NIGHTLY | {"cron": None, "on_deploy_of": ["harbour-web", "harbour-app"]}
        )
        anyone = await d.answer("testery_create_schedule", **NIGHTLY | {"cron": None, "on_deploy_of": []})
    assert "at every deploy of harbour-web, harbour-app" in d.asked[0]
    assert "at every deploy of any project" in d.asked[1]
    assert done["now"]["trigger"] == "a deploy of harbour-web, harbour-app"
    assert anyone["now"]["trigger"] == "a deploy of any project", "a stored [0] means any"


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"cron": None}, "exactly one of cron and on_deploy_of"),
        ({"on_deploy_of": ["harbour-web"]}, "exactly one of cron and on_deploy_of"),
        ({"cron": "0 12 * *"}, "five fields"),
        ({"cron": "0 12 30 2 *"}, "never runs"),
        ({"cron": None, "on_deploy_of": ["nope"]}, "testery_list_projects"),
        ({"environment_key": "staging-2025"}, "is archived"),
    ],
)
async def test_a_schedule_that_cannot_be_is_refused_before_anybody_is_asked(
    more: dict[str, Any], sentence: str
) -> None:
    async with desk() as d:
        assert sentence in await d.refusal("testery_create_schedule", **NIGHTLY | more)
        assert d.asked == []
        assert d.writes("testery") == []


async def test_a_line_only_the_platform_can_read_is_put_to_it_and_its_500_is_a_refusal() -> None:
    async with desk() as d:
        error = await d.refusal("testery_create_schedule", **NIGHTLY | {"cron": "0 12 L * FRI#2"})
        assert d.writes("testery") == ["POST /schedules"]
    assert "how often that is cannot be determined here" in d.asked[0]
    assert "Testery refused what was sent (500). It said:" in error
    assert "may or may not have happened" not in error


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("0 2 * * *", "about once a day, 365 times a year"),
        ("*/15 * * * *", "about 96 times a day, 35,064 times a year"),
        ("0 4 * * MON", "about once a week, 52 times a year"),
        ("0 0 1 * *", "about 12 times a year"),
        ("0 0 29 2 *", "about 0.25 times a year"),
        ("0 0 1,15 * 5", "about once a week, 73 times a year"),
        ("5/20 8-10 * jan sun", "about 38 times a year"),
        ("0 2 * * 7", "about once a week, 52 times a year"),
        ("@daily please do run it", "how often that is cannot be determined here"),
    ],
)
def test_a_crontab_line_is_told_as_how_often(line: str, words: str) -> None:
    assert often(line) == words


@pytest.mark.parametrize("line", ["", "* * * *", "0 0 0 * * *", "@daily"])
def test_a_line_that_has_not_five_fields_is_refused(line: str) -> None:
    with pytest.raises(Refused, match="five fields"):
        times_a_year(line)


@pytest.mark.parametrize(
    "line", ["61 * * * *", "* 25 * * *", "5-1 * * * *", "*/0 * * * *", "a b c d e", "1--2 * * * *"]
)
def test_a_line_that_cannot_be_read_is_not_guessed_at(line: str) -> None:
    assert times_a_year(line) is None


async def test_a_new_schedule_that_cannot_be_read_again_is_known_by_its_id() -> None:
    projects, places = [{"id": 1, "key": "web"}], [{"id": 2, "key": "qa"}]
    no_windows = says(json={"scheduled_maintenances": []})
    created = says(201, json={"id": 649})
    wire = Wire(says(json=projects), says(json=places), says(json=[]), no_windows, created, says(404, json={}))
    answer = await confirmed(create_schedule(client_over(wire), "Noon", "web", "qa", cron="0 12 * * *"))
    assert answer.now is None
    assert "schedule 649" in answer.done
    assert "could not be read again" in str(answer.warning)


async def test_deleting_a_schedule_names_it_and_one_of_the_same_name_stays() -> None:
    async with desk() as d:
        done = await d.answer("testery_delete_schedule", schedule_id=647)
        left = await d.answer("testery_list_schedules")
    assert "647 'Nightly' of project harbour-kiosk on kiosk-altona (enabled, started by cron '0 3 * * *')" in d.asked[0]
    assert done["done"] == "Deleted schedule 647 'Nightly' of project harbour-kiosk on kiosk-altona."
    assert sum(row["name"] == "Nightly" for row in left["items"]) == 2, "the vendor's own client would delete them all"


async def test_an_unknown_schedule_asks_nobody() -> None:
    async with desk() as d:
        assert "testery_list_schedules shows ids" in await d.refusal("testery_delete_schedule", schedule_id=1)
        assert d.asked == []


@pytest.mark.parametrize("person", [NO, DECLINE, CANCEL])
@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("create_schedule", NIGHTLY),
        ("delete_schedule", {"schedule_id": 640}),
        ("create_deploy", DEPLOY),
        ("start_test_plan", {"plan_key": "smoke"}),
        ("cancel_plan_run", {"plan_id": 81, "plan_run_id": 1}),
        ("add_user", {"email": "new@shop.example.test"}),
    ],
)
async def test_without_a_yes_nothing_happens(person: ElicitResult, name: str, arguments: dict[str, Any]) -> None:
    async with desk(person=person) as d:
        assert "Nothing was sent" in await d.refusal(f"testery_{name}", **arguments)
        assert d.writes("testery") == []


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"cron": "0 2 * * *"}, f"cron {quote('0 2 * * *', at_most=60)}"),
        ({"scheduleType": "deploy", "onDeploy": False, "deployedProjectIds": [7]}, f"a deploy of {word('web')}"),
        ({"onDeploy": True, "deployedProjectIds": [0]}, "a deploy of any project"),
        ({"onDeploy": True, "deployedProjectIds": None}, "a deploy of any project"),
        ({"onDeploy": True, "deployedProjectIds": [8]}, f"a deploy of {word(8)}"),
        ({"scheduleType": "interval", "onDeploy": False}, "by hand, in the web app"),
        ({}, "the platform does not say"),
    ],
)
def test_what_starts_a_schedule_is_told_in_words(told: dict[str, Any], words: str) -> None:
    assert trigger_of(Schedule.model_validate({"id": 1} | told), {7: "web"}) == words


@both_eras
async def test_a_deploy_names_the_schedules_that_it_starts(mode: str) -> None:
    async with desk(mode) as d:
        done = await d.answer("testery_create_deploy", **DEPLOY)
        _, body = d.sent("POST", "/deploys")
    (question,) = d.asked
    assert "each a paid run: 2 (643 'Regression after a deploy'; 648 'Kiosk after a web deploy')" in question
    assert "other environments: 1 (642 'Smoke after a deploy'" in question
    assert "640" not in question
    assert "build '9.0.1-rc3'" in question
    assert body == {
        "project": "harbour-web",
        "environment": "staging",
        "updateVcsStatus": False,
        "buildId": "9.0.1-rc3",
    }
    assert [run["name"] for run in done["runs"]]
    assert len(done["runs"]) == 2
    assert f"deploy_id {done['deploy_id']}" in done["next"]


async def test_a_deploy_that_starts_its_runs_later_says_that_more_may_follow() -> None:
    async with desk() as d:
        await d.switch("testery", late_deploy_runs=True)
        done = await d.answer("testery_create_deploy", **DEPLOY)
        assert done["runs"] == []
        assert "more may follow" in done["done"]
        await d.control("clock", advance="2m")
        page = await d.answer("testery_list_test_runs", deploy_id=done["deploy_id"])
    assert len(page["items"]) == 2


async def test_a_deploy_that_starts_nothing_asks_nobody() -> None:
    projects, places = [{"id": 1, "key": "web"}], [{"id": 2, "key": "qa"}]
    schedules = [
        {"id": 1, "enabled": False, "onDeploy": True},
        {"id": 2, "archived": True, "onDeploy": True},
        {"id": 3, "scheduleType": "interval", "cron": "0 2 * * *"},
        {"id": 4, "onDeploy": True, "deployedProjectIds": [9]},
    ]
    api = client_over(Wire(says(json=projects), says(json=places), says(json=schedules)))
    assert (await question_of(create_deploy(api, "web", "qa"))).question is None


async def test_a_schedule_that_does_not_say_what_starts_it_is_counted_as_one_that_a_deploy_may_start() -> None:
    projects, places = [{"id": 1, "key": "web"}], [{"id": 2, "key": "qa"}]
    sparse = [{"id": 5, "name": "Nightly", "enabled": True, "archived": False}]
    api = client_over(
        Wire(says(json=projects), says(json=places), says(json=sparse), says(json={"scheduled_maintenances": []}))
    )
    assert "a paid run: 1 (5" in await question(create_deploy(api, "web", "qa"))


async def test_a_repository_is_named_whole_or_not_at_all() -> None:
    async with desk() as d:
        error = await d.refusal("testery_create_deploy", **DEPLOY, git_provider="GitHub")
        assert "go together" in error
        assert d.asked == []
