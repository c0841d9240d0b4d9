"""Starting, rerunning and cancelling runs: the question shows the cost, and invalid calls are refused unasked."""

import json
from datetime import timedelta
from typing import Any

import pytest
from mcp.types import ElicitResult

from tests.acts import confirmed, rendered, shown_question
from tests.desk import CANCEL, DECLINE, ERAS, NO, desk
from tests.tools.kit.wire import Wire, says
from tests.tools.testery.wired import client_over, run_as_read
from tools.kit.errors import Refused
from tools.testery.models.orders import RunOrder
from tools.testery.models.projects import Project
from tools.testery.models.runs import Run
from tools.testery.models.settings import Environment
from tools.testery.tools.order_questions import queue_lines, size_line, size_of
from tools.testery.tools.starting import cancel_test_run, rerun_test_run, start_test_run

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)

HOTFIX, RUNNING, QUEUED = 902114, 902119, 902120
ORDER: dict[str, Any] = {
    "project_key": "harbour-web",
    "environment_key": "staging",
    "branch": "release/9.0.1",
    "build": "9.0.1-rc2",
    "commit": "0a1b2c3d",
    "suite": "regression",
    "runners": 4,
    "copies": 3,
    "variables": [{"key": "GATE_PASSWORD", "value": "Hafen-4711-neu"}],
}
POST = "POST /test-run-requests-build"
NO_WINDOWS = says(json={"scheduled_maintenances": []})


def order(**more: Any) -> RunOrder:
    web = Project(id=7301, key="web")
    staging = Environment.model_validate({"id": 212, "key": "staging"})
    return RunOrder(project=web, environment=staging, **more)


def run(run_id: int, **fields: Any) -> Run:
    return Run.model_validate(run_as_read(run_id, projectId=7301, environmentId=212, totalCount=40) | fields)


@both_eras
async def test_the_question_shows_place_version_and_the_numbers_multiplied(mode: str) -> None:
    async with desk(mode) as d:
        started = await d.answer("testery_start_test_run", **ORDER)
        question = d.asked[0]
    assert len(d.asked) == 1, "the words hold still between the rounds"
    ordered = (
        "Suite: 'Regression'",
        "Version: branch 'release/9.0.1', commit '0a1b2c3d', build '9.0.1-rc2'",
        "Size: 3 copies x 4 runners x 40 tests (as in run 902114): 120 tests to run, on up to 12 machines at once",
        "Variables set: 'GATE_PASSWORD'",
    )
    place = "ests of project harbour-web on environment staging at 'https://staging.shop.example.test'"
    assert question.startswith(f"Start t{place}? Machine time is paid.\n- " + "\n- ".join(ordered))
    assert "takes 2 at a time" in question
    assert (started["done"], started["ordered"]) == ("Started.", [f"T{place}", *ordered])
    assert started["next"] == "testery_wait_for_run waits for it."
    assert (started["run_id"], started["run"]["run_id"]) == (903001, 903001)
    assert started["run"]["said"] == "SUBMITTED"
    assert started["run"]["project_key"] == "harbour-web"


async def test_a_suite_is_not_given_with_a_playwright_project() -> None:
    both = start_test_run(
        client_over(Wire(says(json=[]))), "web", "staging", suite="Smoke", playwright_project="chromium"
    )
    with pytest.raises(Refused, match="Give only one of them"):
        await confirmed(both)


async def test_everything_that_is_ordered_is_shown_and_sent() -> None:
    places = [{"id": 212, "key": "staging", "url": "https://staging.example"}]
    waiting = run_as_read(5, status="QUEUED", projectId=7301, environmentId=212, totalCount=40)
    answers = [says(json=[{"id": 7301, "key": "web"}]), says(json=places), says(json=[waiting]), NO_WINDOWS]
    order: dict[str, Any] = {
        "latest_deploy": True,
        "deploy_id": 4711,
        "include_tags": ["smoke"],
        "exclude_tags": ["slow"],
        "name_patterns": ["^Cart"],
        "runners": 2,
        "by_file": False,
        "retry_failed": True,
        "timeout_minutes": 17,
        "test_timeout_seconds": 170,
        "playwright_project": "chromium",
        "use_selection_rules": True,
        "report_to_git": True,
        "status_name": "CI",
    }
    asked = await shown_question(start_test_run(client_over(Wire(*answers)), "web", "staging", **order))
    for line in (
        "- Playwright project: 'chromium'",
        "- Tied to deploy 4711",
        "- The platform leaves out tests that the changes do not touch, per testery.yml",
        "- The commit gets a status in Git named 'CI', which others see",
        "- Failed tests: tried once more",
    ):
        assert line in asked.splitlines()
    assert "cancelled by the platform" in asked, "a run of the same project waits"
    wire = Wire(*answers, says(201, json={"id": 7}), says(json=run_as_read(7)))
    started = await confirmed(start_test_run(client_over(wire), "web", "staging", **order))
    assert json.loads(wire.arrived[4].content) == {
        "project": "web",
        "environment": "staging",
        "updateVcsStatus": True,
        "copies": 1,
        "runners": 2,
        "latestDeploy": True,
        "deployId": 4711,
        "testFilters": ["Regex: ^Cart"],
        "parallelizeByFile": False,
        "retryFailedTests": True,
        "applyTestSelectionRules": True,
        "playwrightProject": "chromium",
        "statusName": "CI",
        "includeTags": ["smoke"],
        "excludedTags": ["slow"],
        "timeoutMinutes": 17,
        "testTimeoutSeconds": 170,
    }
    assert (started.run_id, started.run and started.run.run_id) == (7, 7)
    assert "Playwright project: 'chromium'" in [rendered(line) for line in started.ordered]


