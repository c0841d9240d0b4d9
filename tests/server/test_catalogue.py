"""Tools that are not listed are found by their words, and called under the very same guards."""

from typing import Any

import pytest

from server.app import build
from server.catalogue import rank
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
    assert {"find_tools", "call_tool", "testio_list_products", "testio_get_bug", "testio_list_bugs"} <= names
    assert "testio_reject_bug" not in names
    assert len(names) < 10


async def test_nothing_is_hidden_and_nothing_added_where_nothing_is_said() -> None:
    async with desk() as d:
        names = {tool.name for tool in (await d.client.list_tools()).tools}
    assert not {"find_tools", "call_tool"} & names
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
        ({"name": "testio_get_bugg"}, "Did you mean testio_get_bug?"),
        ({"name": "testio_get_bug", "bug_id": 88101}, "There is no argument 'bug_id'; it takes name, arguments"),
        ({"name": "testio_get_bug", "arguments": {"bug": 88101}}, "There is no argument 'bug', did you mean bug_id?"),
        ({"name": "testio_get_bug", "arguments": None}, "bug_id is missing; it takes a whole number"),
    ],
)
async def test_a_wrong_call_is_an_error_of_the_tool_in_a_sentence(mode: str, given: dict[str, Any], right: str) -> None:
    async with desk(mode, told=FEW) as d:
        told = await d.refusal("call_tool", **given)
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


def test_a_name_counts_more_than_a_sentence_and_endings_do_not_count() -> None:
    tools = build(settings())._tool_manager.list_tools()
    assert rank(tools, "list products")[0].name == "testio_list_products"
    assert rank(tools, "product list")[0].name == "testio_list_products"
    assert rank(tools, "testio wait test")[0].name == "testio_wait_for_test"
    assert rank(tools, "bug screenshot")[0].name == "testio_get_bug_screenshots"
