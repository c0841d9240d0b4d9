"""What a person has no right to is not there: in no list, found by no words, unknown when called. Over a real port."""

import json
import re
from collections.abc import Sequence
from typing import Any

import pytest
from mcp import Client, MCPError
from mcp.types import CacheableResult, PromptReference, ResourceTemplateReference, TextContent
from pydantic import BaseModel

from server.app import build
from server.sandbox import SandboxTransport
from server.team.person import Person
from tests.desk import DECLINE, ERAS, NOT_CONFIRMED, YES, desk, sandboxes, text
from tests.fuzz.soak import IS_SOAK
from tests.team.roles import ROLES, Roles, acting_as, everything, not_of, of, office
from tools.kit.network import Network

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)
LIMITED = [role for role in ROLES if role != "head"]
FEW = "testio:bugs, testio_reject_bug"
BUG = {"bug_id": 88107, "reason": "known_bug", "comment": "The same as bug 88101."}
NAMES = re.compile(r"[a-z]+(?:_[a-z0-9]+)+")


def hidden_in(said: object, role: str) -> frozenset[str]:
    """The names in an answer that the role may not see."""
    return not_of(role) & set(NAMES.findall(json.dumps(said, default=str)))


async def listed(client: Client) -> dict[str, Any]:
    """All that a client is listed, by method."""
    lists: dict[str, Sequence[BaseModel]] = {
        "tools": (await client.list_tools()).tools,
        "resources": (await client.list_resources()).resources,
        "templates": (await client.list_resource_templates()).resource_templates,
        "prompts": (await client.list_prompts()).prompts,
    }
    return {what: [row.model_dump(mode="json") for row in rows] for what, rows in lists.items()}


@both_eras
async def test_each_role_is_listed_what_it_may_call_and_no_description_names_anything_else(mode: str) -> None:
    roles = Roles()
    role = ""
    world = sandboxes("github")
    server = acting_as(
        build(everything(), network=Network(SandboxTransport(world))),
        lambda: roles.people[role],
    )
    for role in ROLES:
        async with desk(mode, server=server, world=world) as d:
            lists = await listed(d.client)
            instructions = d.client.session.instructions or ""
        names = {tool["name"] for tool in lists["tools"]}
        assert names == of(role) - {"find_tools", "call_read_tool", "call_tool", "testio_triage_board"}
        assert not hidden_in([lists, instructions], role), role
        assert bool(lists["resources"]) == bool(lists["templates"]) == bool(lists["prompts"]) == (role != "guest")


