"""Rules over all tools where their platform has two accounts: each call works in one, and says in which."""

import inspect
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from server.guards.scope import offers
from tests.accounts import pair, two_accounts
from tests.desk import text
from tools.kit.toolset import Effect
from tools.platforms import PLATFORMS

pytestmark = pytest.mark.anyio

PLATFORM_OF = {offer.name_of(tool): offer.key for offer in PLATFORMS for tool in offer.tools if tool.view is None}
"""Of each tool that a client without pages is listed."""
READS = {offer.name_of(tool) for offer in PLATFORMS for tool in offer.tools if tool.effect is Effect.READS}
CALLS: list[tuple[str, dict[str, Any]]] = [
    call for platform in PLATFORMS for call in import_module(f"tests.tools.{platform.key}.calls").CALLS
]
PAGED = {
    offer.name_of(tool)
    for offer in PLATFORMS
    for tool in offer.tools
    if {"limit", "cursor"} <= {*inspect.signature(tool.function).parameters}
}
CALLS_THAT_READ = [
    (name, arguments | ({"limit": 1} if name in PAGED else {}))
    for name, arguments in {
        name: (name, arguments) for name, arguments in CALLS if name in READS & PLATFORM_OF.keys()
    }.values()
]
CALLS_THAT_ACT = [call for call in CALLS if call[0] not in READS]


async def test_every_tool_takes_an_account_and_every_act_has_to_name_it(tmp_path: Path) -> None:
    async with pair(tmp_path) as p:
        listed = {tool.name: tool.input_schema for tool in (await p.desk.client.list_tools()).tools}
    assert listed.keys() >= PLATFORM_OF.keys()
    for name, key in PLATFORM_OF.items():
        assert listed[name]["properties"]["account"]["enum"] == [f"shop-{key}", f"web-{key}"], name
        assert ("account" in listed[name].get("required", [])) == (name not in READS), name
    others = listed.keys() - PLATFORM_OF.keys()
    assert not [name for name in others if "account" in listed[name].get("properties", {})]


async def test_every_read_sends_the_credential_of_its_account_alone_and_says_which_it_read(tmp_path: Path) -> None:
    """And takes no cursor of another account."""
    wrong, cursors = [], 0
    async with pair(tmp_path) as p:
        for name, arguments in CALLS_THAT_READ:
            shop, web = f"shop-{PLATFORM_OF[name]}", f"web-{PLATFORM_OF[name]}"
            answer = dict[str, Any]()
            for account, given in ((shop, {}), (web, {"account": web})):
                result = await p.desk.call(name, **arguments, **given)
                answer, carried = result.structured_content or {}, p.carried()
                if result.is_error or account not in answer.get("account", text(result)) or not carried <= {account}:
                    wrong.append(f"{name} in {account}: sent as {carried}; {text(result)[-200:]}")
            if cursor := answer.get("next_cursor"):
                cursors += 1
                refused = await p.desk.call(name, **arguments, cursor=cursor)
                if "belongs to another list" not in text(refused) or p.carried():
                    wrong.append(f"{name} takes a cursor of another account: {text(refused)[:200]}")
                if (own := await p.desk.call(name, **arguments, cursor=cursor, account=web)).is_error:
                    wrong.append(f"{name} does not take its cursor: {text(own)[:200]}")
                p.carried()
    assert not wrong, "\n".join(wrong)
    assert cursors > 20


async def test_no_act_without_the_name_of_an_account_sends_or_asks_anything(tmp_path: Path) -> None:
    wrong = []
    without: list[dict[str, Any]] = [{}, {"account": None}, {"account": ""}, {"account": "default"}]
    async with pair(tmp_path) as p:
        for number, (name, arguments) in enumerate(CALLS_THAT_ACT):
            key = PLATFORM_OF[name]
            for given in ({}, without[number % len(without)]):
                refusal = await p.desk.refusal(name, **arguments, **given)
                if not refusal.startswith("Nothing was sent.") or f"one of shop-{key}, web-{key}" not in refusal:
                    wrong.append(f"{name}: {refusal}")
        assert not wrong, "\n".join(wrong)
        assert (p.listening.sent, p.desk.asked, await p.records()) == ([], [], [])


async def test_every_act_asks_sends_and_is_recorded_in_its_account(tmp_path: Path) -> None:
    """One after another, so that some are refused for what an earlier one has changed."""
    wrong = []
    async with pair(tmp_path) as p:
        for number, (name, arguments) in enumerate(CALLS_THAT_ACT):
            account = f"{'shop' if number % 2 else 'web'}-{PLATFORM_OF[name]}"
            p.desk.asked.clear()
            result = await p.desk.call(name, **arguments, account=account)
            said = (result.structured_content or {}).get("account") or text(result)
            carried = p.carried()
            if (
                account not in said
                or not carried <= {account}
                or [question for question in p.desk.asked if f"In account {account}: " not in question]
            ):
                wrong.append(f"{name}: {text(result)[:200]}; {carried}; {p.desk.asked}")
        acts = await p.records()
    assert not wrong, "\n".join(wrong)
    assert len(acts) > 50
    assert {act["account"] for act in acts} == {f"{kind}-{p.key}" for kind in ("shop", "web") for p in PLATFORMS}


def test_a_sandbox_has_other_credentials_for_each_account(tmp_path: Path) -> None:
    chosen = two_accounts(tmp_path)
    for one, other in (accounts.values() for accounts in chosen.accounts.values()):
        assert not {v.get_secret_value() for v in one.credentials.values()} & {
            v.get_secret_value() for v in other.credentials.values()
        }
    assert {offer.key for offer in offers(PLATFORMS)} - chosen.accounts.keys() == {"across"}
