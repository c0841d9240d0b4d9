"""Wrike: what is its own."""

import pytest

from tests.trackers import bench
from tools.kit.defect import Content
from tools.kit.errors import HostMoved, NotFound, Refused
from tools.trackers.document import Code, Paragraph, Quote, Table
from tools.trackers.drafts import rendered
from tools.trackers.engine import hand_over

pytestmark = pytest.mark.anyio


async def test_a_description_has_only_the_tags_that_wrike_shows() -> None:
    async with bench("wrike") as tracker:
        table, lines = Table([("Device", "<Pixel>")]), Paragraph(["one\ntwo"])
        text = tracker.setup.tracker.render(tracker.setup)([lines, table, Code("a\nb"), Quote("</p>x")])
    assert "one<br/>two<br/>" in text
    assert "<ul><li>Device: &lt;Pixel&gt;</li></ul>" in text
    assert "a<br/>b<br/>" in text
    assert "&lt;/p&gt;x<br/>" in text
    assert "<p>" not in text


async def test_a_comment_is_plain_text_and_sent_as_such() -> None:
    async with bench("wrike") as tracker:
        issue = (await hand_over(tracker.work())).issue
        text = rendered([Paragraph(["<b>Fixed</b> & tested"])], tracker.setup)
        await tracker.setup.tracker.comment.function(tracker.api, issue.id, text)
        assert tracker.ours()[0].comments == ["<b>Fixed</b> & tested"]


async def test_a_task_whose_metadata_belong_to_another_app_is_found_among_the_newest() -> None:
    async with bench("wrike") as tracker:
        issue = (await hand_over(tracker.work())).issue
        tracker.world.issues[-1].fields["metadata"] = []
        async with bench("wrike", sandboxes=tracker.sandboxes) as fresh:
            assert (await hand_over(fresh.work())).issue == issue


async def test_a_task_that_is_not_among_the_newest_is_found_by_its_metadata() -> None:
    async with bench("wrike") as tracker:
        issue = (await hand_over(tracker.work())).issue
        tracker.world.issues[-1].text = "Rewritten."
        async with bench("wrike", sandboxes=tracker.sandboxes) as fresh:
            assert (await hand_over(fresh.work())).issue == issue


async def test_the_wrong_data_centre_is_named_as_the_reason() -> None:
    async with bench("wrike") as tracker:
        await tracker.fault(status=300, times=1)
        with pytest.raises(HostMoved, match="another data centre"):
            await hand_over(tracker.work())
        assert tracker.ours() == []


async def test_a_file_s_name_cannot_end_the_header_that_has_it() -> None:
    async with bench("wrike") as tracker:
        issue = (await hand_over(tracker.work())).issue
        for name in ("screen shot.png", "a\r\nX-Evil: 1.png", "Größe.png"):
            content = Content(name, "image/png", b"png")
            await tracker.setup.tracker.attach.function(tracker.api, issue.id, content)  # type: ignore[union-attr]
        names = [name for name, _ in tracker.ours()[0].files]
        assert names == ["screen shot.png", "a%0D%0AX-Evil%3A%201.png", "Gr%C3%B6%C3%9Fe.png"]


async def test_the_reason_of_a_refusal_reaches_the_person() -> None:
    async with bench("wrike") as tracker:
        with pytest.raises(NotFound, match=r"Requested entity not found \(resource_not_found\)"):
            await tracker.setup.tracker.read.function(tracker.api, "IEABNONE")


async def test_a_wrong_folder_is_refused_with_those_there_are() -> None:
    async with bench("wrike", values={"folder": "IEABNONE"}) as tracker:
        with pytest.raises(Refused, match=r"IEABNONE.*does not exist.*IEABHARB4I7BUGS1"):
            await hand_over(tracker.work())
