"""Tools that are not listed are found by their words, and called under the very same guards."""

from typing import Any

import pytest
from mcp.types import Icon, ToolAnnotations

from server.app import build
from server.exposed_tool import SEARCH_HINT
from server.sandbox import SandboxTransport
from server.settings import SettingsError
from tests.desk import DECLINE, ERAS, YES, desk, sandboxes, settings
from tools.kit.network import Network

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)

FEW = settings({"TESTDESK_TOOLSETS": "testio:bugs, testio_list_products"})


@both_eras
async def test_only_what_is_named_is_listed_beside_the_catalogue(mode: str) -> None:
    async with desk(mode, told=FEW) as d:
        names = {tool.name for tool in (await d.client.list_tools()).tools}
    assert {
        "find_tools",
        "call_read_tool",
        "call_tool",
        "testio_list_products",
        "testio_get_bug",
        "testio_list_bugs",
    } <= names
    assert "testio_reject_bug" not in names
    assert len(names) < 10


async def test_nothing_is_hidden_and_nothing_added_where_nothing_is_said() -> None:
    async with desk() as d:
        names = {tool.name for tool in (await d.client.list_tools()).tools}
    assert not {"find_tools", "call_read_tool", "call_tool"} & names
    assert "testio_reject_bug" in names


@pytest.mark.parametrize(("word", "hint"), [("testio:bug", "testio:bugs"), ("nonsense", "there are")])
def test_a_word_that_means_no_tool_is_refused_with_those_that_do(word: str, hint: str) -> None:
    with pytest.raises(SettingsError, match=hint):
        build(settings({"TESTDESK_TOOLSETS": word}))


@both_eras
async def test_a_hidden_tool_is_found_with_its_schema(mode: str) -> None:
    async with desk(mode, told=FEW) as d:
        found = await d.answer("find_tools", text="reject bugs")
    first = found["tools"][0]
    assert first["name"] == "testio_reject_bug"
    assert first["asks_a_person"] is True
    assert set(first["inputSchema"]["properties"]) == {"bug_id", "reason", "comment"}


async def test_words_that_fit_nothing_say_what_to_try() -> None:
    async with desk(told=FEW) as d:
        found = await d.answer("find_tools", text="zzz")
    assert found["tools"] == []
    assert "Nothing fits" in found["next"]
    assert "test IO, Testomat.io, Testery" in found["next"]


@both_eras
async def test_the_best_three_come_with_schemas_and_the_others_as_a_name_with_a_sentence(mode: str) -> None:
    async with desk(mode, told=FEW) as d:
        found = (await d.answer("find_tools", text="bugs"))["tools"]
        none = (await d.answer("find_tools", text="bugs", schemas=0))["tools"]
        five = (await d.answer("find_tools", text="bugs", limit=5, schemas=10))["tools"]
    assert ["inputSchema" in tool for tool in found] == [True] * 3 + [False] * 5
    assert [set(tool) for tool in none] == [{"name", "description"}] * 8
    assert ["inputSchema" in tool for tool in five] == [True] * 5
    assert [tool["name"] for tool in found] == [tool["name"] for tool in none]


async def test_a_cursor_goes_on_where_the_answer_ended_and_belongs_to_its_question() -> None:
    async with desk(told=FEW) as d:
        whole = [tool["name"] for tool in (await d.answer("find_tools", text="bug", limit=10))["tools"]]
        page = await d.answer("find_tools", text="bug", limit=4)
        rest = await d.answer("find_tools", text="bug", limit=6, cursor=page["next_cursor"])
        assert [tool["name"] for tool in page["tools"] + rest["tools"]] == whole
        wrong = await d.refusal("find_tools", text="run", cursor=page["next_cursor"])
        assert "This cursor belongs to another list or to other filters" in wrong
        assert "This cursor is malformed" in await d.refusal("find_tools", text="bug", cursor="nonsense")


@pytest.mark.parametrize("platform", ["testery", "Testery", "TESTERY"])
async def test_a_platform_can_be_given_by_key_or_by_name(platform: str) -> None:
    async with desk(told=FEW) as d:
        found = await d.answer("find_tools", text="projects", platform=platform)
        assert {tool["name"].partition("_")[0] for tool in found["tools"]} == {"testery"}
        refused = await d.refusal("find_tools", text="projects", platform="Jira")
        assert "There is no platform 'Jira'; there are testio, testomatio, testery, testsigma." in refused


