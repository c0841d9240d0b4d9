"""Answers of the tools against the schemas that are published with TESTDESK_OUTPUT_SCHEMAS=1, published or not."""

from collections.abc import AsyncIterator, Sequence
from importlib import import_module
from typing import Any, Final

import jsonschema
import pytest

from server.app import build
from server.expose import answer_schema
from server.guards import consent
from server.guards.scope import offers
from tests.desk import ERAS, Desk, desk, settings, text
from tools.kit.toolset import Effect
from tools.platforms import PLATFORMS

pytestmark = pytest.mark.anyio

CALLS: list[tuple[str, dict[str, Any]]] = [
    call for offer in offers(PLATFORMS) for call in import_module(f"tests.tools.{offer.key}.calls").CALLS
]
TOOLS = {offer.name_of(tool): tool for offer in offers(PLATFORMS) for tool in offer.tools}
SOME: Final = CALLS[::9]


async def answers(d: Desk, calls: Sequence[tuple[str, dict[str, Any]]]) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    """The answers to working calls, in the first world where an earlier call has deleted what one is about."""
    is_changed = False
    for name, arguments in calls:
        result = await d.call(name, **arguments)
        if result.is_error and is_changed:
            d.sandboxes.controls.reset()
            is_changed, result = False, await d.call(name, **arguments)
        assert not result.is_error, f"{name}: {text(result)}"
        is_changed |= TOOLS[name].effect is not Effect.READS
        yield name, result.structured_content or {}


async def test_an_answer_is_what_its_schema_says_and_says_what_was_confirmed() -> None:
    wrong, asked = list[str](), 0
    async with desk() as d:
        async for name, answer in answers(d, CALLS):
            tool = TOOLS[name]
            answered = tool.answer
            schema = answer_schema(answered, sandbox=True, asks=tool.asks)
            assert schema is not None, name
            faults = [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(answer)]
            faults += [f"{field} is not in the schema" for field in set(answer) - set(schema["properties"])]
            if len(d.asked) > asked and answer.get("confirmed") != confirmed_by_form(d.asked[-1]):
                faults.append("it does not say what was confirmed")
            asked = len(d.asked)
            wrong += [f"{name}: {fault[:200]}" for fault in faults]
    assert not wrong


def confirmed_by_form(question: str) -> dict[str, str]:
    how = "typed" if "type its name" in question else "form"
    return {"how": how, "what": consent.Question(question).confirmed["what"]}


@pytest.mark.parametrize("mode", ERAS)
async def test_schemas_are_published_only_on_demand_and_validating_clients_accept_the_answers(mode: str) -> None:
    async with desk(mode, told=settings({"TESTDESK_TOOLSETS": "testio"})) as d:
        assert all(tool.output_schema is None for tool in (await d.client.list_tools()).tools)
    async with desk(mode, told=settings({"TESTDESK_OUTPUT_SCHEMAS": "1"})) as d:
        published = {tool.name: tool.output_schema for tool in (await d.client.list_tools()).tools}
        assert published["testio_get_bug"]
        assert len([name async for name, _ in answers(d, SOME)]) == len(SOME)


async def test_the_published_list_has_no_schemas_of_answers_and_stays_small() -> None:
    server = build(settings())
    tools = await server.list_tools()
    assert all(tool.output_schema is None for tool in tools)
    size = sum(len(tool.model_dump_json(by_alias=True, exclude_none=True)) for tool in tools)
    assert size / len(tools) <= 1_000, f"{size} bytes for {len(tools)} tools"
