"""Each bug that arrives becomes one issue by itself, within its limit; what fails is tried again, then given up."""

import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import anyio
import pytest

from server.settings import SettingsError
from server.standing.worker import MOST_ATTEMPTS, day_start
from server.store import ledger
from server.store.deliveries import Deliveries
from server.store.engine import StoreError
from server.store.reading import acts
from tests.server.standing.arriving import FILES, ORDER, TRACKER, arriving
from tools.trackers import engine
from tools.trackers.engine import NotYet

pytestmark = pytest.mark.anyio

DAY = 86_400.0
TWO = "".join(f"[accounts.{name}]\nplatform = 'testio'\napi_token_variable = 'T{name}'\n" for name in "ab")
DOWN = {"platform": "github", "status": 503, "times": 1_000}


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "PAUSES", (0.0,))


async def test_what_arrives_becomes_one_issue_and_its_event_is_handled(tmp_path: Path) -> None:
    async with arriving(tmp_path, f'{TRACKER}labels = ["qa"]\n{ORDER}labels = ["crowd"]\n') as desk:
        await desk.arrive(88101, 88102)
        await desk.drain()
        assert [issue.labels for issue in desk.issues] == [["testio", "qa", "crowd", "severity:high"]] * 2
        row = await desk.row(88101)
        assert (row.state, row.key, row.rule, row.attempts) == ("done", "#3", "crowd", 1)
        assert (await desk.event(88101)).handled_at is not None
        assert not desk.requests("testio"), "an event has all that an issue needs"
        recorded = await desk.engine.run(acts)
        assert [(act.outcome, act.sent["who"]) for act in recorded] == [("done", "standing order crowd")] * 2
        assert (await desk.engine.run(ledger.verify)).broken_at is None


async def test_secrets_in_what_arrives_do_not_get_into_an_issue(tmp_path: Path) -> None:
    secret = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    async with arriving(tmp_path) as desk:
        await desk.arrive(88101, title=f"Login with {secret} fails", description=f"token: {secret}")
        await desk.drain()
        (issue,) = desk.issues
        assert "Login with" in issue.title
        assert secret not in issue.title + issue.text


async def test_a_second_arrival_of_an_item_creates_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "server.standing")
    async with arriving(tmp_path) as desk:
        await desk.arrive(88101)
        await desk.drain()
        await desk.arrive(88101, at="2", title="Another title, it's <urgent>")
        await desk.drain()
        assert len(desk.issues) == 1
        assert (await desk.event(88101)).handled_at is not None
    assert [record.getMessage() for record in caplog.records] == [
        "testio:88101: created #3, by [hand_over.crowd]",
        "testio:88101 arrived again; it has #3",
    ]


async def test_an_item_that_got_its_issue_in_the_chat_is_not_created_and_does_not_count(tmp_path: Path) -> None:
    async with arriving(tmp_path, f"{TRACKER}{ORDER}a_day = 1\n") as desk:
        await desk.arrive(88101, 88102)
        (order,) = desk.orders.all
        defect = desk.orders.read("testio", await desk.event(88101))
        assert defect is not None
        await engine.hand_over(order.work(defect))
        await desk.drain()
        assert len(desk.issues) == 2
        assert [(await desk.row(item)).state for item in (88101, 88102)] == ["done", "done"]


async def test_what_a_person_has_handled_in_the_meantime_is_left_to_them(tmp_path: Path) -> None:
    async with arriving(tmp_path) as desk:
        await desk.arrive(88101)
        await desk.worker.sort()
        await desk.events.mark("testio", ["88101"], handled=True)
        await desk.drain()
        assert not desk.issues
        assert (await desk.row(88101)).error.startswith("It was marked as handled before its turn came.")
        await desk.events.mark("testio", ["88101"], handled=False)
        assert await desk.queue.retry("testio", "88101")
        await desk.drain()
        assert len(desk.issues) == 1


async def test_what_no_rule_takes_is_skipped_with_the_reason_and_its_next_event_is_looked_at(tmp_path: Path) -> None:
    async with arriving(tmp_path, f"{TRACKER}{ORDER}severities = ['critical']\n") as desk:
        await desk.arrive(88101)
        await desk.drain()
        assert "severities critical, and its severity is high" in (await desk.row(88101)).error
        assert (await desk.event(88101)).handled_at is None
        await desk.arrive(88101, at="2", severity="critical")
        await desk.drain()
        assert len(desk.issues) == 1


