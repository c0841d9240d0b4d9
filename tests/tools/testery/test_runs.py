"""Runs are listed with local filters and their coverage, and one is read with its details."""

from typing import Any

import pytest
from mcp.types import ResourceTemplateReference, TextResourceContents

from tests.desk import ERAS, Desk, client_of, desk
from tests.tools.kit.wire import Wire, says
from tests.tools.testery.wired import HELD, client_over, run_as_read
from tools.kit.toolset import no_progress
from tools.testery.client import testery as client
from tools.testery.client.testery import Testery
from tools.testery.tools.runs import get_test_run, list_test_runs

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)

HOTFIX, QUARANTINED = 902114, 902106


async def test_older_runs_than_the_first_page_are_not_silently_missed() -> None:
    async with desk() as d:
        page = await d.answer("testery_list_test_runs", limit=500)
        assert page["coverage"]["loaded"] == page["coverage"]["total"] == page["coverage"]["matched"] > 250
        assert page["coverage"]["complete"] is True
        queries = [entry.query for entry in d.sandboxes.journal.entries(platform="testery")]
        asked = [dict(query)["offset"] for query in queries if query]
        assert asked[:2] == ["0", "250"], "the vendor's own client would have stopped at the first"


async def test_a_list_that_looked_at_a_part_says_how_many_it_looked_at() -> None:
    async with desk() as d:
        page = await d.answer("testery_list_test_runs", project_key="harbour-kiosk", newest=40)
    assert page["coverage"]["loaded"] == 40
    assert page["coverage"]["matched"] == len(page["items"]) < 40
    assert page["coverage"]["complete"] is False
    assert "only the newest 40 runs were read; pass a larger newest" in page["coverage"]["why"]
    assert "total" not in page["coverage"]


@pytest.mark.parametrize(
    ("filters", "claim"),
    [
        ({"project_key": "harbour-app"}, lambda run: run.project_key == "harbour-app"),
        ({"environment_key": "production"}, lambda run: run.environment_key == "production"),
        ({"status": ["failed"]}, lambda run: run.said == "FAIL"),
        ({"status": ["running", "queued"]}, lambda run: run.said in {"RUNNING", "QUEUED"}),
        ({"branch": "RELEASE/9.0.1"}, lambda run: run.branch == "release/9.0.1"),
        ({"name": "hotfix checkout"}, lambda run: "hotfix" in run.name.lower()),
        ({"since": "2026-04-02"}, lambda run: run.created_at >= "2026-04-02"),
        ({"since": "12h"}, lambda run: run.created_at >= "2026-04-02T19:00"),
    ],
)
async def test_a_filter_keeps_what_fits(filters: dict[str, Any], claim: Any) -> None:
    async with client_of(Testery, "testery") as api:
        everything = await list_test_runs(api, no_progress, limit=500)
        page = await list_test_runs(api, no_progress, limit=500, **filters)
    fitting = [run.run_id for run in everything.items if claim(run)]
    assert [run.run_id for run in page.items] == fitting
    assert 0 < page.coverage.matched == len(fitting) < len(everything.items)
    assert page.coverage.complete


async def test_reading_stops_where_since_is_reached() -> None:
    async with desk() as d:
        page = await d.answer("testery_list_test_runs", since="2026-04-02")
        lists = [entry for entry in d.sandboxes.journal.entries(platform="testery") if entry.path == "/test-runs"]
    assert page["coverage"]["complete"]
    assert len(lists) <= 2


async def test_the_cursor_continues_exactly_behind() -> None:
    async with desk() as d:
        whole = await d.answer("testery_list_test_runs", limit=60)
        first = await d.answer("testery_list_test_runs", limit=25)
        second = await d.answer("testery_list_test_runs", limit=35, cursor=first["next_cursor"])
    assert [run["run_id"] for run in [*first["items"], *second["items"]]] == [run["run_id"] for run in whole["items"]]
    assert [run["created_at"] for run in whole["items"]] == sorted(
        (run["created_at"] for run in whole["items"]), reverse=True
    )


async def test_the_runs_of_a_deploy_are_a_filter_of_the_list() -> None:
    async with desk() as d:
        page = await d.answer("testery_list_test_runs", deploy_id=5120)
        assert "GET /test-runs/by-deploy/5120" in d.arrived(platform="testery")
        assert page["items"]
        assert "more may follow" in page["note"]
        none = await d.answer("testery_list_test_runs", deploy_id=5999)
        assert none["items"] == []


