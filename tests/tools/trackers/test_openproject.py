"""OpenProject: names of an installation, a field for the marker, and refusals with several reasons."""

from dataclasses import replace

import pytest

from tests.trackers import DEFECT, bench
from tools.kit.errors import Invalid, Refused
from tools.trackers.engine import hand_over
from tools.trackers.tracker import Send

pytestmark = pytest.mark.anyio


async def test_a_type_that_the_project_does_not_have_is_refused_with_those_it_has() -> None:
    async with bench("openproject", values={"type": "Defect"}) as tracker:
        with pytest.raises(Refused, match=r"type .*Defect.* does not exist in .*shop.*; there is .*Task.*Bug"):
            await hand_over(tracker.work())


@pytest.mark.parametrize("kind", ["bug", "7"])
async def test_a_type_may_be_given_by_its_id_or_in_small_letters(kind: str) -> None:
    async with bench("openproject", values={"type": kind}) as tracker:
        await hand_over(tracker.work())
        assert tracker.ours()[0].fields["type"] == "7"


async def test_a_priority_that_only_the_operator_names_is_refused_and_a_default_one_left_out() -> None:
    async with bench("openproject") as tracker:
        work = tracker.work()
        tracker.api.setup = replace(tracker.setup, severities={"high": "Burning"})
        with pytest.raises(Refused, match=r"(Severity|Priority) .*Burning.* does not exist .*Immediate"):
            await hand_over(tracker.work())
        draft = replace(work.drafted.draft, severity="Odd", level="normal")
        await hand_over(replace(work, drafted=replace(work.drafted, draft=draft)))
        assert tracker.ours()[0].fields["priority"] == "9"


async def test_the_field_for_the_marker_outlives_a_new_description() -> None:
    async with bench("openproject", values={"marker_field": "customField5"}) as tracker:
        issue = (await hand_over(tracker.work())).issue
        made = tracker.ours()[0]
        assert made.fields["customField5"] == DEFECT.marker
        made.text = "somebody wrote it anew"
        async with bench("openproject", values=dict(tracker.setup.values), sandboxes=tracker.sandboxes) as other:
            assert (await hand_over(other.work())).issue == issue


async def test_an_issue_from_before_the_field_for_the_marker_is_found_by_its_description() -> None:
    async with bench("openproject") as tracker:
        issue = (await hand_over(tracker.work())).issue
        async with bench("openproject", values={"marker_field": "customField5"}, sandboxes=tracker.sandboxes) as other:
            assert (await hand_over(other.work())).issue == issue


async def test_pages_are_read_to_the_end_however_few_rows_the_site_allows() -> None:
    async with bench("openproject") as tracker:
        issue = (await hand_over(tracker.work())).issue
        for number in range(3):
            tracker.world.add(f"Newer {number}", f"See {DEFECT.marker}{number}.", status="1", priority="9")
        tracker.world.extra["most"] = 1
        found = await tracker.setup.tracker.find.function(tracker.api, DEFECT.marker)
        assert found.issue == issue
        assert await tracker.setup.tracker.find.function(tracker.api, "testio-bug-881") is None


async def test_each_reason_of_a_refusal_reaches_the_person() -> None:
    async with bench("openproject") as tracker:
        with pytest.raises(Invalid) as refused:
            await tracker.api.act(Send("POST", "/work_packages", {"subject": ""}))
    assert "Project can't be blank.; Type is not set" in refused.value.words


async def test_labels_of_the_operator_are_named_as_left_out() -> None:
    async with bench("openproject", labels=["frontend"]) as tracker:
        assert "no labels" in (await tracker.setup.tracker.check.function(tracker.api)).may
