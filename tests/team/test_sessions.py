"""A handshake session is served by any process that shares its store and keys."""

from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.types import ElicitResult

from tests.server.served import PATIENCE, bearer, text
from tests.team.handshake import SESSION, Handshake, Message, always_no, messages, text_of, wire, yes
from tests.team.serving_shared import ANNA, Worker, two_workers

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("noted")]

PROGRESS = "notifications/progress"
CANCELLED = -32800
"""What the SDK answers to a cancelled request of a handshake session."""


class Alternating(httpx2.AsyncBaseTransport):
    """Sends each request to the next of some workers, as a balancer does that looks at nothing."""

    def __init__(self, *workers: Worker) -> None:
        self._wire = httpx2.AsyncHTTPTransport()
        self._urls, self.sent = [httpx2.URL(one.url) for one in workers], [0 for _ in workers]

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        turn = sum(self.sent) % len(self._urls)
        self.sent[turn] += 1
        request.url = request.url.copy_with(port=self._urls[turn].port)
        request.headers["host"] = request.url.netloc.decode()
        return await self._wire.handle_async_request(request)

    async def aclose(self) -> None:
        await self._wire.aclose()


async def test_a_session_opened_at_one_worker_asks_at_another_and_is_answered_at_the_first(tmp_path: Path) -> None:
    async with two_workers(tmp_path) as (a, b), wire(ANNA) as http:
        client = Handshake(http)
        await client.open(a.url)
        assert text_of(await client.call(b.url, "decide", answers_at=a.url)) == "agreed"
        assert len(client.asked) == 1


async def test_twelve_calls_at_once_each_get_the_answer_to_their_own_question(tmp_path: Path) -> None:
    answers: list[tuple[int, str]] = []
    async with two_workers(tmp_path) as (a, b), wire(ANNA) as http:

        async def call(number: int) -> None:
            async def every_third_no(question: Message) -> Message | None:
                return yes(question) if number % 3 else {"action": "decline"}

            here, there = (a, b) if number % 2 else (b, a)
            answered = await client.call(here.url, "decide", answers_at=there.url, answerer=every_third_no)
            answers.append((number, text_of(answered)))

        client = Handshake(http)
        await client.open(a.url)
        async with anyio.create_task_group() as group:
            for number in range(12):
                group.start_soon(call, number)
    assert dict(answers) == {number: "agreed" if number % 3 else "refused" for number in range(12)}
    assert len({question["id"] for question in client.asked}) == 12


async def test_twenty_questions_of_ten_sessions_are_all_answered(tmp_path: Path) -> None:
    async with two_workers(tmp_path) as (a, b), wire(ANNA) as http:
        for number in range(10):
            client = Handshake(http)
            await client.open((a, b)[number % 2].url)
            assert text_of(await client.call(b.url, "decide", answers_at=a.url)) == "agreed"
            assert text_of(await client.call(a.url, "decide", answers_at=b.url, answerer=always_no)) == "refused"


async def test_a_client_of_the_sdk_works_through_a_balancer_that_looks_at_nothing(tmp_path: Path) -> None:
    steps: list[float] = []

    async def agree(*_: Any) -> ElicitResult:
        return ElicitResult(action="accept", content={"sure": True})

    async def note_progress(progress: float, total: float | None, message: str | None) -> None:
        steps.append(progress)

    answering: dict[str, Any] = {"elicitation_callback": agree}
    async with two_workers(tmp_path) as (a, b):
        balancer = Alternating(a, b)
        async with (
            httpx2.AsyncClient(transport=balancer, headers=bearer(ANNA), timeout=PATIENCE) as http,
            Client(streamable_http_client(a.url, http_client=http), mode="legacy", **answering) as client,
        ):
            assert {tool.name for tool in (await client.list_tools()).tools} >= {"greet", "decide"}
            for _ in range(5):
                assert text(await client.call_tool("greet", {"name": "Ada"})) == "Hello, Ada"
                assert text(await client.call_tool("decide", {})) == "agreed"
            with anyio.move_on_after(0.5) as scope:
                await client.call_tool("linger", {}, progress_callback=note_progress)
            assert scope.cancelled_caught
            assert steps == [0]
            assert text(await client.call_tool("greet", {"name": "Bob"})) == "Hello, Bob"
        assert min(balancer.sent) > 5


async def test_a_cancellation_reaches_the_worker_that_carries_the_call_out(tmp_path: Path) -> None:
    async with two_workers(tmp_path) as (a, b), wire(ANNA) as http:
        client, other = Handshake(http), Handshake(http)
        await client.open(a.url)
        await other.open(b.url)
        params = {"name": "linger", "arguments": {}, "_meta": {"progressToken": "p"}}
        request = client.request("tools/call", params)
        cancel = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": request["id"]}}
        async with http.stream("POST", a.url, json=request, headers=client.headers) as response:
            stream = messages(response)
            assert (await anext(stream))["method"] == PROGRESS
            assert (await other.post(b.url, cancel)).status_code == 202, "the number of another session's request"
            assert text_of(await other.call(a.url, "greet", {"name": "Ada"})) == "Hello, Ada"
            assert (await client.post(b.url, cancel)).status_code == 202
            ended = await anext(stream)
        assert (ended["id"], ended["error"]["code"]) == (request["id"], CANCELLED)


async def test_other_notifications_are_taken_anywhere(tmp_path: Path) -> None:
    async with two_workers(tmp_path) as (a, b), wire(ANNA) as http:
        client = Handshake(http)
        await client.open(a.url)
        for method, params in (
            (PROGRESS, {"progressToken": 1, "progress": 1}),
            ("notifications/roots/list_changed", {}),
        ):
            taken = await client.post(b.url, {"jsonrpc": "2.0", "method": method, "params": params})
            assert (taken.status_code, taken.headers[SESSION]) == (202, client.session)


async def test_a_worker_that_dies_breaks_its_question_and_the_session_goes_on(tmp_path: Path) -> None:
    async with two_workers(tmp_path) as (a, b), wire(ANNA) as http:

        async def kill_it(question: Message) -> Message | None:
            a.kill()
            return None

        client = Handshake(http)
        await client.open(a.url)
        with pytest.raises((httpx2.RemoteProtocolError, httpx2.ReadError)):
            await client.call(a.url, "decide", answerer=kill_it)
        await client.answer(b.url, client.asked[0], yes(client.asked[0]))
        assert text_of(await client.call(b.url, "decide")) == "agreed"


async def test_a_session_that_was_ended_is_unknown_to_every_worker(tmp_path: Path) -> None:
    async with two_workers(tmp_path) as (a, b), wire(ANNA) as http:
        client, other = Handshake(http), Handshake(http)
        await client.open(a.url)
        await other.open(a.url)
        async with client.listen(b.url) as stream:
            assert (await http.delete(a.url, headers=client.headers)).status_code == 200
            assert [message async for message in stream] == [], "its stream ends with it"
        ping = client.request("ping")
        assert [(await client.post(one.url, ping)).status_code for one in (a, b)] == [404, 404]
        assert (await other.post(b.url, ping)).status_code == 200


async def test_a_stop_ends_the_streams_of_this_worker_and_no_session(tmp_path: Path) -> None:
    async with two_workers(tmp_path) as (a, b), wire(ANNA) as http:
        client = Handshake(http)
        await client.open(a.url)
        async with client.listen(a.url) as stream:
            await a.stop()
            assert [message async for message in stream] == []
        assert text_of(await client.call(b.url, "decide")) == "agreed"