@pytest.mark.parametrize(
    ("filters", "sentence"),
    [
        ({"project_key": "harbour-wbe"}, "testery_list_projects lists them"),
        ({"environment_key": "../../account"}, "testery_list_environments shows keys"),
        ({"since": "yesterday-ish"}, "is not a time"),
    ],
)
async def test_a_filter_that_names_nothing_is_refused_with_where_names_are(
    filters: dict[str, str], sentence: str
) -> None:
    async with desk() as d:
        assert sentence in await d.refusal("testery_list_test_runs", **filters)
        assert not [line for line in d.arrived(platform="testery") if line == "GET /test-runs"]


async def test_the_status_of_a_passed_run_decides_though_it_holds_failed_results() -> None:
    async with desk() as d:
        run = await d.answer("testery_get_test_run", run_id=QUARANTINED)
        assert (run["status"], run["said"]) == ("passed", "PASS")
        assert run["failed"] > 0
        assert "The run passed, and that decides" in run["note"]
        failures = await d.answer("testery_get_failures", run_id=QUARANTINED)
        assert failures["status"] == "passed"
        assert "that decides" in failures["note"]
        results = await d.answer("testery_get_results", run_id=QUARANTINED, status=["failed"])
        assert len(results["items"]) == run["failed"]
        assert "that decides" in results["note"]
        followed = await d.answer("testery_wait_for_run", run_id=QUARANTINED)
        assert "that decides" in followed["note"]


async def test_a_run_that_was_stopped_says_why() -> None:
    async with desk() as d:
        page = await d.answer("testery_list_test_runs", status=["cancelled"], limit=20)
        run = await d.answer("testery_get_test_run", run_id=page["items"][0]["run_id"])
    assert run["said"] == "CANCELED"
    assert run["reason"].startswith("Canceled - ")


async def test_an_unknown_run_says_where_ids_come_from() -> None:
    async with desk() as d:
        for name in ("get_test_run", "get_results", "get_failures", "wait_for_run", "compare_runs", "rerun_test_run"):
            error = await d.refusal(f"testery_{name}", run_id=812)
            assert "No run 812. testery_list_test_runs shows ids." in error, name


async def test_a_link_leads_to_the_web_app_of_the_vendors_own_hosts_only(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = (says(json=run_as_read(5, projectId=1)), says(json=[]), says(json={"id": 481, "name": "north wind/qa"}))
    elsewhere = Wire(*answers)
    assert (await get_test_run(client_over(elsewhere), 5)).link is None
    assert len(elsewhere.arrived) == 2, "no account is read for an address that there is not"
    monkeypatch.setattr(client, "WEB_APPS", {"testery.example": "https://testery.app"})
    details = await get_test_run(client_over(Wire(*answers)), 5)
    assert details.link == "https://testery.app/north%20wind%2Fqa/test-runs/5"


async def test_a_run_is_read_though_its_link_cannot_be_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "WEB_APPS", {"testery.example": "https://testery.app"})
    wire = Wire(says(json=run_as_read(5)), says(json=[]), says(403, json={"message": "no"}))
    assert (await get_test_run(client_over(wire), 5)).link is None


async def page_of(d: Desk, uri: str) -> str:
    (content,) = (await d.client.read_resource(uri)).contents
    assert isinstance(content, TextResourceContents)
    return content.text


@both_eras
async def test_a_run_and_a_result_are_pages_to_read(mode: str) -> None:
    async with desk(mode) as d:
        page = await page_of(d, f"testery://test-runs/{HOTFIX}")
        assert "Checkout hotfix 9.0.1" in page
        assert "An expired code is refused" in page
        assert "written by others" in page
        told = await page_of(d, f"testery://test-runs/{HOTFIX}/results/90211400009")
        assert "coupons.spec.ts" in told
        assert "Output, the last" in told
        assert "X-Amz-Signature" not in told
        assert "\x1b" not in page + told
        assert HELD not in page


async def test_ids_of_pages_are_completed() -> None:
    async with desk() as d:
        runs = ResourceTemplateReference(type="ref/resource", uri="testery://test-runs/{run_id}")
        found = await d.client.complete(runs, {"name": "run_id", "value": "90211"})
        assert str(HOTFIX) in found.completion.values
        results = ResourceTemplateReference(type="ref/resource", uri="testery://test-runs/{run_id}/results/{result_id}")
        found = await d.client.complete(
            results, {"name": "result_id", "value": "9021140000"}, context_arguments={"run_id": str(HOTFIX)}
        )
        assert found.completion.values[0] == "90211400006", "the failed ones come first"
