"""Several accounts of one platform: where each has its values from, which is the default, what keeps them apart."""

import re
from pathlib import Path
from typing import Any

import pytest
import respx
from mcp.types import InputRequiredResult

from server.app import build, instructions
from server.cli import parser
from server.configuration import DEFAULT_ACCOUNT
from server.doctor import run_doctor
from server.known import Known
from server.ledger_command import run_ledger
from server.setting_warnings import warnings
from server.settings import Settings, SettingsError
from server.settle import read_state
from server.store.reading import RecordedAct
from tests.accounts import pair, two_accounts
from tests.desk import YES, desk, settings
from tests.server.orders import ORDER
from tests.server.test_approval import Office, number_in
from tests.server.test_recording import Recorded
from tools.platforms import PLATFORMS

pytestmark = pytest.mark.anyio

PRODUCTS = "https://api.test.io/customer/v2/products"
SHOP = '[accounts.shop]\nplatform = "testio"\napi_token_variable = "SHOP_TOKEN"\n'
WEB = '[accounts.web]\nplatform = "testio"\napi_token_variable = "WEB_TOKEN"\n'
TOKENS = {"SHOP_TOKEN": "token-of-shop", "WEB_TOKEN": "token-of-web"}


def read(folder: Path, text: str, **environment: str) -> Settings:
    """The settings of an environment with this configuration file."""
    return settings(named(folder, text, **environment), sandbox=False)


def named(folder: Path, text: str, **environment: str) -> dict[str, str]:
    """The environment of a configuration file, with the accounts' tokens."""
    file = folder / "testdesk.toml"
    file.write_text(text, encoding="utf-8")
    file.chmod(0o600)
    return {"TESTDESK_CONFIG": str(file), "HOME": str(folder), **TOKENS, **environment}


def tokens(told: Settings, platform: str = "testio") -> dict[str, list[str]]:
    return {
        name: [value.get_secret_value() for value in account.credentials.values()]
        for name, account in told.accounts_of(platform).items()
    }


