"""What hosts and models really send, taken by every tool; what cannot be taken is refused in sentences of ours."""

import copy
import re
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import pytest
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.tools import Tool as McpTool
from pydantic import ValidationError

from server.app import build
from server.argument_errors import explain
from server.arguments import FROM_HOSTS
from server.guards.scope import offers
from tests.desk import ERAS, desk, sandboxes, settings, text
from tools.kit.vocabulary import folded
from tools.platforms import PLATFORMS
from tools.trackers.source import trackers

pytestmark = pytest.mark.anyio

CHOSEN = settings(trackers=("github",))
TOOLS: dict[str, McpTool] = {tool.name: tool for tool in build(CHOSEN)._tool_manager.list_tools()}
CALLS: dict[str, dict[str, Any]] = {
    name: arguments
    for offer in (*offers(PLATFORMS), trackers)
    for name, arguments in import_module(f"tests.tools.{offer.key}.calls").CALLS
}
FORMS = {"^#[0-9a-fA-F]{6}$": "#00aa00"}


def every_tool(check: Callable[[str], None]) -> Callable[[], None]:
    """Make a check one test over all tools: as tests of their own they would take longer to collect than to run."""

    def test() -> None:
        for name in TOOLS:
            try:
                check(name)
            except AssertionError as error:
                raise AssertionError(f"{name}: {error}") from error

    test.__name__ = check.__name__
    return test


def sample(node: dict[str, Any], schema: dict[str, Any]) -> Any:
    """A value that a schema takes."""
    if "$ref" in node:
        return sample(schema["$defs"][node["$ref"].rpartition("/")[2]], schema)
    if "anyOf" in node:
        return sample(node["anyOf"][0], schema)
    if "enum" in node:
        return node["enum"][0]
    match node["type"]:
        case "integer" | "number":
            return node.get("minimum", 1) or 1
        case "boolean":
            return True
        case "array":
            return [sample(node["items"], schema)]
        case "object":
            return {name: sample(node["properties"][name], schema) for name in node.get("required", ())}
    return FORMS.get(node.get("pattern", ""), "Hafen")


def least(name: str) -> dict[str, Any]:
    """The least a tool can be called with."""
    schema = TOOLS[name].parameters
    taken: dict[str, Any] = sample(schema, schema)
    return taken


