"""Several workers as one server: rounds, restarts and kills, on a real PostgreSQL and over real connections.

A few of everything with `make test-postgres`; as much as is claimed with `make soak`.
"""

import os
import random
import signal
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from typing import Any, Final

import anyio
import pytest

from tests.fuzz.soak import IS_SOAK
from tests.postgres.server import Missing, Server, running_server
from tests.stores import IS_POSTGRES
from tests.team.handshake import Handshake, Message, text_of, wire
from tests.team.handshake import yes as agreed
from tests.team.running import KEY, Failed, Team, call, call_anew, client, team, text, yes

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(not (IS_SOAK or IS_POSTGRES), reason="make test-postgres and make soak run it"),
]
WORKERS: Final = 4 if IS_SOAK else 2
ROUNDS, COPIES = (20, 16) if IS_SOAK else (4, 8)
CLIENTS: Final = 64 if IS_SOAK else 12
ACTS, KILLS = (2_000, 6) if IS_SOAK else (60, 1)
FRESH: Final = 240
"""Connections of which the spread over workers is looked at."""
SEED: Final = 15
ORDER: dict[str, Any] = {
    "product_id": 71,
    "testing_type": "rapid",
    "goal": "Expired codes are refused",
    "test_environment": {"id": 31},
    "features": [{"id": 302}],
}


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def database() -> Iterator[Server]:
    """A PostgreSQL that a test may kill."""
    try:
        with running_server() as server:
            yield server
    except Missing as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="module")
async def serving(database: Server, anyio_backend: str) -> AsyncIterator[Team]:
    async with team(database.address, WORKERS) as running:
        yield running


def feature(title: str) -> dict[str, Any]:
    return {"product_id": 71, "title": title, "description": "An act of a test"}


async def test_a_question_of_one_worker_is_answered_at_another_and_a_yes_counts_once(serving: Team) -> None:
    done = 0
    for number in range(ROUNDS):
        order = {**ORDER, "test_title": f"Round {number}"}
        asked = await call_anew(serving.url, "testio_create_exploratory_test", order)
        answers = []

        async def answer(order: dict[str, Any] = order, asked: dict[str, Any] = asked) -> None:
            answers.append(await call_anew(serving.url, "testio_create_exploratory_test", order, **yes(asked)))  # noqa: B023

        async with anyio.create_task_group() as tasks:
            for _ in range(COPIES if number == 0 else 1):
                tasks.start_soon(answer)
        done += any("Ordered" in text(one) for one in answers)
    assert done == ROUNDS
    created = await serving.created("exploratory_tests", "test_title")
    assert {created[f"Round {number}"] for number in range(ROUNDS)} == {1}


async def test_a_question_in_a_session_is_answered_through_any_worker(serving: Team) -> None:
    async def after_reading(question: Message) -> Message:
        await anyio.sleep(0.5)  # a faster answer is no person's
        return agreed(question)

    limiter, answers = anyio.CapacityLimiter(4), list[str]()

    async def ask(number: int) -> None:
        async with limiter, wire(KEY) as http:
            session = Handshake(http)
            await session.open(serving.url)
            order = {**ORDER, "test_title": f"Asked {number}"}
            answers.append(
                text_of(
                    await session.call(serving.url, "testio_create_exploratory_test", order, answerer=after_reading)
                )
            )

    async with anyio.create_task_group() as tasks:
        for number in range(ROUNDS):
            tasks.start_soon(ask, number)
    assert [answer for answer in answers if "Ordered" not in answer] == []
    created = await serving.created("exploratory_tests", "test_title")
    assert {created[f"Asked {number}"] for number in range(ROUNDS)} == {1}


async def test_fresh_connections_are_spread_over_the_workers(serving: Team) -> None:
    limiter = anyio.CapacityLimiter(8)

    async def act(number: int) -> None:
        async with limiter:
            result = await call_anew(serving.url, "testio_create_feature", feature(f"Fresh {number}"))
            assert not result.get("isError"), text(result)

    async with anyio.create_task_group() as tasks:
        for number in range(FRESH):
            tasks.start_soon(act, number)
    rows = serving.rows("SELECT process FROM act WHERE tool = 'testio_create_feature'")
    shares = Counter(process for (process,) in rows)
    assert len(shares) == WORKERS
    # Half of the way from an even share to all of the calls at two, 40 % at four.
    assert max(shares.values()) <= (0.4 if WORKERS == 4 else 0.75) * FRESH, shares


