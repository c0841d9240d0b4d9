"""The report of a run: equal errors together, each failure new, flaky or known, defects beside it, within bounds."""

import json
from typing import Any

import httpx
import pytest

from tests.desk import desk
from tests.tools.testomatio.holding import OF_THE_PROJECT, V2, holding
from tests.tools.testomatio.host import Host, page_of
from tools.kit.history import Past
from tools.kit.toolset import no_progress
from tools.testomatio.tools.run_history import MOST_PAGES, history
from tools.testomatio.tools.run_report import get_run_report, without_stack

pytestmark = pytest.mark.anyio

HOTFIX = "9a01f1x0"
COUPONS = {"c0de0010", "c0de0040", "c0de0041", "c0de0042", "c0de0043", "c0de0044"}


def group_with(report: dict[str, Any], words: str) -> dict[str, Any]:
    (group,) = [group for group in report["groups"] if words in group["error"]]
    return dict(group)


async def test_the_storys_run_is_told_in_one_compact_answer() -> None:
    async with desk() as d:
        report = await d.answer("testomatio_get_run_report", run_id=HOTFIX)
        requests = d.arrived(platform="testomatio")
    assert report["failing_tests"] == sum(group["tests"] for group in report["groups"]) == 12
    assert report["marks"] == {"known": 10, "new": 1, "flaky": 1}
    assert report["earlier_runs"] >= 5
    assert len(json.dumps(report)) < 6_000
    assert len(requests) <= 6
    assert "left_out" not in report


async def test_equal_errors_are_one_group_though_their_numbers_and_places_differ() -> None:
    async with desk() as d:
        report = await d.answer("testomatio_get_run_report", run_id=HOTFIX)
    coupons = group_with(report, "OLD10 to be refused")
    named = {row["test_id"] for row in coupons["failed"]}
    assert coupons["tests"] == 6 == len(named) + coupons["more"]
    assert named < COUPONS
    assert coupons["suites"] == ["Coupons"]
    assert [defect["name"] for defect in coupons["defects"]] == ["SHOP-398"]


async def test_new_failures_come_first_and_each_says_what_its_test_did_before() -> None:
    async with desk() as d:
        report = await d.answer("testomatio_get_run_report", run_id=HOTFIX)
    first = report["groups"][0]
    assert first["marks"] == {"new": 1}
    assert first["failed"][0] | {"result_id": 0} == {
        "result_id": 0,
        "test_id": "c0de0016",
        "title": "Total with shipping @regression @release-9.0",
        "mark": "new",
        "before": "failed 0 of 5 (PPPPP)",
    }
    payment = group_with(report, "although the bank refused")
    assert payment["marks"] == {"known": 3}
    assert payment["substatus"] == ["Known issue"]
    assert payment["defects"][0]["name"] == "SHOP-412"
    assert payment["since_run"] == "9a0c0402"
    assert group_with(report, "payment sheet")["failed"][0]["mark"] == "flaky"


async def test_what_passed_when_repeated_is_no_failure_and_is_told() -> None:
    async with desk() as d:
        report = await d.answer("testomatio_get_run_report", run_id=HOTFIX)
    assert [row["test_id"] for row in report["passed_when_repeated"]] == ["c0de0017"]
    assert "1 test failed first and passed when repeated." in report["notes"]
    assert report["results"]["failed"] == 13


async def test_the_slowest_tests_and_the_defects_of_the_run_are_told() -> None:
    async with desk() as d:
        report = await d.answer("testomatio_get_run_report", run_id=HOTFIX)
    seconds = [row["seconds"] for row in report["slowest"]]
    assert seconds == sorted(seconds, reverse=True)
    assert len(seconds) == 5
    assert [defect["name"] for defect in report["run_defects"]] == ["SHOP-420"]


async def test_run_times_of_unlike_units_are_not_compared() -> None:
    async with desk() as d:
        results = d.sandboxes.sandboxes["testomatio"].world.results.of_run(HOTFIX)
        of_pytest = results[-1]
        of_pytest.run_time = 61.5
        report = await d.answer("testomatio_get_run_report", run_id=HOTFIX)
        rows = await d.answer("testomatio_list_results", run_id=HOTFIX, limit=100)
        page = await d.answer("testomatio_get_result", result_id=of_pytest.id)
    assert of_pytest.test_id not in [row["test_id"] for row in report["slowest"]]
    assert (
        "1 test has a run time with a fraction, in seconds or milliseconds: left out of the slowest." in report["notes"]
    )
    row = next(row for row in rows["items"] if row["id"] == of_pytest.id)
    assert (row.get("run_time_ms"), row["run_time"]) == (None, 61.5)
    assert not [row for row in rows["items"] if "run_time" in row and row["id"] != of_pytest.id]
    assert "61.5" in str(page)