async def test_an_event_without_a_readable_bug_is_skipped(tmp_path: Path) -> None:
    async with arriving(tmp_path) as desk:
        await desk.events.keep("testio", "bug.exported", "7:1", "7", {"event": "bug.exported"})
        await desk.drain()
        assert (await desk.row(7)).error == "Its event has no bug that can be read."


async def test_no_more_are_created_in_a_day_than_the_rule_allows_whoever_creates_them(tmp_path: Path) -> None:
    text = f"{TRACKER}{ORDER}a_day = 2\nproducts = [71]\n[hand_over.rest]\nplatform = 'testio'\ntracker = 'web'\n"
    async with arriving(tmp_path, text) as desk:
        await desk.arrive(1, 2, 3, 4)
        await desk.arrive(5, product_id=80)
        await desk.drain()
        assert len(desk.issues) == 3, "two of the one rule and one of the other"
        async with arriving(tmp_path, text, engine=desk.engine, world=desk.world) as another:
            await another.drain()
            assert len(desk.issues) == 3
        await desk.drain(later=DAY)
        assert {(await desk.row(item)).state for item in (1, 2, 3, 4, 5)} == {"done"}


def test_a_day_begins_at_midnight_in_the_operators_zone() -> None:
    evening = datetime(2026, 3, 29, 22, 30, tzinfo=UTC).timestamp()
    assert day_start(UTC, evening) == datetime(2026, 3, 29, tzinfo=UTC).timestamp()
    assert day_start(ZoneInfo("Europe/Berlin"), evening) == datetime(2026, 3, 29, 22, tzinfo=UTC).timestamp()


async def test_what_fails_each_time_is_given_up_and_can_be_put_back(tmp_path: Path) -> None:
    async with arriving(tmp_path) as desk:
        body = {"message": "Validation Failed: <b>no</b>"}
        fault = {"platform": "github", "method": "POST", "path": "/repos/*/issues", "status": 422, "body": body}
        await desk.fault(**fault, times=MOST_ATTEMPTS)
        await desk.arrive(88101)
        await desk.drain()
        assert (await desk.row(88101)).state == "waiting"
        for _ in range(MOST_ATTEMPTS):
            await desk.drain(later=DAY / 2)
        row = await desk.row(88101)
        assert (row.state, row.attempts) == ("dead", MOST_ATTEMPTS)
        assert "It said: 'Validation Failed: < b>no< /b>'" in row.error
        assert (await desk.event(88101)).handled_at is None
        assert len([one for one in desk.requests() if one.startswith("POST")]) == MOST_ATTEMPTS
        await desk.drain(later=DAY)
        assert not desk.issues
        assert await desk.queue.retry("testio", "88101")
        await desk.drain()
        assert len(desk.issues) == 1


async def test_a_tracker_that_is_down_is_left_alone_and_what_waits_is_created_when_it_is_back(
    tmp_path: Path, pauses: list[float]
) -> None:
    async with arriving(tmp_path) as desk:
        await desk.fault(**DOWN)
        await desk.arrive(*range(1, 31))
        await desk.drain()
        before = len(desk.requests())
        assert before <= 3, "the first failure is enough, with its retries"
        await desk.drain(later=10)
        assert len(desk.requests()) == before
        await desk.drain(later=30)
        assert before < len(desk.requests()) <= 2 * before
        assert max([(await desk.row(item)).attempts for item in range(1, 31)]) == 1
        await desk.reset_faults()
        await desk.drain(later=DAY)
        assert len(desk.issues) == 30


async def test_three_failures_in_a_row_also_make_it_wait(tmp_path: Path) -> None:
    async with arriving(tmp_path) as desk:
        await desk.fault(platform="github", method="POST", path="/repos/*/issues", status=422, times=100)
        await desk.arrive(*range(1, 11))
        await desk.drain()
        assert len([one for one in desk.requests() if one.startswith("POST")]) == 3


