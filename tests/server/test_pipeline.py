"""What the request pipeline makes of an answer and of a failure, on a small shop of our own."""

import logging
import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, cast

import anyio
import pytest
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import CallToolResult, ImageContent
from pydantic import Field, SecretStr

from server.guards.consent import OpenAct, Question
from server.guards.memory import Memory, scope
from server.guards.redact import Redactor
from server.guards.shape import MOST
from server.pipeline import Pipeline
from tests.desk import text
from tools.kit.asking import Ask, Asking
from tools.kit.errors import NotFound, OutcomeUnknown, Unauthorized
from tools.kit.kept import ListCall, list_call
from tools.kit.missing import Missing, note_missing
from tools.kit.model import Answer
from tools.kit.naming import ByName, Choice
from tools.kit.page import Coverage, Cursor, Page
from tools.kit.picture import Album, Picture
from tools.kit.platform import ToolSource
from tools.kit.text import Secret, Untrusted, passage, quote
from tools.kit.toolset import Toolset

pytestmark = pytest.mark.anyio

tool: Toolset[Any] = Toolset(object)


class Item(Answer):
    id: int = 1
    text: Untrusted | None = None
    rows: list[str] = Field(default_factory=list)
    password: Secret | None = None


async def choices(api: Any, given: Mapping[str, Any]) -> list[Choice]:
    return [Choice(7, "Green tea")]


ItemId = Annotated[int, ByName("item", choices, "shop_list_items")]


@tool.reads(long_text=True)
async def read_item(api: Any, item_id: ItemId, limit: int = 1) -> Item:
    """Read an item."""
    return Item.model_validate(await api(item_id))


@tool.reads(full_text_in="read_item")
async def list_items(api: Any) -> Page[Item]:
    """List items."""
    items = [Item.model_validate(await api(1)), Item(id=2)]
    return Page(items=items, coverage=Coverage(total=2, loaded=2, matched=2, complete=True), next_cursor=None)


@tool.writes(idempotent=False, verify_with="read_item")
async def change_item(api: Any, item_id: ItemId, limit: int = 1, password: SecretStr | None = None) -> Item:
    """Change an item."""
    return Item.model_validate(await api(item_id))


@tool.writes(idempotent=False, verify_with=None)
async def move_item(api: Any, item_id: int) -> Item:
    """Move an item."""
    return Item.model_validate(await api(item_id))


listings: list[ListCall | None] = []


@tool.reads()
async def list_rows(api: Any, cursor: Cursor = None) -> Item:
    """List rows."""
    listings.append(list_call.get())
    return Item()


@tool.reads()
async def count_rows(api: Any) -> Item:
    """Count rows."""
    listings.append(list_call.get())
    return Item()


@tool.reads()
async def look(api: Any) -> Album:
    """Look at it."""
    return Album(pictures=[Picture(b"green", "image/png")])


class Shop(ToolSource):
    key, title, toolsets = "shop", "The Shop", (tool,)


class Desk:
    """A pipeline in front of one function, which answers for the shop."""

    def __init__(
        self, answer: Any, *, is_sandbox: bool = False, credential: str | None = "SHOP_TOKEN (inside)"
    ) -> None:
        async def api(item_id: int) -> Any:
            note_missing(Missing(rows=answer.get("lost", 0)) if isinstance(answer, dict) else Missing())
            if isinstance(answer, Exception):
                raise answer
            return answer | {"id": item_id}

        class Clients(dict[str, Any]):
            def of(self, key: str, account: str | None) -> Any:
                return self[key]

            def credential_of(self, key: str) -> str | None:
                return credential if key == "shop" else None

        clients = Clients(shop=api)
        clients.is_sandbox = is_sandbox  # type: ignore[attr-defined]  # as of the real one
        self.pipeline = Pipeline(cast(Any, clients), Redactor(), {}, cast(Any, None), cast(Any, None))

    async def call(self, name: str, /, **arguments: Any) -> CallToolResult:
        (called,) = (one for one in tool.tools if one.name == name)
        given = (
            {"item_id": 1} | arguments if name not in {"list_items", "list_rows", "count_rows", "look"} else arguments
        )
        return await self.pipeline(Shop(), called, given)

    async def answer(self, name: str, /, **arguments: Any) -> dict[str, Any]:
        result = await self.call(name, **arguments)
        assert not result.is_error, text(result)
        return dict(result.structured_content or {})


