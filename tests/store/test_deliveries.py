"""The queue of a standing order: each item once, by one process at a time, and not more a day than allowed."""

import json
import os
import time
from pathlib import Path
from typing import Any

import anyio
import pytest

from server.inbox.events import EventStore
from server.store import processes
from server.store.deliveries import MOST_ERROR, WAITS, Deliveries, Delivery, wait_after
from tests.store.children import children, go, line
from tests.store.test_approvals import InStep
from tests.stores import IS_POSTGRES, store_at

pytestmark = pytest.mark.anyio
LATER = 2.0**33
"""A time at which everything is due."""


class Queue:
    """A queue with its events."""

    def __init__(self, file: Path | None = None) -> None:
        self.engine = store_at(file)
        self.events, self.queue = EventStore(self.engine), Deliveries(self.engine)

    async def arrive(self, *items: str, at: str = "1") -> int:
        """Let events arrive, and return how many items are entered."""
        for item in items:
            await self.events.keep("shop", "export", f"{item}:{at}", item, {"bug": item})
        return await self.queue.enqueue_new("shop")

    async def take(self, limit: int = 10, **how: Any) -> list[str]:
        return [one.item for one in await self.queue.take(limit, LATER, **how)]

    async def row(self, item: str) -> dict[str, Any]:
        names = "state, attempts, event, process, error, key, rule"
        query = f"SELECT {names} FROM delivery WHERE item = :item"
        (row,) = await self.engine.run(lambda db: db.rows(query, item=item))
        return dict(zip(names.split(", "), row, strict=True))


async def test_each_item_is_entered_once_with_its_newest_event() -> None:
    desk = Queue()
    assert await desk.arrive("a", "b") == 2
    assert await desk.arrive() == 0
    assert await desk.arrive("a", at="1") == 0, "the same event again"
    assert await desk.arrive("a", at="2") == 1
    newest = await desk.events.newest("shop", "a")
    assert newest is not None
    taken = await desk.queue.take(10, LATER)
    assert [(one.item, one.event, one.attempts) for one in taken] == [("b", 2, 1), ("a", newest.number, 1)]


async def test_what_a_person_handled_and_what_another_platform_sent_is_not_entered() -> None:
    desk = Queue()
    for item in ("a", "b", "c"):
        await desk.events.keep("shop", "export", item, item, {})
    await desk.events.mark("shop", ["c"], handled=True)
    await desk.events.keep("another", "export", "d", "d", {})
    assert await desk.queue.enqueue_new("shop") == 2
    assert await desk.take() == ["a", "b"]


@pytest.mark.parametrize(
    ("became", "found"),
    [
        ("done", {"state": "done", "event": 1, "attempts": 1}),
        ("dead", {"state": "dead", "event": 1, "attempts": 1}),
        ("skipped", {"state": "waiting", "event": 2, "attempts": 0, "error": ""}),
        ("later", {"state": "waiting", "event": 2, "attempts": 1, "error": "down"}),
    ],
)
async def test_a_second_arrival_of_an_item_depends_on_what_became_of_the_first(
    became: str, found: dict[str, Any]
) -> None:
    desk = Queue()
    await desk.arrive("a")
    await desk.take()
    match became:
        case "done":
            assert await desk.queue.done("shop", "a", key="SHOP-7", url="", rule="all")
        case "dead":
            assert await desk.queue.dead("shop", "a", error="refused")
        case "skipped":
            assert await desk.queue.skipped("shop", "a", why="no rule takes it")
        case _:
            assert await desk.queue.later("shop", "a", error="down", next_at=LATER)
    await desk.arrive("a", at="2")
    row = await desk.row("a")
    assert {name: row[name] for name in found} == found


async def test_what_is_taken_is_not_taken_again_until_it_is_put_back_and_due() -> None:
    desk = Queue()
    await desk.arrive("a", "b", "c")
    assert await desk.take(2) == ["a", "b"]
    assert await desk.take() == ["c"]
    assert await desk.take() == []
    assert await desk.queue.later("shop", "a", error="x" * 5_000, next_at=time.time() + 60, rule="all")
    assert await desk.queue.take(10, time.time()) == []
    (again,) = await desk.queue.take(10, time.time() + 61)
    assert (again.item, again.attempts, again.rule) == ("a", 2, "all")
    assert again.error.startswith("xxx")
    assert len(again.error) <= MOST_ERROR


