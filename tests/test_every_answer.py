"""Answers of the tools against the schemas that are published with TESTDESK_OUTPUT_SCHEMAS=1, published or not."""

import inspect
from importlib import import_module
from typing import Any

import jsonschema
import pytest

from server.app import build
from server.expose import answer_schema
from server.guards import consent
from server.guards.scope import offers
from tests.desk import ERAS, desk, settings
from tools.platforms import PLATFORMS

pytestmark = pytest.mark.anyio

CALLS: list[tuple[str, dict[str, Any]]] = [
    call for offer in offers(PLATFORMS) for call in import_module(f"tests.tools.{offer.key}.calls").CALLS
]
ANSWERS = {
    offer.name_of(tool): (inspect.signature(tool.function, eval_str=True).return_annotation, tool.question is not None)
    for offer in offers(PLATFORMS)
    for tool in offer.tools
}


@pytest.mark.parametrize(("name", "arguments"), CALLS, ids=[name for name, _ in CALLS])
async def test_an_answer_is_what_its_schema_says(name: str, arguments: dict[str, Any]) -> None:
    answers, asks = ANSWERS[name]
    schema = answer_schema(answers, sandbox=True, asks=asks)
    assert schema is not None
    async with desk() as d:
        answer = await d.answer(name, **arguments)
        if d.asked:
            assert answer["confirmed"] == {"how": "form", "what": consent.Asking(d.asked[-1]).confirmed["what"]}
    jsonschema.Draft202012Validator(schema).validate(answer)
    unknown = set(answer) - set(schema["properties"])
    assert not unknown, "a field that the schema does not name"


@pytest.mark.parametrize("mode", ERAS)
async def test_schemas_are_published_only_on_demand_and_validating_clients_accept_the_answers(mode: str) -> None:
    async with desk(mode) as d:
        assert all(tool.output_schema is None for tool in (await d.client.list_tools()).tools)
    async with desk(mode, told=settings({"TESTDESK_OUTPUT_SCHEMAS": "1"})) as d:
        published = {tool.name: tool.output_schema for tool in (await d.client.list_tools()).tools}
        assert published["testio_get_bug"]
        for name, arguments in CALLS:
            d.sandboxes.controls.reset()  # one call may delete what another is about
            await d.answer(name, **arguments)


async def test_the_published_list_stays_small() -> None:
    server = build(settings())
    tools = await server.list_tools()
    size = sum(len(tool.model_dump_json(by_alias=True, exclude_none=True)) for tool in tools)
    assert size / len(tools) <= 900, f"{size} bytes for {len(tools)} tools"
