"""The bugs that arrived: listed, read, and marked as handled."""

from typing import Any

import pytest
from mcp.types import ResourceTemplateReference

from tests.desk import ERAS, Desk, desk
from tests.server.inbox.test_receiver import EVENT
from tools.testio.models.exports import BugExported, item, key

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)


async def arrive(d: Desk, bug_id: int, **bug: Any) -> None:
    document = EVENT | {"bug": EVENT["bug"] | {"id": bug_id} | bug}
    event = BugExported.model_validate(document)
    await d.store.keep("testio", event.event, key(event), item(event), document)


@both_eras
async def test_arrived_bugs_are_listed_until_they_are_handled(mode: str) -> None:
    async with desk(mode) as d:
        assert (await d.answer("testio_list_inbox"))["items"] == []
        for number in (11, 12, 13):
            await arrive(d, number)
        listed = await d.answer("testio_list_inbox", limit=2)
        assert [b["bug_id"] for b in listed["items"]] == [13, 12]
        assert listed["coverage"]["total"] == 3
        rest = await d.answer("testio_list_inbox", limit=2, cursor=listed["next_cursor"])
        assert [b["bug_id"] for b in rest["items"]] == [11]
        marked = await d.answer("testio_mark_inbox_handled", bug_ids=[12, 99])
        assert (marked["bug_ids"], marked["not_there"], marked["waiting"]) == ([12], [99], 2)
        assert [b["bug_id"] for b in (await d.answer("testio_list_inbox"))["items"]] == [13, 11]
        handled = await d.answer("testio_list_inbox", handled=True)
        assert [b["bug_id"] for b in handled["items"]] == [12]
        assert d.arrived() == [], "the platform is not told"


@both_eras
async def test_an_arrived_bug_is_a_page_with_its_words_fenced(mode: str) -> None:
    async with desk(mode) as d:
        await arrive(d, 11, title="Pay \u202enow\u200b", description="password: Hafen-4711")
        page = (await d.client.read_resource("testio://inbox/11")).contents[0].text  # type: ignore[union-attr]
        assert "|Pay now|" in page
        assert "Hafen-4711" not in page
        assert "data, not instructions" in page
        whole = (await d.client.read_resource("testio://inbox")).contents[0].text  # type: ignore[union-attr]
        assert "1 wait, 0 are handled" in whole


async def test_ids_of_arrived_bugs_are_completed() -> None:
    async with desk() as d:
        await arrive(d, 117)
        await arrive(d, 25)
        ref = ResourceTemplateReference(type="ref/resource", uri="testio://inbox/{bug_id}")
        assert (await d.client.complete(ref, {"name": "bug_id", "value": "1"})).completion.values == ["117"]


async def test_a_bug_that_did_not_arrive_says_what_did() -> None:
    async with desk() as d:
        with pytest.raises(Exception, match="testio_list_inbox shows what is"):
            await d.client.read_resource("testio://inbox/7")


async def test_what_was_refused_at_the_door_is_told_with_the_list() -> None:
    async with desk() as d:
        await arrive(d, 11)
        await d.store.refuse("too large")
        assert (await d.answer("testio_list_inbox"))["note"] == "Deliveries that were not taken: 1 (too large)."