async def test_secrets_in_messages_stay_masked_also_where_numbers_are_taken_out() -> None:
    async with desk() as d:
        report = await d.answer("testomatio_get_run_report", run_id=HOTFIX)
        world = d.sandboxes.sandboxes["testomatio"].world
        message = next(one.message for one in world.results.of_run(HOTFIX) if one.test_id == "c0de0022")
    answer = json.dumps(report)
    assert "[hidden]" in group_with(report, "last year's password")["error"]
    values = [word.partition("=")[2] for word in message.split() if word.startswith(("password=", "api_key="))]
    assert len(values) == 2
    for value in values:
        # Not a piece of it either: with its numbers taken out first it would not be recognised.
        assert not [value[n : n + 8] for n in range(len(value) - 7) if value[n : n + 8] in answer]
    assert "groups[].error" in report["written_by_others"]


async def test_what_is_not_shown_is_said() -> None:
    async with desk() as d:
        report = await d.answer("testomatio_get_run_report", run_id=HOTFIX, groups=2, earlier=0)
    assert len(report["groups"]) == 2
    assert report["left_out"] == ["3 groups with 3 tests: ask for more groups"]
    assert report["marks"] == {"no history": 12}
    assert report["earlier_runs"] == 0


async def test_defects_or_history_that_cannot_be_read_do_not_lose_the_report() -> None:
    async with desk() as d:
        await d.fault(platform="testomatio", method="GET", path=f"{V2}/issues*", times=9, status=403)
        report = await d.answer("testomatio_get_run_report", run_id=HOTFIX)
    assert report["failing_tests"] == 12
    assert report["left_out"][0].startswith("defects could not be read")


async def test_a_run_that_goes_on_says_that_this_is_how_it_stands() -> None:
    async with desk() as d:
        report = await d.answer("testomatio_get_run_report", run_id="9a01aa01")
    assert report["notes"][0] == "The run is running, and 19 results are pending: these results are not final."


async def test_an_older_server_without_counters_or_an_order_of_its_own_tells_the_same() -> None:
    async with desk() as d:
        report = await d.answer("testomatio_get_run_report", run_id=HOTFIX)
        await d.switch("testomatio", newest_results_first=True, without_run_counts=True, without_has_more=True)
        again = await d.answer("testomatio_get_run_report", run_id=HOTFIX)
    again["finished_at"] = report["finished_at"]
    assert again["notes"].pop(0) != report["notes"].pop(0), "counters that are not there cannot differ"
    assert again == report


def rows_of(count: int, status: str, run_id: str = "00000001") -> list[dict[str, Any]]:
    return [
        {"id": n, "run_id": run_id, "test_id": f"{n:08}", "test_title": f"T {n}", "status": status, "message": "boom 1"}
        for n in range(1, count + 1)
    ]


async def test_of_a_huge_run_the_failed_alone_are_read_and_that_is_said() -> None:
    failed = rows_of(30, "failed")

    def results(request: httpx.Request) -> Any:
        asked = request.url.params
        if "count" in asked:
            return {"meta": {"total": 9000, "group_by": {"passed": 8970, "failed": 30}}}
        if "test_ids" in asked:
            return page_of([], request)
        answer = page_of(failed, request)
        if "filter[status]" not in asked:
            answer["meta"]["total"] = 9000
        return answer

    host = Host()
    host.says("GET /runs/00000001", {"data": {"id": "00000001", "status": "failed", "kind": "automated"}})
    host.says("GET /testruns", results)
    host.says("GET /issues", {"data": [], "meta": {"total": 0}})
    report = await get_run_report(host.api(), no_progress, run_id="00000001")
    assert (report.failing_tests, report.results.total, report.groups[0].tests) == (30, 9000, 30)
    assert "only the failed were read" in report.left_out[0]
    assert report.slowest == []
    assert len(host.arrived) < 10


