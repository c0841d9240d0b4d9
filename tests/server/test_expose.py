"""What a client sees and gets of a declared tool, on a small shop of our own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import pytest
from mcp import Client
from mcp.types import ElicitRequestParams, ElicitResult
from pydantic import Field

from server.app import build
from server.settings import read_settings
from tests.desk import ERAS, NO, YES, text
from tools.kit.asking import Ask, Asking
from tools.kit.model import Answer
from tools.kit.network import Network
from tools.kit.platform import Credential, Parts, Platform, Setting
from tools.kit.text import Untrusted, quote
from tools.kit.toolset import Progress, Toolset
from tools.kit.webhook import Inbox

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)


class Shop(list[str]):
    """A client that writes down what it did."""


class Note(Answer):
    id: int
    text: Untrusted | None = None


tool = Toolset(Shop)


@tool.reads(long_text=True)
async def read_note(
    api: Shop, note_id: "int", progress: Progress, inbox: Inbox, words: Annotated[str, Field(description="Any.")] = "ab"
) -> Note:
    """Read a note."""
    await progress(1, 2, f"reading {quote(words)}")
    api.append(type(inbox).__name__)
    return Note(id=note_id, text=words * 1_000)


@tool.destroys(idempotent=True, verify_with="read_note", unasked_when=lambda note_id: note_id == 0)
async def drop_note(api: Shop, note_id: int, inbox: Inbox, why: str | None = None) -> Asking[Note]:
    """Drop a note."""
    api.append(f"looked with {type(inbox).__name__}")
    yield Ask(f"Drop note {note_id} for {why}?" if note_id else None)
    api.append("dropped")
    yield Note(id=note_id, text=why)


@tool.writes(idempotent=False, verify_with=None)
async def file_note(api: Shop, note_id: int) -> Asking[Note]:
    """File a note."""
    api.append("looked")
    yield Ask("File it?" if note_id > 1 else None)
    yield Note(id=note_id)


@asynccontextmanager
async def shop(
    mode: str = "auto", person: ElicitResult | None = YES, **environment: str
) -> AsyncIterator[tuple[Client, Shop]]:
    """A client in front of a server that has the shop alone."""
    api = Shop()
    platform = Platform(
        key="shop",
        title="The Shop",
        docs="https://shop.example/docs",
        load=lambda: Parts(client=lambda account: api, toolsets=(tool,), probe=lambda api: api),
        sandbox=lambda: None,
        acts=lambda: (),
        credentials=(Credential("SHOP_TOKEN", "in the shop"),),
        address=Setting("SHOP_URL", "Address of the shop", "https://shop.example"),
        mount="/shop",
    )
    settings = read_settings([platform], environment, sandbox=True)
    server = build(settings, network=Network(is_sandbox=True), platforms=[platform])

    async def callback(context: Any, params: ElicitRequestParams) -> ElicitResult:
        api.append(params.message)
        assert person is not None
        return person

    elicitation = None if person is None else callback
    async with Client(server, mode=mode, elicitation_callback=elicitation, raise_exceptions=True) as client:
        yield client, api


LOOKED = "looked with PlatformInbox"
QUESTION = "Drop note 7 for None? [sandbox: nothing real happens]"
TEXTS = {"type": "array", "items": {"type": "string"}}
ALWAYS: dict[str, Any] = {
    "written_by_others": TEXTS,
    "addresses_you": TEXTS,
    "id": {"type": "integer"},
    "text": {"type": "string"},
    "shortened": TEXTS,
    "not_read": {"type": "string", "description": "What of it could not be read."},
    "source": {"type": "string"},
}
ASKED: dict[str, Any] = {
    "type": "object",
    "properties": {"how": {"enum": ["form", "typed", "approval", "host"]}, "what": {"type": "string"}},
}
WHOLE = {"default": 4_000}
START = {"description": "Offset that a cut text names."}
TAKEN: dict[str, Any] = {
    "shop_read_note": {
        "note_id": {"type": "integer"},
        "words": {"type": "string", "default": "ab", "description": "Any."},
        "max_text": {"type": "integer"} | WHOLE,
        "text_from": {"type": "integer"} | START,
    },
    "shop_drop_note": {"note_id": {"type": "integer"}, "why": {"type": "string"}},
    "shop_file_note": {"note_id": {"type": "integer"}},
}


async def test_a_tool_is_listed_with_its_own_parameters_and_what_every_answer_may_have() -> None:
    async with shop(TESTDESK_OUTPUT_SCHEMAS="1") as (client, _):
        tools = {one.name: one for one in (await client.list_tools()).tools if one.name in TAKEN}
    assert [one.title for one in tools.values()] == [
        "The Shop: drop note", "The Shop: file note", "The Shop: read note"
    ]  # fmt: skip
    for name, taken in TAKEN.items():
        assert tools[name].input_schema == {"type": "object", "properties": taken, "required": ["note_id"]}
        answered = ALWAYS if name == "shop_read_note" else ALWAYS | {"confirmed": ASKED}
        assert tools[name].output_schema == {"type": "object", "properties": answered}
    hints = [tools[name].annotations for name in TAKEN]
    assert [(h.read_only_hint, h.destructive_hint, h.idempotent_hint, h.open_world_hint) for h in hints if h] == [
        (True, None, None, None), (None, True, True, None), (None, True, None, None)
    ]  # fmt: skip


async def test_without_output_schemas_none_is_listed() -> None:
    async with shop() as (client, _):
        assert not any(one.output_schema for one in (await client.list_tools()).tools)


@both_eras
async def test_a_long_text_is_read_from_where_and_as_far_as_the_caller_wants(mode: str) -> None:
    told: list[tuple[float, float | None, str | None]] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        told.append((progress, total, message))

    async with shop(mode) as (client, api):
        given = {"note_id": 7, "words": "cd", "max_text": 300, "text_from": 1}
        answer = (await client.call_tool("shop_read_note", given, progress_callback=hear)).structured_content or {}
        piece = f"[1 characters before this]\u2026{'dc' * 150}\u2026 [1699 more characters: pass text_from=301]"
        assert answer["text"] == piece
        answer = (await client.call_tool("shop_read_note", {"note_id": 7, "words": ""})).structured_content or {}
        assert (answer["id"], answer["text"]) == (7, "ab" * 1_000), "an empty filter is none"
        assert api == ["PlatformInbox", "PlatformInbox"]
    assert told == [(1, 2, "reading 'cd'")]


@both_eras
async def test_an_act_gets_its_arguments_for_the_question_and_again_after_the_yes(mode: str) -> None:
    async with shop(mode) as (client, api):
        result = await client.call_tool("shop_drop_note", {"note_id": 7, "why": "age"})
    assert api == [LOOKED, QUESTION.replace("None", "age"), LOOKED, "dropped"]
    assert result.structured_content == {
        "written_by_others": ["confirmed.what", "text"],
        "id": 7,
        "text": "age",
        "confirmed": {"how": "form", "what": QUESTION.replace("None", "age")},
        "source": "sandbox, invented data",
    }


@both_eras
async def test_an_act_that_the_host_approves_begins_once_and_says_so(mode: str) -> None:
    async with shop(mode, person=None, TESTDESK_CONSENT="client") as (client, api):
        answer = (await client.call_tool("shop_drop_note", {"note_id": 7})).structured_content or {}
    assert answer["confirmed"]["how"] == "host"
    assert api == [LOOKED, "dropped"]


@both_eras
@pytest.mark.parametrize(
    ("person", "name", "note", "done", "told"),
    [
        (NO, "drop_note", 7, [LOOKED, QUESTION], "Nothing was sent."),
        (None, "drop_note", 7, [], "shop_drop_note needs the user's yes"),
        (None, "drop_note", 0, [LOOKED, "dropped"], ""),
        (None, "file_note", 1, ["looked"], ""),
        (None, "file_note", 2, ["looked"], "shop_file_note needs the user's yes"),
    ],
)
async def test_without_a_yes_only_what_needs_none_is_done(
    mode: str, person: ElicitResult | None, name: str, note: int, done: list[str], told: str
) -> None:
    async with shop(mode, person) as (client, api):
        result = await client.call_tool(f"shop_{name}", {"note_id": note})
    assert result.is_error is bool(told)
    assert told in text(result)
    assert list(dict.fromkeys(api)) == done


@both_eras
@pytest.mark.parametrize("why", ["a \u202e b", "a [hidden] b"])
async def test_a_text_that_must_not_be_sent_is_refused_before_the_act_begins(mode: str, why: str) -> None:
    async with shop(mode) as (client, api):
        result = await client.call_tool("shop_drop_note", {"note_id": 7, "why": why})
    assert result.is_error
    assert text(result).startswith("why ")
    assert api == []
