"""The fake API of Testomat.io: analytics of v2."""

from typing import Any

import httpx
import pytest

from tests.tools.testomatio_sandbox.v2 import advance, body_of, create, error, meta, read_data, set_switches
from tools.kit.sandbox.sandbox import Sandbox

pytestmark = pytest.mark.anyio

FLAKY = {"c0de0014", "c0de0017"}


async def ids(shop: httpx.AsyncClient, kind: str, query: str = "") -> list[str]:
    return [row["id"] for row in await read_data(shop, f"/analytics/tests/{kind}?per_page=100&{query}")]


# Tests


async def test_flaky_tests_tell_how_often_they_pass(shop: httpx.AsyncClient) -> None:
    rows = await read_data(shop, "/analytics/tests/flaky?from=2026-03-20&to=2026-03-31")
    assert {row["id"] for row in rows} == FLAKY
    assert rows[0]["flakiness"] == rows[0]["flaky_rate"] >= rows[1]["flakiness"]
    apple_pay = next(row for row in rows if row["id"] == "c0de0014")
    assert (apple_pay["passed_count"], apple_pay["failed_count"], apple_pay["pass_rate"]) == (7, 5, 0.583)
    assert apple_pay["flakiness"] == 0.833
    assert "suite_id" in apple_pay


async def test_the_bounds_of_the_pass_rate_and_the_order_count(shop: httpx.AsyncClient) -> None:
    within = "from=2026-03-20&to=2026-03-31"
    assert await ids(shop, "flaky", f"{within}&min=0.6") == ["c0de0017"]
    assert await ids(shop, "flaky", f"{within}&max=0.6") == ["c0de0014"]
    assert await ids(shop, "flaky", f"{within}&order_by=pass_rate") == ["c0de0014", "c0de0017"]
    for query in ("min=2", "max=-1", "min=low", "order_by=name"):
        assert error(await shop.get(f"/analytics/tests/flaky?{query}"), 422)


async def test_slow_tests_come_slowest_first(shop: httpx.AsyncClient) -> None:
    rows = await read_data(shop, "/analytics/tests/slow?threshold_ms=20000&per_page=100&q=state == 'automated'")
    times = [row["avg_run_time"] for row in rows]
    assert times == sorted(times, reverse=True)
    assert all(row["avg_run_time"] >= 20_000 and row["max_run_time"] >= row["p95_run_time"] for row in rows)
    assert all("slow" in row["self_tags"] for row in rows)
    assert error(await shop.get("/analytics/tests/slow?threshold_ms=10"), 422)


async def test_one_run_can_be_looked_at(shop: httpx.AsyncClient) -> None:
    rows = await read_data(shop, "/analytics/tests/slow?run=9a01f1x0&threshold_ms=11")
    assert {row["executions"] for row in rows} <= {1, 2}
    assert await ids(shop, "flaky", "run=9a01f1x0") == ["c0de0017"]


async def test_failing_are_those_whose_last_result_failed(shop: httpx.AsyncClient) -> None:
    failing = await ids(shop, "failing", "q=test == 'c0de0010' or test == 'c0de0016' or test == 'c0de0030'")
    assert set(failing) == {"c0de0010", "c0de0016"}
    row = (await read_data(shop, "/analytics/tests/failing?q=test == 'c0de0016'"))[0]
    assert (row["failed_count"], row["last_message"].split("\n")[0]) == (1, "Expected the total 53.80, received 49.90")


async def test_every_kind_has_tests_and_the_kinds_agree(shop: httpx.AsyncClient) -> None:
    found = {
        kind: set(await ids(shop, kind))
        for kind in (
            "flaky",
            "slow",
            "failing",
            "evergreen",
            "never-executed",
            "skipped",
            "failures",
            "defects",
            "issues",
        )
    }
    assert all(found.values())
    assert found["failing"] <= found["failures"]
    assert not found["evergreen"] & (found["failures"] | found["never-executed"])
    assert {"c0de0013", "c0de0031", "c0de0032"} == found["defects"]
    assert {"c0de0010", "c0de0013", "c0de0014"} == found["issues"]


async def test_a_new_test_was_never_executed_once_it_is_old_enough(shop: httpx.AsyncClient, story: Sandbox) -> None:
    test = await create(shop, "/tests", title="New", suite_id="c0ffee01")
    asked = f"q=test == '{test['id']}'"
    assert await ids(shop, "never-executed", asked) == [test["id"]]
    assert await ids(shop, "never-executed", f"{asked}&maturity_days=2") == []
    advance(story, "3d")
    assert await ids(shop, "never-executed", f"{asked}&maturity_days=2") == [test["id"]]


