"""Analytics: filters that do not fit are refused, a missing feature is named, rows stay as the platform names them."""

from typing import Any

import pytest
from pydantic import ValidationError

from tests.desk import desk
from tests.tools.testomatio.holding import V2
from tools.kit.parsing import validate_leniently
from tools.testomatio.models.analytics import Row, Rows

pytestmark = pytest.mark.anyio


async def test_a_report_is_asked_for_in_the_platforms_words() -> None:
    async with desk() as d:
        answer = await d.answer(
            "testomatio_get_test_analytics",
            kind="flaky",
            tql="tag == 'payment'",
            since="2026-03-01",
            until="2026-04-03",
            envs=["staging", "Chrome"],
            min_rate=0.2,
            max_rate=0.9,
            order_by="pass_rate",
            limit=5,
        )
        query, _ = d.sent("GET", f"{V2}/analytics/tests/flaky")
    assert dict(query) == {
        "q": "tag == 'payment'",
        "from": "2026-03-01",
        "to": "2026-04-03",
        "envs": "staging,Chrome",
        "min": "0.2",
        "max": "0.9",
        "order_by": "pass_rate",
        "slim": "true",
        "page": "1",
        "per_page": "100",
    }
    rates = [row["cells"]["pass_rate"] for row in answer["items"]]
    assert rates == sorted(rates)
    assert all(0.2 <= rate <= 0.9 for rate in rates)


async def test_groups_come_whole() -> None:
    async with desk() as d:
        answer = await d.answer("testomatio_get_test_analytics", kind="failing", group_by="suite", limit=2)
        query, _ = d.sent("GET", f"{V2}/analytics/tests/failing")
    assert "page" not in dict(query)
    assert {"key", "label", "test_count"} <= set(answer["items"][0]["cells"])
    assert answer["coverage"]["total"] >= 2


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"kind": "slow", "min_rate": 0.1}, "min_rate is for flaky"),
        ({"kind": "flaky", "threshold_ms": 20}, "threshold_ms is for slow"),
        ({"kind": "evergreen", "group_by": "suite"}, "group_by is for"),
        ({"kind": "failing", "group_by": "test"}, "group_by is for slow"),
        ({"kind": "never-executed", "group_by": "env"}, "group_by is for"),
        ({"kind": "failing", "days": 7, "since": "7d"}, "not both"),
        ({"kind": "failing", "tql": "tag = 'x'"}, "write =="),
        ({"kind": "failing", "envs": ["a,b"]}, "comma"),
    ],
)
async def test_what_the_platform_would_ignore_or_refuse_is_refused_here(
    arguments: dict[str, Any], sentence: str
) -> None:
    async with desk() as d:
        assert sentence in await d.refusal("testomatio_get_test_analytics", **arguments)
        assert d.arrived(platform="testomatio") == []


async def test_an_environment_that_is_none_is_answered_with_those_there_are() -> None:
    async with desk() as d:
        error = await d.refusal("testomatio_get_test_analytics", kind="failing", envs=["stagin"])
    assert "No environment 'stagin'" in error
    assert "Safari" in error


@pytest.mark.parametrize("as_402", [False, True])
async def test_a_plan_without_analytics_is_named_with_what_works_without(*, as_402: bool) -> None:
    async with desk() as d:
        await d.switch("testomatio", without_analytics=True, gate_is_402=as_402)
        for tool, arguments in (
            ("get_test_analytics", {"kind": "failing"}),
            ("get_stats", {"kind": "project-summary"}),
            ("list_charts", {}),
            ("get_chart_result", {"chart_id": "c4a47001"}),
            ("get_chart", {"chart_id": "c4a47001"}),
        ):
            error = await d.refusal(f"testomatio_{tool}", **arguments)
            assert "no analytics over the API" in error, tool
            assert "testomatio_get_run_stats" in error


@pytest.mark.parametrize(
    ("kind", "paged"), [("project-summary", False), ("success-rate-by-date", False), ("runs-summary", True)]
)
async def test_only_the_aggregates_that_have_pages_are_asked_for_them(kind: str, *, paged: bool) -> None:
    async with desk() as d:
        answer = await d.answer("testomatio_get_stats", kind=kind, days=30)
        query, _ = d.sent("GET", f"{V2}/analytics/stats/{kind}")
    assert ("page" in dict(query)) is paged
    assert answer["items"][0]["cells"]


async def test_a_milestone_report_needs_its_milestone_and_no_other_takes_one() -> None:
    async with desk() as d:
        assert "milestone-tests needs milestone; testomatio_list_milestones" in await d.refusal(
            "testomatio_get_stats", kind="milestone-tests"
        )
        assert "not for runs-summary" in await d.refusal("testomatio_get_stats", kind="runs-summary", milestone="x")
        assert d.arrived(platform="testomatio") == []


async def test_a_chart_is_counted_and_listed() -> None:
    async with desk() as d:
        charts = await d.answer("testomatio_list_charts", kind="tests", has_chart=True)
        chart = await d.answer("testomatio_get_chart", chart_id="c4a47001")
        counts = await d.answer("testomatio_get_chart_result", chart_id="c4a47001")
        rows = await d.answer("testomatio_get_chart_result", chart_id="c4a47001", number=0, limit=3)
        assert "testomatio_list_charts shows ids" in await d.refusal("testomatio_get_chart", chart_id="zz")
        assert "testomatio_list_charts shows ids" in await d.refusal("testomatio_get_chart_result", chart_id="zz")
    assert "c4a47001" in {one["id"] for one in charts["items"]}
    assert [query["number"] for query in chart["queries"]] == [0, 1]
    assert counts["items"][0]["cells"]["count"] == rows["coverage"]["total"]
    assert len(rows["items"]) == 3


def test_rows_are_flat_whatever_they_came_as() -> None:
    deep = {"a": {"b": 1}, "list": [1, 2], "labels": [{"title": "Severity", "value": "high"}], "flaky_rate": 0.5}
    assert Row.model_validate(deep).cells == {"a.b": 1, "list": "1, 2", "labels": "Severity: high"}
    assert [row.cells for row in Rows.model_validate({"data": {"x": 1}}).data] == [{"x": 1}]
    rows, missing = validate_leniently([{"x": 1}, 5], Rows)
    assert [row.cells for row in rows.data] == [{"x": 1}]
    assert missing.rows == 1, "a row that is no object is counted"
    for other in ({"passed": 3, "meta": {"total": 1}}, {}):
        with pytest.raises(ValidationError):  # an answer without the name of its rows could be anything
            Rows.model_validate(other)
