"""Before everything in an object is deleted, a person types the object's name."""

import re
from typing import Any

import pytest
from mcp.types import ElicitResult

from server.app import build
from server.guards.scope import offers
from server.sandbox import SandboxTransport
from tests.asking import Asking
from tests.desk import CANCEL, DECLINE, ERAS, NO, YES, desk, sandboxes, settings
from tests.server.wire import wire
from tests.test_every_question import DATA
from tools.kit.asking import Ask, question_of
from tools.kit.network import Network
from tools.kit.sandbox.composition import Composition
from tools.kit.toolset import Effect, Tool
from tools.platforms import PLATFORMS

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)

DELETE = ("testio_delete_product", {"product_id": 72})
NAME = "Harbour App"
REFUSED = "What the user typed is not the name that was asked for; call again to ask again. Nothing was sent."
WITH_ALL_IN_IT = re.compile(r"with (?:everything in it|all \w+ and tests below it|its own tests)")


def writes(world: Composition) -> list[str]:
    return [entry.path for entry in world.journal.entries(platform="testio") if entry.method == "DELETE"]


def typing(name: Any) -> dict[str, Any]:
    return {"action": "accept", "content": {"answer": name}}


@both_eras
async def test_the_form_is_one_text_and_the_name_in_it_is_the_yes(mode: str) -> None:
    world = sandboxes()
    async with wire(build(settings(), network=Network(SandboxTransport(world))), mode) as client:
        asked, message = await client.ask(*DELETE)
        assert asked["requestedSchema"] == {
            "type": "object",
            "properties": {"answer": {"type": "string", "title": "Type its name to confirm"}},
            "required": ["answer"],
        }
        assert f"There is no undo. To confirm, type its name: '{NAME}'" in asked["message"]
        done = (await client.reply(message, *DELETE, typing(f" {NAME}\n")))["result"]
    assert done["structuredContent"]["confirmed"] == {"how": "typed", "what": asked["message"]}
    assert len(writes(world)) == 1


ANSWERS: list[dict[str, Any]] = [
    *(typing(name) for name in ("yes", NAME.lower(), NAME[:-1], f"{NAME}.", f"'{NAME}'", "72", "no", "", " ")),
    *(typing(name) for name in (True, 1, [NAME], {"name": NAME}, None)),
    {"action": "accept", "content": {"name": NAME}},
    {"action": "accept", "content": NAME},
    {"action": "decline", "content": {"answer": NAME}},
    {"action": "cancel", "content": {"answer": NAME}},
]


@both_eras
async def test_anything_but_the_name_is_a_no_and_uses_the_round_up(mode: str) -> None:
    world = sandboxes()
    async with wire(build(settings(), network=Network(SandboxTransport(world))), mode) as client:
        for answer in ANSWERS:
            _, message = await client.ask(*DELETE)
            told = (await client.reply(message, *DELETE, answer))["result"]
            assert told["isError"], answer
            assert told["content"][0]["text"].endswith("Nothing was sent."), answer
            if mode == "auto":
                again = (await client.reply(message, *DELETE, typing(NAME)))["result"]
                assert "already answered" in again["content"][0]["text"], answer
    assert writes(world) == []


@both_eras
async def test_a_wrong_name_is_said_to_be_wrong_without_repeating_it(mode: str) -> None:
    async with desk(mode, person=ElicitResult(action="accept", content={"answer": "Harbour Web"})) as d:
        assert await d.refusal(DELETE[0], **DELETE[1]) == REFUSED


@both_eras
@pytest.mark.parametrize("person", [NO, DECLINE, CANCEL])
async def test_a_no_is_a_no(mode: str, person: ElicitResult) -> None:
    async with desk(mode, person=person) as d:
        await d.refusal(DELETE[0], **DELETE[1])
        assert d.writes() == []


@both_eras
async def test_a_name_that_changed_while_the_person_typed_is_asked_again(mode: str) -> None:
    world = sandboxes()

    def person(message: str) -> ElicitResult:
        world.sandboxes["testio"].world.products[72].name = "Harbour App 2"
        return YES

    async with desk(mode, person=person, world=world) as d:
        await d.answer(DELETE[0], **DELETE[1])
        assert [re.findall("name: '(.*?)'", question)[-1] for question in d.asked] == [NAME, "Harbour App 2"]


@pytest.mark.parametrize(
    ("name", "answer", "is_deleted"),
    [
        ("The 'new' shop", "The \u2019new\u2019 shop", True),
        ("The 'new' shop", "The 'new' shop", True),
        ("Shop\n\u200b2", "Shop 2", True),
        ("yes", "yes", True),
        (" \u200b", "", False),
        (" \u200b", "yes", True),
        ("", "72", True),
    ],
)
async def test_a_name_is_typed_as_it_is_shown_or_as_it_is(name: str, answer: str, is_deleted: bool) -> None:
    world = sandboxes()
    world.sandboxes["testio"].world.products[72].name = name
    async with desk(world=world, person=ElicitResult(action="accept", content={"answer": answer})) as d:
        await d.call(DELETE[0], **DELETE[1])
        assert bool(d.writes()) == is_deleted


async def test_an_empty_suite_needs_no_name() -> None:
    async with desk() as d:
        made = await d.answer("testomatio_create_suite", title="Nothing in it")
        await d.answer("testomatio_delete_suite", suite_id=made["now"]["id"])
        assert "It is empty." in d.asked[-1]
        assert "type its name" not in d.asked[-1]


def test_every_tool_that_deletes_what_is_in_an_object_is_declared_to_ask_for_its_name() -> None:
    wrong = [
        platform.name_of(tool)
        for platform in PLATFORMS
        for tool in platform.tools
        if tool.effect is Effect.DESTROYS
        and tool.typed
        != bool(WITH_ALL_IN_IT.search(tool.sentence) or re.search("delete_(product|project)$", tool.name))
    ]
    assert not wrong
    assert sum(tool.typed for platform in PLATFORMS for tool in platform.tools) >= 5


@pytest.mark.parametrize("key", DATA)
async def test_every_tool_asks_for_a_name_where_it_is_declared_to_and_nowhere_else(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the questions that the rules over all questions know."""
    asks: dict[str, list[Ask]] = {}
    begin = Tool.act

    def began(tool: Tool, api: Any, arguments: Any) -> Any:
        async def noted() -> Any:
            act = begin(tool, api, arguments)
            asks.setdefault(f"{key}_{tool.name}", []).append(await question_of(act))
            yield asks[f"{key}_{tool.name}"][-1]

        return noted()

    declared = {offer.name_of(tool) for offer in offers(PLATFORMS) for tool in offer.tools if tool.typed}
    asking: list[Asking] = [one for one in DATA[key].ASKING if one.tool in declared]
    monkeypatch.setattr(Tool, "act", began)
    async with desk("legacy", person=NO) as d:
        for one in asking:
            await d.refusal(one.tool, **one.base)
    assert asks.keys() == {name for name in declared if name.startswith(f"{key}_")}
    assert all(ask.typed for found in asks.values() for ask in found)
