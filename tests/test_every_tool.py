"""Rules over all tools, so that the next one is guarded before it is written."""

import inspect
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest
from mcp.server.mcpserver.tools import Tool as McpTool
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from server.app import build
from server.expose import answer_schema
from server.guards.scope import offers
from server.guards.shape import _Field, _fields
from tests.desk import settings
from tools.kit.network import Account
from tools.kit.picture import Album
from tools.kit.platform import ToolSource
from tools.kit.text import Sealed, Vocabulary, Written
from tools.kit.toolset import Effect, Tool
from tools.platforms import PLATFORMS
from tools.trackers.source import trackers

SNAPSHOTS = Path(__file__).parent / "snapshots"
TOOLS = [(offer, tool) for offer in (*offers(PLATFORMS), trackers) for tool in offer.tools]
NAMES = [platform.name_of(tool) for platform, tool in TOOLS]


def every_tool_that(concerns: Callable[[Tool], object]) -> pytest.MarkDecorator:
    """A rule over the tools that it concerns."""
    chosen = [(platform, tool) for platform, tool in TOOLS if concerns(tool)]
    return pytest.mark.parametrize(("platform", "tool"), chosen, ids=[p.name_of(tool) for p, tool in chosen])


every_tool = every_tool_that(lambda tool: True)


def models_of(annotation: Any, found: set[type[BaseModel]]) -> set[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel) and annotation not in found:
        found.add(annotation)
        for info in annotation.model_fields.values():
            models_of(info.annotation, found)
    for part in get_args(annotation):
        models_of(part, found)
    return found


def marks_of(annotation: Any) -> set[type]:
    found = {type(extra) for extra in getattr(annotation, "__metadata__", ())}
    return found.union(*(marks_of(part) for part in get_args(annotation) if not isinstance(part, str)))


def holds_text(annotation: Any) -> bool:
    if annotation is str:
        return True
    return get_origin(annotation) is not None and any(
        holds_text(part) for part in get_args(annotation) if not isinstance(part, str)
    )


def told_texts(model: type[BaseModel]) -> list[tuple[str, FieldInfo]]:
    """The fields of a platform's model that hold text and are told."""
    if ".models." not in model.__module__:
        return []
    return [(n, info) for n, info in model.model_fields.items() if not info.exclude and holds_text(info.annotation)]


def secret_fields(tool: Tool) -> list[tuple[type[BaseModel], _Field]]:
    names = {"password", "username", "access", "token", "api_key", "secret"}
    return [(model, told) for model in models_of(tool.answer, set()) for told in _fields(model) if told.name in names]


@pytest.fixture(scope="module")
def exposed() -> dict[str, McpTool]:
    """The tools as a server offers them, by name."""
    server = build(settings(trackers=("github",)))
    return {tool.name: tool for tool in server._tool_manager.list_tools()}


def published(tool: McpTool) -> dict[str, Any]:
    assert tool.annotations is not None
    return {
        "name": tool.name,
        "title": tool.title,
        "description": tool.description,
        "annotations": tool.annotations.model_dump(by_alias=True, exclude_none=True),
        "inputSchema": tool.parameters,
    }


def test_names_are_unique_and_short_enough_for_every_host() -> None:
    assert len(set(NAMES)) == len(NAMES)
    assert all(re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)+", name) and len(name) <= 64 for name in NAMES)


@every_tool
def test_it_says_what_it_does_in_few_words(platform: ToolSource, tool: Tool) -> None:
    assert tool.sentence.split("\n")[0].endswith("."), "a sentence"
    assert len(tool.sentence) <= 240
    assert not re.search(r"\b(IMPORTANT|MUST|NEVER|ALWAYS)\b", tool.sentence)


@every_tool
def test_every_parameter_and_answer_has_a_type(platform: ToolSource, tool: Tool) -> None:
    signature = inspect.signature(tool.function, eval_str=True)
    assert all(p.annotation is not p.empty and p.annotation is not Any for p in signature.parameters.values())
    assert isinstance(tool.answer, type)
    assert issubclass(tool.answer, BaseModel)


