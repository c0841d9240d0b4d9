"""Rules over stored texts: none is written back shortened or masked, each is read to its end and changed in part."""

import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from mcp.types import ElicitResult

from server.app import build
from server.guards.scope import offers
from tests.desk import ERAS, YES, Desk, desk, settings
from tests.test_every_tool import TOOLS, marks_of, models_of
from tools.kit.editing import Edits
from tools.kit.platform import ToolSource
from tools.kit.shortened import find_cut
from tools.kit.text import Written
from tools.kit.toolset import Effect, Tool
from tools.platforms import PLATFORMS

pytestmark = pytest.mark.anyio

ONE_LINE = re.compile(
    # Names, addresses and other words of one line, which nobody reads in pieces.
    "(file|run_|profile_|coverage_|test_|suite_)?(names?|titles?)|(page_|repository_|ci_build_)?url|host|file|files"
    "|(assigned|created|executed|closed)_(to|by)|author|user|owner|reviewer|assignee|tester|email|display|until"
    "|emoji|labels?|tags?|(in|ex)clude_tags|env|(test_)?environments?|devices|location|(external|target)_idx|jira_id"
    "|type|(substatus|suite|path|feature|subfolder|parameter|cell|filter|keyword)(e?s)?|folder|substatuses_counts"
    "|branch|build|commit|tql|query|value|example|run_replies|filename"
)

WITHOUT_EDITS = {
    "testio_update_connection": "a name; its address is never shown",
    "testomatio_update_label": "a title and options of one line, given whole",
    "testomatio_rename_branch": "a title",
    "testomatio_update_tests": "no text, but for ids and an e-mail",
    "testomatio_set_test_parameters": "names of one line, given whole",
    "testery_update_environment": "a name and an address; values of variables are never shown",
    "testery_update_pipeline_stage": "a name; values of variables are never shown",
    "testsigma_update_folder": "a name",
}

# A thing of each kind, with a field that is long, and how the call gives that field whole.
EDITED: dict[str, tuple[dict[str, Any], str]] = {
    "testio_update_exploratory_test": ({"test_id": 5521}, "goal"),
    "testio_update_test_case": ({"product_id": 71, "test_case_id": 7311}, "requirements"),
    "testio_update_product": ({"product_id": 71}, "description"),
    "testio_update_user_story": ({"product_id": 71, "user_story_id": 60}, "path"),
    "testio_update_test_environment": (
        {"product_id": 71, "environment_id": 31},
        "environment_test_information.description",
    ),
    "testomatio_update_suite": ({"suite_id": "c0ffee01"}, "description"),
    "testomatio_update_test": ({"test_id": "c0de0010"}, "description"),
    "testomatio_update_step": ({"step_id": 311}, "description"),
    "testomatio_update_requirement": ({"requirement_id": "4e400004"}, "details"),
    "testomatio_update_template": ({"template_id": "61"}, "body"),
    "testomatio_update_comment": ({"target": "test", "target_id": "c0de0010", "comment_id": "4001"}, "body"),
    "testomatio_update_test_example": ({"test_id": "c0de0020", "example_id": 7001}, "country"),
    "testomatio_update_run": ({"run_id": "9a01aa01"}, "description"),
    "testomatio_update_reported_run": ({"run_id": "9a01cb01"}, "description"),
    "testomatio_update_result": ({"result_id": 9002113}, "message"),
    "testomatio_update_rungroup": ({"group_id": "9a090000"}, "description"),
    "testomatio_update_plan": ({"plan_id": "5a0c0002"}, "description"),
    "testsigma_update_project": ({"project": "KSK"}, "description"),
    "testsigma_update_test_case": ({"case_id": "HRB-5"}, "steps[1].action"),
    "testsigma_update_step_group": ({"step_group_id": "HRB-SG-3"}, "steps[1].expected"),
    "testsigma_update_test_run": ({"run_id": "HRB-R-5"}, "description"),
    "testsigma_update_test_plan": ({"plan_id": "HRB-P-3"}, "description"),
}

SECRET = "Hafen-4711-Kontor"
FIRST = "Open the shop and look.\n" * 180
LAST = "* Log out, then read the page.\n" * 180
LONG = f"{FIRST}\nLog in with password: {SECRET} as demo.\n\n  {LAST}The end."
SHORT = "Begin HERE."
OF_255 = {"testio_update_test_environment", "testomatio_update_test_example"}
"""The platform takes no more characters there."""


