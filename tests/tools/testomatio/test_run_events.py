"""Events of runs: what becomes of results is asked about with their numbers, and the event is read back."""

from typing import Any

import pytest

from tests.acts import confirmed
from tests.desk import ERAS, Desk, desk
from tests.tools.testomatio.holding import V2
from tests.tools.testomatio.host import Host
from tools.kit import wait
from tools.testomatio.tools.run_events import finish_run

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)

HOTFIX, BY_HAND, SCHEDULED, SAFARI = "9a01f1x0", "9a01aa01", "9a01e0d0", "9a01cb01"


def event(d: Desk, run_id: str) -> Any:
    """The last body that was put to a run."""
    _, body = d.sent("PUT", f"{V2}/runs/{run_id}")
    return body


@both_eras
async def test_finishing_asks_with_the_pending_counted_exactly(mode: str) -> None:
    async with desk(mode) as d:
        before = (await d.answer("testomatio_get_run", run_id=BY_HAND))["results"]
        answer = await d.answer("testomatio_finish_run", run_id=BY_HAND)
        (question,) = d.asked
        assert f"The {before['pending']} pending become skipped" in question
        assert "Release 9.0.1 checkout by hand" in question
        assert event(d, BY_HAND) == {"status_event": "finish_manual"}
    assert (answer["before"]["status"], answer["now"]["status"]) == ("running", "failed")
    assert answer["now"]["results"]["pending"] == 0
    assert answer["now"]["results"]["skipped"] == before["skipped"] + before["pending"]


async def test_an_automated_run_is_finished_with_its_own_event() -> None:
    async with desk() as d:
        answer = await d.answer("testomatio_finish_run", run_id=SAFARI)
        assert event(d, SAFARI) == {"status_event": "finish"}
    assert answer["now"]["status"] == "passed"


@pytest.mark.parametrize("tool", ["finish_run", "terminate_run", "finish_reported_run"])
async def test_what_is_over_is_refused_with_its_state_before_anybody_is_asked(tool: str) -> None:
    async with desk() as d:
        error = await d.refusal(f"testomatio_{tool}", run_id=HOTFIX)
        assert "already failed" in error
        assert "Nothing was sent" in error
        assert d.asked == []
        assert d.writes("testomatio") == []


async def test_terminating_says_that_the_pending_get_no_result() -> None:
    async with desk() as d:
        answer = await d.answer("testomatio_terminate_run", run_id=BY_HAND)
        assert "19 pending get no result" in d.asked[0]
    assert answer["now"]["status"] == "terminated"


async def test_launching_asks_nobody_and_only_what_waits_is_launched() -> None:
    async with desk() as d:
        answer = await d.answer("testomatio_launch_run", run_id=SCHEDULED)
        assert (answer["before"]["status"], answer["now"]["status"]) == ("scheduled", "launching")
        assert "already launching" in await d.refusal("testomatio_launch_run", run_id=SCHEDULED)
        assert "rerun starts it again" in await d.refusal("testomatio_launch_run", run_id=HOTFIX)
        assert d.asked == []


async def test_running_again_asks_with_the_results_that_are_lost() -> None:
    async with desk() as d:
        answer = await d.answer("testomatio_launch_run", run_id=HOTFIX, event="rerun")
        assert "117 results: 103 passed, 13 failed, 1 skipped" in d.asked[0]
        assert "only one that is over" in await d.refusal("testomatio_launch_run", run_id=BY_HAND, event="rerun")
        assert len(d.asked) == 1
    assert (answer["now"]["status"], answer["now"]["results"]["pending"]) == ("running", 117)


async def test_an_event_that_was_accepted_and_does_not_show_is_not_called_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wait, "SETTLES_WITHIN", 0.05)
    host = Host()
    host.says("GET /runs/00000001", {"data": {"id": "00000001", "status": "running", "kind": "manual"}})
    host.says("PUT /runs/00000001", {"data": {}})
    host.says("GET /testruns", {"meta": {"total": 0, "group_by": {}}})
    answer = await confirmed(finish_run(host.api(), "00000001"))
    assert answer.done == "Accepted, but it does not show yet."
    assert "still says running" in (answer.warning or "")


async def test_an_event_that_shows_a_moment_later_is_waited_for() -> None:
    host, looks = Host(), 0

    def run(request: Any) -> dict[str, Any]:
        nonlocal looks
        looks += 1
        return {"data": {"id": "00000001", "status": "passed" if looks > 3 else "running", "kind": "manual"}}

    host.says("GET /runs/00000001", run)
    host.says("PUT /runs/00000001", {"data": {}})
    host.says("GET /testruns", {"meta": {"total": 0, "group_by": {}}})
    answer = await confirmed(finish_run(host.api(), "00000001"))
    assert (answer.done, answer.warning) == ("It is passed.", None)


async def test_a_relaunch_loses_results_and_a_copy_keeps_them() -> None:
    async with desk() as d:
        copy = await d.answer("testomatio_copy_run", run_id=HOTFIX)
        assert d.asked == []
        assert copy["now"]["id"] != HOTFIX
        assert copy["now"]["results"]["pending"] == 117
        assert (await d.answer("testomatio_get_run", run_id=HOTFIX))["results"]["failed"] == 13
        answer = await d.answer("testomatio_relaunch_run", run_id=HOTFIX)
        assert "117 results: 103 passed" in d.asked[0]
        assert (answer["before"]["status"], answer["now"]["status"]) == ("failed", "running")
        assert answer["now"]["results"]["pending"] == 117
        assert "only one that is over" in await d.refusal("testomatio_relaunch_run", run_id=BY_HAND)
