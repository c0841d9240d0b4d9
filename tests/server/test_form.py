"""The form in which a person answers, as it leaves: hosts that find more in it than they know answer it themselves."""

from typing import Any

import pytest

from server.app import build
from server.sandbox import SandboxTransport
from tests.desk import ERAS, NOT_CONFIRMED, sandboxes, settings
from tests.server.wire import Wire, wire
from tools.kit.network import Network
from tools.kit.sandbox.composition import Composition

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)

ACCEPT = ("testio_accept_bug", {"bug_id": 88101})


def sandboxed(world: Composition, **environment: str) -> Any:
    return build(settings(environment), network=Network(SandboxTransport(world)))


def writes(world: Composition) -> list[str]:
    return [entry.path for entry in world.journal.entries(platform="testio") if entry.method == "PUT"]


async def said(client: Wire, answer: Any) -> tuple[bool, str]:
    _, message = await client.ask(*ACCEPT)
    result = (await client.reply(message, *ACCEPT, answer))["result"]
    return bool(result.get("isError")), result["content"][0]["text"]


@both_eras
async def test_a_form_on_the_wire_is_one_choice_with_no_first_and_nothing_chosen(mode: str) -> None:
    async with wire(sandboxed(sandboxes()), mode) as client:
        asked, _ = await client.ask(*ACCEPT)
        assert asked["requestedSchema"] == {
            "type": "object",
            "properties": {"answer": {"type": "string", "title": "Carry this out?", "enum": ["no", "yes"]}},
            "required": ["answer"],
        }


@both_eras
@pytest.mark.parametrize(
    "content",
    [
        {"answer": "no"}, {"answer": True}, {"answer": 1}, {"answer": "YES"}, {"answer": " yes"}, {"answer": ["yes"]},
        {"yes": True}, {"yes": "yes"}, {"answer": "true"}, {"answer": "on"}, {"answer": "y"}, {"answer": None}, {},
    ],
)  # fmt: skip
async def test_only_the_very_word_is_a_yes(mode: str, content: dict[str, Any]) -> None:
    world = sandboxes()
    async with wire(sandboxed(world), mode) as client:
        is_refused, _ = await said(client, {"action": "accept", "content": content})
    assert is_refused
    assert writes(world) == []


@both_eras
@pytest.mark.parametrize(
    "answer",
    [
        {"action": "accept"},
        {"action": "accept", "content": None},
        {"action": "accept", "content": {"other": "yes"}},
        {"action": "accept", "content": {"answer": {"yes": True}}},
        {"action": "accept", "content": "yes"},
        {"action": "agree", "content": {"answer": "yes"}},
        {},
    ],
)
async def test_an_answer_that_fits_no_form_is_a_sentence_of_ours(mode: str, answer: Any) -> None:
    world = sandboxes()
    async with wire(sandboxed(world), mode) as client:
        _, message = await client.ask(*ACCEPT)
        told = (await client.reply(message, *ACCEPT, answer))["result"]
        sentence = told["content"][0]["text"]
    assert told["isError"]
    assert sentence.endswith("call again to ask again. Nothing was sent."), sentence
    assert writes(world) == []


async def test_a_client_that_fails_to_ask_is_no_yes() -> None:
    world = sandboxes()
    async with wire(sandboxed(world), "legacy") as client:
        _, message = await client.ask(*ACCEPT)
        await client.send({"id": message["id"], "error": {"code": -32601, "message": "Method not found"}})
        told = (await client.message())["result"]
    assert told["isError"]
    assert told["content"][0]["text"] == "The client could not put the question to the user. Nothing was sent."


async def test_an_answer_under_another_id_is_none_to_this_question() -> None:
    world = sandboxes()
    async with wire(sandboxed(world), "legacy") as client:
        _, message = await client.ask(*ACCEPT)
        yes = {"action": "accept", "content": {"answer": "yes"}}
        for wrong in ("1", 1, "question-1", message["id"].upper()):
            await client.send({"id": wrong, "result": yes})
        told = await client.reply(message, *ACCEPT, {"action": "decline"})
    assert told["result"]["content"][0]["text"].startswith(NOT_CONFIRMED)
    assert writes(world) == []


@pytest.mark.parametrize(
    "no",
    [
        {"action": "decline"},
        {"action": "cancel"},
        {"action": "accept"},
        {"action": "x"},
        {"action": "accept", "content": {"answer": "no"}},
        {"action": "accept", "content": {"answer": "maybe"}},
    ],
)
async def test_a_no_ends_the_round_and_a_yes_after_it_does_nothing(no: Any) -> None:
    world = sandboxes()
    async with wire(sandboxed(world), "auto") as client:
        _, message = await client.ask(*ACCEPT)
        await client.reply(message, *ACCEPT, no)
        told = await client.reply(message, *ACCEPT, {"action": "accept", "content": {"answer": "yes"}})
        assert told["result"]["isError"]
        assert "already answered" in told["result"]["content"][0]["text"]
        assert writes(world) == []
        _, message = await client.ask(*ACCEPT)
        told = await client.reply(message, *ACCEPT, {"action": "accept", "content": {"answer": "yes"}})
        assert not told["result"].get("isError"), "a new question is a new round"
    assert len(writes(world)) == 1


@both_eras
async def test_the_very_word_carries_the_act_out(mode: str) -> None:
    world = sandboxes()
    async with wire(sandboxed(world), mode) as client:
        is_refused, told = await said(client, {"action": "accept", "content": {"answer": "yes"}})
    assert not is_refused, told
    assert len(writes(world)) == 1