async def test_results_of_another_run_are_no_failures_of_this_one() -> None:
    rows = [*rows_of(2, "failed", run_id="00000002"), *rows_of(3, "failed")[2:]]
    host = Host()
    host.says("GET /runs/00000001", {"data": {"id": "00000001", "status": "failed"}})
    host.says("GET /testruns", lambda r: page_of([] if "test_ids" in r.url.params else rows, r))
    host.says("GET /issues", {"data": [], "meta": {"total": 0}})
    report = await get_run_report(host.api(), no_progress, run_id="00000001")
    assert report.failing_tests == 1
    assert [row.test_id for row in report.groups[0].failed] == ["00000003"]


async def test_issues_of_a_project_with_very_many_are_asked_for_one_by_one_and_few() -> None:
    host = Host()
    host.says("GET /runs/00000001", {"data": {"id": "00000001", "status": "failed"}})
    host.says("GET /testruns", lambda r: page_of([] if "test_ids" in r.url.params else rows_of(30, "failed"), r))

    def issues(request: httpx.Request) -> Any:
        if request.url.params.get("test_id") == "00000001":
            return {"data": [{"id": 1, "jira_id": "SHOP-1", "resource_type": "test", "resource_id": "00000001"}]}
        return {"data": [], "meta": {"total": 90_000}}

    host.says("GET /issues", issues)
    report = await get_run_report(host.api(), no_progress, run_id="00000001")
    assert [defect.name for defect in report.groups[0].defects] == ["SHOP-1"]
    assert any("first 20 failing tests" in why for why in report.left_out)
    assert len([line for line in host.sent("GET") if line.endswith("/issues")]) <= 42


async def test_the_past_ends_where_the_run_begins_and_reads_no_more_than_it_may() -> None:
    rows = [
        {"id": 9, "run_id": "later000", "test_id": "264409fe", "status": "passed"},
        {"id": 8, "run_id": "00000001", "test_id": "264409fe", "status": "failed"},
        *({"id": 7 - n, "run_id": f"early00{n}", "test_id": "264409fe", "status": "failed"} for n in range(3)),
        {"id": 4, "run_id": "early003", "test_id": "264409fe", "status": "passed"},
    ]
    host = Host()
    host.says("GET /testruns", lambda request: page_of(rows, request))
    answer = await history(host.api(), "shop", "00000001", ["264409fe"], earlier=3)
    past = answer.of["264409fe"]
    assert list(past.verdicts) == ["early000", "early001", "early002"]
    assert past.mark() == "known"
    assert past.since is None
    answer = await history(host.api(), "shop", "00000001", ["264409fe"], earlier=10)
    assert answer.of["264409fe"].since == "early002"
    endless = [{"id": n, "run_id": f"run{n:05}", "test_id": "264409fe", "status": "pending"} for n in range(5000)]
    host.says("GET /testruns", lambda request: page_of(endless, request))
    host.arrived.clear()
    answer = await history(host.api(), "shop", "00000001", ["264409fe"], earlier=5)
    assert len(host.arrived) == MOST_PAGES
    assert answer.why is not None


@pytest.mark.parametrize(
    ("before", "passed_too", "mark"),
    [
        ("", False, "no history"),
        ("ppppp", False, "new"),
        ("fffpp", False, "known"),
        ("fffff", False, "known"),
        ("pf", False, "flaky"),
        ("fpf", False, "flaky"),
        ("ppp", True, "flaky"),
        ("bp", False, "flaky"),
    ],
)
def test_a_failure_is_judged_by_how_often_it_changed(before: str, passed_too: bool, mark: str) -> None:
    past = Past()
    for number, letter in enumerate(before):
        for status in {"p": ["passed"], "f": ["failed"], "b": ["failed", "passed"]}[letter]:
            past.add(f"run{number}", status)
    assert past.mark(passed_too=passed_too) == mark


@pytest.mark.parametrize(
    ("message", "left"),
    [
        ("Expected 1\n    at a.ts:1:2\n    at b.ts", "Expected 1\n"),
        ('Boom\nTraceback (most recent call last):\n  File "x"', "Boom\n"),
        ("at the end it failed", "at the end it failed"),
        ("Nothing to see", "Nothing to see"),
        (None, None),
    ],
)
def test_a_stack_does_not_tell_one_error_from_another(message: str | None, left: str | None) -> None:
    assert without_stack(message) == left


async def test_an_unknown_run_says_where_ids_come_from() -> None:
    async with holding(OF_THE_PROJECT) as api:
        with pytest.raises(Exception, match="testomatio_list_runs shows ids"):
            await get_run_report(api, no_progress, run_id="00000000")
