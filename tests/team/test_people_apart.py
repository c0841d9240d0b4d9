"""Of two people who share a server, nothing of one reaches the other: rounds, approvals, acts, sessions, cursors."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, MCPError
from mcp.types import InputRequiredResult
from pydantic import SecretStr

from server.store import ledger
from server.store.approvals import Approvals
from server.team.person import Person
from tests.desk import ERAS, YES, text
from tests.server.served import bearer, raw
from tests.stores import store_at
from tests.team.roles import everything, office

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)

FEW = everything("testio:bugs, testio_reject_bug, testio_list_inbox")
REJECT: dict[str, Any] = {"bug_id": 88107, "reason": "known_bug", "comment": "The same as bug 88101."}
NUMBER = re.compile(r"`testdesk approve (\w{8})`")


async def acts_of(client: Client) -> list[Any]:
    data = (await client.call_tool("testdesk_list_acts", {})).structured_content or {}
    (page,) = (await client.read_resource("testdesk://acts")).contents
    assert len(json.loads(page.text)["items"]) == len(data["items"])  # type: ignore[union-attr]  # it is text
    return list(data["items"])


@both_eras
async def test_acts_are_those_of_the_person_in_every_session_and_nobody_else_s(
    mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with office(monkeypatch, told=FEW) as shared:
        async with shared.client("triager", mode) as client:
            done = await client.call_tool("testio_reject_bug", REJECT)
            assert not done.is_error, text(done)
        for era in ERAS:
            async with shared.client("triager", era) as again, shared.client("head", era) as other:
                assert [act["tool"] for act in await acts_of(again)] == ["testio_reject_bug"]
                assert await acts_of(other) == []


async def test_another_person_s_yes_to_a_round_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async with office(monkeypatch, told=FEW) as shared:
        async with shared.client("triager", "auto") as anna, shared.client("head", "auto") as other:
            first = await anna.session.call_tool("testio_reject_bug", REJECT, allow_input_required=True)
            assert isinstance(first, InputRequiredResult)
            answers = dict.fromkeys(first.input_requests or {}, YES)

            async def answered_by(client: Client) -> Any:
                return await client.session.call_tool(
                    "testio_reject_bug",
                    REJECT,
                    input_responses=answers,  # type: ignore[arg-type]  # a dict of answers
                    request_state=first.request_state,
                    allow_input_required=True,
                )

            with pytest.raises(MCPError, match="requestState"):
                await answered_by(other)
            assert shared.writes() == []
            assert not (await answered_by(anna)).is_error
        assert len(shared.writes()) == 1


@both_eras
async def test_an_approval_is_for_the_person_who_asked_and_the_record_names_both(
    mode: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    engine = store_at(tmp_path / "store.sqlite3")
    async with office(monkeypatch, told=FEW, engine=engine) as shared:
        async with shared.client("triager", mode, None) as anna, shared.client("head", mode, None) as other:
            refusal = text(await anna.call_tool("testio_reject_bug", REJECT))
            assert "Tell the user to ask whoever runs this server to run `testdesk approve" in refusal
            (number,) = NUMBER.findall(refusal)
            assert await Approvals(engine).answer(number, yes=True, by="operator")
            again = NUMBER.findall(text(await other.call_tool("testio_reject_bug", REJECT)))
            assert again != [number]
            assert shared.writes() == []
            assert not (await anna.call_tool("testio_reject_bug", REJECT)).is_error
            assert len(shared.writes()) == 1
        sent, _ = await engine.run(lambda db: [dict(entry.record) for entry in ledger.entries(db)])
    assert (sent["who"], sent["consent"]["by"]) == ("triager", "operator")


async def test_no_link_of_this_machine_is_sent_to_a_person_somewhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    opening = {"protocolVersion": "2025-11-25", "clientInfo": {"name": "t", "version": "1"}}
    capabilities: dict[str, Any] = {"elicitation": {"url": {}}}
    async with office(monkeypatch, told=FEW) as shared, raw(shared.running, **bearer("triager")) as wire:
        hello = await wire.post("/mcp", json=message(1, "initialize", {**opening, "capabilities": capabilities}))
        session = {"mcp-session-id": hello.headers["mcp-session-id"]}
        await wire.post("/mcp", json={"jsonrpc": "2.0", "method": "notifications/initialized"}, headers=session)
        call = {"name": "testio_reject_bug", "arguments": REJECT}
        answer = await wire.post("/mcp", json=message(2, "tools/call", call), headers=session)
        assert "elicitation/create" not in answer.text
        assert "127.0.0.1" not in answer.text
        stranger = await wire.post(
            "/mcp", json=message(3, "tools/list", {}), headers={**session, "Authorization": "Bearer head"}
        )
        assert stranger.status_code == 404


def message(number: int, method: str, params: dict[str, Any]) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": params}


@both_eras
async def test_a_cursor_of_another_gives_what_one_may_read_oneself(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with office(monkeypatch, told=FEW) as shared:
        shared.roles.give("guest", "read")
        async with shared.client("triager", mode) as anna, shared.client("guest", mode) as other:
            first = (await anna.call_tool("testio_list_bugs", {"limit": 2})).structured_content or {}
            cursor = first["next_cursor"]
            whole = (await other.call_tool("testio_list_bugs", {"limit": 4})).structured_content or {}
            rest = (await other.call_tool("testio_list_bugs", {"limit": 2, "cursor": cursor})).structured_content or {}
            assert [bug["id"] for bug in rest["items"]] == [bug["id"] for bug in whole["items"]][2:]
            shared.roles.give("guest")
            with pytest.raises(MCPError, match="Unknown tool"):
                await other.call_tool("testio_list_bugs", {"limit": 2, "cursor": cursor})


@both_eras
async def test_the_team_s_inbox_is_closed_to_who_works_with_a_credential_of_their_own(
    mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with office(monkeypatch, told=FEW) as shared:
        own = {"TESTIO_API_TOKEN": SecretStr("0123456789abcdef")}
        shared.roles.people["own"] = Person("own", frozenset({"read"}), credentials=own)
        async with shared.client("own", mode) as other, shared.client("reader", mode) as reader:
            said = await other.call_tool("testio_list_inbox", {})
            assert said.is_error
            assert "events of the team's account" in text(said)
            with pytest.raises(MCPError, match="events of the team's account"):
                await other.read_resource("testio://inbox")
            assert not (await reader.call_tool("testio_list_inbox", {})).is_error