async def test_a_window_of_maintenance_is_in_the_question_of_a_start_and_of_a_rerun() -> None:
    window = {"name": "Database", "scheduled_for": "2026-04-03T10:00:00Z", "scheduled_until": "2026-04-03T11:00:00Z"}
    planned = says(json={"scheduled_maintenances": [window | {"id": "1", "status": "scheduled", "impact": "minor"}]})
    projects, places = says(json=[{"id": 7301, "key": "web"}]), says(json=[{"id": 212, "key": "staging"}])
    for act in (
        start_test_run(client_over(Wire(projects, places, says(json=[]), planned)), "web", "staging"),
        rerun_test_run(client_over(Wire(says(json=run_as_read(5)), says(json=[]), planned)), 5),
    ):
        assert "'Database'" in await shown_question(act)


async def test_what_others_see_in_git_is_in_the_question_and_nothing_where_nothing_is_said() -> None:
    async with desk() as d:
        await d.answer("testery_start_test_run", **ORDER, report_to_git=True, status_name="Checkout gate")
        await d.answer("testery_start_test_run", **ORDER)
        _, body = d.sent("POST", "/test-run-requests-build")
    assert "a status in Git named 'Checkout gate', which others see" in d.asked[0]
    assert "Git" not in d.asked[1]
    assert body["updateVcsStatus"] is False


async def test_variables_are_named_and_their_values_are_in_no_question_and_no_answer() -> None:
    async with desk() as d:
        started = await d.answer("testery_start_test_run", **ORDER)
        _, body = d.sent("POST", "/test-run-requests-build")
    assert "Variables set: 'GATE_PASSWORD'" in d.asked[0]
    assert "Hafen-4711-neu" not in d.asked[0] + str(started)
    assert body["variables"][0]["key"] == "GATE_PASSWORD"
    assert body["variables"][0]["encrypted"] is True, "a new variable is encrypted unless somebody says otherwise"


@pytest.mark.parametrize("person", [NO, DECLINE, CANCEL])
async def test_without_a_yes_nothing_starts(person: ElicitResult) -> None:
    async with desk(person=person) as d:
        assert "Nothing was sent" in await d.refusal("testery_start_test_run", **ORDER)
        assert d.writes("testery") == []


async def test_a_client_that_cannot_ask_starts_nothing() -> None:
    async with desk(person=None) as d:
        assert "needs the user's yes" in await d.refusal("testery_start_test_run", **ORDER)
        assert d.arrived(platform="testery") == []


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"project_key": "nope"}, "testery_list_projects"),
        ({"environment_key": "nope"}, "testery_list_environments"),
        ({"environment_key": "staging-2025"}, "is archived"),
        ({"suite": "Nope"}, "testery_list_test_suites"),
        ({"playwright_project": "chromium"}, "ignores playwright_project"),
        ({"variables": [{"key": "A", "value": "1"}, {"key": "A", "value": "2"}]}, "is listed twice"),
        ({"variables": [{"key": "A", "value": ""}]}, "has no value"),
        ({"variables": [{"key": "A", "value": "1", "encrypt": True}]}, "has no field"),
        ({"runners": 0}, "runners"),
        ({"project": "harbour-web"}, "no argument 'project'"),
    ],
)
async def test_what_cannot_work_is_refused_before_anybody_is_asked(more: dict[str, Any], sentence: str) -> None:
    async with desk() as d:
        assert sentence in await d.refusal("testery_start_test_run", **ORDER | more)
        assert d.asked == []
        assert d.writes("testery") == []


