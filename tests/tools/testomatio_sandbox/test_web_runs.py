"""The fake API of Testomat.io: runs and results of the web API."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from tests.tools.testomatio_sandbox.small import SMALL, error, json_of
from tools.kit.sandbox.sandbox import Sandbox
from tools.testomatio.sandbox.project_records import Branch

pytestmark = pytest.mark.anyio

RUNS, RESULTS = f"/api/{SMALL}/runs", f"/api/{SMALL}/testruns"


async def ids(client: httpx.AsyncClient, path: str) -> list[str]:
    return [row["id"] for row in json_of(await client.get(path))["data"]]


async def one(client: httpx.AsyncClient, path: str) -> Any:
    return json_of(await client.get(path))["data"]["attributes"]


def copies(sandbox: Sandbox, count: int) -> None:
    """More runs like the finished one, in its group."""
    runs = sandbox.world.runs
    for number in range(count):
        runs[f"n{number:07}"] = replace(runs["r0000001"], id=f"n{number:07}")


# Runs


async def test_archived_runs_have_a_list_of_their_own(client: httpx.AsyncClient) -> None:
    assert set(await ids(client, RUNS)) == {"r0000001", "r0000002"}
    assert await ids(client, f"{RUNS}/archives") == ["r0000003"]


async def test_both_lists_of_runs_have_the_same_meta(client: httpx.AsyncClient) -> None:
    for path in (RUNS, f"{RUNS}/archives"):
        meta = json_of(await client.get(path))["meta"]
        assert list(meta) == ["num", "total_pages", "page", "per_page", "rId"]
        assert meta["per_page"] == 50


async def test_newest_runs_come_first(client: httpx.AsyncClient, sandbox: Sandbox) -> None:
    sandbox.world.runs["r0000001"].created_at = datetime(2026, 4, 2, tzinfo=UTC)
    assert await ids(client, RUNS) == ["r0000001", "r0000002"]
    sandbox.world.runs["r0000002"].created_at = datetime(2026, 4, 3, tzinfo=UTC)
    assert await ids(client, RUNS) == ["r0000002", "r0000001"]


async def test_runs_of_a_group_are_those_right_in_it_or_in_all_below(client: httpx.AsyncClient) -> None:
    assert await ids(client, f"{RUNS}?group_id=g0000001") == ["r0000002"]
    assert set(await ids(client, f"{RUNS}?group_id=g0000001&nested=true")) == {"r0000001", "r0000002"}


async def test_the_length_of_a_page_is_heard_for_a_group_only(client: httpx.AsyncClient, sandbox: Sandbox) -> None:
    copies(sandbox, 60)
    assert len(await ids(client, f"{RUNS}?per_page=5")) == 50
    assert len(await ids(client, f"{RUNS}?group_id=g0000002&per_page=5")) == 5
    assert len(await ids(client, f"{RUNS}?group_id=g0000002")) == 50


async def test_a_run_has_its_counters_and_dates(client: httpx.AsyncClient) -> None:
    run = await one(client, f"{RUNS}/r0000001")
    wanted = {
        "title": "Night", "status": "failed", "kind": "automated", "tests-count": 2, "automated": True, "duration": 300,
        "passed": 1, "failed": 1, "skipped": 0, "has-finished": True, "env": ["staging", "Chrome"],
        "rungroup-id": "g0000002", "is-archived": False, "multienv": True, "substatuses-counts": {"Known issue": 1},
        "launched-at": "2026-04-01T08:00:00.000Z", "finished-at": "2026-04-01T08:05:00.000Z",
    }  # fmt: skip
    assert {name: run[name] for name in wanted} == wanted
    assert {"ci-build-url", "checklist", "access", "to-url", "comments-count", "jira-issues", "created-at"} <= set(run)
    assert not [name for name in run if "_" in name]


async def test_a_run_under_way_has_taken_no_time(client: httpx.AsyncClient) -> None:
    run = await one(client, f"{RUNS}/r0000002")
    assert (run["duration"], run["finished-at"], run["has-finished"], run["skipped"]) == (0, None, False, 1)


async def test_people_of_a_run_come_in_two_shapes(client: httpx.AsyncClient) -> None:
    run = await one(client, f"{RUNS}/r0000001")
    assert run["created-by"] == {"id": "4104", "name": "Ann Weber", "email": "ann.weber@shop.example.test"}
    assert run["executed-by"] == "Mara Lindt"


async def test_an_archived_run_still_answers(client: httpx.AsyncClient) -> None:
    assert (await one(client, f"{RUNS}/r0000003"))["is-archived"] is True


async def test_a_runs_tests_come_along_when_its_tree_is_asked_for(client: httpx.AsyncClient) -> None:
    body = json_of(await client.get(f"{RUNS}/r0000001?tree=true"))
    assert [row["id"] for row in body["included"]] == ["t0000001", "t0000004"]
    assert "included" not in json_of(await client.get(f"{RUNS}/r0000001"))


async def test_the_singular_of_the_documentation_answers_the_same(client: httpx.AsyncClient) -> None:
    assert json_of(await client.get(f"/api/{SMALL}/run/r0000001")) == json_of(await client.get(f"{RUNS}/r0000001"))
    assert json_of(await client.get(f"/api/{SMALL}/testrun/8001")) == json_of(await client.get(f"{RESULTS}/8001"))


async def test_an_unknown_run_is_404(client: httpx.AsyncClient) -> None:
    assert error(await client.get(f"{RUNS}/nothing0"), 404) == "Run not found"
    error(await client.get("/api/harbour-app-2d41c/runs/r0000001"), 404)


async def test_runs_of_a_branch_are_not_seen_here(client: httpx.AsyncClient, sandbox: Sandbox) -> None:
    sandbox.world.branches["work"] = Branch("work", SMALL, "Work", datetime(2026, 4, 1, tzinfo=UTC))
    sandbox.world.runs["r0000001"].branch = "work"
    assert await ids(client, RUNS) == ["r0000002"]
    error(await client.get(f"{RUNS}/r0000001"), 404)
    assert await ids(client, f"{RESULTS}?test_id=t0000001") == []


# Results


async def test_results_are_those_of_a_run_or_of_a_test(client: httpx.AsyncClient) -> None:
    assert await ids(client, f"{RESULTS}?run_id=r0000001") == ["8001", "8002"]
    assert await ids(client, f"{RESULTS}?test_id=t0000002") == ["8004"]
    assert await ids(client, f"{RESULTS}?run_id=r0000001&test_id=t0000002") == []
    assert await ids(client, RESULTS) == ["8001", "8002", "8003", "8004"]


async def test_results_of_days_are_those_that_ended_in_them(client: httpx.AsyncClient) -> None:
    assert await ids(client, f"{RESULTS}?finished_at_date_range=2026-04-01,2026-04-01") == ["8001", "8002", "8004"]
    assert await ids(client, f"{RESULTS}?finished_at_date_range=2026-04-02,2026-04-03") == []
    for unsound in ("yesterday", "2026-04-01,soon", "soon,2026-04-01"):
        error(await client.get(f"{RESULTS}?finished_at_date_range={unsound}"), 422)


async def test_a_result_has_what_v2_lacks(client: httpx.AsyncClient) -> None:
    body = json_of(await client.get(f"{RESULTS}/8001"))["data"]
    assert (body["id"], body["type"]) == ("8001", "testrun")
    assert body["relationships"] == {
        "run": {"data": {"type": "run", "id": "r0000001"}},
        "test": {"data": {"type": "test", "id": "t0000001"}},
    }
    result = body["attributes"]
    assert result["test"] == {
        "id": "t0000001",
        "title": "An expired code is refused @smoke",
        "priority": "high",
        "params": [],
        "tags": ["smoke"],
    }
    assert (result["status"], result["run-time"], result["automated"]) == ("failed", 2310, True)
    assert result["attachments"] == [
        {
            "name": "shot.png",
            "url": "https://files.example.test/shot.png?signature=1",
            "display_url": "https://files.example.test/shot.png?signature=1",
            "type": "image/png",
        }
    ]


async def test_the_colours_of_a_terminal_are_gone_from_a_message(client: httpx.AsyncClient) -> None:
    assert (await one(client, f"{RESULTS}/8001"))["message"] == "card declined"


async def test_values_beside_a_result_tell_who_gave_them(client: httpx.AsyncClient) -> None:
    extras = (await one(client, f"{RESULTS}/8001"))["extras"]
    assert extras[0] == {"key": "browser", "value": "Chrome", "source": "user"}
    assert {extra["source"] for extra in extras[1:]} == {"system"}


async def test_steps_are_listed_of_manual_results_and_counted_of_automated_ones(client: httpx.AsyncClient) -> None:
    by_hand, automated = [await one(client, f"{RESULTS}/{number}") for number in (8004, 8001)]
    assert by_hand["steps"] == []
    assert "sections" not in by_hand
    assert automated["sections"] == {"steps": {"count": 0}}
    assert "steps" not in automated


async def test_values_of_a_row_are_an_array_and_others_an_object(client: httpx.AsyncClient, sandbox: Sandbox) -> None:
    assert (await one(client, f"{RESULTS}/8003"))["example"] == ["credit card", "20.00"]
    sandbox.world.results.get(8003).example = {"browser": "Chrome"}
    assert (await one(client, f"{RESULTS}/8003"))["example"] == {"browser": "Chrome"}


@pytest.mark.parametrize("result_id", ["9", "nothing", "9" * 30])
async def test_an_unknown_result_is_404(client: httpx.AsyncClient, result_id: str) -> None:
    assert error(await client.get(f"{RESULTS}/{result_id}"), 404) == "Testrun not found"