async def test_one_that_another_process_works_on_or_that_is_over_is_left_alone() -> None:
    desk = Queue()
    await desk.arrive("a")
    await desk.take()
    other = f"{os.getppid()}-other"
    await desk.engine.run(lambda db: db.change("UPDATE delivery SET process = :other", other=other))
    assert not await desk.queue.later("shop", "a", error="down", next_at=0)
    assert not await desk.queue.dead("shop", "a", error="down")
    assert not await desk.queue.skipped("shop", "a", why="no rule takes it")
    assert (await desk.row("a"))["process"] == other
    assert await desk.queue.done("shop", "a", key="SHOP-7", url=""), "an issue counts, whoever created it"
    assert not await desk.queue.done("shop", "a", key="SHOP-8", url="")
    assert not await desk.queue.later("shop", "a", error="down", next_at=0)
    assert (await desk.row("a"))["key"] == "SHOP-7"


async def test_one_that_its_process_forgot_is_taken_again_when_no_act_takes_so_long() -> None:
    desk = Queue()
    await desk.arrive("a")
    await desk.take()
    past = processes.LONGEST_ACT + 1
    await desk.engine.run(lambda db: db.change("UPDATE delivery SET taken_at = taken_at - :past", past=past))
    assert await desk.take() == ["a"]


async def test_dead_letters_wait_for_a_person_who_puts_them_back() -> None:
    desk = Queue()
    await desk.arrive("a", "b")
    await desk.take()
    await desk.queue.dead("shop", "a", error="No project SHOP.", rule="all")
    await desk.arrive("a", at="2")
    (letter,) = await desk.queue.newest_in("dead", 5)
    assert isinstance(letter, Delivery)
    assert (letter.item, letter.state, letter.error, letter.rule) == ("a", "dead", "No project SHOP.", "all")
    assert await desk.take() == []
    assert not await desk.queue.retry("shop", "b"), "it is no dead letter"
    assert await desk.queue.retry("shop", "a")
    (again,) = await desk.queue.take(10, time.time())
    assert (again.item, again.event, again.attempts, again.error) == ("a", 3, 1, "")
    assert await desk.queue.newest_in("dead", 5) == []


async def test_counts_are_of_all_states(tmp_path: Path) -> None:
    desk = Queue(tmp_path / "store.sqlite3")
    assert await desk.queue.counts() == {"waiting": 0, "done": 0, "dead": 0, "skipped": 0}
    assert await desk.queue.newest_in("dead", 5) == []
    assert await desk.queue.created_since(0) == 0
    assert IS_POSTGRES or not desk.engine.exists, "looking makes no store"
    await desk.arrive("a", "b", "c", "d")
    await desk.take(3)
    await desk.queue.done("shop", "a", key="SHOP-7", url="")
    await desk.queue.dead("shop", "b", error="refused")
    await desk.queue.skipped("shop", "c", why="no rule takes it")
    assert await desk.queue.counts() == {"waiting": 1, "done": 1, "dead": 1, "skipped": 1}
    await desk.engine.close()


async def test_no_more_are_taken_than_issues_may_be_created_since_a_time() -> None:
    desk = Queue()
    start = time.time() - 1
    await desk.arrive("a", "b", "c", "d", "e")
    assert await desk.take(cap=3, since=start) == ["a", "b", "c"]
    assert await desk.take(cap=3, since=start) == [], "those under way take their room"
    await desk.queue.done("shop", "a", key="SHOP-7", url="")
    await desk.queue.later("shop", "b", error="refused", next_at=0)
    await desk.queue.later("shop", "c", error="the answer was lost", next_at=0, may_exist=True)
    assert await desk.queue.created_since(start) == 2, "one is, one may be"
    assert await desk.take(cap=2, since=start) == ["c"], "it can be found without room"
    await desk.queue.done("shop", "c", key="SHOP-8", url="", how="found")
    assert await desk.queue.created_since(start) == 2, "the first attempt created it"
    assert await desk.take(cap=3, since=start) == ["b"]
    await desk.queue.skipped("shop", "b", why="no rule takes it")
    assert await desk.take(1, cap=3, since=start) == ["d"]
    await desk.queue.done("shop", "d", key="SHOP-9", url="", how="found")
    assert await desk.queue.created_since(start) == 2, "somebody else created it"
    assert await desk.take(cap=2, since=time.time()) == ["e"], "another day"


def test_waits_grow_and_end_and_are_never_shorter_than_a_server_asks() -> None:
    assert [wait_after(attempts) for attempts in range(1, 9)] == [*WAITS, None]
    assert (wait_after(1, at_least=45), wait_after(7, at_least=45)) == (45, 14_400)
    assert wait_after(1, at_least=1e9) == 86_400
    assert wait_after(8, at_least=45) is None


