"""Limits that an operator sets: each is attacked, and each refusal names it and when it opens again."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from inspect import signature
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp.types import ElicitResult

from server.app import build
from server.configuration import Budgets as Rules
from server.configuration import Configuration, Limits
from server.doctor import run_doctor
from server.guards.budgets import Budgets, things_in
from server.sandbox import SandboxTransport
from server.settings import SettingsError
from server.store.engine import Engine
from tests.desk import DECLINE, ERAS, NO, YES, Desk, desk, sandboxes, settings
from tests.server.orders import ORDER
from tests.server.pipe import ROOT
from tests.stores import SERVER, named, of_a_file, store_at
from tests.test_every_question import DATA, filled
from tools.kit.asking import UNKNOWN, Order
from tools.kit.errors import Refused
from tools.kit.network import Network
from tools.kit.toolset import Effect
from tools.platforms import PLATFORMS

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)

LAUNCH: dict[str, Any] = {"name": "testio_launch_exploratory_test", "test_id": 5521}
DUPLICATE: dict[str, Any] = {"name": "testio_duplicate_exploratory_test", "test_id": 5512, "another": True}
CREATE: dict[str, Any] = {"name": "testio_create_exploratory_test", **ORDER}
RUN: dict[str, Any] = {"name": "testery_start_test_run", "project_key": "harbour-web", "environment_key": "staging"}
MONDAY = datetime(2026, 11, 30, 9, 30, tzinfo=UTC)
TESTIO = PLATFORMS[0]


@asynccontextmanager
async def limited(
    folder: Path, text: str, mode: str = "auto", person: Any = YES, engine: Engine | None = None
) -> AsyncIterator[Desk]:
    """A desk under limits."""
    file = folder / "testdesk.toml"
    file.write_text(text)
    told, world = settings({"TESTDESK_CONFIG": str(file)}), sandboxes()
    server = build(told, network=Network(SandboxTransport(world)), engine=engine)
    async with desk(mode, person=person, told=told, world=world, server=server) as d:
        yield d


async def answer(d: Desk, name: str, **arguments: Any) -> dict[str, Any]:
    return await d.answer(name, **arguments)


async def refusal(d: Desk, name: str, **arguments: Any) -> str:
    return await d.refusal(name, **arguments)


@pytest.mark.parametrize(
    ("mode", "scope", "limit"),
    [
        ("auto", "budgets", "paid_acts_a_day"),
        ("legacy", "budgets.testio", "paid_acts_a_month"),
        ("auto", "budgets.shop", "paid_acts_a_month"),
    ],
)
async def test_no_more_is_ordered_than_the_limit_of_any_scope(
    mode: str, limit: str, scope: str, tmp_path: Path
) -> None:
    account = '[accounts.shop]\nplatform = "testio"\nweb_url = "https://acme.test.io"\n'
    words = limit.replace("_", " ")
    async with limited(tmp_path, f"{account}[{scope}]\n{limit} = 2\n", mode) as d:
        for left in (1, 0):
            await answer(d, **DUPLICATE)
            assert f"Left of the operator's budget after this: {left} of 2 {words}." in d.asked[-1]
        refused = await refusal(d, **LAUNCH)
        assert f"0 of 2 {words} left, and this takes 1: {limit} = 2 in [{scope}] of testdesk.toml" in refused
        assert "It opens again at 20" in refused
        assert len(d.asked) == len(d.writes()) == 2
        if scope == "budgets":
            assert "0 of 2" in await refusal(d, **RUN), "one limit for all platforms"
        else:
            await answer(d, **RUN)


@both_eras
@pytest.mark.parametrize("no", [NO, DECLINE, ElicitResult(action="accept", content={"answer": "maybe"})])
async def test_a_no_gives_back_what_the_question_took(mode: str, no: ElicitResult, tmp_path: Path) -> None:
    answers = [no, no, YES]
    async with limited(tmp_path, "[budgets]\npaid_acts_a_day = 1\n", mode, lambda _: answers.pop(0)) as d:
        for _ in range(2):
            await refusal(d, **LAUNCH)
        await answer(d, **LAUNCH)
        assert "0 of 1" in await refusal(d, **DUPLICATE)
        assert len(d.writes()) == 1


@both_eras
async def test_an_order_that_never_left_gives_back_what_it_took(mode: str, tmp_path: Path) -> None:
    """The act reads again after the yes, and finds that the test is gone."""
    world = sandboxes()

    def person(message: str) -> ElicitResult:
        world.sandboxes["testio"].world.cycles.pop(5521, None)
        return YES

    file = tmp_path / "testdesk.toml"
    file.write_text("[budgets]\npaid_acts_a_day = 1\n")
    told = settings({"TESTDESK_CONFIG": str(file)})
    server = build(told, network=Network(SandboxTransport(world)))
    async with desk(mode, person=person, told=told, world=world, server=server) as d:
        assert "5521" in await refusal(d, **LAUNCH)
        await answer(d, **DUPLICATE)


async def test_a_draft_is_no_order(tmp_path: Path) -> None:
    async with limited(tmp_path, "[budgets]\npaid_acts_a_day = 0\n") as d:
        await answer(d, **CREATE, auto_launch=False)
        assert "0 of 0" in await refusal(d, **CREATE)


async def test_each_paid_thing_of_one_act_counts(tmp_path: Path) -> None:
    bugs = [{"bug_id": number} for number in (88218, 88217)]
    async with limited(tmp_path, "[budgets]\npaid_acts_a_day = 1\n") as d:
        refused = await d.refusal("testio_request_bug_fix_confirmations", bugs=bugs)
        assert "1 of 1 paid acts a day left, and this takes 2" in refused
        assert d.writes() == []


async def test_tester_hours_are_counted_and_an_order_that_states_none_is_refused(tmp_path: Path) -> None:
    async with limited(tmp_path, "[budgets.testio]\ntester_hours_a_day = 7\n") as d:
        await answer(d, **CREATE, duration_hours=4)
        assert "3 of 7 tester hours a day" in d.asked[-1]
        assert "and this takes 4" in await refusal(d, **CREATE, duration_hours=4, another=True)
        await answer(d, **CREATE)  # rapid: 2 hours
        cases = {"product_id": 71, "test_case_ids": [7312], "test_environment": {"id": 31}}
        assert "states no hours" in await d.refusal("testio_create_test_case_test", **cases)


async def test_no_run_gets_more_machines_than_allowed(tmp_path: Path) -> None:
    async with limited(tmp_path, "[budgets]\nrunners_x_copies = 6\n") as d:
        assert "may run on 8 machines" in await refusal(d, **RUN, runners=4, copies=2)
        assert "an unknown number of machines" in await refusal(d, **RUN)
        assert "unknown" in await d.refusal("testery_start_test_plan", plan_key="smoke")
        await answer(d, **RUN, runners=3, copies=2)


async def test_one_act_is_on_no_more_things_than_allowed_before_any_request(tmp_path: Path) -> None:
    decisions = [{"bug_id": number, "decision": "accept"} for number in (88101, 88103, 88104)]
    async with limited(tmp_path, "[budgets]\nin_one_act = 2\n") as d:
        refused = await d.refusal("testio_triage_bugs", decisions=decisions)
        assert "This act is on 3 things, and the operator allows 2: in_one_act in [budgets]" in refused
        tests = [{"title": f"T{number}", "suite_id": "c0ffee01"} for number in range(3)]
        assert "3 things" in await d.refusal("testomatio_create_tests", tests=tests)
        assert d.arrived() == d.arrived(platform="testomatio") == []
        await d.answer("testio_triage_bugs", decisions=decisions[:2], dry_run=True)
        await d.answer("testio_list_bugs", product_ids=[71, 72, 73])


async def test_no_more_is_written_in_a_minute_than_allowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = MONDAY
    monkeypatch.setattr("server.guards.budgets.now", lambda: now)
    async with limited(tmp_path, "[budgets]\nwrites_a_minute = 2\n") as d:
        for goal in "ab":
            await d.answer("testio_update_exploratory_test", test_id=5521, goal=goal)
        refused = await d.refusal("testio_update_exploratory_test", test_id=5521, goal="c")
        assert "It opens again at 2026-11-30 09:31 UTC" in refused
        await d.answer("testio_get_exploratory_test", test_id=5521)
        now = MONDAY.replace(minute=31)
        await d.answer("testio_update_exploratory_test", test_id=5521, goal="c")
        assert len(d.writes()) == 3


async def test_nothing_is_ordered_outside_of_the_hours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime(2026, 11, 27, 17, 0, tzinfo=UTC)  # a Friday, 18:00 in Berlin
    monkeypatch.setattr("server.guards.budgets.now", lambda: now)
    text = '[budgets]\nzone = "Europe/Berlin"\nhours = "mon-fri 08:00-18:00"\n'
    async with limited(tmp_path, text) as d:
        refused = await refusal(d, **LAUNCH)
        assert "at these hours: mon-fri 08:00-18:00 (Europe/Berlin); hours in [budgets]" in refused
        assert "They open again at 2026-11-30 08:00 CET" in refused
        await d.answer("testio_accept_bug", bug_id=88101)
        assert len(d.asked) == 1
        now = datetime(2026, 11, 30, 7, 0, tzinfo=UTC)
        await answer(d, **LAUNCH)


async def test_days_and_months_begin_in_the_operators_zone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime(2026, 11, 30, 22, 59, tzinfo=UTC)
    monkeypatch.setattr("server.guards.budgets.now", lambda: now)
    text = '[budgets]\nzone = "Europe/Berlin"\npaid_acts_a_day = 1\npaid_acts_a_month = 1\n'
    async with limited(tmp_path, text) as d:
        await answer(d, **DUPLICATE)
        assert "opens again at 2026-12-01 00:00 CET" in await refusal(d, **DUPLICATE)
        now = datetime(2026, 11, 30, 23, 0, tzinfo=UTC)
        await answer(d, **DUPLICATE)
        now = datetime(2026, 12, 2, 12, 0, tzinfo=UTC)
        refused = await refusal(d, **DUPLICATE)
        assert "paid_acts_a_month = 1" in refused
        assert "2027-01-01 00:00 CET" in refused


async def test_a_refusal_of_one_limit_leaves_the_others_as_they_were() -> None:
    rules = Rules({"": Limits(paid_acts_a_day=9), "testio": Limits(paid_acts_a_month=1)})
    engine = store_at(None)
    limits = Budgets(Configuration(budgets=rules), engine)
    await limits.take(TESTIO, Order())
    with pytest.raises(Refused, match="paid_acts_a_month = 1"):
        await limits.take(TESTIO, Order())
    assert [line.partition(" left")[0] for line in await limits.left()] == [
        "8 of 9 paid acts a day",
        "0 of 1 paid acts a month",
    ]
    with pytest.raises(Refused, match="this takes 10"):
        await limits.take(TESTIO, Order(acts=10))
    with pytest.raises(Refused, match="this takes 2"):
        await Budgets(Configuration(budgets=rules), store_at(None)).take(TESTIO, Order(acts=2))
    await engine.close()


@of_a_file
async def test_where_nothing_can_be_counted_nothing_limited_is_sent(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    engine = store_at(tmp_path / "store")
    limits = Budgets(Configuration(budgets=Rules({"": Limits(paid_acts_a_day=9)})), engine)
    with pytest.raises(Refused, match="cannot be counted without it"):
        await limits.take(TESTIO, Order())


async def test_doctor_says_what_is_left(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "[budgets]\npaid_acts_a_day = 5\nin_one_act = 3\n[budgets.testio]\ntester_hours_a_month = 40\n"
    environment = {
        "TESTDESK_CONFIG": str(tmp_path / "testdesk.toml"),
        "TESTDESK_STORE": named(tmp_path / "store.sqlite3"),
    }
    (tmp_path / "testdesk.toml").write_text(text)
    await run_doctor(environment)
    assert "    5 of 5 paid acts a day left until " in capsys.readouterr().out
    assert not (tmp_path / "store.sqlite3").exists(), "asking makes no store"
    engine = store_at(tmp_path / "store.sqlite3")
    await Budgets(settings(environment).configuration, engine).take(TESTIO, Order(hours=7))
    await engine.close()
    await run_doctor(environment)
    told = capsys.readouterr().out
    assert "    4 of 5 paid acts a day left until " in told
    assert "    33 of 40 tester hours a month left until " in told
    assert "tester_hours_a_month = 40 in [budgets.testio] of testdesk.toml" in told


TAKE = """
import sys
import anyio
from pathlib import Path
from server.configuration import Budgets as Rules, Configuration, Limits
from server.guards.budgets import Budgets
from tests.stores import store_at
from tools.kit.asking import Order
from tools.kit.errors import Refused
from tools.platforms import PLATFORMS