async def test_days_and_dates_bound_what_is_looked_at(shop: httpx.AsyncClient) -> None:
    asked = "q=test == 'c0de0010'"
    assert await ids(shop, "evergreen", f"{asked}&from=2026-03-20&to=2026-03-31&days=1") == ["c0de0010"]
    assert await ids(shop, "failing", f"{asked}&days=1") == ["c0de0010"]
    assert await ids(shop, "never-executed", f"{asked}&to=2026-01-01") == ["c0de0010"]
    for query in ("days=0", "days=x", "from=yesterday", "to=2026-13-01"):
        assert error(await shop.get(f"/analytics/tests/failing?{query}"), 422)


async def test_environments_must_be_known(shop: httpx.AsyncClient) -> None:
    answer = await shop.get("/analytics/tests/failing?envs=staging,Moon")
    assert error(answer, 422)
    assert "staging" in answer.json()["known_environments"]
    assert await ids(shop, "failing", "envs=iPhone") != await ids(shop, "failing", "envs=Chrome")


async def test_a_query_that_cannot_be_read_and_a_kind_that_is_not_there_are_422(shop: httpx.AsyncClient) -> None:
    assert "TQL" in error(await shop.get("/analytics/tests/failing?q=tag = 'x'"), 422)
    assert error(await shop.get("/analytics/tests/weather"), 422)
    assert error(await shop.get("/analytics/stats/weather"), 422)


async def test_lists_are_paged_and_slim(shop: httpx.AsyncClient) -> None:
    answer = body_of(await shop.get("/analytics/tests/evergreen?per_page=5&slim=true"))
    assert len(answer["data"]) == 5
    assert answer["meta"]["has_more"] is True
    assert "description" not in answer["data"][0]


@pytest.mark.parametrize(
    ("kind", "by", "key"),
    [("failing", "suite", "c0ffee01"), ("skipped", "priority", "normal"), ("flaky", "tag", "payment"),
     ("slow", "label", "severity-f124r"), ("failing", "env", "Chrome"), ("never-executed", "tag", "regression")],
)  # fmt: skip
async def test_tests_are_grouped_largest_group_first(shop: httpx.AsyncClient, kind: str, by: str, key: str) -> None:
    answer = body_of(await shop.get(f"/analytics/tests/{kind}?group_by={by}"))
    counts = [row["test_count"] for row in answer["data"]]
    assert counts == sorted(counts, reverse=True)
    assert key in [row["key"] for row in answer["data"]]
    assert answer["meta"] == {"group_by": by, "kind": kind, "total_groups": len(counts)}


async def test_slow_tests_are_grouped_by_themselves(shop: httpx.AsyncClient) -> None:
    rows = await read_data(shop, "/analytics/tests/slow?group_by=test")
    assert list(rows[0]) == [
        "key", "label", "executions", "avg_run_time", "max_run_time", "p95_run_time", "total_run_time",
    ]  # fmt: skip
    totals = [row["total_run_time"] for row in rows]
    assert totals == sorted(totals, reverse=True)


@pytest.mark.parametrize(
    ("kind", "by"),
    [("never-executed", "env"), ("flaky", "test"), ("evergreen", "suite"), ("failing", "owner")],
)
async def test_a_grouping_that_a_kind_does_not_have_is_422(shop: httpx.AsyncClient, kind: str, by: str) -> None:
    assert error(await shop.get(f"/analytics/tests/{kind}?group_by={by}"), 422)


# Stats


async def test_the_summary_agrees_with_the_lists(shop: httpx.AsyncClient) -> None:
    told = await read_data(shop, "/analytics/stats/project-summary")
    assert (told["tests_count"], told["suites_count"], told["runs_count"]) == (400, 40, 30)
    assert told["manual_count"] + told["automated_count"] + told["detached_count"] == 400
    assert 0 < told["automation_rate"] < 1
    assert meta(await shop.get("/analytics/stats/runs-summary?per_page=7"))["total"] == 30


@pytest.mark.parametrize(
    "kind",
    ["success-rate-by-date", "automation-rate-by-date", "testruns-by-date", "priority-by-date", "automation-by-date"],
)
async def test_a_trend_has_one_row_for_each_day(shop: httpx.AsyncClient, kind: str) -> None:
    rows = await read_data(shop, f"/analytics/stats/{kind}?from=2026-03-30&to=2026-04-02")
    assert [row["date"] for row in rows] == ["2026-03-30", "2026-03-31", "2026-04-01", "2026-04-02"]
    assert all(len(row) > 2 for row in rows)