def reader_of(platform: ToolSource, tool: Tool) -> Tool | None:
    """The tool that shows the texts of this one to their end."""
    tools = {one.name: one for one in platform.tools}
    reader: Tool | None = tool
    while reader is not None and not reader.long_text:
        reader = (
            tools.get(reader.full_text_in or "")
            if reader.effect is Effect.READS
            else tools.get(reader.verify_with or "")
        )
    return reader


SHORT_ROWS = {
    "across_plan_inputs": {"device", "found", "inside", "place", "words"},
    "across_find_duplicates": {"shared_words"},
}
"""Texts of rows that are cut, or single words; each row has an id, by which its platform shows the whole."""


def test_every_long_text_can_be_read_to_its_end() -> None:
    used = set[tuple[str, str]]()
    for platform, tool in TOOLS:
        if tool.effect is not Effect.READS or reader_of(platform, tool) is not None:
            continue
        answer = tool.answer
        for model in models_of(answer, set()):
            for name, info in model.model_fields.items():
                written = Written in marks_of(info.annotation) | {type(extra) for extra in info.metadata}
                if info.exclude or not written or ONE_LINE.fullmatch(name):
                    continue
                used.add((platform.name_of(tool), name))
    assert used == {(name, field) for name, fields in SHORT_ROWS.items() for field in fields}


def test_every_tool_that_changes_a_text_changes_a_part_of_it_too() -> None:
    names = set()
    for platform, tool in TOOLS:
        name = platform.name_of(tool)
        if tool.effect is not Effect.READS and re.match(r"(update|rename|set|change|edit)_", tool.name):
            assert tool.has_edits is (name not in WITHOUT_EDITS), name
        if tool.has_edits:
            names.add(name)
            assert inspect.signature(tool.function, eval_str=True).parameters["edits"].annotation == Edits
    assert names == set(EDITED)


def leaves(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list | tuple):
        for part in value.values() if isinstance(value, dict) else value:
            yield from leaves(part)


def written(d: Desk, key: str) -> list[str]:
    """Every text of the last request that changed something."""
    *_, last = [one for one in d.sandboxes.journal.entries(platform=key) if one.method not in {"GET"}]
    return list(leaves(last.body))


async def read_on(d: Desk, name: str, arguments: dict[str, Any], field: str) -> str:
    """Read a text piece by piece, as its marks say, and join the pieces."""
    pieces, start = [], 0
    for _ in range(9):
        answer = await d.answer(name, **arguments, max_text=3000, text_from=start)
        (shown, *_) = [text for text in leaves(answer) if find_cut(text)]
        following = re.search(r"… \[\d+ more characters: pass text_from=(\d+)\]\Z", shown)
        body = shown[: following.start()] if following else shown
        pieces.append(body.removeprefix(f"[{start} characters before this]…"))
        if following is None:
            return "".join(pieces)
        assert int(following[1]) > start
        start = int(following[1])
    raise AssertionError(f"{field} has no end")


@pytest.mark.parametrize("name", EDITED)
async def test_a_long_text_with_a_password_is_read_and_changed_in_part(name: str) -> None:
    arguments, field = EDITED[name]
    platform, tool = next((p, t) for p, t in TOOLS if p.name_of(t) == name)
    key = platform.key
    reader = reader_of(platform, tool)
    assert reader is not None
    taken = inspect.signature(reader.function).parameters
    async with desk() as d:
        whole = whole_field(name, field)
        await d.answer(name, **arguments, **whole(SHORT))

        async def edit(old: str, new: str) -> None:
            await d.answer(name, **arguments, edits=[{"field": field, "old": old, "new": new}])

        await edit("HERE", LONG if name not in OF_255 else LONG[len(FIRST) :][:60] + "page.\nThe end.")
        (stored,) = {one for one in written(d, key) if one.startswith("Begin ") and SECRET in one}

        at = {given: value for given, value in arguments.items() if given in taken}
        at |= {"with_parameters": True} if "with_parameters" in taken else {}
        shown = f"{stored[:50]}… [90 more characters]"
        if name not in OF_255:
            pieces = await read_on(d, platform.name_of(reader), at, field)
            if field == "goal":  # shown as the platform's own plain version of it
                pieces, stored_as = " ".join(pieces.split()), " ".join(stored.replace("* ", "").split())
            else:
                stored_as = stored
            assert pieces == stored_as.replace(SECRET, "[hidden]")
            assert len(pieces) > 9000
            shown = next(t for t in leaves(await d.answer(platform.name_of(reader), **at)) if find_cut(t))
        sent, asked = len(d.sandboxes.journal.entries(platform=key)), len(d.asked)
        for copied in (shown, "password: [hidden]", f"{shown} And more."):
            why = await d.refusal(name, **arguments, **whole(copied))
            assert "Nothing was sent." in why
            assert "edits" in why or "at most" in why
        for edited in ({"old": "The end.", "new": shown}, {"old": "The end.", "new": "[hidden]"}):
            assert "Nothing was sent." in await d.refusal(name, **arguments, edits=[{"field": field, **edited}])
        assert (len(d.sandboxes.journal.entries(platform=key)), len(d.asked)) == (sent, asked)

        writes = d.writes(key)
        for old, why in (("e", "times"), (f"password: {SECRET[:1]}", "does not occur")):
            assert why in await d.refusal(name, **arguments, edits=[{"field": field, "old": old, "new": ""}])
        assert d.writes(key) == writes

        await edit("page.\nThe end.", "page.\nThe end, for now.")
        assert stored.replace("The end.", "The end, for now.") in written(d, key)