LOST = OutcomeUnknown("It may have happened.")
REFUSED, FORBIDDEN = Unauthorized("Refused.", status=401), Unauthorized("Refused.", status=403)
SETTLED = " shop_read_item shows whether it was done; check before trying again."
UNSETTLED = " The API does not show whether it was done: check in the platform's web app before trying again."


@pytest.mark.parametrize(
    ("error", "name", "sentence"),
    [
        (NotFound("No item."), "change_item", "No item."),
        (LOST, "read_item", "It may have happened."),
        (LOST, "change_item", f"It may have happened.{SETTLED}"),
        (LOST, "move_item", f"It may have happened.{UNSETTLED}"),
        (REFUSED, "read_item", "Refused. Check SHOP_TOKEN (inside); `testdesk doctor` tests it."),
        (FORBIDDEN, "read_item", "Refused. It was asked with SHOP_TOKEN (inside)."),
    ],
)
async def test_a_failure_says_what_to_do_next(error: Exception, name: str, sentence: str) -> None:
    result = await Desk(error).call(name)
    assert result.is_error
    assert text(result) == sentence


async def test_without_a_credential_of_its_own_none_is_named() -> None:
    desk = Desk(REFUSED, credential=None)
    assert text(await desk.call("read_item")) == "Refused."
    assert desk.pipeline.sentence(REFUSED) == "Refused."


@pytest.mark.parametrize(("name", "more"), [("read_item", ""), ("change_item", SETTLED), ("move_item", UNSETTLED)])
async def test_an_unexpected_failure_is_logged_under_the_number_that_the_caller_gets(
    name: str, more: str, caplog: pytest.LogCaptureFixture
) -> None:
    told = text(await Desk(RuntimeError("inside")).call(name))
    match = re.fullmatch(r"Unexpected error in Testdesk; see ([0-9a-f]{8}) in its log\.(.*)", told)
    assert match is not None
    assert match[2] == more
    assert f"unexpected failure {match[1]}" in caplog.text
    assert "RuntimeError: inside" in caplog.text


async def test_a_secret_of_the_caller_is_masked_in_a_failure_and_kept_after_a_change() -> None:
    error = NotFound(f"It said: {passage('no account short')}.")
    assert "no account [hidden]" in text(await Desk(error).call("change_item", password=SecretStr("short")))
    for name, kept in (("read_item", False), ("change_item", True)):
        desk, memory = Desk({"text": "with Hafen-4711"}), Memory()
        with scope(memory):
            called = next(one for one in tool.tools if one.name == name)
            desk.pipeline.hand_in({"password": SecretStr("Hafen-4711")})
            assert "[hidden]" in text(await desk.pipeline(Shop(), called, {"item_id": 1}))
        with scope(memory):
            assert (desk.pipeline.redact("Hafen-4711") == "[hidden]") is kept


async def test_a_secret_that_a_platform_shows_is_masked_for_the_session() -> None:
    desk, memory = Desk({"password": "Hafen-4711"}), Memory()
    with scope(memory):
        assert (await desk.answer("read_item"))["password"] == "[hidden]"
    with scope(memory):
        assert desk.pipeline.redact("Hafen-4711") == "[hidden]"
    desk = Desk({"password": "Hafen-4713", "rows": "of another shape"})
    with scope(memory):
        assert (await desk.call("read_item")).is_error
    with scope(memory):
        assert desk.pipeline.redact("Hafen-4713") == "[hidden]"
    with scope(memory := Memory()), pytest.raises(ToolError, match="No item"):
        await desk.pipeline.guarded(Shop(), shown_and_lost)
    with scope(memory):
        assert desk.pipeline.redact("Hafen-4712") == "[hidden]"


async def shown_and_lost() -> None:
    Item.model_validate({"password": "Hafen-4712"})
    raise NotFound("No item.")


async def test_a_name_is_taken_for_an_id_and_part_of_it_only_to_read() -> None:
    desk = Desk({})
    assert (await desk.answer("read_item", item_id="green"))["id"] == 7
    assert (await desk.answer("change_item", item_id="green tea"))["id"] == 7
    assert (await desk.call("change_item", item_id="green")).is_error


