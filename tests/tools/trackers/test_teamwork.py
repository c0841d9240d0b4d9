"""Teamwork: what is its own."""

import pytest

from tests.trackers import DEFECT, bench
from tools.kit.defect import Content
from tools.kit.errors import Invalid, NotFound, PlatformError, Refused
from tools.trackers.drafts import draft
from tools.trackers.engine import hand_over
from tools.trackers.sandbox.teamwork import TAGS

pytestmark = pytest.mark.anyio


async def test_the_marker_is_in_the_name_where_the_search_finds_it() -> None:
    async with bench("teamwork") as tracker:
        issue = (await hand_over(tracker.work())).issue
        stored = tracker.ours()[0]
        assert stored.title.endswith(f"[{DEFECT.marker}]")
        stored.text = "Rewritten."
        for number in range(150):
            tracker.world.add(f"Task {number}", "", list="512")
        async with bench("teamwork", sandboxes=tracker.sandboxes) as fresh:
            assert (await hand_over(fresh.work())).issue == issue


async def test_the_marker_is_in_the_title_that_a_person_is_shown_however_long_it_is() -> None:
    async with bench("teamwork") as tracker:
        for title in ("Total is wrong", "long " * 100):
            drafted = draft(DEFECT, tracker.setup, title=title).draft
            assert drafted.title.endswith(f" [{DEFECT.marker}]")
            assert len(drafted.title) <= 255


async def test_a_task_that_was_renamed_is_found_among_the_newest() -> None:
    async with bench("teamwork") as tracker:
        issue = (await hand_over(tracker.work())).issue
        tracker.world.issues[-1].title = "Total is wrong"
        async with bench("teamwork", sandboxes=tracker.sandboxes) as fresh:
            assert (await hand_over(fresh.work())).issue == issue


async def test_tags_go_by_id_and_an_unknown_one_of_the_operator_is_refused() -> None:
    async with bench("teamwork", labels=["Checkout"]) as tracker:
        await hand_over(tracker.work())
        assert [TAGS[number] for number in tracker.ours()[0].fields["tags"]] == ["testio", "checkout"]
    async with bench("teamwork", labels=["check"]) as tracker:
        with pytest.raises(Refused, match="check"):
            await hand_over(tracker.work())
        assert tracker.ours() == []


async def test_a_refusal_of_version_1_that_comes_with_200_is_one() -> None:
    async with bench("teamwork") as tracker:
        issue = (await hand_over(tracker.work())).issue
        with pytest.raises(Invalid, match="Comment body is required"):
            await tracker.setup.tracker.comment.function(tracker.api, issue.id, "  ")


async def test_the_reason_of_a_refusal_reaches_the_person() -> None:
    async with bench("teamwork") as tracker:
        with pytest.raises(NotFound, match="The task does not exist"):
            await tracker.setup.tracker.read.function(tracker.api, "9")


async def test_a_wrong_task_list_is_refused_with_those_there_are() -> None:
    async with bench("teamwork", values={"tasklist": "9"}) as tracker:
        with pytest.raises(Refused, match=r"tasklist .*9.* does not exist.*512.*513"):
            await hand_over(tracker.work())


async def test_a_file_is_sent_to_the_storage_without_the_token_and_added_to_what_is_there() -> None:
    async with bench("teamwork", credential="hush", uploads=True) as tracker:
        await hand_over(tracker.work())
        assert [name for name, _ in tracker.ours()[0].files] == ["screen.png", "video.mp4"]
        stored = [entry for entry in tracker.sandboxes.journal.entries(platform="teamwork") if entry.method == "PUT"]
        assert len(stored) == 2


async def test_a_file_is_not_sent_to_a_host_that_is_no_storage(monkeypatch: pytest.MonkeyPatch) -> None:
    async with bench("teamwork") as tracker:
        issue = (await hand_over(tracker.work())).issue
        place = '{"ref": "tf_1", "url": "https://storage.example.com/tf_1?X-Amz-Signature=5a4b"}'
        await tracker.fault(path="*presignedurl.json", status=200, body=place)
        monkeypatch.setattr(type(tracker.api.storage), "is_sandbox", False)
        content = Content("a.png", "image/png", b"png")
        with pytest.raises(PlatformError, match=r"storage.example.com.*no storage"):
            await tracker.setup.tracker.attach.function(tracker.api, issue.id, content)  # type: ignore[union-attr]