def taken(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """What reaches a tool and its question of these arguments."""
    try:
        return TOOLS[name].fn_metadata.validate_arguments(copy.deepcopy(arguments))
    except ValidationError as error:
        pytest.fail(explain(error, TOOLS[name].parameters))


def refused(name: str, arguments: dict[str, Any]) -> str:
    with pytest.raises(ValidationError) as error:
        TOOLS[name].fn_metadata.validate_arguments(arguments)
    return explain(error.value, TOOLS[name].parameters)


def optional(node: dict[str, Any], schema: dict[str, Any]) -> Iterator[str]:
    yield from (name for name in node["properties"] if name not in node.get("required", ()))


def objects(
    given: Any, node: dict[str, Any], schema: dict[str, Any]
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Every object among sampled arguments, with its schema."""
    node = schema["$defs"][node["$ref"].rpartition("/")[2]] if "$ref" in node else node
    if isinstance(given, dict) and "properties" in node:
        yield given, node
        for name, value in given.items():
            yield from objects(value, node["properties"][name], schema)
    elif isinstance(given, list) and "items" in node:
        for value in given:
            yield from objects(value, node["items"], schema)


@every_tool
def test_null_for_what_need_not_be_there_is_as_if_it_were_left_out(name: str) -> None:
    schema, given = TOOLS[name].parameters, least(name)
    for fields, node in list(objects(given, schema, schema)):
        fields.update(dict.fromkeys(optional(node, schema)))
    assert taken(name, given) == taken(name, least(name))


@every_tool
def test_an_empty_text_is_no_filter_for_a_tool_that_reads_and_a_text_for_one_that_writes(name: str) -> None:
    tool, given = TOOLS[name], least(name)
    assert tool.annotations is not None
    texts = [
        p
        for p in optional(tool.parameters, tool.parameters)
        if tool.parameters["properties"][p].get("type") == "string"
    ]
    if tool.annotations.read_only_hint:
        assert taken(name, given | dict.fromkeys(optional(tool.parameters, tool.parameters), "")) == taken(name, given)
    else:
        for text in texts:
            assert tool.fn_metadata.pre_parse_json(given | {text: ""})[text] == ""


@every_tool
def test_one_value_for_a_list_is_a_list_of_it(name: str) -> None:
    schema, whole = TOOLS[name].parameters, taken(name, least(name))
    for parameter, node in schema["properties"].items():
        item = (
            schema["$defs"][node["items"]["$ref"].rpartition("/")[2]]
            if "$ref" in node.get("items", {})
            else node.get("items")
        )
        if node.get("type") != "array" or item.get("type") == "array":
            continue
        one = sample(item, schema)
        as_list = taken(name, least(name) | {parameter: [one]})
        assert taken(name, least(name) | {parameter: one}) == as_list
        if item.get("type") == "integer":
            several = taken(name, least(name) | {parameter: "71,72"})[parameter]
            assert several == [71, 72]
        if "enum" in item:
            both = item["enum"][:2]
            assert taken(name, least(name) | {parameter: ", ".join(both)})[parameter] == both
    assert taken(name, least(name)) == whole


def closed(node: Any) -> Iterator[list[str]]:
    if isinstance(node, dict):
        if "enum" in node:
            yield node["enum"]
        for child in node.values():
            yield from closed(child)
    elif isinstance(node, list):
        for child in node:
            yield from closed(child)


@every_tool
def test_a_word_of_a_closed_set_is_taken_however_it_is_written(name: str) -> None:
    schema = TOOLS[name].parameters
    for words in closed(schema):
        assert all(isinstance(word, str) for word in words), "a host's schema converter refuses an enum of numbers"
        assert len({folded(word) for word in words}) == len(words), "two words that are one when case does not count"

    def shout(value: Any, node: dict[str, Any]) -> Any:
        if "enum" in node:
            return f" {value.upper().replace('_', ' ').replace('-', '_')} "
        if isinstance(value, dict):
            return {key: shout(child, node["properties"][key]) for key, child in value.items()}
        return (
            [shout(child, node["items"]) for child in value] if isinstance(value, list) and "items" in node else value
        )

    everything = {
        p: sample(n, schema) for p, n in schema["properties"].items() if any(closed(n)) and "$ref" not in str(n)
    }
    assert taken(name, least(name) | shout(everything, schema)) == taken(name, least(name) | everything)


@every_tool
def test_names_that_hosts_add_are_dropped_and_a_misspelt_one_is_refused_with_the_near_one(name: str) -> None:
    added = dict.fromkeys(FROM_HOSTS, "call_1") | {"action": "sendMessage"}
    assert taken(name, least(name) | added) == taken(name, least(name))
    for parameter in list(TOOLS[name].parameters["properties"])[:1]:
        told = refused(name, least(name) | {f"{parameter}x": 1})
        assert told.startswith("Nothing was sent. There is no argument")
        assert parameter in told
    assert "There is no argument 'action'" in refused(name, least(name) | {"action": "rerun"}) or "action" in least(
        name
    )


THEIRS = re.compile(
    r"Input should|Value error|Field required|pydantic|valid (integer|list|string|dictionary)|instance of"
)


@every_tool
def test_a_refusal_is_a_sentence_of_ours_that_says_what_is_right(name: str) -> None:
    schema = TOOLS[name].parameters
    for parameter, node in schema["properties"].items():
        for wrong in (
            {"a": {"b": 1}},
            [[1]],
            "q" * 600_000,
            "\ud83d",
            10**30,
            -1,
            float("nan"),
            True,
            None,
            ["x", 1, None],
        ):
            try:
                TOOLS[name].fn_metadata.validate_arguments(least(name) | {parameter: wrong})
            except ValidationError as error:
                told = explain(error, schema)
                assert told.startswith("Nothing was sent. ")
                assert not THEIRS.search(told), told
                assert parameter in told
                assert len(told) < 3_000
            except ToolError as error:  # half a character, which is refused before anything is checked
                if "Nothing was sent." not in str(error):
                    raise
        if "enum" in node:
            assert node["enum"][0] in refused(name, least(name) | {parameter: "zzz"})


@pytest.mark.parametrize("mode", ERAS)
async def test_a_host_that_sends_all_of_it_is_answered_as_any_other(mode: str) -> None:
    """On one desk: every reading tool, with null for each optional parameter and the names a host adds."""
    async with desk(mode, told=CHOSEN, world=sandboxes("github")) as d:
        for name, arguments in CALLS.items():
            tool = TOOLS[name]
            if tool.annotations is None or not tool.annotations.read_only_hint:
                continue
            nulls = dict.fromkeys(optional(tool.parameters, tool.parameters))
            assert await d.answer(name, **(nulls | arguments), toolCallId="call_1", action="sendMessage")


FREE = re.compile(r"(.*_)?(text|since|until|ids?|tql|cursor|handle|value)|name|title|version|change|paths")
"""Parameters that are no words of a set: texts to find, times, queries, ids."""


def known_set_filters() -> Iterator[tuple[str, str]]:
    """Every filter of a reading tool over words that a platform has, though its schema does not list them."""
    for name, tool in TOOLS.items():
        if tool.annotations is None or not tool.annotations.read_only_hint or name not in CALLS:
            continue
        for parameter, node in tool.parameters["properties"].items():
            item = node.get("items", node)
            if item.get("type") == "string" and "enum" not in item and not FREE.fullmatch(parameter):
                yield name, parameter


async def test_a_word_that_no_platform_has_is_refused_or_named_and_never_a_silent_none() -> None:
    async with desk(told=CHOSEN, world=sandboxes("github")) as d:
        for name, parameter in known_set_filters():
            node = TOOLS[name].parameters["properties"][parameter]
            wrong = ["Zzqx"] if node.get("type") == "array" else "Zzqx"
            result = await d.call(name, **(CALLS[name] | {parameter: wrong}))
            said = text(result) if result.is_error else (result.structured_content or {}).get("note", "")
            named = "zzqx" in said.casefold() or parameter in said
            assert result.is_error or named, f"{name} {parameter}: {said}"


@pytest.mark.parametrize(
    ("name", "base", "written", "meant"),
    [
        ("testio_list_bugs", {}, {"status": "Open"}, {"status": ["forwarded"]}),
        ("testio_list_bugs", {}, {"severity": ["HIGH", " Critical"]}, {"severity": ["critical", "high"]}),
        ("testio_list_bugs", {}, {"status": "accepted, rejected"}, {"status": ["rejected", "accepted"]}),
        ("testio_list_exploratory_tests", {"product_id": 71}, {"status": "draft"}, {"status": ["initialized"]}),
        ("testio_list_user_story_executions", {}, {"status": ["PASSED"]}, {"status": ["passed"]}),
        ("testomatio_list_tests", {}, {"tags": ["@Payment"]}, {"tags": ["payment"]}),
        ("testomatio_list_runs", {}, {"env": "STAGING"}, {"env": ["staging"]}),
        ("testomatio_list_templates", {}, {"kind": "Defect"}, {"kind": "defect"}),
        ("testery_list_test_runs", {}, {"project_key": "Harbour Web"}, {"project_key": "harbour-web"}),
        ("testery_list_test_runs", {}, {"environment_key": "STAGING"}, {"environment_key": "staging"}),
        ("testsigma_list_test_cases", {"project": "HRB"}, {"status": "in review"}, {"status": "In Review"}),
        (
            "across_list_runs",
            {},
            {"platforms": "Test IO", "status": "RUNNING"},
            {"platforms": ["testio"], "status": ["running"]},
        ),
    ],
)
async def test_a_word_a_platform_has_is_found_however_it_is_written(
    name: str, base: dict[str, Any], written: dict[str, Any], meant: dict[str, Any]
) -> None:
    async with desk(told=CHOSEN, world=sandboxes("github")) as d:
        found = await d.answer(name, **base, **written)
        right = await d.answer(name, **base, **meant)
    assert found["items"] == right["items"] != []