async def test_a_cut_text_says_how_to_read_on() -> None:
    desk = Desk({"text": "x" * 5_000})
    assert (await desk.answer("read_item"))["text"].endswith("[1000 more characters: pass text_from=4000]")
    rows = (await desk.answer("list_items"))["items"]
    assert rows[0]["text"].endswith("[1000 more characters: shop_read_item has it]")
    assert (await desk.answer("change_item"))["text"].endswith("[1000 more characters]")


async def test_a_shortened_answer_says_how_to_get_the_rest_and_a_change_shows_more() -> None:
    setting = "set TESTDESK_ANSWER_CHARACTERS higher than 18000."
    desk = Desk({"rows": ["x" * 100] * 600})
    for name, more in (
        ("read_item", f"For the rest ask with a smaller limit, or {setting}"),
        ("change_item", f"For the rest {setting}"),
        ("move_item", f"For the rest {setting}"),
    ):
        answer = await desk.answer(name)
        assert answer["shortened"][-1] == more
        assert (len(str(answer)) > MOST) is (name != "read_item")


async def test_what_could_not_be_read_is_said_in_a_field_or_in_the_coverage_of_a_page() -> None:
    desk = Desk({"lost": 2})
    assert (await desk.answer("read_item"))["not_read"] == "2 rows could not be read"
    page = await desk.answer("list_items")
    assert "not_read" not in page
    assert (page["coverage"]["complete"], page["coverage"]["why"]) == (False, "2 rows could not be read")
    assert "not_read" not in await Desk({}).answer("read_item")


async def test_pictures_are_content_beside_the_text() -> None:
    result = await Desk({}).call("look")
    assert result.structured_content is None
    (picture,) = (block for block in result.content if isinstance(block, ImageContent))
    assert (picture.data, picture.mime_type) == (b64encode(b"green").decode(), "image/png")
    assert text(result)


async def test_a_sandbox_is_named_in_answers_and_questions() -> None:
    desk = Desk({}, is_sandbox=True)
    assert (await desk.answer("read_item"))["source"] == "sandbox, invented data"
    assert desk.pipeline.for_person(f"Move {quote('it')}?") == "Move 'it'? [sandbox: nothing real happens]"
    desk = Desk({})
    assert "source" not in await desk.answer("read_item")
    assert desk.pipeline.for_person("Move it?") == "Move it?"


async def test_a_confirmed_act_goes_on_with_what_was_confirmed_and_missing() -> None:
    async def moves() -> Asking[Item]:
        yield Ask("Move it?")
        yield Item(id=3)

    declared = next(one for one in tool.tools if one.name == "move_item")
    for question, confirmed in ((Question("Move it?"), {"how": "form", "what": "Move it?"}), (None, None)):
        act = moves()
        await anext(act)
        opened = OpenAct(act, question, Missing(rows=1))
        result = await Desk({}).pipeline(Shop(), declared, {"item_id": 3}, act=opened)
        answer = result.structured_content or {}
        assert (answer["id"], answer.get("confirmed"), answer["not_read"]) == (3, confirmed, "1 row could not be read")


@pytest.mark.parametrize(("name", "logged"), [("change_item", True), ("read_item", False)])
async def test_a_change_whose_caller_has_gone_is_logged(
    name: str, *, logged: bool, caplog: pytest.LogCaptureFixture
) -> None:
    with anyio.CancelScope() as gone:
        gone.cancel()
        await Desk({}).call(name)
    told = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert told == ["shop_change_item was carried out, though its caller had gone by then"] * logged
    caplog.clear()
    await Desk({}).call(name)
    assert not caplog.records


async def test_the_messages_of_a_progress_are_redacted() -> None:
    told: list[tuple[float, float | None, str | None]] = []

    async def hear(done: float, total: float | None = None, message: str | None = None) -> None:
        told.append((done, total, message))

    say = Desk({}).pipeline.progress(hear)
    await say(1)
    await say(2, 3, f"at {quote('password: hunter22')}, token: abcd1234")
    assert told == [(1, None, None), (2, 3, "at 'password: [hidden]', token: [hidden]")]


async def test_only_a_list_with_a_cursor_may_continue_what_was_kept() -> None:
    listings.clear()
    d = Desk({})
    for name, given in (("list_rows", {}), ("list_rows", {"cursor": "x"}), ("count_rows", {})):
        await d.call(name, **given)
    one = ListCall(MOST, continues=False, tool="shop_list_rows")
    assert listings == [one, replace(one, continues=True), None]