@both_eras
async def test_a_read_is_called_by_a_tool_that_only_reads_and_says_so(mode: str) -> None:
    async with desk(mode, told=FEW) as d:
        hints = {tool.name: tool.annotations or ToolAnnotations() for tool in (await d.client.list_tools()).tools}
        direct = await d.answer("testio_get_product", product_id=71)
        assert await d.answer("call_read_tool", name="testio_get_product", arguments={"product_id": 71}) == direct
    assert hints["call_read_tool"].read_only_hint
    assert not hints["call_read_tool"].destructive_hint
    assert not hints["call_tool"].read_only_hint
    assert hints["call_tool"].destructive_hint


@both_eras
@pytest.mark.parametrize("name", ["testio_reject_bug", "testio_create_feature", "testery_start_test_run"])
async def test_a_tool_that_reads_calls_none_that_changes_anything(mode: str, name: str) -> None:
    async with desk(mode, told=FEW, person=YES) as d:
        told = await d.refusal("call_read_tool", name=name, arguments={"bug_id": 88101})
        assert told == f"Nothing was sent. {name} does not only read: call it with call_tool."
        assert d.asked == []
        assert d.arrived() == []


async def test_a_tool_that_is_not_available_says_why() -> None:
    one = settings({"TESTDESK_TOOLSETS": "testio:bugs", "TESTIO_API_TOKEN": "t" * 32}, sandbox=False)
    async with desk(server=build(one), told=one) as d:
        told = await d.refusal("call_read_tool", name="testery_get_failures")
        assert (
            "There is no tool 'testery_get_failures' to call. Testery is not configured: set TESTERY_API_TOKEN" in told
        )
        assert "There is no tool 'testio_get_bugg' to call" in await d.refusal("call_tool", name="testio_get_bugg")
    reading = settings({"TESTDESK_TOOLSETS": "testio:bugs"}, read_only=True)
    async with desk(server=build(reading), told=reading) as d:
        told = await d.refusal("call_tool", name="testio_accept_bug", arguments={"bug_id": 88101})
    assert "There is no tool 'testio_accept_bug' to call. It changes something, and this session is read-only." in told


async def test_a_host_that_searches_the_list_gets_the_words_that_people_ask_with_where_it_reads_them() -> None:
    told = settings({"TESTDESK_TOOLSETS": ""})

    async def listed(program: str) -> Any:
        async with desk(told=told, program=program) as d:
            return {tool.name: tool for tool in (await d.client.list_tools()).tools}

    claude, codex, other = await listed("claude-code"), await listed("codex-mcp-client"), await listed("cursor")
    assert "open bugs" in claude["testio_list_bugs"].meta[SEARCH_HINT]
    assert all(SEARCH_HINT in tool.meta for tool in claude.values())
    assert "open bugs" in codex["testio_list_bugs"].description
    for tool in (*codex.values(), *other.values()):
        assert SEARCH_HINT not in (tool.meta or {})
    assert "For:" not in other["testio_list_bugs"].description


async def test_meta_and_icons_of_a_tool_are_passed_on() -> None:
    server = build(FEW)
    tool = next(tool for tool in server._tool_manager.list_tools() if tool.name == "testio_get_bug")
    tool.meta = (tool.meta or {}) | {"ui": {"resourceUri": "ui://board"}}
    tool.icons = [Icon(src="https://testdesk.example/bug.png")]
    listed = next(tool for tool in await server.list_tools() if tool.name == "testio_get_bug")
    assert listed.meta == {"ui": {"resourceUri": "ui://board"}}
    assert listed.icons == tool.icons


@both_eras
async def test_a_hidden_tool_answers_as_if_it_were_called_itself(mode: str) -> None:
    async with desk(mode, told=FEW) as d:
        direct = await d.answer("testio_get_product", product_id=71)
        found = await d.answer("call_tool", name="testio_get_product", arguments={"product_id": 71})
        text = await d.answer("call_tool", name="testio_get_product", arguments='{"product_id": 71}')
    assert direct == found == text


