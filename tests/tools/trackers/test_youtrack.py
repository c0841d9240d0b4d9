"""YouTrack: its searches, its typed fields, and guests."""

import pytest

from tests.trackers import DEFECT, bench
from tools.kit.errors import Invalid, Refused
from tools.trackers.engine import hand_over

pytestmark = pytest.mark.anyio


async def test_an_issue_is_found_by_its_custom_field_when_its_text_was_edited() -> None:
    async with bench("youtrack", values={"marker_field": "test IO"}) as tracker:
        issue = (await hand_over(tracker.work())).issue
        tracker.ours()[0].text = "Rewritten by a developer."
        found = await tracker.setup.tracker.find.function(tracker.api, DEFECT.marker)
        assert (found.issue, found.is_open) == (issue, True)


async def test_an_issue_that_the_text_search_does_not_know_is_found_among_those_of_the_user() -> None:
    async with bench("youtrack") as tracker:
        issue = (await hand_over(tracker.work())).issue
        tracker.world.extra["finds_no_words"] = True
        found = await tracker.setup.tracker.find.function(tracker.api, DEFECT.marker)
        assert found.issue == issue


@pytest.mark.parametrize(("option", "value"), [("type", "Defect"), ("marker_field", "Priority")])
async def test_an_unknown_field_or_value_is_refused_before_anything_is_sent(option: str, value: str) -> None:
    async with bench("youtrack", values={option: value}) as tracker:
        with pytest.raises(Refused, match=value):
            await hand_over(tracker.work())
        assert not tracker.ours()


async def test_labels_are_set_as_far_as_there_are_such_tags() -> None:
    async with bench("youtrack", labels=["qa", "unknown"]) as tracker:
        assert "tags already" in (await tracker.setup.tracker.check.function(tracker.api)).may
        await hand_over(tracker.work())
        assert tracker.ours()[0].labels == ["6-0"]


async def test_the_reason_of_a_refusal_reaches_the_person() -> None:
    async with bench("youtrack") as tracker:
        words = {"error": "Bad Request", "error_description": "Assignee is required in SHOP"}
        await tracker.fault(status=400, body=words)
        with pytest.raises(Invalid, match="Assignee is required in SHOP"):
            await tracker.setup.tracker.read.function(tracker.api, "SHOP-1")


async def test_more_issues_than_are_read_are_no_reason_to_create_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.trackers.scan.MOST_PAGES", 0)
    async with bench("youtrack") as tracker:
        with pytest.raises(Refused, match=r"its search may mean.*marker_field"):
            await hand_over(tracker.work())
        assert not tracker.ours()