def test_each_account_has_its_own_values_and_the_first_of_the_file_is_the_default(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("token-of-web")
    told = read(
        tmp_path,
        f'{SHOP}web_url = "https://shop.test.io"\n'
        f'[accounts.web]\nplatform = "testio"\napi_token_file = "{tmp_path / "token"}"\n',
    )
    assert list(tokens(told).items()) == [("shop", ["token-of-shop"]), ("web", ["token-of-web"])]
    assert told.platforms["testio"] is told.accounts["testio"]["shop"]
    assert told.secrets == ["token-of-shop", "token-of-web"]
    assert told.accounts["testio"]["shop"].values["TESTIO_WEB_URL"] == "https://shop.test.io"
    assert "TESTIO_WEB_URL" not in told.accounts["testio"]["web"].values


def test_the_environments_account_is_the_default_unless_the_file_names_another(tmp_path: Path) -> None:
    own = {"TESTIO_API_TOKEN": "token-of-its-own", "TESTIO_WEB_URL": "https://own.test.io"}
    told = read(tmp_path, SHOP + WEB, **own)
    assert list(tokens(told)) == [DEFAULT_ACCOUNT, "shop", "web"]
    assert tokens(told)[DEFAULT_ACCOUNT] == ["token-of-its-own"]
    assert "TESTIO_WEB_URL" not in told.accounts["testio"]["shop"].values
    assert list(tokens(read(tmp_path, f"{SHOP}{WEB}default = true\n", **own))) == ["web", DEFAULT_ACCOUNT, "shop"]


def test_a_variable_that_an_account_takes_is_not_another_account(tmp_path: Path) -> None:
    text = SHOP.replace("SHOP_TOKEN", "TESTIO_API_TOKEN") + WEB
    assert tokens(read(tmp_path, text, TESTIO_API_TOKEN="token")) == {"shop": ["token"], "web": ["token-of-web"]}


def test_one_account_stays_without_a_name(tmp_path: Path) -> None:
    told = read(tmp_path, f"{SHOP}default = true\n", TESTIO_API_TOKEN="from-the-environment")
    assert (told.accounts, tokens(told)) == ({}, {"": ["from-the-environment"]})


def test_an_account_may_name_an_entry_of_the_vendors_own_file(tmp_path: Path) -> None:
    (tmp_path / ".testery").mkdir()
    (tmp_path / ".testery" / "credentials").write_text("[default]\ntoken = one\n[other]\ntoken = two\n")
    text = '[accounts.first]\nplatform = "testery"\n[accounts.second]\nplatform = "testery"\nprofile = "other"\n'
    assert tokens(read(tmp_path, text), "testery") == {"first": ["one"], "second": ["two"]}


@pytest.mark.parametrize(
    ("text", "environment", "sentence"),
    [
        (
            f"{SHOP}default = true\n{WEB}default = true\n",
            {},
            r"\[accounts\.web\]: default is true for \[accounts\.shop\]",
        ),
        (f"{SHOP}default = 1\n", {}, r"\[accounts\.shop\]: default takes true or false"),
        (
            SHOP + '[accounts.web]\nplatform = "testio"\n',
            {},
            "several accounts of test IO, and web lacks TESTIO_API_TOKEN",
        ),
        (SHOP + WEB, {"TESTIO_WEB_URL": "https://own.test.io"}, "TESTIO_WEB_URL is set, but no account has it"),
        (SHOP + WEB, {"WEB_TOKEN": "two words"}, r"\[accounts\.web\]: TESTIO_API_TOKEN holds"),
        (SHOP + WEB, {"WEB_TOKEN": "", "TESTIO_API_TOKEN": "token"}, r"\[accounts\.web\]: the variable .* is not set"),
    ],
)
def test_a_mistake_about_accounts_refuses_the_start(
    tmp_path: Path, text: str, environment: dict[str, str], sentence: str
) -> None:
    with pytest.raises(SettingsError, match=sentence):
        read(tmp_path, text, **environment)


def test_the_files_and_addresses_of_all_accounts_are_looked_at(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("token-of-web")
    (tmp_path / "token").chmod(0o644)
    text = f'{SHOP}[accounts.web]\nplatform = "testio"\napi_token_file = "{tmp_path / "token"}"\n'
    text += 'base_url = "http://web.example"\n'
    environment = named(tmp_path, text, TESTDESK_ALLOW_HTTP="web.example")
    said = "\n".join(warnings(settings(environment, sandbox=False), environment))
    assert f"can read {tmp_path / 'token'}, of [accounts.web]" in said
    assert "of testio unencrypted to web.example" in said


async def test_doctor_tries_each_account(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with respx.mock() as api:
        api.get(PRODUCTS, headers={"authorization": "Token token-of-shop"}).respond(200, json={"products": []})
        api.get(PRODUCTS, headers={"authorization": "Token token-of-web"}).respond(401, json={})
        assert await run_doctor(named(tmp_path, SHOP + WEB)) == 1
    told = capsys.readouterr().out
    assert re.search(r"test IO, account shop \(the default\): configured.*\n +works: 0 products", told)
    assert re.search(r"test IO, account web: configured.*\n +DOES NOT WORK", told)


async def test_a_recorded_schema_does_not_hide_the_account(tmp_path: Path) -> None:
    recorded = {"type": "object", "properties": {"bug_id": {"type": "integer"}}, "required": ["bug_id"]}
    server = build(two_accounts(tmp_path), known=Known(schemas={"testio_get_bug": recorded}))
    async with desk(server=server) as d:
        listed = {tool.name: tool.input_schema for tool in (await d.client.list_tools()).tools}
    assert "account" in listed["testio_get_bug"]["properties"]


async def test_what_has_no_account_to_name_reads_the_default_one_and_says_so(tmp_path: Path) -> None:
    async with pair(tmp_path) as p:
        page = (await p.desk.client.read_resource("testio://bugs/88101")).contents[0]
        assert "\n> Account: shop-testio.\n" in getattr(page, "text", "")
        runs = await p.desk.answer("across_list_runs")
        assert {s["platform"]: s["account"] for s in runs["sources"]} == {q.key: f"shop-{q.key}" for q in PLATFORMS}
        released = await p.desk.answer("across_assess_release", since="30d")
        assert {source["account"] for source in released["sources"]} == {f"shop-{q.key}" for q in PLATFORMS}
        story = await p.desk.answer("across_get_run", platform="testery", run_id=runs_of(runs, "testery"))
        assert story["note"].startswith("Read in account shop-testery.")
        assert p.carried() == {f"shop-{q.key}" for q in PLATFORMS}


async def test_the_inbox_is_said_to_be_that_of_all_accounts(tmp_path: Path) -> None:
    async with pair(tmp_path) as p:
        answer = await p.desk.answer("testio_list_inbox", account="web-testio")
    assert answer["account"] == "web-testio; the inbox is that of all accounts"


def runs_of(runs: dict[str, Any], platform: str) -> str:
    return str(next(row["run_id"] for row in runs["items"] if row["platform"] == platform))


def test_the_instructions_say_whose_default_project_they_name(tmp_path: Path) -> None:
    assert "harbour-shop-6f98f in account shop-testomatio." in instructions(PLATFORMS, two_accounts(tmp_path))
    assert "in account" not in instructions(PLATFORMS, settings())


async def test_the_same_order_in_another_account_is_another_order(tmp_path: Path) -> None:
    async with pair(tmp_path) as p:
        await p.desk.answer("testio_create_exploratory_test", **ORDER, account="shop-testio")
        other = await p.desk.answer("testio_create_exploratory_test", **ORDER, account="web-testio")
        assert "already_done" not in other
        again = await p.desk.answer("testio_create_exploratory_test", **ORDER, account="web-testio")
        assert (again["account"], again["now"]["id"]) == ("web-testio", other["now"]["id"])
        assert "nothing was sent again" in again["already_done"]
        assert [record["account"] for record in await p.records()] == ["shop-testio", "web-testio"]


async def test_a_yes_for_one_account_is_none_for_another(tmp_path: Path) -> None:
    async with pair(tmp_path, "auto") as p:
        session = p.desk.client.session
        call = {"bug_id": 88101, "account": "shop-testio"}
        first = await session.call_tool("testio_accept_bug", call, allow_input_required=True)
        assert isinstance(first, InputRequiredResult)
        with pytest.raises(Exception, match="requestState"):
            await session.call_tool(
                "testio_accept_bug",
                call | {"account": "web-testio"},
                input_responses=dict.fromkeys(first.input_requests or {}, YES),
                request_state=first.request_state,
                allow_input_required=True,
            )
        assert p.desk.writes() == []


async def test_what_an_account_does_not_give_access_to_is_refused_in_it(tmp_path: Path) -> None:
    general = '[accounts.all]\nplatform = "testomatio"\napi_token_variable = "A"\n'
    text = general + '[accounts.one]\nplatform = "testomatio"\napi_token_variable = "B"\n'
    told = read(tmp_path, text, A="testomat_abcdef", B="tstmt_abcdef")
    async with desk(told=told) as d:
        refusal = await d.refusal("testomatio_list_projects", account="one")
    assert refusal.endswith(" Nothing was sent.")
    assert refusal.startswith("Account one does not give access to such tools: ")


async def test_the_ledger_shows_the_account_and_settles_in_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen, file = two_accounts(tmp_path), tmp_path / "store.sqlite3"
    kept = Recorded(file, chosen)
    async with kept.desk() as d:
        await d.answer("testio_accept_bug", bug_id=88101, account="web-testio")
        await d.answer("testio_accept_bug", bug_id=88107, account="shop-testio")
    for words, bug in ((["--account", "web-testio"], "88101"), (["--account", "shop-testio"], "88107")):
        await run_ledger(parser().parse_args(["ledger", *words]), {"TESTDESK_STORE": str(file)})
        (line,) = capsys.readouterr().out.splitlines()
        assert f"testio_accept_bug in {words[1]}  In account {words[1]}: Accept bug {bug}" in line
    sent = {"tool": "testio_accept_bug", "account": "web-testio", "arguments": {"bug_id": 88101}}
    assert '"account":"web-testio"' in await read_state(RecordedAct("a", 1, 0.0, sent), chosen)
    for told, account in ((chosen, DEFAULT_ACCOUNT), (settings(), "web-testio")):
        state = await read_state(RecordedAct("a", 1, 0.0, sent | {"account": account}), told)
        assert state == f"testio_accept_bug was called in account {account}, which this configuration does not name."


async def test_the_budget_of_an_account_holds_in_it_alone_and_that_of_its_platform_in_both(tmp_path: Path) -> None:
    duplicate: dict[str, Any] = {"test_id": 5512, "another": True}
    limits = "[budgets.web-testio]\npaid_acts_a_day = 1\n[budgets.testio]\npaid_acts_a_day = 3\n"
    async with pair(tmp_path, more=limits) as p:
        await p.desk.answer("testio_duplicate_exploratory_test", **duplicate, account="web-testio")
        refused = await p.desk.refusal("testio_duplicate_exploratory_test", **duplicate, account="web-testio")
        assert "paid_acts_a_day = 1 in [budgets.web-testio]" in refused
        for _ in range(2):
            await p.desk.answer("testio_duplicate_exploratory_test", **duplicate, account="shop-testio")
        refused = await p.desk.refusal("testio_duplicate_exploratory_test", **duplicate, account="shop-testio")
        assert "paid_acts_a_day = 3 in [budgets.testio]" in refused
        assert len(p.desk.writes()) == 3


@pytest.mark.parametrize("limit", ["in_one_act = 1", "writes_a_minute = 0", "tester_hours_a_day = 1"])
async def test_every_limit_of_an_account_is_that_of_the_account_in_which_a_call_works(
    tmp_path: Path, limit: str
) -> None:
    call: dict[str, Any] = {"test_id": 5512, "another": True}
    name = "testio_duplicate_exploratory_test"
    if limit.startswith("in_one_act"):
        name, call = "testio_mark_inbox_handled", {"bug_ids": [1, 2]}
    async with pair(tmp_path, more=f"[budgets.web-testio]\n{limit}\n") as p:
        assert "[budgets.web-testio]" in await p.desk.refusal(name, **call, account="web-testio")
        await p.desk.answer(name, **call, account="shop-testio")


async def test_the_products_that_an_account_may_reach_are_its_own(tmp_path: Path) -> None:
    async with pair(tmp_path, more="[budgets.web-testio]\nproducts = [72]\n") as p:
        await p.desk.refusal("testio_get_product", product_id=71, account="web-testio")
        await p.desk.answer("testio_get_product", product_id=72, account="web-testio")
        await p.desk.answer("testio_get_product", product_id=71)
        await p.desk.refusal("testio_list_inbox")


async def test_an_approval_for_one_account_is_none_for_another(tmp_path: Path) -> None:
    office = Office(tmp_path / "store.sqlite3")
    async with office.desk(told=two_accounts(tmp_path)) as d:
        await office.says(await d.refusal("testio_accept_bug", bug_id=88101, account="web-testio"))
        other = await d.refusal("testio_accept_bug", bug_id=88101, account="shop-testio")
        asked = {one.account: one.words for one in await office.approvals.pending()}
        assert number_in(other)
        assert asked["shop-testio"].startswith("In account shop-testio: Accept bug 88101")
        assert d.writes() == []
        done = await d.answer("testio_accept_bug", bug_id=88101, account="web-testio")
        assert (done["account"], done["confirmed"]["how"]) == ("web-testio", "approval")
    await office.engine.close()
