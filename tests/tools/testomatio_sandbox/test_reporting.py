"""The fake API of Testomat.io: runs that a pipeline opens and finishes."""

from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from tests.tools.testomatio_sandbox.small import KEY, http, json_of, pipeline, small, web
from tools.kit.sandbox.clock import parse_duration
from tools.kit.sandbox.sandbox import Sandbox
from tools.testomatio.sandbox.world import Switches

pytestmark = pytest.mark.anyio

REPORTER = "/api/reporter"


async def opened(ci: httpx.AsyncClient, /, **fields: object) -> str:
    return str(json_of(await ci.post(REPORTER, json=fields))["uid"])


async def finished(ci: httpx.AsyncClient, uid: str, event: str = "finish", **fields: object) -> Any:
    return json_of(await ci.put(f"{REPORTER}/{uid}", json={"status_event": event, **fields}))


async def reported(ci: httpx.AsyncClient, uid: str, *results: Mapping[str, object]) -> None:
    json_of(await ci.post(f"{REPORTER}/{uid}/testrun", json={"tests": list(results)}))


def message(answer: httpx.Response, status: int) -> str:
    assert answer.status_code == status, answer.text
    assert list(answer.json()) == ["message"]
    return str(answer.json()["message"])


def run_of(sandbox: Sandbox, uid: str) -> Any:
    return sandbox.world.runs[uid]


PASSED = {"title": "Payment is refused", "status": "passed"}
FAILED = {"test_id": "@Tt0000001", "status": "failed"}


# Who is let in


@pytest.mark.parametrize("key", ["", "tstmt_wrong", "testomat_demo", "tstmt_paused", "nothing"])
async def test_a_bad_key_is_403_in_the_words_of_the_api(sandbox: Sandbox, key: str) -> None:
    async with pipeline(sandbox, key) as client:
        for answer in (
            await client.post(REPORTER, json={}),
            await client.put(f"{REPORTER}/r0000001", json={}),
            await client.post(f"{REPORTER}/r0000001/testrun", json=PASSED),
        ):
            assert message(answer, 403) == "Project API Token is invalid"


async def test_the_key_may_come_in_the_body(sandbox: Sandbox) -> None:
    async with http(sandbox) as client:
        json_of(await client.post(REPORTER, json={"api_key": KEY}))


async def test_used_up_reports_are_402_with_an_empty_object(sandbox: Sandbox) -> None:
    async with pipeline(small(Switches(reports_used_up=True))) as client:
        answer = await client.post(REPORTER, json={})
    assert (answer.status_code, answer.json()) == (402, {})


@pytest.mark.parametrize("uid", ["nothing0", "9a01f1x0"])
async def test_a_run_that_the_project_does_not_have_is_404(ci: httpx.AsyncClient, uid: str) -> None:
    message(await ci.put(f"{REPORTER}/{uid}", json={}), 404)
    message(await ci.post(f"{REPORTER}/{uid}/testrun", json=PASSED), 404)


async def test_a_body_that_is_no_object_is_400(ci: httpx.AsyncClient) -> None:
    message(await ci.post(REPORTER, content=b"{"), 400)
    message(await ci.post(REPORTER, json=[1]), 400)


# Opening a run


async def test_opening_a_run_answers_its_id_and_credentials_for_the_storage(ci: httpx.AsyncClient) -> None:
    run = json_of(await ci.post(REPORTER, json={}))
    assert list(run) == ["uid", "url", "artifacts"]
    assert run["url"].endswith(f"/projects/small-00001/runs/{run['uid']}")
    assert run["artifacts"]["SECRET_ACCESS_KEY"] == "small-secret"


async def test_the_shop_of_the_story_hands_out_credentials_too(sandbox: Sandbox) -> None:
    async with pipeline(sandbox, "tstmt_demo") as client:
        run = json_of(await client.post(REPORTER, json={}))
    assert run["url"].endswith(f"/projects/harbour-shop-6f98f/runs/{run['uid']}")
    assert {"ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN"} <= set(run["artifacts"])


async def test_a_project_without_storage_hands_out_no_credentials(ci: httpx.AsyncClient, sandbox: Sandbox) -> None:
    sandbox.world.projects["small-00001"].artifacts_storage = False
    assert list(json_of(await ci.post(REPORTER, json={}))) == ["uid", "url"]


