"""Some products and projects are all that can be read or touched, whatever a call names."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp import MCPError

from server.settings import SettingsError
from tests.desk import Desk, desk, settings, text
from tests.test_every_string import CALLS, PAGES
from tools.kit.errors import Refused
from tools.kit.platform import Platform
from tools.kit.reach import Reach, Reachable, Rule, rows_of, values_at
from tools.platforms import PLATFORMS

pytestmark = pytest.mark.anyio

SHOP = "harbour-shop-6f98f"
OTHERS = """
[budgets.testio]
products = ["harbour app"]
[budgets.testomatio]
projects = ["none"]
[budgets.testery]
projects = ["harbour-app"]
[budgets.testsigma]
projects = ["none"]
"""
"""What almost no call of the tests is about."""
USED = f"""
[budgets.testio]
products = [71]
[budgets.testomatio]
projects = ["{SHOP}"]
[budgets.testery]
projects = ["harbour-web"]
[budgets.testsigma]
projects = ["HRB"]
"""


@asynccontextmanager
async def allowed(folder: Path, text: str) -> AsyncIterator[Desk]:
    (folder / "testdesk.toml").write_text(text)
    async with desk("legacy", told=settings({"TESTDESK_CONFIG": str(folder / "testdesk.toml")})) as d:
        yield d


Call = tuple[str, dict[str, Any]]
LISTS: list[Call] = [
    ("testio_list_bugs", {"product_ids": [71], "limit": 60}),
    ("testio_list_exploratory_tests", {"product_id": 71}),
    ("testomatio_list_tests", {"project": SHOP}),
    ("testomatio_list_runs", {"project": SHOP}),
    ("testsigma_list_test_cases", {"project": "HRB"}),
    ("testery_list_test_runs", {"project_key": "harbour-web"}),
]
"""Lists of what most calls are about."""
ALLOWED: list[Call] = [
    ("testio_list_bugs", {"product_ids": [72], "limit": 200}),
    ("testio_list_exploratory_tests", {"product_id": 72}),
    ("testery_list_test_runs", {"project_key": "harbour-app"}),
]
"""Lists of what is allowed instead, which may have the same texts."""


async def titles(d: Desk, lists: list[Call]) -> dict[str, set[str]]:
    """The texts of lists, by platform."""
    found = {platform.key: set[str]() for platform in PLATFORMS}
    for tool, arguments in lists:
        rows = (await d.answer(tool, **arguments))["items"]
        texts = {str(row.get("title") or row.get("name") or "") for row in rows}
        found[tool.partition("_")[0]].update(one for one in texts if len(one) > 12)
    return found


async def test_no_call_and_no_page_reads_or_touches_anything_of_others(tmp_path: Path) -> None:
    async with desk(told=settings({"TESTDESK_ANSWER_CHARACTERS": "1000000"})) as free:
        used, others = await titles(free, LISTS), await titles(free, ALLOWED)
        theirs = {key: {one for one in texts if one not in " ".join(others[key])} for key, texts in used.items()}
        assert min(map(len, theirs.values())) > 4
    said = list[tuple[str, str]]()
    async with allowed(tmp_path, OTHERS) as d:
        for name, arguments in CALLS:
            result = await d.call(name, **arguments)
            said += [(name, text(result)), (name, json.dumps(result.structured_content, ensure_ascii=False))]
        for address in PAGES:
            try:
                said.append((address, str(await d.client.read_resource(address))))
            except MCPError as error:
                said.append((address, str(error)))
        said += [(key, question) for question in d.asked for key in theirs]
        assert [line for platform in PLATFORMS for line in d.writes(platform.key)] == []
    wrong = [
        f"{name}: {title}"
        for name, one in said
        for key, texts in theirs.items()
        if name.startswith((key, "across"))
        for title in texts
        if title in one
    ]
    assert not wrong, "\n".join(wrong[:10])


async def test_what_is_allowed_is_read_whole_and_lists_say_what_they_leave_out(tmp_path: Path) -> None:
    async with desk() as free, allowed(tmp_path, USED) as d:
        assert await titles(free, LISTS) == await titles(d, LISTS)
        for tool in ("testio_list_products", "testomatio_list_projects", "testery_list_projects"):
            listed = await d.answer(tool)
            assert len(listed["items"]) == 1, tool
            assert "left out, of what the operator does not allow" in listed["coverage"]["why"]
            assert not listed["coverage"]["complete"]
        bugs = await d.answer("testio_list_bugs", limit=5)
        assert bugs["coverage"]["why"].count("left out, of what the operator does not allow") == 1


READS = {f"{p.key}_{tool.name}" for p in PLATFORMS for tool in p.tools if tool.effect == "reads"}


async def test_most_of_what_is_allowed_works_as_without_a_limit(tmp_path: Path) -> None:
    calls = [(name, arguments) for name, arguments in CALLS[::3] if name in READS]
    async with desk() as free, allowed(tmp_path, USED) as d:
        works = [name for name, arguments in calls if not (await free.call(name, **arguments)).is_error]
        still = [name for name, arguments in calls if not (await d.call(name, **arguments)).is_error]
    assert len(still) > 0.8 * len(works), sorted(set(works) - set(still))


async def test_an_act_is_carried_out_on_what_is_allowed_and_nowhere_else(tmp_path: Path) -> None:
    async with allowed(tmp_path, OTHERS.replace("harbour app", "harbour web")) as d:
        await d.answer("testio_accept_bug", bug_id=88101)
        assert d.writes() == ["PUT /bugs/88101/accept"]
        bugs = [{"bug_id": 88218}, {"bug_id": 87406}]
        assert "No bug" in await d.refusal("testio_request_bug_fix_confirmations", bugs=bugs)
        new = {"title": "Mine", "product_type": "website", "industry": "retail"}
        assert "which of them this concerns" in await d.refusal("testio_create_product", **new)
        assert len(d.writes()) == 1


async def test_the_inbox_which_has_events_of_all_is_closed(tmp_path: Path) -> None:
    async with allowed(tmp_path, OTHERS) as d:
        assert "the inbox has events of all of them" in await d.refusal("testio_list_inbox")


def test_the_limits_of_a_platform_and_of_its_account_both_hold(tmp_path: Path) -> None:
    def only(platform: str, account: str) -> frozenset[str]:
        (tmp_path / "testdesk.toml").write_text(
            f'[accounts.shop]\nplatform = "testio"\nweb_url = "https://a.test.io"\n'
            f"[budgets.testio]\nproducts = {platform}\n[budgets.shop]\nproducts = {account}\n"
        )
        return settings({"TESTDESK_CONFIG": str(tmp_path / "testdesk.toml")}).configuration.only("testio")

    assert only('[71, "Harbour App"]', '["HARBOUR APP"]') == {"harbour app"}
    assert only("[71]", "[72]"), "nothing is allowed, which is not everything"
    assert not only("[71]", "[72]") & {"71", "72"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[budgets]\nproducts = [71]\n", "products is not known"),
        ("[budgets.testio]\nprojects = [71]\n", "projects is not known. Did you mean products"),
        ("[budgets.testery]\nprojects = []\n", "projects takes a list of ids or names"),
        ('[budgets.testery]\nprojects = "web"\n', "projects takes a list of ids or names"),
        ("[budgets.testery]\nprojects = [true]\n", "projects takes a list of ids or names"),
        ('[budgets.testery]\nonly = ["web"]\n', "only is not known"),
    ],
)
def test_a_mistake_refuses_the_start(tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / "testdesk.toml").write_text(text)
    with pytest.raises(SettingsError, match=sentence):
        settings({"TESTDESK_CONFIG": str(tmp_path / "testdesk.toml")})


async def test_a_request_that_no_rule_knows_is_refused() -> None:
    how = Reachable((Rule("GET /shared", is_shared=True),), owner=lambda row: None, names=lambda row: ())
    reach = Reach(frozenset({"a"}), how, "projects")

    async def read(where: str) -> Any:
        raise AssertionError(where)

    await reach.rule_for("GET /shared", (), None, read)
    for request in ("POST /shared", "GET /shared/1", "GET /other", "GET /SHARED"):
        with pytest.raises(Refused, match="some projects only"):
            await reach.rule_for(request, (), None, read)


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda platform: platform.key)
def test_every_platform_says_which_of_its_requests_concern_what(platform: Platform) -> None:
    assert isinstance(getattr(platform.client, "reachable", None), Reachable)


def test_values_and_rows_are_found_where_they_are() -> None:
    assert values_at({"a": 1}, "a") == [1]
    assert values_at({"rows": [{"id": 1}, {"id": 2}, {}]}, "rows[].id") == [1, 2]
    assert values_at({"rows": 5}, "rows[].id") == values_at(None, "a") == values_at({}, "a") == []
    assert rows_of([{"id": 1}]) == rows_of({"data": [{"id": 1}], "meta": {}}) == [{"id": 1}]
    assert rows_of({"id": 1, "parts": []}) is None
    assert rows_of("x") is None
