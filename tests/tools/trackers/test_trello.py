"""Trello: what is its own."""

from dataclasses import replace

import pytest

from tests.trackers import DEFECT, bench
from tools.kit.errors import Invalid, Refused
from tools.trackers.drafts import draft, resolved
from tools.trackers.engine import hand_over
from tools.trackers.sandbox import trello
from tools.trackers.tracker import Send
from tools.trackers.vendors import trello as vendor

pytestmark = pytest.mark.anyio


async def test_key_and_token_are_in_a_header_and_in_no_address() -> None:
    async with bench("trello", credential="hush") as tracker:
        await hand_over(tracker.work())
        await tracker.setup.tracker.choices.function(tracker.api)
        entries = tracker.sandboxes.journal.entries(platform="trello")
        assert entries
        assert not [entry for entry in entries if "hush" in entry.path or "hush" in str(entry.query)]


async def test_a_card_beyond_the_first_page_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vendor, "SIZE", 3)
    async with bench("trello") as tracker:
        issue = (await hand_over(tracker.work())).issue
        for number in range(7):
            tracker.world.add(f"Card {number}", "", idList=next(iter(trello.LISTS)))
        async with bench("trello", sandboxes=tracker.sandboxes) as fresh:
            assert (await hand_over(fresh.work())).issue == issue
        assert await tracker.setup.tracker.find.function(tracker.api, "testio-bug-1") is None


async def test_labels_go_by_name_or_colour_and_a_missing_one_is_refused_only_if_the_operator_names_it() -> None:
    async with bench("trello", labels=["checkout"]) as tracker:
        await hand_over(tracker.work())
        names = [trello.LABELS[number] for number in tracker.ours()[0].labels]
        assert names == [("testio", "green"), ("Checkout", "purple"), ("", "orange")]
        low = draft(replace(DEFECT, level="low", severity="low"), tracker.setup).draft
        assert len((await resolved(tracker.api, low)).resolved["labels"]) == 2, "the board has no yellow"
    async with bench("trello", labels=["Chekout"]) as tracker:
        with pytest.raises(Refused, match="checkout"):
            await hand_over(tracker.work())
        assert tracker.ours() == []


async def test_a_card_in_the_list_of_what_is_done_is_closed() -> None:
    done = list(trello.LISTS)[1]
    async with bench("trello", values={"done": done}) as tracker:
        issue = (await hand_over(tracker.work())).issue
        await tracker.setup.tracker.close.function(tracker.api, issue.id)  # type: ignore[union-attr]  # every tracker can close
        assert tracker.ours()[0].is_open, "it is not archived"
        state = await tracker.setup.tracker.read.function(tracker.api, issue.id)
        assert (state.is_open, state.word) == (False, "Done")


async def test_the_words_of_a_plain_text_error_reach_the_person() -> None:
    async with bench("trello") as tracker:
        with pytest.raises(Invalid, match="invalid value for idList"):
            await tracker.api.act(Send("POST", "/cards", {"idList": "1"}))


@pytest.mark.parametrize("option", ["board", "list"])
async def test_a_wrong_board_or_list_is_refused_with_those_there_are(option: str) -> None:
    async with bench("trello", values={option: "5f0000000000000000000f09"}) as tracker:
        with pytest.raises(Refused, match=rf"{option} .*f09.* does not exist.*01"):
            await hand_over(tracker.work())
        assert tracker.ours() == []
