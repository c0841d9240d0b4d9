"""A platform for which only others have a credential is in nobody else's lists; a call of it says what is missing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from tests.desk import ERAS
from tests.server.served import text
from tests.team.serving import ANNA, BEN, Someone, Team, answer, refusal, someone, team
from tests.team.two_people.stand import caller

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)

TOKEN = "tery-ben-3Nc6vBk8MzXa1Ql5"
FEW = {"TESTDESK_TOOLSETS": "testery:runs, testio:bugs"}


def with_testery(folder: Path, one: Someone) -> Someone:
    file = folder / "testery-token"
    file.write_text(TOKEN, encoding="utf-8")
    return replace(one, lines=(f'testery_api_token_file = "{file}"',))


@asynccontextmanager
async def only_ben_has_it(monkeypatch: pytest.MonkeyPatch, folder: Path, **more: str) -> AsyncIterator[Team]:
    """Ben works with Testery, the team does not."""
    people = someone(ANNA), with_testery(folder, someone(BEN))
    async with team(monkeypatch, folder, *people, environment=FEW | more) as running:
        yield running


async def lists_of(client: Client) -> dict[str, set[str]]:
    """What a client is listed: of each list the platforms, and the prompts by name."""
    found = await answer(client, "find_tools", text="list the runs of testery", limit=10)
    return {
        "tools": {tool.name.partition("_")[0] for tool in (await client.list_tools()).tools},
        "resources": {str(one.uri).partition("://")[0] for one in (await client.list_resources()).resources},
        "templates": {
            one.uri_template.partition("://")[0] for one in (await client.list_resource_templates()).resource_templates
        },
        "found": {tool["name"].partition("_")[0] for tool in found["tools"]},
        "prompts": {prompt.name for prompt in (await client.list_prompts()).prompts},
    }


@both_eras
async def test_only_who_can_work_with_a_platform_is_listed_it(
    mode: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async with only_ben_has_it(monkeypatch, tmp_path) as t, t.client(ANNA, mode) as hers, t.client(BEN, mode) as his:
        annas, bens = await lists_of(hers), await lists_of(his)
        for what in ("tools", "templates", "found"):
            assert "testery" in bens[what], what
            assert "testery" not in annas[what], what
            assert "testio" in annas[what] or what == "found"
        assert annas["prompts"] <= bens["prompts"]
        assert "Testery" in (his.session.instructions or "")
        assert "Testery" not in (hers.session.instructions or "")


@both_eras
async def test_whoever_calls_it_by_name_learns_who_adds_a_credential(
    mode: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async with only_ben_has_it(monkeypatch, tmp_path) as t, t.client(ANNA, mode) as hers:
        for call in (
            await refusal(hers, "testery_list_test_runs"),
            text(await hers.call_tool("call_read_tool", {"name": "testery_list_test_runs", "arguments": {}})),
        ):
            assert "The operator of this server adds one to [people.anna] (testery_api_token_file)" in call
        assert t.sent() == []


async def test_a_credential_in_a_header_brings_its_platform_into_the_lists(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    allowed: dict[str, Any] = {"TESTDESK_HEADER_CREDENTIALS": "1"}
    async with only_ben_has_it(monkeypatch, tmp_path, **allowed) as t:
        for headers, expected in (({}, False), ({"Testdesk-Testery-Token": TOKEN}, True)):
            async with caller(t, ANNA, **headers) as hers:
                names = {tool["name"] for tool in (await hers.send("tools/list"))["result"]["tools"]}
                assert any(name.startswith("testery_") for name in names) is expected


async def test_who_can_work_with_no_platform_is_listed_all_and_told_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    nothing = {"TESTIO_API_TOKEN": "", "TESTOMATIO_API_TOKEN": "", "TESTDESK_TOOLSETS": "testery:runs"}
    async with only_ben_has_it(monkeypatch, tmp_path, **nothing) as t, t.client(ANNA) as hers:
        assert "testery" in (await lists_of(hers))["tools"]
        assert "[people.anna]" in await refusal(hers, "testery_list_test_runs")
