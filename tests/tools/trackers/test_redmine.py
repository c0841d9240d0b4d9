"""Redmine: its custom field for the marker, its silent refusals, and the site's text format."""

from dataclasses import replace

import pytest

from server.tracker_command import report
from tests.trackers import DEFECT, bench
from tools.kit.errors import Invalid, Refused, Unavailable
from tools.trackers.client import TrackerClient
from tools.trackers.engine import hand_over
from tools.trackers.tracker import Op

pytestmark = pytest.mark.anyio


async def test_an_issue_is_found_by_its_custom_field_when_its_text_was_edited() -> None:
    async with bench("redmine", values={"marker_field": "3"}) as tracker:
        issue = (await hand_over(tracker.work())).issue
        tracker.ours()[0].text = "Rewritten by a developer."
        found = await tracker.setup.tracker.find.function(tracker.api, DEFECT.marker)
        assert (found.issue, found.is_open) == (issue, True)


async def test_a_custom_field_that_is_dropped_or_no_filter_hides_no_issue() -> None:
    async with bench("redmine", values={"marker_field": "9"}) as tracker:
        done = await hand_over(tracker.work())
        assert "did not take the marker in the custom field" in " ".join(done.notes)
        assert "cf_3" not in tracker.ours()[0].fields
        assert await tracker.setup.tracker.find.function(tracker.api, DEFECT.marker)


@pytest.mark.parametrize(("field", "is_refused"), [("", True), ("9", True), ("3", False)])
async def test_where_too_much_would_have_to_be_read_only_the_field_answers(
    monkeypatch: pytest.MonkeyPatch, field: str, is_refused: bool
) -> None:
    monkeypatch.setattr("tools.trackers.scan.MOST_PAGES", 0)
    async with bench("redmine", values={"marker_field": field}) as tracker:
        if is_refused:
            with pytest.raises(Refused, match="marker_field"):
                await hand_over(tracker.work())
        else:
            assert (await hand_over(tracker.work())).notes == []
        assert len(tracker.ours()) == (not is_refused)


async def test_a_workflow_that_keeps_an_issue_open_is_reported() -> None:
    async with bench("redmine") as tracker:
        issue = (await hand_over(tracker.work())).issue
        tracker.world.extra["keeps_open"] = True
        with pytest.raises(Invalid, match="left the issue open"):
            await tracker.setup.tracker.close.function(tracker.api, issue.id)  # type: ignore[union-attr]  # every tracker can close


async def test_a_text_format_that_does_not_exist_is_refused() -> None:
    with pytest.raises(Refused, match="'textile' or 'markdown'"):
        async with bench("redmine", values={"text_format": "html"}) as tracker:
            tracker.work()


@pytest.mark.parametrize(("option", "value"), [("tracker", "Defect"), ("tracker", "9")])
async def test_an_unknown_tracker_is_refused_with_those_there_are(option: str, value: str) -> None:
    async with bench("redmine", values={option: value}) as tracker:
        with pytest.raises(Refused, match=r"does not exist in .*shop.*; there is .*Bug.*Feature"):
            await hand_over(tracker.work())
        assert not tracker.ours()


async def test_a_report_goes_on_where_only_who_reads_issues_is_not_known() -> None:
    async def fail(api: TrackerClient) -> str:
        raise Unavailable("The project could not be read.")

    async with bench("redmine") as tracker:
        failing = replace(tracker.setup.tracker, audience=Op(fail, (), "R"))
        tracker.api.setup = replace(tracker.setup, tracker=failing)
        lines, works = await report(tracker.api)
        assert works
        assert any("Who can read issues there could not be read" in line for line in lines)
        assert any(line.startswith("    project: ") and "shop" in line for line in lines)


async def test_the_check_of_a_wrong_project_lists_the_right_ones() -> None:
    async with bench("redmine", values={"project": "7"}) as tracker:
        with pytest.raises(Refused, match=r"^project .*7.* does not exist.*there is .*shop"):
            await tracker.setup.tracker.check.function(tracker.api)