async def test_success_falls_when_the_release_comes(shop: httpx.AsyncClient) -> None:
    rows = await read_data(shop, "/analytics/stats/success-rate-by-date?from=2026-03-31&to=2026-04-02")
    assert rows[0]["success_rate"] > 0.95 > rows[2]["success_rate"]


@pytest.mark.parametrize(
    "kind",
    ["failed-runs-by-priority", "run-results-by-priority-status", "latest-failed-runs-by-priority",
     "latest-run-results-by-priority-status"],
)  # fmt: skip
async def test_results_fall_to_priorities(shop: httpx.AsyncClient, kind: str) -> None:
    rows = await read_data(shop, f"/analytics/stats/{kind}")
    assert [row["priority"] for row in rows] == ["critical", "high", "important", "normal", "low"]
    assert rows[0]["failed"] > 0


@pytest.mark.parametrize(
    "kind", ["completion", "tests", "runs", "plans", "requirements", "users"]
)  # fmt: skip
async def test_a_milestone_has_its_figures(shop: httpx.AsyncClient, kind: str) -> None:
    path = f"/analytics/stats/milestone-{kind}"
    assert await read_data(shop, f"{path}?milestone=release-9-0-1-5d3e1")
    assert await read_data(shop, path) == []
    assert error(await shop.get(f"{path}?milestone=release-77"), 422)


async def test_completion_is_the_share_that_is_no_longer_pending(shop: httpx.AsyncClient) -> None:
    told = await read_data(shop, "/analytics/stats/milestone-completion?milestone=release-9-0-1-5d3e1")
    assert told["pending"] == 19
    assert told["completion_rate"] == round(1 - 19 / told["total"], 3)


async def test_a_day_counts_what_was_made_on_it(shop: httpx.AsyncClient) -> None:
    path = "/analytics/stats/priority-by-date?from=2026-04-02&to=2026-04-03"
    before = (await read_data(shop, path))[1]["critical"]
    await create(shop, "/tests", title="New", suite_id="c0ffee01", priority="critical")
    assert [row["critical"] for row in await read_data(shop, path)] == [before, before + 1]


# Charts


async def test_charts_are_filtered(shop: httpx.AsyncClient) -> None:
    async def titles(query: str) -> list[str]:
        return [chart["title"] for chart in await read_data(shop, f"/analytics/charts?{query}")]

    assert len(await titles("")) == 3
    assert await titles("has_chart=false") == ["Urgent tests"]
    assert await titles("kind=runs") == ["How runs ended"]
    assert await titles("my_charts=true") == ["How much is automated", "Urgent tests"]
    assert await titles("only_widgets=true") == ["How much is automated"]
    chart = await read_data(shop, "/analytics/charts/c4a47001")
    assert list(chart) == ["id", "title", "context", "chart", "queries", "options", "url"]
    assert error(await shop.get("/analytics/charts/00000000"), 404) == "Chart not found"


async def test_a_result_counts_each_query_or_lists_what_one_finds(shop: httpx.AsyncClient) -> None:
    counts: list[dict[str, Any]] = await read_data(shop, "/analytics/charts/c4a47001/result")
    told = meta(await shop.get("/tests?count=true&group_by=state"))["group_by"]
    assert [row["count"] for row in counts] == [told["automated"], told["manual"]]
    answer = body_of(await shop.get("/analytics/charts/c4a47001/result?number=1&per_page=2"))
    assert {test["state"] for test in answer["data"]} == {"manual"}
    assert answer["meta"]["total"] == told["manual"]
    runs = await read_data(shop, "/analytics/charts/c4a47002/result?number=0")
    assert {run["status"] for run in runs} == {"failed"}
    assert error(await shop.get("/analytics/charts/c4a47001/result?number=2"), 422)


@pytest.mark.parametrize("status", [403, 402])
async def test_analytics_can_be_missing_from_the_plan(shop: httpx.AsyncClient, status: int) -> None:
    await set_switches(shop, without_analytics=True, gate_is_402=status == 402)
    for path in ("tests/flaky", "stats/project-summary", "charts", "charts/c4a47001", "charts/c4a47001/result"):
        assert "plan" in error(await shop.get(f"/analytics/{path}"), status)