async def test_a_start_whose_answer_is_lost_is_not_sent_again_and_says_where_to_look() -> None:
    async with desk() as d:
        await d.fault(platform="testery", method="POST", path="/test-run-requests-build", cut=0, applied=True)
        error = await d.refusal("testery_start_test_run", **ORDER)
        assert "may or may not have happened" in error
        assert "testery_list_test_runs shows whether it was done" in error
        assert d.writes("testery") == [POST]


async def test_a_run_that_cannot_be_read_again_is_still_told_by_its_id() -> None:
    projects, places = [{"id": 7301, "key": "web"}], [{"id": 212, "key": "staging"}]
    broken = says(404, json={})
    wire = Wire(says(json=projects), says(json=places), says(json=[]), NO_WINDOWS, says(201, json={"id": 7}), broken)
    started = await confirmed(start_test_run(client_over(wire), "web", "staging"))
    assert (started.run_id, started.run) == (7, None)
    assert "could not be read again" in started.done


def test_the_size_is_that_of_the_last_finished_run_of_the_same_kind() -> None:
    runs = [
        run(9, status="RUNNING", totalCount=7),
        run(8, projectId=7302, totalCount=99),
        run(7, testSuiteId=56, totalCount=98),
        run(6, copies=2, totalCount=97),
        run(5, totalCount=0),
        run(4, includeTags=["smoke"], totalCount=12),
        run(3),
    ]
    assert (size_of(order(), runs).tests, size_of(order(), runs).run_id) == (40, 3)
    smoke = size_of(order(include_tags=["smoke"]), runs)
    assert (smoke.tests, smoke.same_choice) == (12, True)
    other = size_of(order(include_tags=["cart"]), runs)
    assert (other.run_id, other.same_choice) == (4, False)
    assert "other tags or patterns" in size_line(order(include_tags=["cart"]), other)


def test_patterns_are_the_same_with_and_without_their_prefix() -> None:
    runs = [run(4), run(3, testFilters=["Regex: ^Pay"])]
    assert size_of(order(name_patterns=["^Pay"]), runs).run_id == 3


def test_without_such_a_run_the_size_is_unknown_and_says_so() -> None:
    size = size_of(order(), [run(8, projectId=7302)])
    line = size_line(order(copies=2, runners=1), size)
    assert "2 copies x 1 runner x an unknown number of tests" in line
    assert "on up to 2 machines at once" in line


def test_a_run_that_waits_is_named_since_a_newer_one_may_push_it_out() -> None:
    waiting = [run(5, status="QUEUED", name="PR 7"), run(6, status="SUBMITTED"), run(7, status="QUEUED", projectId=1)]
    lines = "\n".join(queue_lines(order(), waiting))
    assert "cancelled by the platform" in lines
    assert "5 " in lines
    assert "6 " not in lines
    assert "7 " not in lines


@both_eras
async def test_cancelling_shows_the_run_and_what_is_lost(mode: str) -> None:
    async with desk(mode) as d:
        done = await d.answer("testery_cancel_test_run", run_id=RUNNING)
        assert done["before"]["said"] == "RUNNING"
        assert done["now"]["said"] == "CANCELED"
        _, body = d.sent("PATCH", f"/test-runs/{RUNNING}")
    assert body == {"status": "CANCELED"}
    (question,) = d.asked
    assert question.startswith(
        "Cancel run 902119 'Kiosk soak test' of project harbour-kiosk on kiosk-altona (build 'kiosk-2.7.0'), which is "
        "RUNNING? It has 36 tests; those that have not run by then will not run. A cancelled run cannot be resumed."
    )
    assert done["done"] == "Cancelled."
    assert "warning" not in done


@pytest.mark.parametrize(
    ("after", "done"),
    [
        ("RUNNING", "The platform accepted it; the run has not stopped yet."),
        ("PASS", "The platform accepted it, but the run had already ended: PASS."),
        ("FAIL", "The platform accepted it, but the run had already ended: FAIL."),
        ("CANCELED", "Cancelled."),
    ],
)
async def test_a_cancelled_run_is_shown_as_the_platform_has_it(after: str, done: str) -> None:
    running = {"id": 5, "name": "Nightly", "status": "RUNNING", "projectId": 7301}
    projects = says(json=[{"id": 7301, "key": "web"}])
    answers = says(json=running), projects, says(204, content=b""), says(json=running | {"status": after})
    asked = await shown_question(cancel_test_run(client_over(Wire(*answers)), 5))
    assert asked == "Cancel run 5 'Nightly' of project web, which is RUNNING? A cancelled run cannot be resumed."
    cancelled = await confirmed(cancel_test_run(client_over(Wire(*answers)), 5))
    assert (rendered(cancelled.done), cancelled.warning) == (done, None)
    assert cancelled.now is not None
    assert cancelled.before is not None
    assert (cancelled.now.said, cancelled.now.project_key, cancelled.before.project_key) == (after, "web", "web")


