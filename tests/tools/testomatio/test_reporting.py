"""Reporting: storage credentials are never read, each row of a batch has its outcome, what has no undo is asked."""

import json
import logging
from typing import Any

import httpx
import pytest

from tests.acts import confirmed
from tests.desk import DECLINE, ERAS, desk
from tests.tools.testomatio.holding import V2
from tests.tools.testomatio.host import Host
from tools.kit.toolset import no_progress
from tools.testomatio.tools.reported_results import ReportedResult, report_results

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)

SAFARI, HOTFIX = "9a01cb01", "9a01f1x0"


async def test_credentials_that_come_with_a_new_run_are_in_no_answer_log_or_journal(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    async with desk() as d:
        answer = await d.answer("testomatio_create_reported_run", title="CI 4021", env="staging, Chrome", tags=["x"])
        again = await d.answer("testomatio_update_reported_run", run_id=answer["now"]["id"], description="Built")
        stored = d.sandboxes.sandboxes["testomatio"].world.projects["harbour-shop-6f98f"].storage
        kept = json.dumps(d.sandboxes.journal.as_json(), default=str)
    secrets = [
        value for name, value in stored.items() if name in {"ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN"}
    ]
    assert len(secrets) == 3
    for place in (json.dumps(answer), json.dumps(again), caplog.text, kept):
        for secret in secrets:
            assert str(secret) not in place
    assert "tstmt_" not in caplog.text + kept


async def test_the_key_of_a_refused_report_is_in_no_error_and_no_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with desk() as d:
        await d.fault(
            platform="testomatio",
            method="POST",
            path="/api/reporter",
            times=1,
            status=403,
            body='{"message": "Key tstmt_sandbox0harbour0shop is invalid"}',
        )
        error = await d.refusal("testomatio_create_reported_run", title="CI")
    assert "tstmt_sandbox0harbour0shop" not in error + caplog.text
    assert "is invalid" in error


@both_eras
@pytest.mark.parametrize(
    ("more", "words"),
    [({"publish": True}, "whoever has the address"), ({"ci_profile": "e2e-staging"}, "takes machine time")],
)
async def test_publishing_or_starting_ci_needs_a_yes(mode: str, more: dict[str, Any], words: str) -> None:
    async with desk(mode, person=DECLINE) as d:
        await d.refusal("testomatio_create_reported_run", title="CI", **more)
        assert words in d.asked[0]
        assert d.writes("testomatio") == []
        await d.answer("testomatio_create_reported_run", title="CI")
        assert len(d.asked) == 1


async def test_a_profile_that_is_not_there_is_refused_before_anybody_is_asked() -> None:
    async with desk() as d:
        error = await d.refusal("testomatio_create_reported_run", title="CI", ci_profile="e2e-prod")
        assert "e2e-staging" in error
        assert d.asked == []
        assert d.writes("testomatio") == []


async def test_publishing_an_open_run_needs_a_yes_too() -> None:
    async with desk(person=DECLINE) as d:
        await d.refusal("testomatio_update_reported_run", run_id=SAFARI, publish=True)
        assert "'Release 9.0.1 in Safari'" in d.asked[0]
        assert "cannot take it back" in d.asked[0]
        assert d.writes("testomatio") == []


async def test_the_fields_of_a_run_go_out_as_the_reporter_sends_them() -> None:
    async with desk() as d:
        await d.answer(
            "testomatio_create_reported_run",
            title="CI",
            kind="automated",
            group_title="Nightly",
            jira_id="SHOP-412",
            label="Hotfix",
            test_ids=["@Tc0de0010"],
            scheduled=True,
            shared=True,
            shared_minutes=5,
            shards=3,
        )
        _, body = d.sent("POST", "/api/reporter")
    assert body == {
        "title": "CI",
        "group_title": "Nightly",
        "label": "Hotfix",
        "jira_id": "SHOP-412",
        "kind": "automated",
        "status": "scheduled",
        "shared_run": True,
        "shared_run_timeout": 5,
        "shared_run_shards": 3,
        "configuration": {"tests": ["c0de0010"]},
    }


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"title": "x", "shards": 2}, "for a shared run"),
        ({"shared": True}, "joined by its title"),
        ({"title": "x", "ci_grep": "@smoke"}, "ci_grep is for ci_profile"),
    ],
)
async def test_what_does_not_fit_together_is_refused(fields: dict[str, Any], sentence: str) -> None:
    async with desk() as d:
        assert sentence in await d.refusal("testomatio_create_reported_run", **fields)
        assert d.arrived(platform="testomatio") == []


async def test_results_are_accepted_first_and_seen_later() -> None:
    new = [
        {"test_id": "@Tc0de0019", "status": "passed", "run_time_ms": 12.5},
        {"title": "An expired code is refused", "status": "failed", "message": "Still", "example": {"code": "OLD10"}},
    ]
    async with desk() as d:
        answer = await d.answer("testomatio_report_results", run_id=SAFARI, results=new)
        assert "accepted does not mean stored" in answer["done"]
        assert (answer["accepted"], answer["seen"]) == (2, 0)
        await d.control("clock", advance="1m")
        rows = await d.answer("testomatio_list_results", run_id=SAFARI, test_ids=["c0de0019", "c0de0010"])
        statuses = {row["test_id"]: row["status"] for row in rows["items"]}
        _, body = d.sent("POST", f"/api/reporter/{SAFARI}/testrun")
    assert statuses == {"c0de0019": "passed", "c0de0010": "failed"}
    assert body["tests"][0] == {"status": "passed", "test_id": "c0de0019", "run_time": 12.5}
    assert body["tests"][1]["example"] == {"code": "OLD10"}


