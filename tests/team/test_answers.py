"""Answers of all tools to people with some rights: no next step, error or hint names what they may not call."""

from typing import Any, Final

import pytest

from server.app import build
from server.guards.shape import STRANGERS
from server.sandbox import SandboxTransport
from server.team.person import Person
from server.team.rights import ALL
from tests.desk import desk, sandboxes, settings, text
from tests.fuzz.soak import IS_SOAK
from tests.team.roles import ROLES, acting_as, of
from tests.team.test_rights import hidden_in
from tests.test_every_answer import CALLS, TOOLS
from tools.kit.network import Network
from tools.kit.toolset import Effect

pytestmark = pytest.mark.anyio
EVERY: Final = 1 if IS_SOAK else 12
NEXT: Final = [call for call in CALLS if call[0] == "testio_create_test_cases"]
"""A call whose answer names a tool that orders something."""


@pytest.mark.parametrize("role", ["reader", "triager", "buyer"])
async def test_no_answer_names_a_tool_that_its_reader_may_not_call(role: str) -> None:
    world = sandboxes()
    server = acting_as(build(settings(), network=Network(SandboxTransport(world))), Person(role, ROLES[role]))
    calls = [(name, arguments) for name, arguments in CALLS if name in of(role)][::EVERY]
    async with desk(server=server, world=world) as d:
        for name, arguments in [*calls, *(call for call in NEXT if call[0] in of(role))]:
            for given in (arguments, wrong(arguments)):
                result = await d.call(name, **given)
                said = without_strangers(result.structured_content) if result.structured_content else text(result)
                assert not hidden_in(said, role), (name, said)
            if TOOLS[name].effect is not Effect.READS:
                d.sandboxes.controls.reset()


async def test_the_same_answer_names_such_a_tool_to_whoever_may_call_it() -> None:
    world = sandboxes()
    server = acting_as(build(settings(), network=Network(SandboxTransport(world))), Person("head", ALL))
    async with desk(server=server, world=world) as d:
        ((name, arguments),) = NEXT
        assert hidden_in(without_strangers(await d.answer(name, **arguments)), "triager")


def wrong(arguments: dict[str, Any]) -> dict[str, Any]:
    """Arguments that fit no object, so that the tool says what to do instead."""
    return {
        name: 987654 if isinstance(value, int) and not isinstance(value, bool) else value
        for name, value in arguments.items()
    }


def without_strangers(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer without the fields in which others wrote."""
    theirs = {at.partition("[")[0].partition(".")[0] for at in answer.get(STRANGERS, [])}
    return {name: value for name, value in answer.items() if name not in theirs}