async def test_processes_share_a_queue_without_taking_one_twice_or_more_than_the_cap(tmp_path: Path) -> None:
    file = tmp_path / "store.sqlite3"
    desk = Queue(file)
    await desk.arrive(*(f"bug-{number:02}" for number in range(16)))
    with children("tests.store.taking", 2, str(file), "13") as running:
        for process in running:
            go(process)
        taken = [json.loads(line(process)) for process in running]
    assert sorted(taken[0] + taken[1]) == [f"bug-{number:02}" for number in range(13)]
    assert await desk.queue.created_since(0) == 13
    await desk.engine.close()


async def test_the_cap_is_counted_in_the_transaction_that_takes(tmp_path: Path) -> None:
    file, done, taken = tmp_path / "store.sqlite3", {0: 0, 1: 0}, list[str]()
    await Queue(file).arrive("a", "b", "c", "d")

    async def take(me: int) -> None:
        taken.extend(one.item for one in await Deliveries(InStep(file, done, me)).take(2, LATER, cap=3))

    with anyio.fail_after(30):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(take, 0)
            tasks.start_soon(take, 1)
    assert sorted(taken) == ["a", "b", "c"]


@pytest.mark.skipif(os.name != "posix", reason="whether a process runs is not known elsewhere")
async def test_what_a_killed_process_had_taken_is_taken_by_another_and_still_counts(tmp_path: Path) -> None:
    file, start = tmp_path / "store.sqlite3", time.time() - 1
    desk = Queue(file)
    await desk.arrive("a", "b", "c")
    with children("tests.store.taking", 1, str(file), "stay") as (process,):
        go(process)
        assert json.loads(line(process)) == ["a", "b"]
        assert await desk.take(1) == ["c"]
        assert await desk.take() == []
        process.kill()
        process.wait()
    assert await desk.queue.created_since(start) == 3
    assert await desk.take(cap=3, since=start) == ["a", "b"]
    assert (await desk.row("a"))["attempts"] == 2
    await desk.engine.close()


async def test_each_rule_takes_its_own_within_its_own_limit() -> None:
    desk = Queue()
    await desk.arrive("a", "b", "c", "d")
    events = {one.item: one.event for one in await desk.queue.unsorted(10)}
    await desk.queue.sort({("shop", item, events[item]): rule for item, rule in zip("abcd", "xxyx", strict=True)})
    assert await desk.queue.unsorted(10) == []
    assert await desk.take(cap=2, rule="x") == ["a", "b"]
    assert await desk.take(cap=2, rule="x") == []
    assert await desk.take(cap=2, rule="y") == ["c"]
    assert [await desk.queue.created_since(0, rule=rule) for rule in ("x", "y", "z")] == [2, 1, 0]
    await desk.queue.unsort()
    assert [one.item for one in await desk.queue.unsorted(10)] == ["d"], "what is under way keeps its rule"


async def test_a_newer_event_is_sorted_anew_unless_its_item_is_under_way() -> None:
    desk = Queue()
    await desk.arrive("a", "b")
    await desk.queue.sort({("shop", one.item, one.event): "x" for one in await desk.queue.unsorted(10)})
    assert await desk.take(1, rule="x") == ["a"]
    await desk.arrive("a", "b", at="2")
    assert [(await desk.row(item))["rule"] for item in "ab"] == ["x", ""]
    old = {("shop", "b", 2): "x"}
    await desk.queue.sort(old)
    assert (await desk.row("b"))["rule"] == "", "it was chosen for the older event"


async def test_what_was_skipped_can_be_put_back_and_what_is_done_is_named_when_it_arrives_again() -> None:
    desk = Queue()
    await desk.arrive("a", "b")
    await desk.take(1)
    assert await desk.queue.done("shop", "a", key="SHOP-1", url="", rule="x")
    assert await desk.queue.skipped("shop", "b", why="no rule takes it")
    await desk.events.mark("shop", ["a"], handled=True)
    assert await desk.queue.pending("shop") == []
    assert await desk.queue.arrived_again() == []
    assert await desk.queue.retry("shop", "b")
    assert not await desk.queue.retry("shop", "a")
    await desk.events.keep("shop", "export", "a:2", "a", {})
    assert await desk.queue.arrived_again() == [("shop", "a", "SHOP-1")]
    assert await desk.queue.pending("shop") == ["b"]
