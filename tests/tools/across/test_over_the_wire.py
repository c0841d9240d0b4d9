"""Tools across platforms over the built server: their sources can be opened, and nothing is read twice."""

from collections import Counter
from datetime import datetime
from typing import Any

import pytest

from server.app import build
from tests.desk import Desk, desk, settings, text

pytestmark = pytest.mark.anyio


def paths(desk: Desk, platform: str) -> Counter[tuple[str, str, str]]:
    entries = desk.sandboxes.journal.entries(platform=platform)
    return Counter((entry.method, entry.path, str((entry.query, entry.body))) for entry in entries)


def lines_of(answer: dict[str, Any]) -> list[dict[str, Any]]:
    return [line for kind in ("against", "not_proven", "speaking_for") for line in answer.get(kind, [])]


async def test_every_line_of_an_assessment_can_be_opened() -> None:
    async with desk() as d:
        answer = await d.answer("across_assess_release", version="9.0.1")
        sources = {line["source"] for line in lines_of(answer)}
        assert len(sources) > 15
        for source in sources:
            assert (await d.client.read_resource(source)).contents


async def test_an_assessment_is_short_and_names_causes() -> None:
    async with desk() as d:
        result = await d.call("across_assess_release", version="9.0.1")
        story = await d.answer("across_get_run", platform="testomatio", run_id="9a01f1x0")
        report = await d.answer("testomatio_get_run_report", run_id="9a01f1x0")
    answer = result.structured_content or {}
    assert len(text(result).encode()) < 6_000
    failing = [line for line in answer["against"] if line["says"].startswith("run ")]
    assert len(failing) == 4
    assert all(line["causes"] and line["causes"][0]["marks"] for line in failing)
    hotfix = next(line for line in failing if line["source"].endswith("9a01f1x0"))
    # Every tool that counts this run gives the same numbers.
    assert "103 passed, 13 failed, 117 in all" in hotfix["says"]
    assert (story["run"]["total"], story["run"]["failed"], story["failing"]) == (117, 13, report["failing_tests"])
    assert hotfix["note"] == story["note"] == report["notes"][0]
    assert "116 tests, 12 failed; its results hold 117 tests, 13 failed" in hotfix["note"]


@pytest.mark.parametrize(
    ("name", "arguments", "new", "key"),
    [
        ("testery_get_failures", {"run_id": 902114}, "2 new", "groups"),
        ("testomatio_get_run_report", {"run_id": "9a01f1x0"}, "'new': 1", "groups"),
        ("testsigma_get_run_results", {"run_id": "HRB-R-3"}, "5 new", "failures"),
        ("across_get_run", {"platform": "testery", "run_id": "902114"}, "2 new", "groups"),
        ("across_get_run", {"platform": "testomatio", "run_id": "9a01f1x0"}, "1 new", "groups"),
        ("across_get_run", {"platform": "testsigma", "run_id": "HRB-R-3"}, "5 new", "groups"),
        ("across_get_run", {"platform": "testio", "run_id": "5519"}, "no history", "groups"),
    ],
)
async def test_one_call_tells_why_a_run_failed_and_what_is_new(
    name: str, arguments: dict[str, Any], new: str, key: str
) -> None:
    async with desk() as d:
        answer = await d.answer(name, **arguments)
    errors = [group["error"] for group in answer[key]]
    assert len(errors) == len(set(errors)) > 1
    assert new in str(answer["marks"])
    assert all(group["marks"] for group in answer[key])


async def test_counts_that_differ_are_explained_by_what_the_results_hold() -> None:
    async with desk() as d:
        notes = [
            (await d.answer("testery_get_failures", run_id=902114))["note"],
            (await d.answer("testery_get_results", run_id=902114, status=["failed"]))["note"],
            (await d.answer("across_get_run", platform="testery", run_id="902114"))["note"],
        ]
    assert len(set(notes)) == 1
    assert "counts 10 failed; its results hold 11 failed" in notes[0]
    assert "1 of a test that passed when tried again" in notes[0]


async def test_an_assessment_reads_nothing_twice() -> None:
    async with desk() as d:
        await d.answer("across_assess_release", version="9.0.1")
        for platform in ("testio", "testomatio", "testery", "testsigma"):
            twice = [path for path, count in paths(d, platform).items() if count > 1]
            assert not twice, platform


