"""The form in which a person answers, as it leaves: hosts that find more in it than they know answer it themselves."""

from typing import Any

import pytest

from server.app import build
from server.sandbox import SandboxTransport
from tests.desk import ERAS, sandboxes, settings
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
async def test_the_very_word_carries_the_act_out(mode: str) -> None:
    world = sandboxes()
    async with wire(sandboxed(world), mode) as client:
        is_refused, told = await said(client, {"action": "accept", "content": {"answer": "yes"}})
    assert not is_refused, told
    assert len(writes(world)) == 1