async def test_a_tracker_that_asks_to_wait_is_not_asked_before(tmp_path: Path) -> None:
    async with arriving(tmp_path) as desk:
        await desk.fault(platform="github", status=429, headers={"Retry-After": "700"}, times=1)
        await desk.arrive(88101)
        await desk.drain()
        await desk.drain(later=650)
        assert not desk.issues
        await desk.drain(later=60)
        assert len(desk.issues) == 1


async def test_what_waits_for_a_trackers_search_is_tried_again_as_soon_as_that_may_show_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lags(work: Any) -> Any:
        raise NotYet("An earlier attempt got no answer.", wait=7.0)

    async with arriving(tmp_path) as desk:
        monkeypatch.setattr("server.standing.attempt.hand_over", lags)
        await desk.arrive(88101)
        await desk.drain()
        row = await desk.row(88101)
        assert (row.state, row.next_at) == ("waiting", desk.clock.now + 7)
        monkeypatch.undo()
        await desk.drain(later=7)
        assert len(desk.issues) == 1


async def test_a_lost_answer_doubles_nothing(tmp_path: Path) -> None:
    async with arriving(tmp_path) as desk:
        desk.network.loses = 2
        await desk.arrive(1, 2, 3)
        await desk.drain()
        assert len(desk.issues) == 3
        await desk.drain(later=DAY)
        assert len(desk.issues) == 3
        assert (await desk.queue.counts())["done"] == 3


async def test_an_issue_stays_where_it_may_exist_when_the_rules_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pauses: list[float]
) -> None:
    monkeypatch.setattr(engine, "PAUSES", ())
    async with arriving(tmp_path) as desk:
        desk.network.loses = 1
        await desk.arrive(88101)
        await desk.drain()
        changed = f"{TRACKER}{ORDER}products = [80]\n"
        async with arriving(tmp_path, changed, engine=desk.engine, world=desk.world) as another:
            await another.queue.unsort()
            await another.drain(later=DAY)
        assert len(desk.issues) == 1
        assert (await desk.row(88101)).state == "done"


async def test_it_marks_as_exported_only_where_the_rule_says_so_and_tries_again(tmp_path: Path) -> None:
    async with arriving(tmp_path, f"{TRACKER}{ORDER}mark_exported = true\n") as desk:
        await desk.fault(platform="testio", method="PUT", path="/bugs/*/mark_as_exported", status=422, times=1)
        await desk.arrive(88101)
        await desk.drain()
        row = await desk.row(88101)
        assert row.state == "waiting"
        assert row.error.startswith("The issue #3 exists. The issue exists; marking the bug as exported failed")
        assert (await desk.event(88101)).handled_at is not None
        await desk.drain(later=60)
        assert (await desk.row(88101)).state == "done"
        assert len(desk.issues) == 1
        puts = [one for one in desk.requests("testio") if one.startswith("PUT")]
        assert puts == ["PUT /bugs/88101/mark_as_exported"] * 2


async def test_files_are_uploaded_only_where_rule_and_tracker_allow_it(tmp_path: Path) -> None:
    tracker, order = f"{FILES}token_variable = 'WEB_TOKEN'\nupload_files = true\n", f"{ORDER}upload_files = true\n"
    for text, count in ((tracker + ORDER, 0), (tracker + order, 1)):
        async with arriving(tmp_path, text) as desk:
            await desk.arrive(88101)
            await desk.drain()
            (issue,) = desk.issues_in("gitea")
            assert len(issue.files) == count
            assert (await desk.row(88101)).state == "done"


async def test_a_platform_that_cannot_be_asked_for_a_name_is_asked_again_later(
    tmp_path: Path, pauses: list[float]
) -> None:
    async with arriving(tmp_path, f"{TRACKER}{ORDER}products = ['Harbour Web']\n") as desk:
        await desk.fault(platform="testio", status=503, times=1_000)
        await desk.arrive(88101, 88102)
        await desk.drain()
        assert len(desk.requests("testio")) <= 3
        assert (await desk.row(88102)).state == "waiting"
        await desk.reset_faults()
        await desk.drain(later=60)
        assert (await desk.row(88102)).state == "done"


