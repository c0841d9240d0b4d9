"""Zendesk: internal notes, archived tickets, and the key that makes a create the same one for two hours."""

from dataclasses import replace

import pytest

from tests.trackers import DEFECT, bench
from tools.kit.errors import Refused
from tools.trackers import engine
from tools.trackers.engine import hand_over

pytestmark = pytest.mark.anyio


async def test_nothing_that_is_sent_is_public() -> None:
    async with bench("zendesk", uploads=True) as tracker:
        issue = (await hand_over(tracker.work())).issue
        await tracker.setup.tracker.comment.function(tracker.api, issue.id, "<p>Text</p>")
        [ticket] = tracker.ours()
        assert [ticket.fields["public"], *(comment["public"] for comment in ticket.comments)] == [False] * 4


async def test_an_archived_ticket_is_found_by_the_search() -> None:
    async with bench("zendesk") as tracker:
        issue = (await hand_over(tracker.work())).issue
        tracker.ours()[0].fields |= {"archived": True, "status": "closed"}
        found = await tracker.setup.tracker.find.function(tracker.api, DEFECT.marker)
        assert (found.issue, found.is_open) == (issue, False)


async def test_a_create_that_was_taken_with_another_text_is_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "PAUSES", (0.0, 0.0))
    async with bench("zendesk") as tracker:
        issue = (await hand_over(tracker.work())).issue
        tracker.ours()[0].fields["archived"] = True
        tracker.ours()[0].hidden_for = 2
        async with bench("zendesk", sandboxes=tracker.sandboxes) as other:
            done = await hand_over(other.work(replace(DEFECT, title="Another title")))
        assert done.issue == issue
        assert len(tracker.ours()) == 1


async def test_a_create_that_is_sent_twice_is_one_ticket() -> None:
    async with bench("zendesk") as tracker:
        send = tracker.setup.tracker.create.function(tracker.work().drafted.draft, tracker.setup)
        first, second = [await tracker.api.act(send) for _ in range(2)]
        assert first["ticket"]["id"] == second["ticket"]["id"]
        assert len(tracker.ours()) == 1


async def test_placeholders_of_a_title_are_broken() -> None:
    async with bench("zendesk") as tracker:
        await hand_over(tracker.work(replace(DEFECT, title="{{ticket.id}} {%if%}")))
        assert tracker.ours()[0].title == "{ {ticket.id}} { %if%}"
        assert "{{" not in tracker.ours()[0].text


async def test_an_unknown_priority_is_refused_with_those_there_are() -> None:
    async with bench("zendesk") as tracker:
        tracker.api.setup = replace(tracker.setup, severities={"high": "Highest"})
        with pytest.raises(Refused, match=r"Highest.*there is .*urgent.*low"):
            await hand_over(tracker.work())
        assert not tracker.ours()


async def test_the_reason_of_a_refusal_reaches_the_person() -> None:
    async with bench("zendesk", values={"type": "defect"}) as tracker:
        with pytest.raises(Exception, match="Type: defect is not a valid option"):
            await hand_over(tracker.work())