@both_eras
async def test_a_person_is_asked_once_and_exactly_as_for_a_direct_call(mode: str) -> None:
    reject = {"bug_id": 88107, "reason": "known_bug", "comment": "The same as 88101."}
    asked = []
    for name, arguments in (
        ("testio_reject_bug", reject),
        ("call_tool", {"name": "testio_reject_bug", "arguments": reject}),
    ):
        async with desk(mode, told=FEW, person=YES) as d:
            done = await d.answer(name, **arguments)
            assert done["now"]["status"] == "rejected"
            assert d.writes() == ["PUT /bugs/88107/reject"]
            asked.append(d.asked)
    assert asked[0] == asked[1]
    assert len(asked[0]) == 1


@both_eras
@pytest.mark.parametrize("person", [DECLINE, None], ids=["no", "cannot ask"])
async def test_without_a_yes_nothing_passes_through_the_catalogue(mode: str, person: Any) -> None:
    async with desk(mode, told=FEW, person=person) as d:
        await d.refusal("call_tool", name="testio_accept_bug", arguments={"bug_id": 88101})
        assert d.writes() == []


@both_eras
@pytest.mark.parametrize("smuggled", [{"consent": {"yes": True}}, {"yes": True}])
async def test_an_answer_cannot_be_smuggled_in(mode: str, smuggled: dict[str, Any]) -> None:
    async with desk(mode, told=FEW, person=DECLINE) as d:
        told = await d.refusal("call_tool", name="testio_accept_bug", arguments={"bug_id": 88101} | smuggled)
        assert "There is no argument" in told
        assert d.arrived() == []


@both_eras
@pytest.mark.parametrize(
    ("given", "right"),
    [
        ({}, "name is missing; it takes a text"),
        ({"name": "call_tool"}, "There is no tool 'call_tool' to call"),
        ({"name": "find_tools"}, "There is no tool 'find_tools' to call"),
        ({"name": "testio_get_bug", "arguments": "{"}, "arguments is a text; it takes an object"),
        ({"name": "testio_get_bug", "arguments": [1]}, "arguments is a list; it takes an object"),
        ({"name": 7}, "name is a number; it takes a text"),
        ({"name": ["testio_get_bug"]}, "name is a list; it takes a text"),
        ({"name": "testio_get_bugg"}, "Did you mean testio_get_bug?"),
        ({"name": "testio_get_bug", "bug_id": 88101}, "There is no argument 'bug_id'; it takes name, arguments"),
        ({"name": "testio_get_bug", "arguments": {"bug": 88101}}, "There is no argument 'bug', did you mean bug_id?"),
        ({"name": "testio_get_bug", "arguments": None}, "bug_id is missing; it takes a whole number"),
    ],
)
async def test_a_wrong_call_is_an_error_of_the_tool_in_a_sentence(mode: str, given: dict[str, Any], right: str) -> None:
    async with desk(mode, told=FEW) as d:
        for name in ("call_tool", "call_read_tool"):
            told = await d.refusal(name, **given)
            assert told.startswith("Nothing was sent. ")
            assert right in told


@both_eras
async def test_what_finds_takes_and_refuses_arguments_as_every_tool_does(mode: str) -> None:
    async with desk(mode, told=FEW) as d:
        assert (await d.refusal("find_tools", text="bug", limit=99)).startswith(
            "Nothing was sent. limit is above 10; it takes a whole number from 1 to 10."
        )
        assert await d.answer("find_tools", text="bug", limit=None, toolCallId="call_1")
        direct = await d.answer("testio_get_product", product_id=71)
        host = {"toolCallId": "call_1", "action": "sendMessage"}
        inner = {"product_id": "71"} | host
        assert await d.answer("call_tool", name="testio_get_product", arguments=inner, **host) == direct


async def test_a_read_only_session_finds_and_calls_nothing_that_changes_anything() -> None:
    options = settings({"TESTDESK_TOOLSETS": "testio:bugs"}, read_only=True)
    server = build(options, network=Network(SandboxTransport(sandboxes())))
    async with desk(server=server, told=options) as d:
        found = await d.answer("find_tools", text="accept reject bug", limit=10)
        assert not {"testio_accept_bug", "testio_reject_bug"} & {tool["name"] for tool in found["tools"]}
        told = await d.refusal("call_tool", name="testio_accept_bug", arguments={"bug_id": 88101})
        assert "There is no tool 'testio_accept_bug' to call" in told