async def test_a_run_that_is_over_is_not_cancelled_and_nobody_is_asked() -> None:
    async with desk() as d:
        error = await d.refusal("testery_cancel_test_run", run_id=HOTFIX)
        assert "Run 902114 is over already: FAIL. Nothing was sent." in error
        assert d.asked == []
        assert d.writes("testery") == []


async def test_a_run_that_ends_while_the_person_thinks_is_not_cancelled() -> None:
    world_ends: list[Any] = []

    def slow_yes(words: str) -> ElicitResult:
        world_ends[0].sandboxes["testery"].clock.advance(timedelta(hours=10))
        return ElicitResult(action="accept", content={"answer": "yes"})

    async with desk(person=slow_yes) as d:
        world_ends.append(d.sandboxes)
        assert "is over already" in await d.refusal("testery_cancel_test_run", run_id=RUNNING)
        assert d.writes("testery") == []


async def test_a_queued_run_can_be_cancelled() -> None:
    async with desk() as d:
        done = await d.answer("testery_cancel_test_run", run_id=QUEUED)
    assert (done["before"]["status"], done["now"]["status"]) == ("queued", "cancelled")


async def test_a_cancelled_run_that_cannot_be_read_again_is_shown_as_it_was() -> None:
    running = {"id": 5, "name": "Nightly", "status": "RUNNING", "ended": False}
    wire = Wire(says(json=running), says(json=[]), says(204, content=b""), says(404, json={}))
    cancelled = await confirmed(cancel_test_run(client_over(wire), 5))
    assert cancelled.before is not None
    assert (cancelled.done, cancelled.now, cancelled.before.run_id) == ("Cancelled.", None, 5)
    assert "could not be read again" in str(cancelled.warning)


async def test_running_again_sends_no_body_and_says_what_is_not_known() -> None:
    async with desk() as d:
        done = await d.answer("testery_rerun_test_run", run_id=HOTFIX)
        entry = d.sandboxes.journal.entries(platform="testery")
        posted = [one for one in entry if one.method == "POST"]
    assert [(one.path, one.body) for one in posted] == [(f"/test-runs/{HOTFIX}/rerun", None)]
    version = "branch 'release/9.0.1', build '9.0.1-rc2'"
    named = f"run 902114 'Checkout hotfix 9.0.1' of project harbour-web on staging ({version})"
    assert d.asked[0].startswith(
        f"Start {named}, which is FAIL, once more? Machine time is paid, for up to 40 tests.\n"
        "Whether all tests run again or only the failed ones is not documented."
    )
    assert (done["done"], done["ordered"]) == ("Started again as a new run.", [f"Once more {named}", "Up to 40 tests"])
    assert done["run_id"] > 903000
    assert done["run"]["said"] == "SUBMITTED"


async def test_a_rerun_that_tells_no_run_says_where_to_look() -> None:
    wire = Wire(
        says(json={"id": 5, "name": "Nightly", "status": "FAIL"}), says(json=[]), NO_WINDOWS, says(204, content=b"")
    )
    done = await confirmed(rerun_test_run(client_over(wire), 5))
    assert (done.run_id, done.run) == (None, None)
    assert done.done == "The platform accepted it, but did not say which run it is."
    assert list(map(rendered, done.ordered)) == ["Once more run 5 'Nightly'"]
    assert done.next == "testery_list_test_runs shows the newest runs."


async def test_a_rerun_of_unknown_size_under_its_own_id_says_both() -> None:
    old = {"id": 5, "status": "FAIL", "projectId": 7301}
    answers = [says(json=old), says(json=[{"id": 7301, "key": "web"}]), NO_WINDOWS]
    asked = await shown_question(rerun_test_run(client_over(Wire(*answers)), 5))
    assert asked == (
        "Start run 5 '' of project web, which is FAIL, once more? "
        "Machine time is paid, for an unknown number of tests.\n"
        "Whether all tests run again or only the failed ones is not documented."
    )
    wire = Wire(*answers, says(json={"id": 5}), says(json=old), says(json={"id": 1, "slug": "shop"}))
    done = await confirmed(rerun_test_run(client_over(wire, base="https://api.testery.io/api"), 5))
    assert (done.done, done.run_id) == ("The same run runs again.", 5)
    assert done.run is not None
    assert done.run.project_key == "web"
    assert done.link == "https://testery.app/shop/test-runs/5"


def test_the_description_of_rerun_says_that_its_shape_is_unproven() -> None:
    assert "unproven" in str(rerun_test_run.__doc__)
