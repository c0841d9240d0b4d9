"""GitLab: pages of an installation of one's own, guests, and confidential issues."""

from dataclasses import replace

import pytest

from tests.trackers import DEFECT, bench, setup_of
from tools.trackers.engine import hand_over
from tools.trackers.vendors.gitlab import TRACKER, read_created

pytestmark = pytest.mark.anyio


def test_the_page_of_an_issue_is_below_the_configured_site_whatever_host_answers() -> None:
    setup = replace(setup_of("gitlab", project="41"), base_url="https://git.acme.example/code/api/v4")
    answer = {"iid": 6, "web_url": "https://evil.example/x", "references": {"full": "acme/web/shop#6"}}
    assert read_created(answer, setup).url == "https://git.acme.example/code/acme/web/shop/-/issues/6"
    named = replace(setup, values={"project": "acme/shop"})
    assert read_created({"iid": 6}, named).url == "https://git.acme.example/code/acme/shop/-/issues/6"


async def test_the_issue_of_a_guest_is_found_without_its_labels() -> None:
    async with bench("gitlab") as tracker:
        await tracker.switch(no_push=True)
        assert "labels are left out" in (await TRACKER.check.function(tracker.api)).may
        issue = (await hand_over(tracker.work())).issue
        assert tracker.ours()[0].labels == []
        async with bench("gitlab", sandboxes=tracker.sandboxes) as other:
            assert (await hand_over(other.work())).issue == issue


async def test_an_issue_is_confidential_where_the_operator_wants_it() -> None:
    async with bench("gitlab", values={"confidential": "yes"}) as tracker:
        await hand_over(tracker.work())
        assert tracker.ours()[0].fields["confidential"] is True
        assert TRACKER.audience is not None
        assert "confidential" in await TRACKER.audience.function(tracker.api)


async def test_no_line_of_a_testers_text_is_a_quick_action() -> None:
    async with bench("gitlab") as tracker:
        await hand_over(tracker.work(replace(DEFECT, description="/close", actual="/close\n/close", steps=["/close"])))
        assert tracker.ours()[0].is_open