def whole_field(name: str, field: str) -> Any:
    """How a call gives the field whole."""
    if field.startswith("steps["):
        part = field.rpartition(".")[2]
        return lambda text: {"steps": [{"action": "Look", "expected": "It is there"} | {part: text}]}
    if field.startswith("environment_test_information."):
        page = {"data_type": "custom", "page_url": "https://shop.example.test/how"}
        return lambda text: {"environment_test_information": page | {"description": text}}
    if name == "testomatio_update_test_example":
        return lambda text: {"cells": [text, "4.90"]}
    return lambda text: {field: text}


@pytest.mark.parametrize("mode", ERAS)
async def test_an_edit_stands_in_the_question_and_is_checked_before_it(mode: str) -> None:
    arguments: dict[str, Any] = {"test_id": 5512}
    async with desk(mode, person=lambda _: ElicitResult(action="decline")) as d:
        goal = (await d.answer("testio_get_exploratory_test", **arguments))["goal"]
        edit = {"field": "goal", "old": "Start with the cart", "new": "Only the cart, password: Kai-0815-West"}
        await d.refusal("testio_update_exploratory_test", **arguments, edits=[edit])
        assert len(d.asked) == 1
        assert "'Start with the cart' becomes 'Only the cart, password: Kai-0815-West'" in d.asked[0]
        assert "is stored with markup" in await d.refusal(
            "testio_update_exploratory_test", **arguments, edits=[edit | {"old": goal}]
        )
        await d.refusal("testio_update_exploratory_test", **arguments, edits=[edit | {"old": "no such words"}])
        assert len(d.asked) == 1
        assert d.writes() == []


def with_mark(schema: dict[str, Any], name: str, mark: str) -> dict[str, Any] | None:
    """A value of an argument that is a text or has one in it, with the mark in it; None: it takes no text."""
    node = schema["properties"][name]
    if "$ref" in node:
        node = schema["$defs"][node["$ref"].rpartition("/")[2]]
    if node.get("type") == "string" and "enum" not in node:
        return {name: mark}
    if node.get("type") == "array" and node.get("items", {}).get("type") == "string" and "enum" not in node["items"]:
        return {name: [mark]}
    return None


async def test_no_tool_sends_a_shortened_or_masked_text() -> None:
    """Every text argument of every tool that changes something, one after another."""
    calls: dict[str, dict[str, Any]] = {}
    for offer in offers(PLATFORMS):
        calls = dict(import_module(f"tests.tools.{offer.key}.calls").CALLS) | calls
    tools = {tool.name: tool for tool in build(settings())._tool_manager.list_tools()}
    tried = set()
    async with desk(person=YES) as d:
        for platform, tool in TOOLS:
            name = platform.name_of(tool)
            if tool.effect is Effect.READS or name not in calls:
                continue
            for mark in ("A… [5000 more characters: pass text_from=4000]", "a [hidden] b"):
                for argument in tools[name].parameters["properties"]:
                    marked = with_mark(tools[name].parameters, argument, mark)
                    if marked is not None:
                        why = await d.refusal(name, **calls[name] | marked)
                        assert "Nothing was sent." in why, (name, argument, why)
                        tried.add(name)
        assert [len(d.sandboxes.journal), d.asked] == [0, []]
    assert len(tried) >= 90
