"""Notion: where the marker is, long pages, and the properties that a data source has."""

from dataclasses import replace

import pytest

from tests.trackers import DEFECT, bench
from tools.kit.defect import bug_marker
from tools.kit.errors import Refused
from tools.trackers.document import Block, Bullets, Paragraph, Table
from tools.trackers.drafts import rendered
from tools.trackers.engine import hand_over, look_for
from tools.trackers.vendors.notion import as_comment, finish

pytestmark = pytest.mark.anyio

FIELDS = {"marker_field": "test IO bug", "label_field": "Tags", "link_field": "Link"}


async def test_the_marker_is_in_the_title_unless_there_is_a_property_for_it() -> None:
    async with bench("notion") as tracker:
        work = tracker.work()
        await hand_over(work)
        assert tracker.ours()[0].title == work.drafted.draft.title == f"{DEFECT.title} [{DEFECT.marker}]"
    async with bench("notion", values=FIELDS, labels=["web"]) as tracker:
        await hand_over(tracker.work())
        (issue,) = tracker.ours()
        assert issue.title == DEFECT.title
        values = issue.fields["properties"]
        assert values["test IO bug"]["rich_text"][0]["plain_text"] == DEFECT.marker
        assert [one["name"] for one in values["Tags"]["multi_select"]] == ["testio", "web"]
        assert values["Link"]["url"] == DEFECT.link
        assert values["Severity"]["select"] == {"name": "High"}


async def test_a_page_is_found_by_its_property_and_one_from_before_by_its_title() -> None:
    async with bench("notion") as tracker:
        made = (await hand_over(tracker.work())).issue
        async with bench("notion", values=FIELDS, sandboxes=tracker.sandboxes) as other:
            assert (await hand_over(other.work())).issue == made
            defect = replace(DEFECT, item="8810", marker=bug_marker("testio", 8810))
            second = await hand_over(other.work(defect))
            found, _ = await look_for(other.api, other.handovers, defect.marker)
            assert (second.is_new, found is not None and found.issue == second.issue) == (True, True)


async def test_pages_whose_titles_begin_alike_are_read_to_the_end() -> None:
    async with bench("notion") as tracker:
        tracker.world.extra["page"] = 2
        for number in range(5):
            marker = bug_marker("testio", f"88101{number}")
            await hand_over(tracker.work(replace(DEFECT, item=f"88101{number}", marker=marker)))
        assert (await hand_over(tracker.work())).is_new
        async with bench("notion", sandboxes=tracker.sandboxes) as other:
            assert (await hand_over(other.work())).how == "found"


async def test_what_a_create_has_no_room_for_is_appended_once() -> None:
    steps = [f"Step {number}" for number in range(250)]
    async with bench("notion") as tracker:
        work = tracker.work(replace(DEFECT, steps=steps))
        done = await hand_over(work)
        assert done.notes == []
        (issue,) = tracker.ours()
        blocks = issue.fields["blocks"]
        texts = [text["text"]["content"] for block in blocks for text in block[block["type"]].get("rich_text", [])]
        assert [text for text in texts if text.startswith("Step ")] == steps
        assert texts[-1] == DEFECT.marker
        whole = len(blocks)
        await finish(tracker.api, done.issue, work.drafted.draft)
        assert len(issue.fields["blocks"]) == whole
        del issue.fields["blocks"][130:]
        issue.fields["blocks"].append({"id": "x", "type": "image", "image": {}})
        await finish(tracker.api, done.issue, work.drafted.draft)
        assert [block["type"] for block in issue.fields["blocks"]][-1] == "image", "a file that was attached stays last"
        assert len(issue.fields["blocks"]) == whole + 1


@pytest.mark.parametrize(
    ("option", "name", "there"),
    [("marker_field", "Link", "test IO bug"), ("severity_field", "Prio", "Severity"), ("label_field", "Name", "Tags")],
)
async def test_a_property_that_cannot_hold_it_is_refused_with_those_that_can(
    option: str, name: str, there: str
) -> None:
    async with bench("notion", values={option: name}) as tracker:
        with pytest.raises(Refused, match=rf"{option}.*{name}.*there is .*{there}"):
            await hand_over(tracker.work())
        assert tracker.ours() == []


async def test_a_severity_is_one_of_the_property_s() -> None:
    levels = {"type": "select", "id": "sv", "select": {"options": [{"id": "1", "name": "Blocker"}]}}
    async with bench("notion") as tracker:
        tracker.world.extra["properties"]["Severity"] = levels
        with pytest.raises(Refused, match=r"Severity .*High.*there is .*Blocker"):
            await hand_over(tracker.work())
        assert (await hand_over(tracker.work(replace(DEFECT, level="normal", severity="visual")))).is_new
        assert "Severity" not in tracker.ours()[0].fields["properties"]


async def test_an_unknown_data_source_is_refused_with_those_that_are_shared() -> None:
    async with bench("notion", values={"data_source": "248104cd-477e-80af-bc30-000bd28d0000"}) as tracker:
        with pytest.raises(Refused, match=r"there is .*248104cd-477e-80af-bc30-000bd28de8f9"):
            await hand_over(tracker.work())


async def test_a_comment_has_the_texts_of_lists_and_tables() -> None:
    async with bench("notion") as tracker:
        document: list[Block] = [
            Paragraph(["Seen again."]),
            Bullets([["One"], ["Two"]]),
            Table([("Device", "Pixel 4")]),
        ]
        texts = rendered(document, tracker.setup)
        assert "".join(text["text"]["content"] for text in texts) == "Seen again.\nOne\nTwo\nDevice\nPixel 4"
        assert len(as_comment([Paragraph(["x"])] * 300)) == 100


async def test_labels_that_have_no_place_are_named_by_the_check() -> None:
    async with bench("notion", labels=["web"]) as tracker:
        assert "Without a label_field" in (await tracker.setup.tracker.check.function(tracker.api)).may
    async with bench("notion") as tracker:
        assert "labels" not in (await tracker.setup.tracker.check.function(tracker.api)).may
