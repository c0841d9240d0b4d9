"""The held contract of runs: what each call sends, written from the vendor's documents."""

import json

import httpx
import pytest

from tests.tools.testomatio.wire import JWT, PAGE, V2, Row, sent_by

pytestmark = pytest.mark.anyio

LISTS = {"plans", "runs", "testruns", "rungroups", "charts", "archives"}


def keyed(*query: tuple[str, str]) -> list[tuple[str, str]]:
    """A query of reporting and importing, which carries the project's token."""
    return [*query, ("api_key", "testomat_general0token")]


ROWS = [
    Row(f"GET {V2}/plans", lambda a: a.plans_page("shop", [("kind", "mixed")], 2), "/api/v2/shop/plans",
        [("kind", "mixed"), *PAGE]),
    Row(f"POST {V2}/plans", lambda a: a.create_plan("shop", {"title": "Smoke", "test_ids": ["264409fe"]}),
        "/api/v2/shop/plans", body={"title": "Smoke", "test_ids": ["264409fe"]}),
    Row(f"GET {V2}/plans/{{id}}", lambda a: a.plan("shop", "9f21ab04"), "/api/v2/shop/plans/9f21ab04"),
    Row(f"PUT {V2}/plans/{{id}}", lambda a: a.update_plan("shop", "9f21ab04", {"hidden": True}),
        "/api/v2/shop/plans/9f21ab04", body={"hidden": True}),
    Row(f"DELETE {V2}/plans/{{id}}", lambda a: a.delete_plan("shop", "9f21ab04"), "/api/v2/shop/plans/9f21ab04"),
    Row(f"GET {V2}/runs", lambda a: a.runs_page("shop", [("tql", "failed"), ("groupId", "7bd0c1aa")], 2),
        "/api/v2/shop/runs", [("tql", "failed"), ("groupId", "7bd0c1aa"), *PAGE]),
    Row(f"POST {V2}/runs", lambda a: a.create_run("shop", {"title": "Smoke", "kind": "manual"}, branch="b1"),
        "/api/v2/shop/runs", [("branch", "b1")], {"title": "Smoke", "kind": "manual"}),
    Row(f"GET {V2}/runs/{{id}}", lambda a: a.run("shop", "2042ea84"), "/api/v2/shop/runs/2042ea84"),
    Row(f"PUT {V2}/runs/{{id}}", lambda a: a.update_run("shop", "2042ea84", {"status_event": "finish_manual"}),
        "/api/v2/shop/runs/2042ea84", body={"status_event": "finish_manual"}),
    Row(f"DELETE {V2}/runs/{{id}}", lambda a: a.delete_run("shop", "2042ea84", branch="b1"),
        "/api/v2/shop/runs/2042ea84", [("branch", "b1")]),
    Row(f"GET {V2}/runs/{{id}}/stats/{{dimension}}",
        lambda a: a.run_stats("shop", "2042ea84", "tags", 1, sort=[("sort_field", "failed_count")]),
        "/api/v2/shop/runs/2042ea84/stats/tags", [("sort_field", "failed_count"), ("page", "1")]),
    Row(f"GET {V2}/testruns", lambda a: a.results_page("shop", [("run_id", "2042ea84"), ("sort", "created_at")], 2),
        "/api/v2/shop/testruns", [("run_id", "2042ea84"), ("sort", "created_at"), *PAGE]),
    Row(f"POST {V2}/testruns", lambda a: a.create_result("shop", {"run_id": "2042ea84", "status": "passed"}),
        "/api/v2/shop/testruns", body={"run_id": "2042ea84", "status": "passed"}),
    Row(f"GET {V2}/testruns/{{id}}", lambda a: a.result("shop", 9051873), "/api/v2/shop/testruns/9051873"),
    Row(f"PUT {V2}/testruns/{{id}}", lambda a: a.update_result("shop", 9051873, {"status": "failed"}),
        "/api/v2/shop/testruns/9051873", body={"status": "failed"}),
    Row(f"DELETE {V2}/testruns/{{id}}", lambda a: a.delete_result("shop", 9051873), "/api/v2/shop/testruns/9051873"),
    Row(f"GET {V2}/rungroups", lambda a: a.rungroups_page("shop", 2), "/api/v2/shop/rungroups", PAGE),
    Row(f"POST {V2}/rungroups", lambda a: a.create_rungroup("shop", {"title": "4.1"}), "/api/v2/shop/rungroups",
        body={"title": "4.1"}),
    Row(f"GET {V2}/rungroups/{{id}}", lambda a: a.rungroup("shop", "7bd0c1aa"), "/api/v2/shop/rungroups/7bd0c1aa"),
    Row(f"PUT {V2}/rungroups/{{id}}", lambda a: a.update_rungroup("shop", "7bd0c1aa", {"pin": True}),
        "/api/v2/shop/rungroups/7bd0c1aa", body={"pin": True}),
    Row(f"DELETE {V2}/rungroups/{{id}}", lambda a: a.delete_rungroup("shop", "7bd0c1aa"),
        "/api/v2/shop/rungroups/7bd0c1aa"),
    Row(f"GET {V2}/analytics/tests/{{kind}}", lambda a: a.test_analytics("shop", "never-executed", [("q", "x")]),
        "/api/v2/shop/analytics/tests/never-executed", [("q", "x")]),
    Row(f"GET {V2}/analytics/stats/{{kind}}", lambda a: a.stats("shop", "runs-summary", [("days", 7)]),
        "/api/v2/shop/analytics/stats/runs-summary", [("days", "7")]),
    Row(f"GET {V2}/analytics/charts", lambda a: a.charts_page("shop", [("my_charts", "true")], 2),
        "/api/v2/shop/analytics/charts", [("my_charts", "true"), *PAGE]),
    Row(f"GET {V2}/analytics/charts/{{id}}", lambda a: a.chart("shop", "c1"), "/api/v2/shop/analytics/charts/c1"),
    Row(f"GET {V2}/analytics/charts/{{id}}/result", lambda a: a.chart_result("shop", "c1", [("number", 0)]),
        "/api/v2/shop/analytics/charts/c1/result", [("number", "0")]),
    Row("GET /api/{p}/runs", lambda a: a.web_runs_page("shop", [("group_id", "7bd0c1aa"), ("nested", "true")], 1),
        "/api/shop/runs", [("group_id", "7bd0c1aa"), ("nested", "true"), ("page", "1")], authorization=JWT),
    Row("GET /api/{p}/runs/{id}", lambda a: a.web_run("shop", "2042ea84"), "/api/shop/runs/2042ea84",
        authorization=JWT),
    Row("GET /api/{p}/runs/archives", lambda a: a.archived_runs_page("shop", 3), "/api/shop/runs/archives",
        [("page", "3")], authorization=JWT),
    Row("GET /api/{p}/testruns", lambda a: a.web_results_page("shop", [("run_id", "2042ea84")], 1),
        "/api/shop/testruns", [("run_id", "2042ea84"), ("page", "1")], authorization=JWT),
    Row("GET /api/{p}/testruns/{id}", lambda a: a.web_result("shop", 9051873), "/api/shop/testruns/9051873",
        authorization=JWT),
    # Flat, unlike everything else that is written there.
    Row("POST /api/{p}/rungroups/archive", lambda a: a.archive_rungroups("shop", ["7bd0c1aa"]),
        "/api/shop/rungroups/archive", body={"rungroups_ids": ["7bd0c1aa"]}, authorization=JWT),
    Row("POST /api/{p}/rungroups/unarchive", lambda a: a.unarchive_rungroups("shop", ["7bd0c1aa"]),
        "/api/shop/rungroups/unarchive", body={"rungroups_ids": ["7bd0c1aa"]}, authorization=JWT),
    Row("POST /api/{p}/runs/{id}/relaunch", lambda a: a.relaunch_run("shop", "2042ea84"),
        "/api/shop/runs/2042ea84/relaunch", body={}, authorization=JWT),
    Row("POST /api/{p}/runs/{id}/relaunch_copy", lambda a: a.relaunch_copy("shop", "2042ea84"),
        "/api/shop/runs/2042ea84/relaunch_copy", body={}, authorization=JWT),
    Row("POST /api/reporter", lambda a: a.open_reported_run({"title": "CI", "env": "Chrome, Windows"}),
        "/api/reporter", keyed(), {"title": "CI", "env": "Chrome, Windows"}, None),
    Row("PUT /api/reporter/{run}", lambda a: a.change_reported_run("a0b1c2d3", {"status_event": "finish"}),
        "/api/reporter/a0b1c2d3", keyed(), {"status_event": "finish"}, None),
    Row("POST /api/reporter/{run}/testrun",
        lambda a: a.report_results("a0b1c2d3", [{"title": "A"}, {"title": "B"}], batch=1),
        "/api/reporter/a0b1c2d3/testrun", keyed(),
        {"tests": [{"title": "A"}, {"title": "B"}], "batch_index": 1}, None),
    Row("POST /api/load", lambda a: a.load_tests({"framework": "playwright", "no-detach": True}), "/api/load",
        keyed(), {"framework": "playwright", "no-detach": True}, None),
    Row("GET /api/test_data", lambda a: a.id_map([("with_files", "true")]), "/api/test_data",
        keyed(("with_files", "true")), authorization=None),
    Row("GET /api/test_grep", lambda a: a.grep_tests("tag", "smoke"), "/api/test_grep",
        keyed(("type", "tag"), ("id", "smoke")), authorization=None),
]  # fmt: skip


def answered(request: httpx.Request) -> httpx.Response:
    """What a host answers that takes everything."""
    if request.url.path.startswith("/api/test_"):
        return httpx.Response(200, json={"tests": [] if "grep" in request.url.path else {}})
    lists = request.url.path.split("/")[-1] in LISTS or "/stats/" in request.url.path
    return httpx.Response(200, json={"data": [] if request.method == "GET" and lists else {"id": 1}})


@pytest.mark.parametrize("row", ROWS, ids=[row.operation for row in ROWS])
async def test_a_call_sends_what_the_documents_want(row: Row) -> None:
    row.compare(await sent_by(row.call, answered))


async def test_one_result_goes_bare_and_several_as_a_batch() -> None:
    request = await sent_by(lambda a: a.report_results("a0b1c2d3", [{"title": "A"}], batch=0), answered)
    assert json.loads(request.content) == {"title": "A"}
