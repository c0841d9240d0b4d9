"""Runs and plans as pages, and that nothing planted in runs comes out of any tool."""

import logging
import re
from typing import Any

import pytest
from mcp import MCPError
from mcp.types import ResourceTemplateReference

from tests.desk import ERAS, desk, text
from tests.tools.testomatio.calls_runs import CALLS
from tests.tools.testomatio.holding import SHOP

pytestmark = pytest.mark.anyio

HOTFIX = "9a01f1x0"


async def page(address: str, mode: str = "auto") -> str:
    async with desk(mode) as d:
        page: Any = await d.client.read_resource(address)
        return str(page.contents[0].text)


@pytest.mark.parametrize("mode", ERAS)
async def test_a_run_is_a_page_with_its_failures_by_their_errors_in_fences(mode: str) -> None:
    text = await page(f"testomatio://{SHOP}/runs/{HOTFIX}", mode)
    for words in (f"# Run {HOTFIX}", "- Status: failed", "103 passed", "## 6 failures", "test c0de0010", "Hotfix"):
        assert words in text
    assert re.search(r"\[[0-9a-f]+\|[\s`]*Expected the code OLD10", text), "a message stands inside its fence"
    assert "[hidden]" in text


async def test_a_plan_is_a_page_with_the_runs_made_from_it() -> None:
    text = await page(f"testomatio://{SHOP}/plans/5a0c0002")
    assert "# Plan 5a0c0002" in text
    assert "- Kind: mixed" in text


async def test_what_is_not_there_says_where_ids_come_from() -> None:
    async with desk() as d:
        for address, words in (
            (f"testomatio://{SHOP}/runs/00000000", "testomatio_list_runs shows ids"),
            (f"testomatio://{SHOP}/plans/00000000", "testomatio_list_plans shows ids"),
        ):
            with pytest.raises(MCPError, match=words):
                await d.client.read_resource(address)


@pytest.mark.parametrize(
    ("template", "name", "typed", "expected"),
    [
        ("runs/{run_id}", "run_id", "9a01", HOTFIX),
        ("plans/{plan_id}", "plan_id", "5a", "5a0c0002"),
        ("runs/{run_id}", "project", "harbour-s", SHOP),
    ],
)
async def test_ids_and_projects_are_completed(template: str, name: str, typed: str, expected: str) -> None:
    async with desk() as d:
        reference = ResourceTemplateReference(type="ref/resource", uri=f"testomatio://{{project}}/{template}")
        page = await d.client.complete(reference, {"name": name, "value": typed}, context_arguments={"project": SHOP})
    assert expected in page.completion.values
    assert all(value.startswith(typed) for value in page.completion.values)


async def test_nothing_planted_in_runs_is_in_an_answer_a_question_an_error_a_log_or_the_journal(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    page: list[str] = []
    for name, arguments in CALLS:
        async with desk() as d:
            result = await d.call(name, **arguments)
            assert not result.is_error, text(result)
            page += [text(result), str(result.structured_content), *d.asked]
            page += [repr(entry) for entry in d.sandboxes.journal.entries()]
            world = d.sandboxes.sandboxes["testomatio"].world
    secrets = {str(value) for value in world.projects[SHOP].storage.values() if len(str(value)) > 18}
    secrets |= {token for token in world.tokens if len(token) > 20}
    for result in world.results:
        secrets |= set(
            re.findall(r"(?:password=|api_key=|Bearer )(\S{6,})", f"{result.message} {result.stack} {result.log}")
        )
    page += [record.getMessage() for record in caplog.records]
    everything = "\n".join(page)
    assert len(secrets) >= 6
    assert [secret for secret in secrets if secret in everything] == []