@both_eras
async def test_a_list_has_what_the_person_of_its_request_may_call(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with office(monkeypatch, told=everything(FEW)) as shared:
        listed_to: dict[str, set[str]] = {}
        for role in ROLES:
            async with shared.client(role, mode) as client:
                listed_to[role] = {tool.name for tool in (await client.list_tools()).tools}
    assert listed_to["guest"] == set()
    assert listed_to["triager"] - listed_to["reader"] == {"testio_reject_bug", "call_tool"}
    assert listed_to["buyer"] - listed_to["reader"] >= {"call_tool"}
    assert all(names <= of(role) for role, names in listed_to.items())


@both_eras
async def test_a_tool_that_is_hidden_is_as_unknown_as_one_that_does_not_exist(
    mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with office(monkeypatch, told=everything(FEW)) as shared:
        for role in LIMITED:
            async with shared.client(role, mode) as client:
                await assert_all_unknown(client, role, sorted(not_of(role))[::40])
        assert shared.writes() == []


@both_eras
@pytest.mark.parametrize("role", LIMITED)
async def test_every_hidden_tool_is_unknown_and_found_by_no_words(mode: str, role: str) -> None:
    server = acting_as(
        build(everything(FEW), network=Network(SandboxTransport(sandboxes()))), Person(role, ROLES[role])
    )
    names = sorted(not_of(role))
    async with desk(mode, server=server) as d:
        # Both eras come to the same guard: each tool is tried in one of them, and in a soak in both.
        await assert_all_unknown(d.client, role, names if IS_SOAK else names[ERAS.index(mode) :: len(ERAS)])
        for name in names if "find_tools" in of(role) and mode == "auto" else ():
            words = {"text": name.replace("_", " "), "limit": 10, "schemas": 2}
            found = (await d.client.call_tool("find_tools", words)).structured_content
            assert not hidden_in(found, role), name


async def assert_all_unknown(client: Client, role: str, names: list[str]) -> None:
    """What is hidden is refused by its name, and by both tools that call others, in the words for what is nowhere."""
    for name in names:
        await assert_unknown(client, role, name)
    for caller in sorted({"call_tool", "call_read_tool"} & of(role)):
        for name in names:
            said = text(await client.call_tool(caller, {"name": name, "arguments": {}}))
            assert said.startswith(f"Nothing was sent. There is no tool {name!r} to call. "), said
            assert "read-only" not in said
            assert hidden_in(said, role) == {name}


async def assert_unknown(client: Client, role: str, name: str) -> None:
    with pytest.raises(MCPError) as caught:
        await client.call_tool(name, {})
    assert re.fullmatch(rf"Unknown tool: '{name}'(; did you mean \w+\?)?", str(caught.value.error.message))
    assert caught.value.error.code == -32602
    assert hidden_in(str(caught.value.error.message), role) == {name}


@both_eras
async def test_without_the_right_to_read_nothing_is_there_but_a_sentence(
    mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with office(monkeypatch) as shared, shared.client("guest", mode) as client:
        assert not any((await listed(client)).values())
        assert "no right" in (client.session.instructions or "")
        for uri in ("testio://bugs/88101", "testdesk://acts", "zzz://nothing"):
            with pytest.raises(MCPError) as caught:
                await client.read_resource(uri)
            assert (caught.value.error.message, caught.value.error.code) == (f"Unknown resource: {uri}", -32602)
        with pytest.raises(MCPError, match="Unknown prompt: release_report"):
            await client.get_prompt("release_report", {})
        for ref in (
            ResourceTemplateReference(type="ref/resource", uri="testio://bugs/{bug_id}"),
            PromptReference(type="ref/prompt", name="triage_bugs"),
        ):
            done = await client.complete(ref, {"name": "bug_id", "value": "8"})
            assert done.completion.values == []


@both_eras
async def test_prompts_are_offered_to_those_who_may_call_their_tools(
    mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    prompts: dict[str, set[str]] = {}
    async with office(monkeypatch) as shared:
        for role in ("reader", "triager", "buyer", "head"):
            async with shared.client(role, mode) as client:
                offered = (await client.list_prompts()).prompts
                prompts[role] = {prompt.name for prompt in offered}
                for prompt in offered:
                    needed = {one.name: "x" for one in prompt.arguments or [] if one.required}
                    (message,) = (await client.get_prompt(prompt.name, needed)).messages
                    assert isinstance(message.content, TextContent)
                    assert not hidden_in(message.content.text, role), (role, prompt.name)
    assert "triage_bugs" in prompts["triager"] - prompts["reader"]
    assert "plan_test" in prompts["buyer"] - prompts["triager"]
    assert "release_report" in prompts["reader"]
    assert set().union(*prompts.values()) == prompts["head"]


@both_eras
async def test_instructions_say_what_the_person_may_do(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    said: dict[str, str] = {}
    async with office(monkeypatch, told=everything(FEW)) as shared:
        for role in ROLES:
            async with shared.client(role, mode) as client:
                said[role] = client.session.instructions or ""
    assert "may only read" in said["reader"]
    assert "call_tool" not in said["reader"]
    assert all("asks the user before" in said[role] for role in ("triager", "buyer", "head"))
    assert "call_tool" in said["head"]


@both_eras
async def test_a_right_counts_from_the_next_request_on_also_inside_a_session(
    mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with office(monkeypatch, told=everything(FEW)) as shared, shared.client("triager", mode, DECLINE) as client:

        async def is_listed() -> bool:
            async with shared.client("triager", mode) as another:  # a client keeps its list for a while
                return "testio_reject_bug" in {tool.name for tool in (await another.list_tools()).tools}

        assert await is_listed()
        shared.roles.give("triager", "read")
        await assert_unknown(client, "reader", "testio_reject_bug")
        assert not await is_listed()
        shared.roles.give("triager", "read", "triage")
        assert await is_listed()
        assert text(await client.call_tool("testio_reject_bug", BUG)).startswith(NOT_CONFIRMED)


@both_eras
async def test_an_act_is_refused_at_the_answer_if_its_right_was_withdrawn_while_the_question_was_open(
    mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with office(monkeypatch, told=everything(FEW)) as shared:

        def withdraw_and_say_yes(_: str) -> Any:
            shared.roles.give("triager", "read")
            return YES

        async with shared.client("triager", mode, withdraw_and_say_yes) as client:
            try:
                said = text(await client.call_tool("testio_reject_bug", BUG))
            except MCPError as error:
                said = error.error.message
        assert "the right to do this was withdrawn" in said or "Unknown tool: 'testio_reject_bug'" in said
        assert shared.writes() == []


async def test_lists_of_people_are_kept_for_five_minutes_and_by_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    async with office(monkeypatch, told=everything(FEW)) as shared, shared.client("reader", "auto") as client:
        lists: list[CacheableResult] = [
            await client.list_tools(),
            await client.list_prompts(),
            await client.list_resources(),
            await client.list_resource_templates(),
        ]
    assert {(one.ttl_ms, one.cache_scope) for one in lists} == {(300_000, "private")}