async def test_a_run_has_what_it_was_opened_with(ci: httpx.AsyncClient, sandbox: Sandbox) -> None:
    uid = await opened(
        ci,
        title="Nightly",
        env="staging, Chrome",
        group_title="Release 9",
        tags=["@night"],
        label="severity-s0001:minor",
        jira_id="SHOP-412",
        description="All of it",
        ci_build_url="https://ci.example.test/1",
    )
    run = run_of(sandbox, uid)
    assert (run.title, run.env, run.rungroup_id, run.tags) == ("Nightly", ["staging", "Chrome"], "g0000001", ["night"])
    assert [(label.slug, label.value) for label in run.labels] == [("severity-s0001", "minor")]
    assert [link.jira_id for link in sandbox.world.links_of("run", uid)] == ["SHOP-412"]
    assert (run.description, run.ci_build_url) == ("All of it", "https://ci.example.test/1")
    assert (run.status, run.kind) == ("running", "automated")


async def test_a_group_is_made_when_none_has_its_title(ci: httpx.AsyncClient, sandbox: Sandbox) -> None:
    first, second = [run_of(sandbox, await opened(ci, group_title="Weekly")) for _ in range(2)]
    assert first.rungroup_id == second.rungroup_id
    assert sandbox.world.rungroups[first.rungroup_id].title == "Weekly"


async def test_a_published_run_has_a_public_address(ci: httpx.AsyncClient) -> None:
    assert "public_url" in json_of(await ci.post(REPORTER, json={"access_event": "publish"}))


async def test_a_run_may_be_scheduled(ci: httpx.AsyncClient, sandbox: Sandbox) -> None:
    uid = await opened(ci, status="scheduled")
    assert (run_of(sandbox, uid).status, run_of(sandbox, uid).launched_at) == ("scheduled", None)


async def test_a_scheduled_run_runs_from_its_first_result_on(ci: httpx.AsyncClient, sandbox: Sandbox) -> None:
    uid = await opened(ci, status="scheduled")
    await reported(ci, uid, PASSED)
    sandbox.clock.advance(parse_duration("2s"))
    json_of(await ci.put(f"{REPORTER}/{uid}", json={}))
    assert run_of(sandbox, uid).status == "running"


@pytest.mark.parametrize(
    ("configuration", "kind", "count"),
    [
        ({"tests": ["Tt0000001", "@Tt0000004"]}, "automated", 2),
        ({"suites": ["@Ss0000003"]}, "mixed", 2),
        ({"tests": ["t0000003"]}, "manual", 2),
        ({}, "automated", None),
    ],
)
async def test_the_kind_is_detected_from_the_tests_that_are_configured(
    ci: httpx.AsyncClient, sandbox: Sandbox, configuration: dict[str, object], kind: str, count: int | None
) -> None:
    run = json_of(await ci.post(REPORTER, json={"kind": "detect", "configuration": configuration}))
    assert (run_of(sandbox, run["uid"]).kind, run.get("tests_count")) == (kind, count)
    assert {result.status for result in sandbox.world.results.of_run(run["uid"])} <= {"pending"}


@pytest.mark.parametrize("fields", [{"kind": "robotic"}, {"ci": {"profile": "nothing"}}, {"tags": "night"}])
async def test_an_unsound_run_is_refused_and_not_kept(
    ci: httpx.AsyncClient, sandbox: Sandbox, fields: dict[str, object]
) -> None:
    before = set(sandbox.world.runs)
    message(await ci.post(REPORTER, json=fields), 422)
    assert set(sandbox.world.runs) == before


async def test_a_pipelines_profile_launches_the_run(ci: httpx.AsyncClient, sandbox: Sandbox) -> None:
    uid = await opened(ci, ci={"profile": "nightly"})
    assert run_of(sandbox, uid).status == "launching"
    sandbox.clock.advance(parse_duration("10s"))
    json_of(await ci.put(f"{REPORTER}/{uid}", json={}))
    assert run_of(sandbox, uid).status == "running"


# Shared runs


async def test_a_shared_run_is_joined_by_its_title_for_twenty_minutes(ci: httpx.AsyncClient, sandbox: Sandbox) -> None:
    shared: dict[str, object] = {"title": "Shards", "shared_run": True}
    uid = await opened(ci, **shared)
    sandbox.clock.advance(parse_duration("19m"))
    assert await opened(ci, **shared) == uid
    assert await opened(ci, title="Other", shared_run=True) != uid
    assert await opened(ci, title="Shards") != uid
    sandbox.clock.advance(parse_duration("1m"))
    assert await opened(ci, **shared) != uid


async def test_how_long_a_shared_run_is_open_can_be_told(ci: httpx.AsyncClient, sandbox: Sandbox) -> None:
    shared: dict[str, object] = {"title": "Shards", "shared_run": True, "shared_run_timeout": 60}
    uid = await opened(ci, **shared)
    sandbox.clock.advance(parse_duration("59m"))
    assert await opened(ci, **shared) == uid


