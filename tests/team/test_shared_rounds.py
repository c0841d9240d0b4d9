"""An answer to a question counts once, whichever worker it reaches."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp.types import CallToolResult, ElicitResult, InputRequiredResult

from server.store.engine import StoreError
from server.store.rounds import AnsweredRounds
from tests.desk import NO, YES, Desk, desk, sandboxes, text
from tests.server.orders import ORDER
from tests.stores import store_at
from tests.team.workers import worker

pytestmark = pytest.mark.anyio

ACCEPT = ("testio_accept_bug", {"bug_id": 88101})
CREATE = ("testio_create_exploratory_test", ORDER)


class Workers:
    """Four workers, and the question that one of them has asked."""

    def __init__(self, desks: list[Desk]) -> None:
        self.desks = desks

    async def ask(self, call: tuple[str, dict[str, Any]]) -> "Question":
        first = await self.desks[0].client.session.call_tool(*call, allow_input_required=True)
        assert isinstance(first, InputRequiredResult), first
        return Question(self, call, first)

    def writes(self) -> list[str]:
        return self.desks[0].writes()


class Question:
    """A question whose answers may go to any worker."""

    def __init__(self, workers: Workers, call: tuple[str, dict[str, Any]], first: InputRequiredResult) -> None:
        self.workers, self.call, self.first = workers, call, first

    async def answer(self, number: int, answer: ElicitResult) -> CallToolResult:
        """Bring an answer to one of the workers."""
        result = await self.workers.desks[number].client.session.call_tool(
            *self.call,
            input_responses=dict.fromkeys(self.first.input_requests or {}, answer),
            request_state=self.first.request_state,
            allow_input_required=True,
        )
        assert isinstance(result, CallToolResult), result
        return result


@asynccontextmanager
async def workers(file: Path) -> AsyncIterator[Workers]:
    world = sandboxes()
    async with AsyncExitStack() as stack:
        desks = [await stack.enter_async_context(desk(server=worker(world, file), world=world)) for _ in range(4)]
        yield Workers(desks)


@pytest.mark.parametrize("call", [ACCEPT, CREATE])
async def test_one_yes_sent_sixteen_times_to_four_workers_reaches_the_platform_once_and_gets_one_answer(
    call: tuple[str, dict[str, Any]], tmp_path: Path
) -> None:
    results: list[CallToolResult] = []
    async with workers(tmp_path / "store") as team:
        question = await team.ask(call)

        async def bring(number: int) -> None:
            results.append(await question.answer(number % 4, YES))

        async with anyio.create_task_group() as group:
            for number in range(16):
                group.start_soon(bring, number)
        later = await question.answer(3, YES)
        assert len(team.writes()) == 1
    assert not [text(result) for result in (*results, later) if result.is_error]
    (first,) = [r for r in results if "already_done" not in (r.structured_content or {})]
    for result in (*results, later):
        again = dict(result.structured_content or {})
        note = again.pop("already_done", "")
        assert result is first or "nothing was sent again" in note
        assert ("another: true" in note) == (call is CREATE and result is not first), "only where the tool takes it"
        assert again == first.structured_content


async def test_a_no_at_one_worker_refuses_a_later_yes_at_another(tmp_path: Path) -> None:
    async with workers(tmp_path / "store") as team:
        question = await team.ask(ACCEPT)
        assert (await question.answer(1, NO)).is_error
        refused = await question.answer(2, YES)
        assert "already answered" in text(refused)
        assert team.writes() == []


async def test_each_of_twenty_second_rounds_at_another_worker_is_carried_out(tmp_path: Path) -> None:
    async with workers(tmp_path / "store") as team:
        for number in range(20):
            question = await team.ask((CREATE[0], ORDER | {"test_title": f"Round {number}"}))
            done = await question.answer(1 + number % 3, YES)
            assert not done.is_error, text(done)
        assert len(team.writes()) == 20


async def test_how_long_an_answer_took_is_known_at_another_worker(tmp_path: Path) -> None:
    async with workers(tmp_path / "store") as team:
        at_once = await (await team.ask(ACCEPT)).answer(1, NO)
        assert "No confirmation came back" in text(at_once)
        question = await team.ask(ACCEPT)
        await anyio.sleep(0.35)
        assert "The user said no." in text(await question.answer(1, NO))


async def test_a_no_that_could_not_be_recorded_counts_as_soon_as_the_store_is_there_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    engine, other = store_at(tmp_path / "store"), store_at(tmp_path / "store")
    rounds = AnsweredRounds(engine)

    async def away(*_: Any) -> None:
        raise StoreError("The store is away.")

    with monkeypatch.context() as patch:
        patch.setattr(engine, "run", away)
        with pytest.raises(StoreError):
            await rounds.first("a round", "no")
    await rounds.first("another", "yes")
    assert await AnsweredRounds(other).first("a round", "yes") == "no"
    await engine.close()
    await other.close()
