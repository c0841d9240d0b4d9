"""What odd parts of an answer mean for whoever acts on it: files without a host, planned ends, lists written back."""

from email.utils import formatdate
from typing import Any

import pytest

from tests.desk import desk
from tests.tools.kit.wire import FOUND, Thing, Wire, says
from tests.tools.testomatio.host import Host
from tools.kit.client import ApiClient
from tools.kit.errors import RateLimited
from tools.kit.retry import retry_after
from tools.testery.models.settings import Environment

pytestmark = pytest.mark.anyio


def test_a_date_to_wait_for_is_measured_by_the_clock_of_the_answer() -> None:
    """Whatever our own clock shows."""
    told = {"date": formatdate(1_000_000, usegmt=True), "retry-after": formatdate(1_000_007, usegmt=True)}
    assert retry_after(told) == 7.0
    assert retry_after(told | {"date": "no date"}) == 0.0
    assert retry_after({"retry-after": "soon"}) is None


async def test_a_second_is_one() -> None:
    api = Wire(says(429, headers={"retry-after": "0.4"})).client(kind=Impatient)
    with pytest.raises(RateLimited, match=r"Try again in 1 second\."):
        await api.write("POST", "/things", into=Thing)


class Impatient(ApiClient):
    again = frozenset()


@pytest.mark.parametrize(
    ("address", "absolute"),
    [
        ("/uploads/a.png", "https://platform.example/uploads/a.png"),
        ("//cdn.example/a.png", "https://cdn.example/a.png"),
        ("https://cdn.example/a.png", "https://cdn.example/a.png"),
        ("a.png", "a.png"),
        (None, None),
    ],
)
def test_an_address_without_a_host_is_given_that_of_the_api(address: str | None, absolute: str | None) -> None:
    assert Wire(FOUND).client().absolute(address) == absolute


async def test_files_of_results_lead_somewhere() -> None:
    rows = [{"id": 1, "artifacts": ["/uploads/a.png", {"url": "/uploads/b.png"}]}]
    api = Host(**{"GET /testruns": {"data": rows}}).api()
    (result,) = (await api.results_page("shop", [], 1)).data
    assert result.artifacts == ["https://host.example/uploads/a.png", "https://host.example/uploads/b.png"]


async def test_a_run_that_goes_on_has_a_planned_end_and_no_other() -> None:
    async with desk() as d:
        await d.answer("testsigma_update_test_run", run_id="HRB-R-5", end="2026-04-25")
        rows = (await d.answer("testsigma_list_test_runs", project="HRB"))["items"]
        for row in rows:
            whole = await d.answer("testsigma_get_test_run", run_id=row["id"])
            is_over = whole["said"].casefold() == "closed"
            assert ("ended_at" in row or "end_date" in whole) <= is_over
            assert ("planned_end" in row or "planned_end" in whole) <= (not is_over)
        assert any("planned_end" in row for row in rows)


def test_a_variable_that_cannot_be_read_is_not_deleted_by_a_change() -> None:
    held = Environment.model_validate({"id": 1, "variables": [{"key": "A", "value": "1"}]})
    held.as_read["variables"] = [{"key": "A", "value": "1"}, None, "odd"]
    changed: dict[str, dict[str, Any]] = {"A": {"value": "2"}}
    assert held.variables_with(changed, frozenset()) == [{"key": "A", "value": "2"}, None, "odd"]


async def test_steps_that_were_not_read_whole_are_not_written_back() -> None:
    async with desk() as d:
        case = "/projects/*/test_cases/HRB-7"
        steps = [{"step_description": "Look", "expected_results": "x", "order": 1}, "odd"]
        told = {"data": {"test_case": {"id": "x", "human_id": "HRB-7", "title": "T", "individual_steps": steps}}}
        await d.fault(platform="testsigma", method="GET", path=case, status=200, body=told, times=9)
        edit = {"field": "steps[1].action", "old": "Look", "new": "See"}
        refusal = await d.refusal("testsigma_update_test_case", case_id="HRB-7", edits=[edit])
        assert "The list of steps would be written back as a whole" in refusal
        assert d.writes("testsigma") == []
