"""Tools that take a time: an age such as 7d counts from the platform's clock, from the first call of a process on."""

import inspect
from importlib import import_module
from typing import Any

import pytest

from server.app import build
from server.guards.scope import offers
from tests.desk import desk, sandboxes, settings
from tests.served_sandboxes import serve_on_port
from tools.kit.picture import Album
from tools.kit.sandbox.composition import Composition
from tools.platforms import PLATFORMS

pytestmark = pytest.mark.anyio

TIMES = ("since", "updated_since")
TAKING: dict[str, str] = {
    offer.name_of(tool): name
    for offer in offers(PLATFORMS)
    for tool in offer.tools
    for name in inspect.signature(tool.function).parameters
    if name in TIMES and not issubclass(tool.answer, Album)  # pictures have no structured answer to compare
}
CALLS: dict[str, dict[str, Any]] = {
    name: arguments
    for offer in offers(PLATFORMS)
    for name, arguments in import_module(f"tests.tools.{offer.key}.calls").CALLS
    if name in TAKING
}


def test_every_tool_that_takes_a_time_is_called_here() -> None:
    assert len(TAKING) > 8
    assert set(TAKING) == set(CALLS)


def standing() -> Composition:
    """Sandboxes whose clocks stand still, so that nothing but the reading of a time differs between two calls."""
    world = sandboxes()
    for sandbox in world.sandboxes.values():
        sandbox.clock.accelerate(0)
    return world


@pytest.mark.parametrize("name", TAKING)
async def test_the_first_call_of_a_process_answers_what_the_second_does(name: str) -> None:
    arguments = {key: value for key, value in CALLS[name].items() if key not in {"days", "until", *TIMES}}
    async with desk(world=standing()) as d:
        first, second = [await d.answer(name, **arguments, **{TAKING[name]: "3d"}) for _ in range(2)]
    assert first == second
    assert "since 3d is 2026-03-31T07:00Z by the platform's clock" in str(first)


async def test_so_does_a_sandbox_on_a_port() -> None:
    async with serve_on_port(standing().sandboxes) as origin, desk(server=build(settings(sandbox_at=origin))) as d:
        first, second = [await d.answer("across_assess_release", version="9.0.1", since="7d") for _ in range(2)]
    assert first == second
    assert "since 7d is 2026-03-27T07:00Z" in first["scope"]
