"""Rally: failures in answers of status 200, keys of people, and values that a workspace has of its own."""

from dataclasses import replace

import pytest

from tests.trackers import DEFECT, bench
from tools.kit.errors import Invalid, NotFound, OutcomeUnknown, Refused, Unauthorized
from tools.trackers import engine
from tools.trackers.engine import hand_over

pytestmark = pytest.mark.anyio


async def test_a_defect_is_found_by_its_custom_field_when_its_text_was_edited() -> None:
    async with bench("rally", values={"marker_field": "c_TestIO"}) as tracker:
        issue = (await hand_over(tracker.work())).issue
        tracker.ours()[0].text = "Rewritten by a developer."
        found = await tracker.setup.tracker.find.function(tracker.api, DEFECT.marker)
        assert (found.issue, found.is_open) == (issue, True)


async def test_a_custom_field_that_a_workspace_lacks_is_a_reason_to_create_nothing() -> None:
    async with bench("rally", values={"marker_field": "c_Other"}) as tracker:
        with pytest.raises(Invalid, match="Could not find the attribute"):
            await hand_over(tracker.work())
        assert not tracker.ours()


async def test_a_defect_that_is_gone_is_not_found() -> None:
    async with bench("rally") as tracker:
        with pytest.raises(NotFound):
            await tracker.setup.tracker.read.function(tracker.api, "4711")
        with pytest.raises(NotFound):
            await tracker.setup.tracker.read.function(tracker.api, "DE4711")


async def test_a_key_is_taken_for_an_id_in_every_act() -> None:
    async with bench("rally") as tracker:
        issue = (await hand_over(tracker.work())).issue
        await tracker.setup.tracker.comment.function(tracker.api, issue.key, "<p>Text</p>")
        await tracker.setup.tracker.close.function(tracker.api, issue.key)  # type: ignore[union-attr]  # every tracker can close
        assert (tracker.ours()[0].comments, tracker.ours()[0].is_open) == (["<p>Text</p>"], False)


async def test_a_key_that_is_refused_with_status_200_is_unauthorized() -> None:
    async with bench("rally") as tracker:
        refused = {"OperationResult": {"Errors": ["Not authorized to perform action: Invalid key"], "Warnings": []}}
        await tracker.fault(status=200, body=refused)
        with pytest.raises(Unauthorized, match="Invalid key"):
            await tracker.setup.tracker.check.function(tracker.api)


async def test_a_failure_of_rally_itself_leaves_a_create_in_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "PAUSES", (0.0,))
    async with bench("rally") as tracker:
        words = {"CreateResult": {"Errors": ["An unexpected error has occurred. We have recorded this error."]}}
        await tracker.fault(status=200, body=words, method="POST")
        with pytest.raises(OutcomeUnknown):
            await hand_over(tracker.work())
        known = await tracker.handovers.look(tracker.setup.place, DEFECT.marker)
        assert known is not None
        assert known.state == "unknown"
        assert (await hand_over(tracker.work())).is_new
        assert len(tracker.ours()) == 1


async def test_an_unknown_severity_of_the_operator_is_refused_with_those_there_are() -> None:
    async with bench("rally") as tracker:
        tracker.api.setup = replace(tracker.setup, severities={"high": "Blocker"})
        with pytest.raises(Refused, match=r"Blocker.*there is .*Crash/Data Loss"):
            await hand_over(tracker.work())
        assert not tracker.ours()


async def test_what_is_normal_is_left_out_where_a_workspace_lacks_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.trackers.sandbox.rally.SEVERITIES", ("Minor", "Major"))
    async with bench("rally") as tracker:
        assert (await hand_over(tracker.work(replace(DEFECT, level="normal", severity="visual")))).is_new
        assert "Severity" not in tracker.ours()[0].fields["own"]
        with pytest.raises(Refused, match=r"Crash/Data Loss.*there is .*Minor"):
            await hand_over(tracker.work(replace(DEFECT, level="critical", marker="testio-bug-7")))


async def test_an_unknown_project_is_refused_with_those_there_are() -> None:
    async with bench("rally", values={"project": "7"}) as tracker:
        with pytest.raises(Refused, match=r"^project .*:7. does not exist.*there is .*41529002"):
            await hand_over(tracker.work())


async def test_labels_are_set_as_far_as_there_are_such_tags() -> None:
    async with bench("rally", labels=["qa", "unknown"]) as tracker:
        assert "tags already" in (await tracker.setup.tracker.check.function(tracker.api)).may
        await hand_over(tracker.work())
        assert tracker.ours()[0].fields["own"]["Tags"] == [{"_ref": "/tag/41529011"}]
