"""Azure DevOps: what depends on the process, and credentials that are silently not taken."""

from dataclasses import replace

import pytest

from tests.trackers import DEFECT, bench
from tools.kit.errors import Refused, Unauthorized
from tools.trackers.engine import hand_over

pytestmark = pytest.mark.anyio


async def test_a_type_without_steps_and_severity_has_the_text_as_its_description() -> None:
    async with bench("azure", values={"type": "Issue"}) as tracker:
        assert (await hand_over(tracker.work())).is_new
        fields = tracker.ours()[0].fields
    assert DEFECT.marker in fields["System.Description"]
    assert "Microsoft.VSTS.Common.Severity" not in fields


async def test_an_unknown_type_is_refused_with_those_there_are() -> None:
    async with bench("azure", values={"type": "Defect"}) as tracker:
        with pytest.raises(Refused, match=r"Type .*Defect.* does not exist in .*Shop.*; there is .*Bug.*, .*Issue"):
            await hand_over(tracker.work())


async def test_a_severity_that_only_the_operator_names_is_refused_and_a_default_one_left_out() -> None:
    async with bench("azure") as tracker:
        work = tracker.work()
        tracker.api.setup = replace(tracker.setup, severities={"high": "Blocker"})
        with pytest.raises(Refused, match=r"Severity .*Blocker.* does not exist"):
            await hand_over(tracker.work())
        draft = replace(work.drafted.draft, severity="9 - Odd")
        assert (await hand_over(replace(work, drafted=replace(work.drafted, draft=draft)))).is_new
        assert "Microsoft.VSTS.Common.Severity" not in tracker.ours()[0].fields


async def test_a_field_for_the_marker_is_written_and_searched() -> None:
    async with bench("azure", values={"marker_field": "Custom.TestIO"}) as tracker:
        issue = (await hand_over(tracker.work())).issue
        fields = tracker.ours()[0].fields
        assert fields["Custom.TestIO"] == DEFECT.marker
        fields["Microsoft.VSTS.TCM.ReproSteps"] = "somebody wrote it anew"
        found = await tracker.setup.tracker.find.function(tracker.api, DEFECT.marker)
    assert found.issue == issue


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 203, "headers": {"Content-Type": "text/html"}, "body": "<html><title>Sign In</title></html>"},
        {"status": 302, "headers": {"Location": "https://spsprodweu1.vssps.visualstudio.com/_signin?realm=x"}},
    ],
)
async def test_a_sign_in_page_is_no_success(answer: dict[str, object]) -> None:
    async with bench("azure") as tracker:
        await tracker.fault(**answer, times=1)
        with pytest.raises(Unauthorized):
            await hand_over(tracker.work())
        assert not tracker.ours()
