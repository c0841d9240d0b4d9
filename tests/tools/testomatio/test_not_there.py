"""What is asked of a project that is not there is told as that, whatever was asked for."""

from typing import Any

import pytest

from tests.desk import desk
from tests.tools.testomatio.holding import GENERAL, OF_THE_PROJECT, holding
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


async def test_a_project_token_is_tried_though_no_default_project_is_set() -> None:
    async with holding(OF_THE_PROJECT, TESTOMATIO_PROJECT="") as api:
        assert await probe(api) == (
            "the token opens its project; without TESTOMATIO_PROJECT each call has to say which that is"
        )
    async with holding(GENERAL, TESTOMATIO_PROJECT="") as api:
        assert "visible" in await probe(api)
