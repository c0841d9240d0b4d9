"""Waiting for a run: progress, a time limit, and a handle to continue by."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from tests.desk import ERAS, desk, sandboxes
from tools.kit.toolset import no_progress
from tools.kit.wait import Pace, wait_until
from tools.testery.models.runs import Run
from tools.testery.tools import waiting

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)

HOTFIX, RUNNING, QUEUED = 902114, 902119, 902120


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "SANDBOX_PACE", Pace(first=0.02, last=0.05))


@both_eras
async def test_a_wait_ends_when_the_run_is_over_and_reports_progress(mode: str) -> None:
    told: list[tuple[float, float | None, str | None]] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        told.append((progress, total, message))

    world = sandboxes()
    async with desk(mode, world=world) as d:
        await d.answer("testery_get_test_run", run_id=RUNNING)  # what a first call takes must not end the run
        world.sandboxes["testery"].clock.accelerate(3600)
        result = await d.client.call_tool("testery_wait_for_run", {"run_id": RUNNING}, progress_callback=hear)
        stand = result.structured_content or {}
    assert stand["is_over"] is True
    assert stand["status"] in {"passed", "failed"}
    assert "handle" not in stand
    assert any("running" in (message or "") and "of 36 tests" in (message or "") for _, _, message in told)
    assert [done for done, _, _ in told] == sorted(done for done, _, _ in told), "progress never goes back"


async def test_a_wait_whose_time_is_over_gives_a_handle_that_goes_on() -> None:
    world = sandboxes()
    async with desk(world=world) as d:
        stand = await d.answer("testery_wait_for_run", run_id=QUEUED, minutes=0)
        assert (stand["is_over"], stand["looks"], stand["status"]) == (False, 1, "queued")
        world.sandboxes["testery"].clock.advance(timedelta(hours=6))
        again = await d.answer("testery_wait_for_run", handle=stand["handle"], minutes=1)
        assert (again["run_id"], again["is_over"]) == (QUEUED, True)


async def test_a_run_that_is_over_is_answered_at_once_with_what_to_do_next() -> None:
    async with desk() as d:
        stand = await d.answer("testery_wait_for_run", run_id=HOTFIX)
    assert (stand["is_over"], stand["looks"]) == (True, 1)
    assert "testery_get_failures" in stand["next"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({}, "Give a run_id"),
        ({"handle": "nonsense"}, "handle is malformed"),
        ({"run_id": RUNNING, "minutes": 61}, "minutes"),
    ],
)
async def test_a_wait_that_cannot_be_is_refused_before_any_request(arguments: dict[str, Any], sentence: str) -> None:
    async with desk() as d:
        assert sentence in await d.refusal("testery_wait_for_run", **arguments)
        assert d.arrived(platform="testery") == []


async def test_a_handle_does_not_go_with_another_run() -> None:
    async with desk() as d:
        stand = await d.answer("testery_wait_for_run", run_id=QUEUED, minutes=0)
        error = await d.refusal("testery_wait_for_run", run_id=HOTFIX, handle=stand["handle"])
    assert f"to run {QUEUED}" in error


async def test_looks_never_come_closer_than_the_vendors_own_client_does(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0

    async def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds

    at: list[float] = []

    async def look() -> int:
        at.append(now)
        return len(at)

    monkeypatch.setattr("tools.kit.wait.anyio.sleep", sleep)
    monkeypatch.setattr("tools.kit.wait.time.monotonic", lambda: now)
    await wait_until(look, lambda _: False, minutes=30, pace=waiting.PACE, say=lambda _: "", progress=no_progress)
    gaps = [b - a for a, b in pairwise(at)][:-1]
    assert min(gaps) >= 15
    assert max(gaps) <= 60


def test_a_run_that_looks_for_its_tests_is_not_told_as_finished_with_none() -> None:
    words = waiting.progress_line(Run.model_validate({"id": 1, "status": "RUNNING", "totalCount": 0}))
    assert words == "running, looking for its tests"