@pytest.mark.parametrize(
    ("version", "titles"),
    [
        ("9", {"Release 9", "Release 9 regression"}),
        ("9.0", {"Release 9.0 checkout by hand", "Release 9.0 regression", "Release 9.0 smoke"}),
    ],
)
async def test_a_version_takes_in_no_dates_and_no_other_versions(version: str, titles: set[str]) -> None:
    async with desk() as d:
        answer = await d.answer("across_assess_release", version=version)
    assert {line["title"] for line in lines_of(answer) if line["says"].startswith("run ")} == titles


async def test_what_an_api_does_not_list_is_said_where_it_was_looked_for() -> None:
    async with desk() as d:
        bugs = await d.answer("across_search", text="checkout", kinds=["bug"])
        tests = await d.answer("across_search", text="checkout", kinds=["test"])
    why: dict[str, Any] = {source["platform"]: source.get("why") for source in bugs["sources"]}
    assert why["testio"] is None
    assert {why[key] for key in ("testomatio", "testery", "testsigma")} == {"the API lists no bugs"}
    assert {s["platform"]: s.get("why") for s in tests["sources"]}["testery"] == "the API lists no tests"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "SHOP-412",
            {("testio", "bug", "88103"), ("testomatio", "test", "c0de0013"), ("testomatio", "result", "9002007")},
        ),
        ("shop-412", {("testio", "bug", "88103"), ("testomatio", "test", "c0de0013")}),
        ("@Tc0de0010", {("testomatio", "test", "c0de0010")}),
        ("@Sc0ffee01", {("testomatio", "suite", "c0ffee01")}),
        ("9a01f1x0", {("testomatio", "run", "9a01f1x0")}),
        ("HRB-7", {("testsigma", "test", "HRB-7")}),
        ("hrb-r-4", {("testsigma", "run", "HRB-R-4")}),
        ("88101", {("testio", "bug", "88101")}),
        ("5519", {("testio", "run", "5519")}),
        ("TC-2", {("testio", "test", "7302")}),
        ("902114", {("testery", "run", "902114")}),
        ("9.0.1-rc2", {("testery", "run", "902114")}),
        (
            "Coupons",
            {("testomatio", "suite", "c0ffee01"), ("testsigma", "suite", "3207916f-0120-59d4-adc7-d9b2e47d2899")},
        ),
        ("smoke", {("testery", "suite", "55")}),
    ],
)
async def test_ids_keys_and_names_of_folders_are_found(text: str, found: set[tuple[str, str, str]]) -> None:
    async with desk() as d:
        answer = await d.answer("across_search", text=text, limit=100)
    rows = [(row["platform"], row["kind"], row["id"]) for row in answer["items"]]
    assert found <= set(rows)
    assert len(rows) == len(set(rows))


async def test_a_search_is_complete_only_where_everything_was_looked_at() -> None:
    async with desk() as d:
        answer = await d.answer("across_search", text="ZZZ-99999")
    by_platform = {source["platform"]: source for source in answer["sources"]}
    assert not answer.get("items")
    assert not by_platform["testery"]["complete"]
    assert "only the newest 250 runs were searched by version" in by_platform["testery"]["why"]
    assert by_platform["testomatio"]["complete"]


@pytest.mark.parametrize(
    ("tokens", "is_there"),
    [({"TESTERY_API_TOKEN": "x"}, False), ({"TESTERY_API_TOKEN": "x", "TESTIO_API_TOKEN": "y"}, True), ({}, False)],
    ids=["one platform", "two platforms", "none"],
)
async def test_it_is_there_where_there_is_something_to_look_across(tokens: dict[str, str], is_there: bool) -> None:
    async with desk(server=build(settings({"TESTDESK_TOOLSETS": ""} | tokens, sandbox=False))) as d:
        tools = {tool.name for tool in (await d.client.list_tools()).tools}
        prompts = {prompt.name for prompt in (await d.client.list_prompts()).prompts}
    assert ("across_assess_release" in tools) is is_there
    assert ("release_report" in prompts) is is_there


async def test_a_list_of_runs_that_does_not_fit_goes_on_from_its_cursor() -> None:
    async with desk() as d:
        page = await d.answer("across_list_runs", since="365d", limit=200)
        rows = page["items"]
        assert len(rows) < 200
        while cursor := page.get("next_cursor"):
            page = await d.answer("across_list_runs", since="365d", limit=200, cursor=cursor)
            rows += page["items"]
    assert len({(row["platform"], row["run_id"]) for row in rows}) == len(rows) == page["coverage"]["matched"] > 200
    started = [datetime.fromisoformat(row["started_at"]) for row in rows if "started_at" in row]
    assert started == sorted(started, reverse=True)