async def test_a_product_is_known_by_its_name_where_the_platform_can_be_asked(tmp_path: Path) -> None:
    async with arriving(tmp_path, f"{TRACKER}{ORDER}products = ['Harbour Web']\n") as desk:
        await desk.arrive(88101, 88102)
        await desk.arrive(88103, product_id=80)
        await desk.drain()
        assert (await desk.row(88101)).state == "done"
        assert desk.requests("testio").count("GET /bugs/88101") == 1


async def test_what_must_not_be_reached_is_not_handed_over(tmp_path: Path) -> None:
    text = f"{TRACKER}{ORDER}[budgets.testio]\nproducts = [80]\n"
    async with arriving(tmp_path, text) as desk:
        await desk.arrive(88101)
        await desk.arrive(88102, product_id=80)
        await desk.drain()
        assert len(desk.issues) == 1
        assert "The operator allows some products only" in (await desk.row(88101)).error


async def test_a_store_that_fails_for_a_while_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = Deliveries.done

    async def fails(*_: Any, **__: Any) -> bool:
        raise StoreError("The store cannot be used: database is locked.")

    async with arriving(tmp_path) as desk:
        await desk.arrive(88101, 88102)
        monkeypatch.setattr(Deliveries, "done", fails)
        await desk.worker.sort()
        with pytest.raises(StoreError):
            await desk.worker.work()
        monkeypatch.setattr(Deliveries, "done", done)
        await desk.drain()
        assert (await desk.queue.counts())["done"] == 2
        assert len(desk.issues) == 2


async def test_an_error_of_our_own_does_not_end_the_others(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with arriving(tmp_path) as desk:
        (order,) = desk.orders.all
        reads = order.source.arrived
        assert reads is not None

        def breaks(event: Any) -> Any:
            if event.item == "88101":
                raise KeyError("a stranger's words")
            return reads(event)

        object.__setattr__(order.source, "arrived", breaks)
        try:
            await desk.arrive(88101, 88102)
            stopping = anyio.Event()
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(desk.worker.run, stopping)
                await desk.until_an_issue_exists()
                stopping.set()
            row = await desk.row(88101)
        finally:
            object.__setattr__(order.source, "arrived", reads)
    assert row.state == "skipped"
    assert row.error.startswith("It failed by an error of Testdesk's own (KeyError in breaks, line ")
    assert "stranger" not in caplog.text


async def test_an_error_of_our_own_in_a_hand_over_is_named_by_its_place_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def breaks(work: Any) -> Any:
        raise AttributeError("a stranger's words")

    async with arriving(tmp_path) as desk:
        monkeypatch.setattr("server.standing.attempt.hand_over", breaks)
        await desk.arrive(88101)
        await desk.drain()
        assert (await desk.row(88101)).error.startswith("It failed by an error of Testdesk's own (AttributeError in ")
        assert "AttributeError in breaks, line" in caplog.text
        assert "stranger" not in caplog.text
        monkeypatch.undo()
        await desk.drain(later=60)
        assert len(desk.issues) == 1


async def test_a_worker_that_is_asked_to_stop_finishes_what_is_under_way(tmp_path: Path) -> None:
    async with arriving(tmp_path) as desk:
        await desk.fault(platform="github", method="POST", path="/repos/*/issues", delay=0.2, times=100)
        await desk.arrive(*range(1, 11))
        stopping = anyio.Event()
        with anyio.fail_after(5):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(desk.worker.run, stopping)
                await desk.until_an_issue_exists()
                stopping.set()
        counts = await desk.queue.counts()
        assert counts["done"] == len(desk.issues)
        assert 0 < counts["done"] < 10
        assert {act.outcome for act in await desk.engine.run(acts)} == {"done"}


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ("", "has no section"),
        (f"{ORDER}mark_exported = true\n{TWO}", "mark_exported needs one account of test IO"),
        ('[hand_over.x]\nplatform = "testery"\ntracker = "web"\n', "platform is Testery, which pushes no bugs"),
    ],
)
async def test_an_order_that_cannot_work_refuses_the_start(tmp_path: Path, more: str, why: str) -> None:
    with pytest.raises(SettingsError, match=why):
        async with arriving(tmp_path, TRACKER + more):
            pass
