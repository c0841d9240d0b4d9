"""What is asked of a project that is not there is told as that, whatever was asked for."""

from typing import Any

import pytest

from tests.desk import desk
from tests.tools.testomatio.holding import GENERAL, OF_THE_PROJECT, holding
from tools.testomatio.models.ids import bare_suite, bare_test
from tools.testomatio.platform import probe

pytestmark = pytest.mark.anyio

ASKED: list[tuple[str, dict[str, Any]]] = [
    ("get_run", {"run_id": "9a01f1a0"}),
    ("get_run_report", {"run_id": "9a01f1a0"}),
    ("finish_run", {"run_id": "9a01f1a0"}),
    ("get_run_stats", {"run_id": "9a01f1a0", "dimension": "tags"}),
    ("get_result", {"result_id": 9001995}),
    ("get_plan", {"plan_id": "5a0c0001"}),
    ("get_rungroup", {"group_id": "9a010001"}),
    ("get_chart", {"chart_id": "c4a47001"}),
    ("get_suite", {"suite_id": "c0ffee01"}),
    ("get_test", {"test_id": "c0de0010"}),
]


@pytest.mark.parametrize(("tool", "arguments"), ASKED, ids=[tool for tool, _ in ASKED])
async def test_a_project_that_is_not_there_is_told_and_not_what_was_asked_of_it(
    tool: str, arguments: dict[str, Any]
) -> None:
    async with desk() as d:
        told = await d.refusal(f"testomatio_{tool}", project="nowhere", **arguments)
    assert "No project 'nowhere'" in told
    assert "The address of a project's page has its slug" in told


async def test_links_for_a_project_that_is_not_there_say_so_row_by_row() -> None:
    async with desk() as d:
        told = await d.answer("testomatio_add_links", kind="test", ids=["c0de0010"], tags=["x"], project="nowhere")
        thing = await d.answer("testomatio_add_links", kind="test", ids=["c0de9999"], tags=["x"])
    assert "No project 'nowhere'" in told["items"][0]["why"]
    assert "has no test 'c0de9999'" in thing["items"][0]["why"]


@pytest.mark.parametrize(
    "written", ["@Tc0de0010", "Tc0de0010", " c0de0010", "https://h.example/projects/shop/test/c0de0010-it"]
)
def test_a_test_is_meant_by_its_id_in_any_form(written: str) -> None:
    assert bare_test(written) == "c0de0010"


@pytest.mark.parametrize("written", ["@Sc0ffee01", "c0ffee01", "https://h.example/projects/shop/suite/c0ffee01"])
def test_a_suite_is_meant_by_its_id_in_any_form(written: str) -> None:
    assert bare_suite(written) == "c0ffee01"
    assert bare_suite("https://h.example/projects/shop/test/c0ffee01") != "c0ffee01", "it is a test's address"


@pytest.mark.parametrize(
    ("target", "number"), [("test", "c0de9999"), ("suite", "c0ffee99"), ("run", "9a01ffff"), ("testrun", "77")]
)
async def test_an_empty_list_of_comments_is_not_told_of_what_is_not_there(target: str, number: str) -> None:
    async with desk() as d:
        told = await d.refusal("testomatio_list_comments", target=target, target_id=number)
        assert (await d.answer("testomatio_list_comments", target="test", target_id="c0de0044"))["items"] == []
    assert f"has no {target} '{number}'" in told


async def test_a_second_change_session_closes_the_first_which_nobody_could_close_later() -> None:
    async with desk() as d:
        await d.answer("testomatio_open_change_session", description="One")
        again = await d.answer("testomatio_open_change_session", description="Two")
        closed = [line for line in d.arrived("DELETE", platform="testomatio") if "/sessions/" in line]
        last = await d.answer("testomatio_close_change_session")
    assert "before is closed" in again["done"]
    assert len(closed) == 1
    assert last["description"] == "Two"


async def test_a_project_token_is_tried_though_no_default_project_is_set() -> None:
    async with holding(OF_THE_PROJECT, TESTOMATIO_PROJECT="") as api:
        assert await probe(api) == ("the token opens its project; without TESTOMATIO_PROJECT each call has to name it")
    async with holding(GENERAL, TESTOMATIO_PROJECT="") as api:
        assert "visible" in await probe(api)