@every_tool_that(lambda tool: tool.asks or tool.effect in {Effect.DESTROYS, Effect.SPENDS})
def test_what_destroys_or_spends_cannot_run_without_a_persons_answer(
    platform: ToolSource, tool: Tool, exposed: dict[str, McpTool]
) -> None:
    built = exposed[platform.name_of(tool)]
    assert tool.asks
    assert "consent" in built.resolved_params
    assert "consent" not in json.dumps(built.parameters)


@every_tool
def test_no_argument_of_any_tool_could_be_a_consent(platform: ToolSource, tool: Tool) -> None:
    words = {"confirm", "confirmed", "consent", "approve", "approved", "force", "yes", "sure"}
    assert not words & set(inspect.signature(tool.function).parameters)


@every_tool
def test_all_hints_are_set_and_those_of_the_worst_case(
    platform: ToolSource, tool: Tool, exposed: dict[str, McpTool]
) -> None:
    hints = exposed[platform.name_of(tool)].annotations
    assert hints is not None
    assert hints.open_world_hint is True
    assert hints.read_only_hint is (tool.effect is Effect.READS)
    assert hints.destructive_hint is (tool.asks)
    assert hints.idempotent_hint is tool.idempotent


@every_tool_that(lambda tool: tool.verify_with or tool.full_text_in)
def test_a_lost_write_can_be_settled_by_a_reading_tool(platform: ToolSource, tool: Tool) -> None:
    readers = {t.name for t in platform.tools if t.effect is Effect.READS}
    assert {tool.verify_with, tool.full_text_in} - {None} <= readers


@every_tool_that(lambda tool: tool.unasked_when)
def test_what_shows_that_it_asks_nobody_takes_only_what_the_tool_takes(platform: ToolSource, tool: Tool) -> None:
    if tool.unasked_when is not None:
        assert set(inspect.signature(tool.unasked_when).parameters) <= set(inspect.signature(tool.function).parameters)