async def test_a_bare_value_is_named_as_the_platform_names_it_and_an_array_is_refused() -> None:
    assert ReportedResult.model_validate({"status": "passed", "title": "a", "example": "OLD10"}).example == {
        "example": "OLD10"
    }
    async with desk() as d:
        new = [{"title": "a", "status": "passed", "example": ["OLD10"]}]
        error = await d.refusal("testomatio_report_results", run_id=SAFARI, results=new)
        assert "the platform drops a result with an array" in error
        assert "OLD10" not in error
        assert d.arrived(platform="testomatio") == []


async def test_tests_that_are_unknown_are_said_with_what_would_make_them() -> None:
    new = [{"title": "Never heard of", "status": "passed"}, {"test_id": "c0de0019", "status": "passed"}]
    async with desk() as d:
        answer = await d.answer("testomatio_report_results", run_id=SAFARI, results=new)
        assert {row["outcome"] for row in answer["not_accepted"]} == {"refused in part"}
        assert "With create, unknown tests are created" in answer["why"][0]
        made = await d.answer("testomatio_report_results", run_id=SAFARI, results=new, create=True)
        assert made["accepted"] == 2


def batches(count: int, *answers: int | None) -> tuple[Host, list[ReportedResult]]:
    """A host that answers each batch with a status, or takes it, and so many results for it."""
    left = list(answers)

    def answer(request: httpx.Request) -> Any:
        status = left.pop(0) if left else None
        return {"message": "Test run added"} if status is None else status

    host = Host()
    host.says("POST /testrun", answer)
    host.says("GET /runs/00000001", {"data": {"id": "00000001", "status": "running"}})
    host.says("GET /testruns", {"data": [], "meta": {"total": 0}})
    return host, [ReportedResult(title=f"T {number}", status="passed") for number in range(count)]


async def test_batches_have_at_most_a_hundred_results() -> None:
    host, new = batches(250)
    answer = await confirmed(report_results(host.api(), no_progress, "00000001", new))
    sizes = [len(json.loads(r.content)["tests"]) for r in host.arrived if r.method == "POST"]
    indexes = [json.loads(r.content)["batch_index"] for r in host.arrived if r.method == "POST"]
    assert (sizes, indexes, answer.accepted) == ([100, 100, 50], [0, 1, 2], 250)


@pytest.mark.parametrize(
    ("answers", "outcomes", "posts"),
    [
        ([None, 422, None], {"refused": 100}, 3),
        ([None, 402], {"refused": 100, "not sent": 50}, 2),
        ([None, 502], {"unknown": 100, "not sent": 50}, 2),
        ([404], {"refused": 100, "not sent": 150}, 1),
        ([403], {"refused": 100, "not sent": 150}, 1),
    ],
)
async def test_a_batch_that_fails_is_told_row_by_row_and_no_more_is_claimed(
    answers: list[int | None], outcomes: dict[str, int], posts: int
) -> None:
    host, new = batches(250, *answers)
    answer = await confirmed(report_results(host.api(), no_progress, "00000001", new))
    by = {name: sum(row.outcome == name for row in answer.not_accepted) for name in outcomes}
    assert by == outcomes
    assert answer.accepted == 250 - len(answer.not_accepted)
    assert len(host.sent("POST")) == posts
    assert answer.why


async def test_reporting_into_a_run_that_is_over_needs_a_yes() -> None:
    new = [{"test_id": "c0de0010", "status": "passed"}]
    async with desk(person=DECLINE) as d:
        await d.refusal("testomatio_report_results", run_id=HOTFIX, results=new)
        assert "which is over" in d.asked[0]
        assert d.writes("testomatio") == []


@both_eras
async def test_finishing_with_detach_counts_the_tests_that_are_detached(mode: str) -> None:
    async with desk(mode) as d:
        await d.answer("testomatio_get_run", run_id=SAFARI)
        world = d.sandboxes.sandboxes["testomatio"].world
        reported = {result.test_id for result in world.results.of_run(SAFARI)}
        automated = {test.id for test in world.tests.of("harbour-shop-6f98f") if test.state == "automated"}
        answer = await d.answer("testomatio_finish_reported_run", run_id=SAFARI, detach=True, duration_s=60)
        (question,) = d.asked
        assert f"{len(automated - reported)} automated tests" in question
        _, body = d.sent("PUT", f"/api/reporter/{SAFARI}")
        assert body == {"status_event": "finish", "duration": 60.0, "detach": True}
        left = {test.id for test in world.tests.of("harbour-shop-6f98f") if test.state == "detached"}
    assert automated - reported <= left
    assert answer["now"]["status"] == "passed"


async def test_one_shard_ends_alone() -> None:
    async with desk() as d:
        answer = await d.answer("testomatio_finish_reported_run", run_id=SAFARI, shard=True)
        assert "End one shard" in d.asked[0]
        _, body = d.sent("PUT", f"/api/reporter/{SAFARI}")
        refused = await d.refusal("testomatio_finish_reported_run", run_id=SAFARI, shard=True, end_all_shards=True)
        assert "not" not in refused or "Nothing was sent" in refused
    assert body == {"status_event": "finish_parallel"}
    assert (answer["done"], answer["now"]["status"]) == ("One shard is ended.", "running")


async def test_a_run_that_is_not_the_tokens_is_said() -> None:
    async with desk() as d:
        error = await d.refusal("testomatio_update_reported_run", run_id="00000000", title="x")
        assert "The project of this token has no run" in error
        assert d.arrived("GET", platform="testomatio") == []
        assert f"GET {V2}/runs" not in d.arrived(platform="testomatio")