async def main():
    engine = store_at(Path(sys.argv[1]))
    limits = Budgets(Configuration(budgets=Rules({"": Limits(paid_acts_a_month=40)})), engine)
    taken = 0
    for _ in range(30):
        try:
            await limits.take(PLATFORMS[0], Order())
            taken += 1
        except Refused:
            pass
    print(taken)
    await engine.close()

anyio.run(main)
"""


def test_two_processes_share_a_counter(tmp_path: Path) -> None:
    command = [sys.executable, "-c", TAKE, str(tmp_path / "testdesk.sqlite3")]
    environment = {"PATH": os.defpath, "PYTHONPATH": str(ROOT), SERVER: os.environ.get(SERVER, "")}
    both = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    taken = [int(process.communicate()[0]) for process in both]
    assert sum(taken) == 40, taken


async def test_two_open_questions_cannot_both_pass_with_one_place_left(tmp_path: Path) -> None:
    engine = store_at(tmp_path / "store.sqlite3")
    refusals: list[str] = []

    async with (
        limited(tmp_path, "[budgets]\npaid_acts_a_day = 1\n", "legacy", engine=engine) as one,
        anyio.create_task_group() as group,
    ):
        for call in (LAUNCH, DUPLICATE):

            async def order(name: str, **arguments: Any) -> None:
                result = await one.call(name, **arguments)
                if result.is_error:
                    refusals.append(str(result.content))

            group.start_soon(partial(order, **call))
    assert len(refusals) == 1
    assert "0 of 1" in refusals[0]
    assert len(one.writes()) == 1


PARTS = frozenset({
    "add_steps", "ask_for", "bug_severities", "cells", "change_steps", "credentials", "edits", "envs", "exclude_tags",
    "features", "files", "include_tags", "labels", "name_patterns", "on_deploy_of", "parameters", "remove_steps",
    "remove_variables", "requirements", "scope", "set_variables", "steps", "tags", "user_stories", "variables",
    "visibility",
})  # fmt: skip
"""Lists that are parts of one thing."""


def test_every_list_of_a_tool_that_changes_something_is_one_of_things_or_of_parts() -> None:
    names = {
        name
        for platform in PLATFORMS
        for tool in platform.tools
        if tool.effect is not Effect.READS
        for name, parameter in list(signature(tool.function, eval_str=True).parameters.items())[1:]
        if "list[" in str(parameter.annotation)
    }
    things = {name for name in names if things_in({name: [1, 2]}) == 2}
    assert names - things == PARTS
    assert {"ids", "test_ids", "decisions", "results"} <= things


@pytest.mark.parametrize("key", [key for key in DATA if key in {platform.key for platform in PLATFORMS}])
async def test_every_tool_that_spends_is_counted(key: str, tmp_path: Path) -> None:
    """With no paid act allowed, each of their questions is refused by the limit, and nothing is sent."""
    spending = {
        f"{key}_{tool.name}" for p in PLATFORMS if p.key == key for tool in p.tools if tool.effect is Effect.SPENDS
    }
    module = DATA[key]
    text = tmp_path / "testdesk.toml"
    text.write_text("[budgets]\npaid_acts_a_day = 0\n")
    rules = settings({"TESTDESK_CONFIG": str(text)}).configuration
    chosen = module.settings_in(tmp_path) if hasattr(module, "settings_in") else settings()
    told, world, seen = replace(chosen, configuration=rules), sandboxes(), set[str]()
    server = build(told, network=Network(SandboxTransport(world)))
    async with desk("legacy", told=told, world=world, server=server) as d:
        for one in module.ASKING:
            if one.tool in spending:
                seen.add(one.tool)
                assert "paid_acts_a_day = 0 in [budgets]" in await d.refusal(one.tool, **filled(one.base, tmp_path))
        assert (seen, d.asked, d.writes(key)) == (spending, [], [])


def test_the_things_of_an_act_are_its_longest_list() -> None:
    assert things_in({"test_ids": [1, 2], "labels": ["a"] * 9, "edits": [{}] * 9}) == 2
    assert things_in({"ids": ["a"] * 3, "tests": [{}] * 4}) == 4
    assert things_in({"title": "x", "test_ids": None}) == 1


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[budgets]\npaid_acts_a_week = 1\n", r"line 2, \[budgets\]: paid_acts_a_week .* paid_acts_a_day\?"),
        ("[budgets]\npaid_acts_a_day = -1\n", "whole number from 0"),
        ("[budgets]\npaid_acts_a_day = true\n", "whole number from 0"),
        ("[budgets.testio]\nin_one_act = 1.5\n", r"\[budgets\.testio\]: in_one_act takes a whole number"),
        ("[budgets.tetsio]\nin_one_act = 1\n", r"line 1, \[budgets\]: tetsio is not known\. Did you mean testio"),
        ("[budgets.testio]\nlockdown = true\n", "lockdown is not known"),
        ('[budgets]\nlockdown = "yes"\n', "lockdown takes true or false"),
        ('[budgets]\nzone = "Berlin"\n', "zone takes the name of a time zone"),
        ('[budgets]\nzone = "../../etc/passwd"\n', "zone takes the name of a time zone"),
        ('[budgets]\nhours = "8-18"\n', "hours takes hours of the week"),
        ('[budgets]\nhours = "mon-fri 22:00-06:00"\n', "hours takes hours of the week"),
        ('[budgets]\nhours = "mon-fri 08:00-25:00"\n', "hours takes hours of the week"),
        ("[budgets]\nhours = 8\n", "hours takes a text"),
    ],
)
def test_a_mistake_refuses_the_start(tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / "testdesk.toml").write_text(text)
    with pytest.raises(SettingsError, match=sentence):
        settings({"TESTDESK_CONFIG": str(tmp_path / "testdesk.toml")})


def test_an_unstated_amount_fits_no_limit() -> None:
    assert not UNKNOWN <= 1_000_000