def fields(node: Mapping[str, Any], root: Mapping[str, Any], place: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every parameter of a schema, those of rows and objects too, with its place."""
    node = root["$defs"][node["$ref"].rpartition("/")[2]] | node if "$ref" in node else node
    inner = [*node.get("anyOf", ()), *([node["items"]] if "items" in node else [])]
    for part in inner:
        yield from fields(part, root, place)
    for name, child in node.get("properties", {}).items():
        yield f"{place}.{name}", child
        yield from fields(child, root, f"{place}.{name}")


PAIR = re.compile(r"\.(?:example|meta)\.(?:name|value)|\.files\.(?:path|content)")
"""Rows of two texts that are named after what they hold."""


@every_tool
def test_every_parameter_is_described(platform: ToolSource, tool: Tool, exposed: dict[str, McpTool]) -> None:
    schema = exposed[platform.name_of(tool)].parameters
    bare = [place for place, field in fields(schema, schema, "") if not field.get("description")]
    assert not [place for place in bare if not PAIR.search(place)]


@every_tool
def test_its_schema_is_one_that_every_host_takes(platform: ToolSource, tool: Tool, exposed: dict[str, McpTool]) -> None:
    schema = exposed[platform.name_of(tool)].parameters
    assert schema["type"] == "object"
    assert schema["additionalProperties"] is False
    assert not {"anyOf", "oneOf", "allOf", "$ref"} & set(schema)

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if "properties" in node:
                assert node.get("additionalProperties") is False, "a misspelt field would be dropped in silence"
                for name, child in node["properties"].items():
                    assert {"type", "anyOf", "enum", "$ref"} & set(child), f"{name} has no type"
                    assert not isinstance(child.get("title"), str), "a title says the name again"
            for child in node.values():
                walk(child)
        elif isinstance(node, list):
            for child in node:
                walk(child)

    walk(schema)


SAID_BY_ITS_NAME = frozenset({
    "title", "test_title", "name", "description", "email", "username", "password", "message", "body", "emoji", "code",
    "goal", "out_of_scope", "instructions", "preconditions", "limit", "proxy", "hidden", "active", "is_global", "pin",
    "known", "handled", "archived", "include_archived", "mine", "only_widgets", "has_message", "has_defect",
    "as_manual", "use_markdown", "allow_device_clouds", "retry_failed", "end_all_shards", "remove_empty_suites",
    "bundle_identifier", "bundle_version", "duration_s", "run_time_ms", "tests_count", "passed_count",
    "failed_count", "skipped_count",
})  # fmt: skip
"""Parameters that need no sentence; a closed set says by its words what goes in."""


@every_tool_that(lambda tool: len(inspect.signature(tool.function).parameters) > 1)
def test_every_parameter_says_what_goes_in(platform: ToolSource, tool: Tool, exposed: dict[str, McpTool]) -> None:
    for name, node in exposed[platform.name_of(tool)].parameters["properties"].items():
        items = node.get("items", {})
        told = {"description", "enum"} & {*node, *items}
        assert told or name in SAID_BY_ITS_NAME, f"{name} has no description"


@every_tool
def test_its_schema_has_nothing_that_a_strict_converter_refuses(
    platform: ToolSource, tool: Tool, exposed: dict[str, McpTool]
) -> None:
    def walk(node: Any) -> None:
        if isinstance(node, dict):
            assert "writeOnly" not in node
            assert all(isinstance(word, str) for word in node.get("enum", ())), "an enum of numbers"
            assert node.get("additionalProperties", False) is False, "a map of any names"
        for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
            walk(child)

    walk(exposed[platform.name_of(tool)].parameters)


@every_tool
def test_its_schema_is_the_one_on_record(platform: ToolSource, tool: Tool, exposed: dict[str, McpTool]) -> None:
    """A changed schema shows in the diff: UPDATE_SNAPSHOTS=1 writes it anew."""
    name = platform.name_of(tool)
    now = json.dumps(published(exposed[name]), indent=1, ensure_ascii=False) + "\n"
    file = SNAPSHOTS / f"{name}.json"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        file.write_text(now, encoding="utf-8")
    assert file.exists(), "a new tool: run with UPDATE_SNAPSHOTS=1"
    assert now == file.read_text(encoding="utf-8")


def test_no_schema_on_record_belongs_to_a_tool_that_is_gone() -> None:
    assert {file.stem for file in SNAPSHOTS.glob("*.json")} == set(NAMES)


@every_tool_that(lambda tool: any(map(told_texts, models_of(tool.answer, set()))))
def test_every_text_it_answers_says_who_wrote_it(platform: ToolSource, tool: Tool) -> None:
    """A plain str is ours; whatever comes from a platform is marked as its vocabulary or as somebody's writing."""
    for model in models_of(tool.answer, set()):
        for name, info in told_texts(model):
            marks = marks_of(info.annotation) | {type(extra) for extra in info.metadata}
            assert marks & {Written, Vocabulary, Sealed}, f"{model.__name__}.{name}"


@every_tool_that(secret_fields)
def test_no_secret_field_of_its_answer_can_leave(platform: ToolSource, tool: Tool) -> None:
    assert [f"{model.__name__}.{told.name}" for model, told in secret_fields(tool) if not told.sealed] == []


@every_tool
def test_its_answers_have_a_schema_unless_they_are_pictures(platform: ToolSource, tool: Tool) -> None:
    schema = answer_schema(tool.answer)
    assert (schema and schema["type"]) == (None if issubclass(tool.answer, Album) else "object")


def test_every_tool_named_in_a_sentence_of_ours_exists() -> None:
    """Next steps that lead nowhere are worse than none."""
    root = Path(__file__).parent.parent
    keys = "|".join(offer.key for offer in offers(PLATFORMS))
    verbs = "|".join(sorted({tool.name.split("_")[0] for _, tool in TOOLS}))
    for file in [*(root / "tools").rglob("*.py"), *(root / "prompts").glob("*.md"), root / "README.md"]:
        if "sandbox" in file.parts:
            continue
        for name in re.findall(
            rf"\b(?:{keys})_(?:{verbs})_\w+",
            file.read_text(encoding="utf-8"),
        ):
            assert name in NAMES, f"{file.name} names {name}"


def test_a_client_takes_an_account_and_nothing_else() -> None:
    for platform in PLATFORMS:
        parameters = list(inspect.signature(platform.client).parameters.values())
        assert [p.annotation for p in parameters] == [Account]