async def test_a_rolling_restart_fails_no_call(serving: Team) -> None:
    before, is_over, calls, failed = set(serving.workers), anyio.Event(), 0, list[str]()

    async def use(who: int) -> None:
        nonlocal calls
        chance, number = random.Random(f"{SEED} {who}"), 0
        async with client() as wire:
            while not is_over.is_set():
                number += 1
                name, arguments = "testio_list_features", {"product_id": 71, "limit": 3}
                if chance.random() < 0.1:
                    name, arguments = "testio_create_feature", feature(f"Restart {who} {number}")
                try:
                    result = await call(wire, serving.url, name, arguments)
                except Failed as error:
                    failed.append(str(error))
                else:
                    calls += 1
                    if result.get("isError"):
                        failed.append(text(result))
                await anyio.sleep(chance.uniform(0, 0.5))  # people think between calls

    async with anyio.create_task_group() as tasks:
        for who in range(CLIENTS):
            tasks.start_soon(use, who)
        await anyio.sleep(1)
        serving.supervisor.process.send_signal(signal.SIGHUP)
        await serving.supervisor.until("(has restarted its workers|did not start)")
        is_over.set()
    assert not failed, f"{len(failed)} of {calls}: {Counter(failed).most_common(3)}"
    assert not before & set(serving.workers)
    assert calls > CLIENTS


async def test_kills_of_workers_and_of_the_store_send_nothing_twice(serving: Team, database: Server) -> None:
    limiter, chance = anyio.CapacityLimiter(CLIENTS), random.Random(SEED)
    outcomes: dict[str, str] = {}
    titles = [f"Killed {number}" for number in range(ACTS)]
    await serving.slow("POST", "/products/71/features", 0.05, ACTS)

    async def act(title: str) -> None:
        async with limiter:
            for _ in range(8):
                try:
                    result = await call_anew(serving.url, "testio_create_feature", feature(title))
                except Failed:
                    outcomes[title] = "no answer"
                    await anyio.sleep(1)
                    continue
                said = text(result)
                if not result.get("isError"):
                    outcomes[title] = "done"
                    return
                outcomes[title] = said
                if "unknown" in said:
                    return
                await anyio.sleep(1)

    async def kill() -> None:
        marks = sorted(chance.sample(range(ACTS // 10, ACTS * 8 // 10), KILLS + IS_SOAK))
        for number, mark in enumerate(marks):
            while len(outcomes) < mark:  # noqa: ASYNC110 - it is a count
                await anyio.sleep(0.05)
            if IS_SOAK and number == len(marks) // 2:
                database.kill()
                await anyio.to_thread.run_sync(database.start)
            else:
                os.kill(chance.choice(serving.workers), signal.SIGKILL)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(kill)
        for title in titles:
            tasks.start_soon(act, title)
    created = await serving.created("features", "title")
    counts = Counter(outcome if outcome in {"done", "no answer"} else outcome[:60] for outcome in outcomes.values())
    assert [title for title in titles if created[title] > 1] == []
    assert [title for title in titles if outcomes[title] == "done" and not created[title]] == []
    unknown = [title for title in titles if outcomes[title] != "done"]
    for title in unknown:
        assert "testio_list_features shows whether it was done" in outcomes[title], counts
    # Each of them had left: its row says so. And no row of a process that lives is left open.
    rows = serving.rows("SELECT process, state, outcome FROM act WHERE state != 'ended'")
    living = {str(number) for number in serving.workers}
    assert [row for row in rows if row[0].partition("-")[0] in living] == []
    left = serving.rows("SELECT 1 FROM act WHERE state = 'sent' OR outcome = 'unknown'")
    assert len(unknown) <= len(left), counts
    print(f"{ACTS} acts: {counts}, {sum(created[title] for title in titles)} at the platform, {len(rows)} rows open")
