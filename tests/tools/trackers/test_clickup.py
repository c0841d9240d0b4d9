"""ClickUp: what is its own."""

from dataclasses import replace

import pytest

from tests.trackers import DEFECT, bench
from tools.kit.defect import bug_marker
from tools.kit.errors import NotFound, Refused
from tools.trackers.document import Paragraph
from tools.trackers.drafts import draft, rendered
from tools.trackers.engine import hand_over
from tools.trackers.sandbox.clickup import FIELD

pytestmark = pytest.mark.anyio


async def test_a_marker_field_makes_the_lookup_exact() -> None:
    shorter = replace(DEFECT, item="8810", marker=bug_marker("testio", 8810))
    async with bench("clickup", values={"marker_field": FIELD}) as tracker:
        first = await hand_over(tracker.work())
        second = await hand_over(tracker.work(shorter))
        assert second.is_new
        tracker.world.issues[-2].fields["archived"] = True
        async with bench("clickup", values={"marker_field": FIELD}, sandboxes=tracker.sandboxes) as fresh:
            assert (await hand_over(fresh.work())).issue == first.issue
            assert (await hand_over(fresh.work(shorter))).issue == second.issue


async def test_an_issue_that_has_lost_its_tag_or_was_archived_is_found() -> None:
    async with bench("clickup") as tracker:
        issue = (await hand_over(tracker.work())).issue
        stored = tracker.ours()[0]
        stored.labels.clear()
        async with bench("clickup", sandboxes=tracker.sandboxes) as fresh:
            assert (await hand_over(fresh.work())).issue == issue
        stored.labels.append("testio")
        stored.fields["archived"] = True
        async with bench("clickup", sandboxes=tracker.sandboxes) as fresh:
            assert (await hand_over(fresh.work())).issue == issue


async def test_a_comment_is_plain_text_since_clickup_shows_markdown_as_it_is() -> None:
    async with bench("clickup") as tracker:
        issue = (await hand_over(tracker.work())).issue
        text = rendered([Paragraph(["*bold* and 1 * 2"])], tracker.setup)
        await tracker.setup.tracker.comment.function(tracker.api, issue.id, text)
        assert tracker.ours()[0].comments == ["*bold* and 1 * 2"]


async def test_a_list_that_may_not_be_seen_is_not_called_a_wrong_credential() -> None:
    async with bench("clickup", values={"list": "7"}) as tracker:
        with pytest.raises(Refused, match=r"list .*7.* does not exist.*901200000001"):
            await hand_over(tracker.work())
        with pytest.raises(NotFound, match=r"Team not authorized \(OAUTH_027\)"):
            await tracker.setup.tracker.read.function(tracker.api, "86b9")


async def test_an_unknown_priority_is_refused_with_those_there_are() -> None:
    async with bench("clickup") as tracker:
        drafted = replace(draft(DEFECT, tracker.setup).draft, severity="Sev 1")
        with pytest.raises(Refused, match=r"Sev 1.*does not exist.*urgent.*high.*normal.*low"):
            tracker.setup.tracker.create.function(drafted, tracker.setup)
