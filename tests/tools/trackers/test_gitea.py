"""Gitea: labels that do not exist, and a site that answers short pages."""

from dataclasses import replace

import pytest

from tests.trackers import DEFECT, bench
from tools.kit.errors import Refused
from tools.trackers.engine import hand_over
from tools.trackers.sandbox import gitea

pytestmark = pytest.mark.anyio


async def test_an_issue_behind_a_page_that_the_site_cuts_short_is_found() -> None:
    async with bench("gitea") as tracker:
        issue = (await hand_over(tracker.work())).issue
        for number in range(5):
            tracker.world.add(f"Newer {number}", "Of somebody else.", labels=["testio"])
        tracker.world.extra["most"] = 2
        async with bench("gitea", sandboxes=tracker.sandboxes) as other:
            assert (await hand_over(other.work())).issue == issue


async def test_without_the_shared_label_issues_are_found_by_their_creator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(gitea.LABELS, "testio")
    async with bench("gitea") as tracker:
        issue = (await hand_over(tracker.work())).issue
        assert tracker.ours()[0].labels == ["severity:high"]
        assert "no label testio" in (await tracker.setup.tracker.check.function(tracker.api)).may
        async with bench("gitea", sandboxes=tracker.sandboxes) as other:
            assert (await hand_over(other.work())).issue == issue


async def test_a_label_of_the_operator_that_does_not_exist_is_refused_with_those_there_are() -> None:
    async with bench("gitea", labels=["frontend"]) as tracker:
        with pytest.raises(Refused, match=r"Label .*frontend.* does not exist in .*there is .*testio"):
            await hand_over(tracker.work())


async def test_a_severity_of_ours_that_does_not_exist_is_left_out_and_one_of_the_operator_refused() -> None:
    defect = replace(DEFECT, level="normal", severity="visual")
    async with bench("gitea") as tracker:
        assert (await hand_over(tracker.work(defect))).is_new
        assert tracker.ours()[0].labels == ["testio"]
    async with bench("gitea") as tracker:
        tracker.api.setup = replace(tracker.setup, severities={"visual": "look"})
        with pytest.raises(Refused, match=r"Severity .*look"):
            await hand_over(tracker.work(defect))


async def test_a_user_who_may_not_write_is_named_and_the_issue_is_found_without_labels() -> None:
    async with bench("gitea") as tracker:
        await tracker.switch(no_push=True)
        assert "labels are left out" in (await tracker.setup.tracker.check.function(tracker.api)).may
        issue = (await hand_over(tracker.work())).issue
        assert tracker.ours()[0].labels == []
        async with bench("gitea", sandboxes=tracker.sandboxes) as other:
            assert (await hand_over(other.work())).issue == issue


async def test_a_token_without_the_scopes_for_settings_and_organizations_still_finds_what_it_created() -> None:
    async with bench("gitea") as tracker:
        for path in ("/settings/api", "/orgs/harbour/labels"):
            await tracker.fault(status=403, path=path, body="token does not have at least one of required scope(s)")
        issue = (await hand_over(tracker.work())).issue
        assert sorted(tracker.ours()[0].labels) == ["severity:high", "testio"]
        for number in range(3):
            tracker.world.add(f"Newer {number}", "Of somebody else.", labels=["testio"])
        async with bench("gitea", sandboxes=tracker.sandboxes) as other:
            assert (await hand_over(other.work())).issue == issue
