"""The fake API of Testomat.io: results that a pipeline sends into its run."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from tests.tools.testomatio_sandbox.small import SMALL, json_of
from tools.kit.sandbox.clock import parse_duration
from tools.kit.sandbox.sandbox import Sandbox

pytestmark = pytest.mark.anyio

RESULTS = "/api/reporter/r0000001/testrun"
KNOWN = {"test_id": "t0000002", "status": "passed"}


async def sent(ci: httpx.AsyncClient, sandbox: Sandbox, *results: Mapping[str, object]) -> list[Any]:
    """Send results one by one, and answer those of the run that were not there, once they are taken in."""
    for result in results:
        assert json_of(await ci.post(RESULTS, json=result)) == {"message": "Test run added"}
    sandbox.world.pending_uploads.run_deferred("r0000001")
    return [result for result in sandbox.world.results.of_run("r0000001") if result.id not in {8001, 8002}]


def kept(sandbox: Sandbox) -> list[Any]:
    return list(sandbox.world.tests.of(SMALL))


# What is answered


async def test_success_is_answered_before_a_result_is_taken_in(ci: httpx.AsyncClient, sandbox: Sandbox) -> None:
    assert json_of(await ci.post(RESULTS, json=KNOWN)) == {"message": "Test run added"}
    assert len(sandbox.world.results.of_run("r0000001")) == 2
    sandbox.clock.advance(parse_duration("2s"))
    json_of(await ci.get("/api/test_data"))
    assert len(sandbox.world.results.of_run("r0000001")) == 3


async def test_a_result_of_an_unknown_test_says_that_it_could_not_be_matched(ci: httpx.AsyncClient) -> None:
    for unknown in ({"title": "Nobody knows", "status": "passed"}, {"test_id": "T00000000", "status": "passed"}):
        answer = await ci.post(RESULTS, json=unknown)
        assert answer.status_code == 404
        name = unknown.get("title") or unknown["test_id"]
        assert answer.json() == {"message": f"1 of 1 tests could not be matched: {name}"}


async def test_the_known_results_of_a_batch_are_taken_in_beside_unknown_ones(
    ci: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    batch = {"tests": [KNOWN, {"title": "Nobody knows", "status": "failed"}], "batch_index": 1}
    answer = await ci.post(RESULTS, json=batch)
    assert answer.status_code == 404
    assert answer.json()["message"] == "1 of 2 tests could not be matched: Nobody knows"
    assert [result.test_id for result in await sent(ci, sandbox)] == ["t0000002"]


async def test_a_batch_has_at_most_a_hundred_results(ci: httpx.AsyncClient) -> None:
    json_of(await ci.post(RESULTS, json={"tests": [KNOWN] * 100}))
    assert (await ci.post(RESULTS, json={"tests": [KNOWN] * 101})).status_code == 422


@pytest.mark.parametrize(
    "lost", [{"example": ["credit card", "20.00"]}, {"status": "broken"}, {"status": None}, {"status": "pending"}]
)
async def test_a_result_that_cannot_be_taken_in_is_lost_behind_a_success(
    ci: httpx.AsyncClient, sandbox: Sandbox, lost: dict[str, object]
) -> None:
    assert await sent(ci, sandbox, {**KNOWN, **lost}) == []


# Which test it is


@pytest.mark.parametrize("test_id", ["t0000002", "Tt0000002", "@Tt0000002"])
async def test_an_id_is_read_in_every_form(ci: httpx.AsyncClient, sandbox: Sandbox, test_id: str) -> None:
    assert [result.test_id for result in await sent(ci, sandbox, {**KNOWN, "test_id": test_id})] == ["t0000002"]


async def test_a_test_is_found_by_its_title_with_suite_and_file(ci: httpx.AsyncClient, sandbox: Sandbox) -> None:
    named: dict[str, object] = {"title": "A valid code lowers the total", "status": "passed"}
    found = await sent(ci, sandbox, {**named, "suite_title": "Coupons"})
    assert [result.test_id for result in found] == ["t0000002"]
    for other in ({"suite_title": "Payment"}, {"suite_id": "Ss0000004"}):
        assert (await ci.post(RESULTS, json={**named, **other})).status_code == 404
    in_another_file = {"title": "Payment is refused", "file": "other.spec.ts", "status": "passed"}
    assert (await ci.post(RESULTS, json=in_another_file)).status_code == 404


async def test_tags_in_a_title_may_be_left_out(ci: httpx.AsyncClient, sandbox: Sandbox) -> None:
    await sent(ci, sandbox, {"title": "An expired code is refused", "status": "passed"})
    assert sandbox.world.results.get(8001).status == "passed"


async def test_an_unknown_test_is_made_when_that_is_asked_for(ci: httpx.AsyncClient, sandbox: Sandbox) -> None:
    new: dict[str, object] = {
        "title": "Brand new",
        "status": "passed",
        "suite_title": "Coupons",
        "file": "new.spec.ts",
        "code": "test()",
        "tags": ["@fresh"],
        "create": True,
    }
    result = (await sent(ci, sandbox, new, new))[0]
    test = next(test for test in kept(sandbox) if test.title == "Brand new")
    assert (result.test_id, result.suite_title) == (test.id, "Coupons")
    assert (test.suite_id, test.state, test.file, test.code) == ("s0000003", "automated", "new.spec.ts", "test()")
    assert test.tags == ["fresh"]
    assert len(kept(sandbox)) == 5


async def test_a_suite_is_made_where_none_has_the_title(ci: httpx.AsyncClient, sandbox: Sandbox) -> None:
    new = {"title": "Brand new", "status": "passed", "suite_title": "Search", "root_suite_id": "Ss0000001"}
    await sent(ci, sandbox, {**new, "create": True})
    suite = next(suite for suite in sandbox.world.suites.of(SMALL) if suite.title == "Search")
    assert (suite.parent_id, suite.file_type, suite.position) == ("s0000001", "file", 2)


async def test_a_new_test_goes_into_the_suite_that_is_named_by_its_id(ci: httpx.AsyncClient, sandbox: Sandbox) -> None:
    new = {"title": "Brand new", "status": "passed", "suite_title": "Coupons", "suite_id": "@Ss0000004"}
    await sent(ci, sandbox, {**new, "create": True})
    assert next(test.suite_id for test in kept(sandbox) if test.title == "Brand new") == "s0000004"


# What is kept of it


async def test_a_result_has_what_it_was_sent_with(ci: httpx.AsyncClient, sandbox: Sandbox) -> None:
    whole: dict[str, object] = {
        **KNOWN,
        "status": "failed",
        "message": "Expected 1 to be 2",
        "stack": "at cart.ts:1",
        "run_time": 1500,
        "timestamp": 1775200000,
        "artifacts": ["https://files.example.test/a.png"],
        "meta": {"browser": "Chrome", "try": 1},
        "labels": ["severity-s0001:minor", "unheard of"],
        "links": [{"label": "Web"}, {"jira": "SHOP-412"}, {"test": "Tt0000001"}],
        "substatus": "Known issue",
    }
    result = (await sent(ci, sandbox, whole))[0]
    assert (result.status, result.message, result.stack) == ("failed", "Expected 1 to be 2", "at cart.ts:1")
    assert (result.run_time, result.substatus, result.automated) == (1500, "Known issue", True)
    assert result.finished_at == datetime.fromtimestamp(1775200000, UTC)
    assert result.artifacts == ["https://files.example.test/a.png"]
    assert result.meta == {"browser": "Chrome", "try": "1"}
    labels = [(label.slug, label.value) for label in result.labels]
    assert labels == [("severity-s0001", "minor"), ("web-s0002", None)]
    assert [link.jira_id for link in sandbox.world.links_of("testrun", result.id)] == ["SHOP-412"]


async def test_the_texts_of_steps_are_cut_at_250_characters(ci: httpx.AsyncClient, sandbox: Sandbox) -> None:
    step = {"category": "user", "title": "x" * 300, "duration": 5, "steps": [{"title": "y", "log": "z" * 300}]}
    steps = (await sent(ci, sandbox, {**KNOWN, "steps": [step]}))[0].steps
    assert (len(steps[0]["title"]), steps[0]["duration"], len(steps[0]["steps"][0]["log"])) == (250, 5, 250)


@pytest.mark.parametrize(
    ("example", "kept"), [({"card": "debit", "n": 2}, {"card": "debit", "n": "2"}), ("debit", {"example": "debit"})]
)
async def test_an_example_is_an_object_or_a_bare_text(
    ci: httpx.AsyncClient, sandbox: Sandbox, example: object, kept: dict[str, str]
) -> None:
    assert (await sent(ci, sandbox, {**KNOWN, "example": example}))[0].example == kept


# Repeats


async def test_a_test_that_is_tried_again_stays_one_result(ci: httpx.AsyncClient, sandbox: Sandbox) -> None:
    results = await sent(ci, sandbox, {**KNOWN, "status": "failed"}, KNOWN)
    assert [(result.status, result.retries) for result in results] == [("passed", 1)]


async def test_an_overwritten_result_counts_as_no_retry(ci: httpx.AsyncClient, sandbox: Sandbox) -> None:
    results = await sent(ci, sandbox, {**KNOWN, "status": "failed"}, {**KNOWN, "overwrite": True})
    assert [(result.status, result.retries) for result in results] == [("passed", 0)]


async def test_other_values_or_another_rid_are_results_of_their_own(ci: httpx.AsyncClient, sandbox: Sandbox) -> None:
    rows = [{**KNOWN, "example": {"card": card}} for card in ("a", "b")]
    tries = [{**KNOWN, "rid": rid} for rid in ("1", "2", "r0000001-1")]
    results = await sent(ci, sandbox, *rows, *tries)
    assert [result.example and result.example["card"] for result in results] == ["a", "b", None, None]
    assert [(result.rid, result.retries) for result in results[2:]] == [("1", 1), ("2", 0)]


@pytest.mark.parametrize(
    ("example", "is_filled"),
    [
        ({"card": "credit card", "amount": "20.00"}, True),
        (None, True),
        ({"card": "debit card", "amount": "20.00"}, False),
    ],
)
async def test_a_waiting_result_is_filled_unless_it_waits_for_other_values(
    ci: httpx.AsyncClient, sandbox: Sandbox, example: object, is_filled: bool
) -> None:
    row = {"test_id": "t0000003", "status": "passed", "example": example}
    json_of(await ci.post("/api/reporter/r0000002/testrun", json=row))
    sandbox.world.pending_uploads.run_deferred("r0000002")
    assert (sandbox.world.results.get(8003).status == "passed") == is_filled
    assert len(sandbox.world.results.of_run("r0000002")) == (2 if is_filled else 3)


async def test_a_result_with_values_fills_one_that_waits_for_none(ci: httpx.AsyncClient, sandbox: Sandbox) -> None:
    sandbox.world.results.get(8003).example = None
    row = {"test_id": "t0000003", "status": "passed", "example": {"card": "debit card"}}
    json_of(await ci.post("/api/reporter/r0000002/testrun", json=row))
    sandbox.world.pending_uploads.run_deferred("r0000002")
    filled = sandbox.world.results.get(8003)
    assert (filled.status, filled.example) == ("passed", {"card": "debit card"})
