"""What is listed of a tool is shorter than what is checked, and means the same."""

from typing import Any

import pytest
from mcp.types import ToolAnnotations

from server.app import build
from server.schemas import published, published_hints
from tests.desk import desk, settings

pytestmark = pytest.mark.anyio
INTEGER, STRING = {"type": "integer"}, {"type": "string"}


@pytest.mark.parametrize(
    ("checked", "listed"),
    [
        (
            {"anyOf": [INTEGER, STRING], "description": "Id or name."},
            {"type": ["integer", "string"], "description": "Id or name."},
        ),
        ({"anyOf": [STRING, INTEGER]}, {"anyOf": [STRING, INTEGER]}),
        ({"type": "string", "maxLength": 99}, {"type": "string", "maxLength": 99}),
        ({"type": "string", "maxLength": 100}, STRING),
        (
            {"type": "array", "items": {"type": "string", "maxLength": 500}, "maxItems": 200},
            {"type": "array", "items": STRING},
        ),
        ({"type": "boolean", "default": False}, {"type": "boolean"}),
        ({"type": "boolean", "default": True}, {"type": "boolean", "default": True}),
        ({"type": "integer", "default": 0}, {"type": "integer", "default": 0}),
        ({"enum": ["maxLength"], "default": "maxLength"}, {"enum": ["maxLength"], "default": "maxLength"}),
    ],
)
def test_a_listed_parameter_leaves_out_what_tells_a_model_nothing(checked: Any, listed: Any) -> None:
    schema = {"type": "object", "additionalProperties": False, "properties": {"default": checked}, "required": ["x"]}
    now = published(schema)
    assert now == {"type": "object", "properties": {"default": listed}, "required": ["x"]}


def test_every_listed_schema_is_one_that_what_it_takes_fits() -> None:
    for tool in build(settings())._tool_manager.list_tools():
        listed = published(tool.parameters)
        assert listed["properties"].keys() == tool.parameters["properties"].keys()
        assert listed.get("required") == tool.parameters.get("required")


@pytest.mark.parametrize(
    ("hints", "listed"),
    [
        ({"readOnlyHint": True, "destructiveHint": False, "idempotentHint": True}, {"readOnlyHint": True}),
        ({"readOnlyHint": False, "destructiveHint": True, "idempotentHint": False}, {"destructiveHint": True}),
        (
            {"readOnlyHint": False, "destructiveHint": False, "idempotentHint": True},
            {"destructiveHint": False, "idempotentHint": True},
        ),
    ],
)
def test_listed_hints_mean_the_same_by_the_defaults_of_the_protocol(hints: Any, listed: Any) -> None:
    now = published_hints(ToolAnnotations.model_validate(hints | {"openWorldHint": True}))
    assert now is not None
    assert now.model_dump(by_alias=True, exclude_none=True) == listed


async def test_a_limit_that_is_not_listed_is_still_checked() -> None:
    async with desk() as d:
        (tool,) = [t for t in (await d.client.list_tools()).tools if t.name == "testio_reject_bug"]
        assert "maxLength" not in tool.input_schema["properties"]["comment"]
        told = await d.refusal("testio_reject_bug", bug_id=88107, reason="known_bug", comment="x" * 100_000)
        assert "comment has more than" in told
        assert "There is no argument" in await d.refusal("testio_reject_bug", bug_id=88107, reason="known_bug", x=1)
