"""Runs: what is asked of the platform and looked at again, and results that are counted where counters are not."""

from typing import Any

import pytest

from tests.desk import desk
from tests.tools.testomatio.holding import OF_THE_PROJECT, V2, holding
from tests.tools.testomatio.host import Host, page_of
from tools.kit.errors import NotFound, Refused
from tools.kit.toolset import no_progress
from tools.testomatio.models.runs import Run
from tools.testomatio.tools.run_counts import counts_of
from tools.testomatio.tools.runs import bare_run, get_run, get_run_stats, list_runs

pytestmark = pytest.mark.anyio

HOTFIX, BY_HAND, OF_A_BRANCH = "9a01f1x0", "9a01aa01", "9a10b4a1"


async def asked(**filters: Any) -> tuple[list[str], dict[str, str]]:
    """The runs that filters find in the fake API, and the query that was sent."""
    async with desk() as d:
        answer = await d.answer("testomatio_list_runs", **filters)
        query, _ = d.sent("GET", f"{V2}/runs")
    return [run["id"] for run in answer["items"]], dict(query)


@pytest.mark.parametrize(
    ("filters", "query", "found", "not_found"),
    [
        ({"text": "9.0.1"}, {"search": "9.0.1"}, HOTFIX, "9a083000"),
        ({"status": ["failed"]}, {"tql": "failed"}, HOTFIX, BY_HAND),
        ({"status": ["passed", "failed"]}, {"tql": "failed or passed"}, HOTFIX, BY_HAND),
        ({"status": ["running", "scheduled"]}, {"tql": "unfinished"}, BY_HAND, HOTFIX),
        ({"kind": "manual"}, {"tql": "manual"}, BY_HAND, HOTFIX),
        ({"env": ["Safari"]}, {"tql": "env == 'Safari'"}, "9a01cb01", HOTFIX),
        ({"group_id": "9a010001"}, {"groupId": "9a010001"}, HOTFIX, "9a083000"),
        ({"archived": True}, {"tql": "archived"}, "9a070001", HOTFIX),
        ({"tql": "has_test_tag == 'coupons'"}, {"tql": "has_test_tag == 'coupons'"}, HOTFIX, "9a01e0d0"),
    ],
)
async def test_filters_go_to_the_platform_in_its_own_words(
    filters: dict[str, Any], query: dict[str, str], found: str, not_found: str
) -> None:
    ids, sent = await asked(**filters)
    assert query.items() <= sent.items()
    assert found in ids
    assert not_found not in ids


async def test_a_time_is_asked_for_by_whole_days_around_it_and_exactly_looked_at_here() -> None:
    ids, sent = await asked(since="2026-04-03T06:00:00Z", until="2026-04-03T06:50:00Z")
    assert sent["tql"] == "created_at >= '2026-04-02' and created_at < '2026-04-05'"
    assert ids == ["9a01cb01", "9a01e0d0"]


async def test_archived_runs_are_left_out_unless_they_are_asked_for() -> None:
    ids, sent = await asked()
    assert sent["filter[archived]"] == "false"
    assert "9a070001" not in ids


async def test_what_an_old_server_ignores_is_filtered_here() -> None:
    rows = [
        {"id": "00000001", "status": "failed", "kind": "automated", "created_at": "2026-04-01T10:00:00Z"},
        {"id": "00000002", "status": "passed", "kind": "automated", "created_at": "2026-04-01T10:00:00Z"},
        {"id": "00000003", "status": "failed", "kind": "manual", "created_at": "2026-04-01T10:00:00Z"},
        {"id": "00000004", "status": "failed", "kind": "automated", "created_at": "2025-04-01T10:00:00Z"},
        {"id": "00000005", "status": "failed", "kind": "automated", "rungroup_id": "other"},
        {"id": "00000006", "status": "failed", "kind": "automated", "env": "Safari"},
    ]
    host = Host()
    host.says("GET /runs", lambda request: page_of(rows, request))
    host.says("GET /info", 404)
    page = await list_runs(
        host.api(),
        no_progress,
        status=["failed"],
        kind="automated",
        group_id="mine",
        env=["Chrome"],
        since="2026-01-01",
    )
    assert [run.id for run in page.items] == ["00000001"]


async def test_a_wrong_query_is_refused_with_its_place_and_nothing_is_sent() -> None:
    async with desk() as d:
        assert "character 9" in await d.refusal("testomatio_list_runs", tql="failed = 'x'".replace("failed", "title  "))
        assert d.arrived(platform="testomatio") == []


async def test_an_unknown_branch_is_refused_since_main_would_be_answered() -> None:
    async with desk() as d:
        for tool, more in (("list_runs", {}), ("get_run", {"run_id": HOTFIX}), ("create_run", {"title": "x"})):
            error = await d.refusal(f"testomatio_{tool}", branch="no-such", **more)
            assert "no branch" in error
        assert d.writes("testomatio") == []


async def test_a_run_of_a_branch_is_reached_with_it_alone() -> None:
    async with desk() as d:
        assert "needs branch" in await d.refusal("testomatio_get_run", run_id=OF_A_BRANCH)
        answer = await d.answer("testomatio_get_run", run_id=OF_A_BRANCH, branch="checkout-10-1a2b3")
    assert answer["run"]["id"] == OF_A_BRANCH


