"""What is listed of a tool is shorter than what is checked, and means the same."""

import re
from typing import Any

import pytest
from mcp.types import ToolAnnotations

from server.app import build
from server.obvious import OBVIOUS
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
        ({"type": "string", "maxLength": 80, "pattern": "^a"}, STRING),
        (
            {"type": "array", "items": {"type": "string", "maxLength": 500}, "maxItems": 20},
            {"type": "array", "items": STRING},
        ),
        (
            {"type": "array", "items": {"type": "string", "description": "Each."}, "description": "All."},
            {"type": "array", "items": STRING, "description": "All."},
        ),
        ({"type": "integer", "minimum": 1, "maximum": 100}, {"type": "integer", "maximum": 100}),
        ({"type": "integer", "maximum": 101}, INTEGER),
        ({"type": "boolean", "default": False}, {"type": "boolean"}),
        ({"type": "boolean", "default": True}, {"type": "boolean", "default": True}),
        (
            {"type": "boolean", "default": True, "description": "false: a draft."},
            {"type": "boolean", "description": "false: a draft."},
        ),
        ({"type": "integer", "default": 0}, INTEGER),
        ({"type": "integer", "default": 7}, {"type": "integer", "default": 7}),
        ({"enum": ["maxLength"], "default": "maxLength"}, {"enum": ["maxLength"]}),
        ({"enum": ["a", "pattern"], "default": "pattern"}, {"enum": ["a", "pattern"], "default": "pattern"}),
    ],
)
def test_a_listed_parameter_leaves_out_what_tells_a_model_nothing(checked: Any, listed: Any) -> None:
    schema = {"type": "object", "additionalProperties": False, "properties": {"default": checked}, "required": ["x"]}
    now = published(schema)
    assert now == {"type": "object", "properties": {"default": listed}, "required": ["x"]}


@pytest.mark.parametrize(("most", "listed"), [(500, {"type": "integer", "maximum": 500}), (501, INTEGER)])
def test_the_maximum_of_a_limit_is_listed_where_a_caller_may_meet_it(most: int, listed: Any) -> None:
    schema = {"type": "object", "properties": {"limit": {"type": "integer", "maximum": most}}}
    assert published(schema)["properties"] == {"limit": listed}


def test_every_listed_schema_is_one_that_what_it_takes_fits() -> None:
    for tool in build(settings(trackers=("github",)))._tool_manager.list_tools():
        listed = published(tool.parameters)
        assert listed["properties"].keys() == tool.parameters["properties"].keys()
        assert listed.get("required") == tool.parameters.get("required")


def test_a_structure_is_listed_in_words_with_its_types_choices_and_nested_fields() -> None:
    step = {
        "type": "object",
        "properties": {"action": {**STRING, "description": "What to click."}, "seconds": {"type": "number"}},
        "required": ["action"],
    }
    row = {
        "type": "object",
        "properties": {
            "status": {**STRING, "enum": ["passed", "failed"]},
            "case_id": {**INTEGER, "description": "From list_cases."},
            "retries": {**INTEGER, "description": "Such as 2; none by default."},
            "note": {**STRING, "description": "URL."},
            "steps": {"type": "array", "items": {"$ref": "#/$defs/Step"}, "description": "In order."},
            "last_step": {"$ref": "#/$defs/Step"},
            "tags": {"type": "array", "items": STRING},
            "description": {**STRING, "description": "Plain text."},
        },
        "required": ["status", "case_id"],
    }
    rows = {"type": "array", "items": row, "description": "One for each."}
    listed = published({"type": "object", "properties": {"rows": rows}, "$defs": {"Step": step}})
    assert listed["properties"]["rows"] == {
        "type": "array",
        "items": {"type": "object"},
        "description": "One for each. {status: passed|failed; case_id: from list_cases; retries?: int (e.g. 2, none by "
        "default); note?: URL; steps?: list of {action: what to click; seconds?: number} (in order); last_step?: "
        "{action: what to click; seconds?: number}; tags?: list; description?}",
    }
    assert "$defs" not in listed


def fields_of(node: dict[str, Any], definitions: dict[str, Any]) -> set[str]:
    """The names of all fields of a structure, nested ones too."""
    node = definitions.get(str(node.get("$ref", "")).rpartition("/")[2], node)
    if "items" in node:
        return fields_of(node["items"], definitions)
    properties = node.get("properties", {})
    return set(properties).union(*(fields_of(child, definitions) for child in properties.values()))


def test_every_field_of_a_structure_that_is_listed_in_words_is_named_in_them() -> None:
    structures = 0
    for tool in build(settings(trackers=("github",)))._tool_manager.list_tools():
        listed = published(tool.parameters)["properties"]
        for name, node in tool.parameters["properties"].items():
            fields = fields_of(node, tool.parameters.get("$defs", {}))
            structures += bool(fields)
            missing = [f for f in fields if not re.search(rf"[{{ ]{f}\b", listed[name].get("description", ""))]
            assert not missing, f"{tool.name}: {name} has {missing}"
    assert structures > 40


def test_every_listed_parameter_is_described_unless_its_name_says_what_goes_in() -> None:
    used: set[tuple[str, str]] = set()
    for tool in build(settings(trackers=("github",)))._tool_manager.list_tools():
        listed = published(tool.parameters)["properties"]
        for name, node in listed.items():
            described = "description" in node or "description" in node.get("items", {})
            assert described or name in OBVIOUS, f"{tool.name}: {name}"
        used |= descriptions(tool.parameters)
    obvious = {(name, description) for name, descriptions in OBVIOUS.items() for description in descriptions}
    assert sorted(obvious - used) == []


def descriptions(node: Any, name: str = "") -> set[tuple[str, str]]:
    """The names and descriptions of all parameters and fields of a schema."""
    found: set[tuple[str, str]] = set()
    for key, child in node.items():
        if key == "description" and isinstance(child, str):
            found.add((name, child))
        elif key in {"properties", "$defs"}:
            found = found.union(*(descriptions(grandchild, inner) for inner, grandchild in child.items()))
        elif key == "items":
            found |= descriptions(child, name)
    return found


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