async def test_a_shared_run_that_is_over_is_not_joined(ci: httpx.AsyncClient) -> None:
    uid = await opened(ci, title="Shards", shared_run=True)
    await finished(ci, uid)
    assert await opened(ci, title="Shards", shared_run=True) != uid


async def test_a_shared_run_of_three_shards_ends_with_the_third(ci: httpx.AsyncClient, sandbox: Sandbox) -> None:
    uid = await opened(ci, title="Shards", shared_run=True, shared_run_shards=3)
    await reported(ci, uid, PASSED)
    for _ in range(2):
        await finished(ci, uid)
        assert run_of(sandbox, uid).status == "running"
    await finished(ci, uid)
    assert run_of(sandbox, uid).status == "passed"


async def test_a_shared_run_can_be_ended_by_force(ci: httpx.AsyncClient, sandbox: Sandbox) -> None:
    uid = await opened(ci, title="Shards", shared_run=True, shared_run_shards=3)
    await reported(ci, uid, PASSED)
    await finished(ci, uid, force_finish_shared_run=True)
    assert run_of(sandbox, uid).status == "passed"


# Finishing


@pytest.mark.parametrize(
    ("event", "results", "status"),
    [
        ("finish", [PASSED], "passed"),
        ("finish", [PASSED, FAILED], "failed"),
        ("pass", [PASSED, FAILED], "passed"),
        ("fail", [PASSED], "failed"),
    ],
)
async def test_a_run_ends_with_what_its_results_or_the_event_say(
    ci: httpx.AsyncClient, sandbox: Sandbox, event: str, results: list[Mapping[str, object]], status: str
) -> None:
    uid = await opened(ci)
    await reported(ci, uid, *results)
    await finished(ci, uid, event, duration=12.5)
    run = run_of(sandbox, uid)
    assert (run.status, run.seconds, run.finished_at) == (status, 12.5, sandbox.clock.now())


@pytest.mark.parametrize("event", ["pass_parallel", "fail_parallel", "finish_parallel"])
async def test_a_parallel_event_ends_one_shard_only(ci: httpx.AsyncClient, sandbox: Sandbox, event: str) -> None:
    uid = await opened(ci)
    await reported(ci, uid, PASSED)
    await finished(ci, uid, event)
    assert run_of(sandbox, uid).status == "running"
    await finished(ci, uid)
    assert run_of(sandbox, uid).status == "passed"


async def test_an_unknown_event_is_422(ci: httpx.AsyncClient) -> None:
    uid = await opened(ci)
    message(await ci.put(f"{REPORTER}/{uid}", json={"status_event": "finish_manual"}), 422)


async def test_finishing_answers_like_opening(ci: httpx.AsyncClient) -> None:
    run = json_of(await ci.post(REPORTER, json={}))
    assert await finished(ci, run["uid"]) == run


async def test_a_run_is_changed_without_ending(ci: httpx.AsyncClient, sandbox: Sandbox) -> None:
    uid = await opened(ci, title="First", env="staging")
    json_of(await ci.put(f"{REPORTER}/{uid}", json={"title": "Second"}))
    run = run_of(sandbox, uid)
    assert (run.title, run.env, run.status) == ("Second", ["staging"], "running")


async def test_results_may_come_with_the_end(ci: httpx.AsyncClient, sandbox: Sandbox) -> None:
    uid = await opened(ci)
    new = {"title": "Brand new", "status": "failed"}
    await finished(ci, uid, tests=[PASSED, new])
    assert [result.title for result in sandbox.world.results.of_run(uid)] == ["Payment is refused"]
    await finished(ci, uid, tests=[new], create_tests=True)
    assert run_of(sandbox, uid).status == "failed"


async def test_detaching_marks_every_automated_test_that_was_not_reported(
    ci: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    uid = await opened(ci)
    await reported(ci, uid, PASSED)
    await finished(ci, uid, detach=True)
    states = {test.id: test.state for test in sandbox.world.tests.of("small-00001")}
    assert states == {"t0000001": "detached", "t0000002": "manual", "t0000003": "manual", "t0000004": "automated"}


async def test_a_finished_run_is_seen_by_the_web_api(ci: httpx.AsyncClient, sandbox: Sandbox) -> None:
    uid = await opened(ci, title="Nightly")
    await reported(ci, uid, PASSED, FAILED)
    await finished(ci, uid, duration=7)
    async with web(sandbox) as client:
        run = json_of(await client.get(f"/api/small-00001/runs/{uid}"))["data"]["attributes"]
    assert (run["title"], run["status"], run["duration"]) == ("Nightly", "failed", 7)
    assert (run["passed"], run["failed"], run["tests-count"]) == (1, 1, 2)
