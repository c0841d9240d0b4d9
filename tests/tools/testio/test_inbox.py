"""The bugs that arrived: listed, read, and marked as handled."""

from typing import Any

import pytest
from mcp.types import ResourceTemplateReference

from tests.desk import ERAS, Desk, desk
from tests.server.inbox.test_receiver import EVENT
from tools.kit.parsing import validate_leniently
from tools.testio.models.exports import BugExported, item, key

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)


async def arrive(d: Desk, bug_id: int, **bug: Any) -> None:
    document = EVENT | {"bug": EVENT["bug"] | {"id": bug_id} | bug}
    event, _ = validate_leniently(document, BugExported)
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
        assert (await d.answer("testio_list_inbox"))["note"] == "Refused deliveries: 1 (too large)."


async def test_an_odd_event_is_shown_as_far_as_it_can_be_read() -> None:
    deep: Any = "x"
    for _ in range(150):
        deep = [deep]
    async with desk() as d:
        await arrive(d, 11, title=deep, steps_to_reproduce="Open\nPay", device="iPhone 15")
        await arrive(d, 12)
        listed = await d.answer("testio_list_inbox")
        assert [row["bug_id"] for row in listed["items"]] == [12, 11]
        assert "(title)" in listed["coverage"]["why"]
        page = (await d.client.read_resource("testio://inbox/11")).contents[0].text  # type: ignore[union-attr]
        assert "iPhone 15" in page
        assert "Pay" in page
        assert "Not all of it is here" in page


async def test_an_event_that_nobody_can_read_is_counted_and_hides_no_other() -> None:
    async with desk() as d:
        for number, name in enumerate((True, -1, "x")):
            document = EVENT | {"bug": EVENT["bug"] | {"id": name}}
            await d.store.keep("testio", "bug.exported", str(number), str(name), document)
        await arrive(d, 12)
        listed = await d.answer("testio_list_inbox", limit=2)
        assert [row["bug_id"] for row in listed["items"]] == [12]
        rest = await d.answer("testio_list_inbox", limit=2, cursor=listed["next_cursor"])
        assert rest["items"] == []
        assert "2 rows could not be read" in rest["coverage"]["why"]
        page = (await d.client.read_resource("testio://inbox")).contents[0].text  # type: ignore[union-attr]
        assert "12 [" in page