async def test_results_are_counted_and_a_difference_to_the_counters_is_said() -> None:
    async with desk() as d:
        answer = await d.answer("testomatio_get_run", run_id=HOTFIX)
        world = d.sandboxes.sandboxes["testomatio"].world
        held = [result.status for result in world.results.of_run(HOTFIX)]
    assert answer["results"] == {name: held.count(name) for name in ("passed", "failed", "skipped", "pending")} | {
        "total": len(held)
    }
    assert "own counters say" in answer["note"]
    assert "passed_count" not in answer["run"]


async def test_missing_counters_and_dates_are_no_trouble() -> None:
    async with desk() as d:
        await d.switch("testomatio", without_run_counts=True)
        answer = await d.answer("testomatio_get_run", run_id=HOTFIX)
        listed = await d.answer("testomatio_list_runs", text="hotfix")
    assert answer["results"]["failed"] == 13
    assert "note" not in answer
    assert "passed" not in listed["items"][0]


async def test_camel_case_answers_read_the_same() -> None:
    async with desk() as d:
        answer = await d.answer("testomatio_get_run", run_id=HOTFIX)
        rows = await d.answer("testomatio_list_results", run_id=HOTFIX, limit=5)
        await d.switch("testomatio", camel_case=True)
        assert await d.answer("testomatio_get_run", run_id=HOTFIX) == answer
        assert await d.answer("testomatio_list_results", run_id=HOTFIX, limit=5) == rows


@pytest.mark.parametrize("refusal", [422, 400, None])
async def test_a_server_that_does_not_count_by_status_has_its_results_read(refusal: int | None) -> None:
    rows = [{"id": n, "run_id": "00000001", "status": status} for n, status in enumerate(["passed"] * 150 + ["failed"])]

    def answer(request: Any) -> Any:
        counting = "count" in request.url.params
        return refusal if counting and refusal is not None else page_of(rows, request)

    host = Host()
    host.says("GET /testruns", answer)
    counts = await counts_of(host.api(), "shop", "00000001")
    assert (counts.total, counts.passed, counts.failed, counts.pending) == (151, 150, 1, 0)
    assert counts.describe() == "151 results: 150 passed, 1 failed"


@pytest.mark.parametrize(
    ("pasted", "bare"),
    [
        ("https://app.testomat.io/projects/shop/runs/9a01f1x0/report", "9a01f1x0"),
        ("/projects/shop/runs/9a01f1x0", "9a01f1x0"),
        (" 9a01f1x0 ", "9a01f1x0"),
        ("runs/../x", "runs/../x"),
    ],
)
def test_a_run_may_be_named_by_the_address_of_its_page(pasted: str, bare: str) -> None:
    assert bare_run(pasted) == bare


@pytest.mark.parametrize("run_id", ["../../x", "a/b", "%2e%2e", "x?y=1", "#"])
async def test_no_id_climbs_out_of_its_place(run_id: str) -> None:
    async with holding(OF_THE_PROJECT) as api:
        with pytest.raises(NotFound, match="testomatio_list_runs shows ids"):
            await get_run(api, no_progress, run_id=run_id)


async def test_dots_are_no_id() -> None:
    async with holding(OF_THE_PROJECT) as api:
        with pytest.raises(Refused, match="An id may not be empty"):
            await get_run(api, no_progress, run_id="..")


async def test_a_breakdown_is_read_to_its_end_though_its_pages_are_smaller_and_its_meta_camel_cased() -> None:
    async with holding(OF_THE_PROJECT) as api:
        first = await get_run_stats(api, HOTFIX, "suites", limit=35)
        rest = await get_run_stats(api, HOTFIX, "suites", limit=35, cursor=first.next_cursor)
        with pytest.raises(NotFound, match="has no run"):
            await get_run_stats(api, "nothing0", "tags")
    failed = [row.failed_count for row in [*first.items, *rest.items]]
    assert first.coverage.total == len(failed) > 35
    assert failed == sorted(failed, key=lambda count: -(count or 0))


@pytest.mark.parametrize("answer", ["Chrome, Windows", ["Chrome", "Windows"]])
def test_environments_come_as_text_or_as_a_list(answer: str | list[str]) -> None:
    assert Run.model_validate({"id": "a", "env": answer}).env == ["Chrome", "Windows"]


@pytest.mark.parametrize(
    "answer", [[{"id": "9f21ab04", "title": "Smoke"}], ["Smoke"], ["9f21ab04"], [{"title": "Smoke"}]]
)
def test_plans_come_by_title_by_id_or_as_records(answer: list[Any]) -> None:
    (plan,) = Run.model_validate({"id": "a", "plans": answer}).plans
    assert (plan.id or plan.title) in {"9f21ab04", "Smoke"}


def test_labels_come_as_objects_or_as_words() -> None:
    flat = {"id": "a", "labels": [{"id": "severity-1", "title": "Severity", "value": "critical"}, {"title": "Hotfix"}]}
    web = {"id": "a", "attributes": {"labels": ["Severity:critical"]}}
    assert [str(label) for label in Run.model_validate(flat).labels] == ["Severity: critical", "Hotfix"]
    assert [str(label) for label in Run.model_validate(web).labels] == ["Severity:critical"]
