"""Executions of user stories are read whole, filtered and shown a line a device."""

import json
from typing import Any

import pytest

from tests.desk import desk, live_client, sandboxes
from tools.kit.errors import Refused
from tools.kit.toolset import no_progress
from tools.testio.tools.executions import list_user_story_executions

pytestmark = pytest.mark.anyio
PATH = "/user_story_version_executions"


async def listed(world: Any = None, **filters: Any) -> Any:
    async with live_client(world) as api:
        return await list_user_story_executions(api, no_progress, **filters)


async def test_all_pages_are_read_newest_first() -> None:
    world = sandboxes()
    page = await listed(world, limit=500)
    assert page.coverage.complete
    assert page.coverage.total == page.coverage.loaded == len(page.items) > 100
    assert len(world.journal) == 2, "pages of 100"
    times = [row.executed_at for row in page.items]
    assert times == sorted(times, reverse=True)


async def test_the_wire_has_bracketed_ids_and_the_newest_first() -> None:
    async with desk() as d:
        await d.answer("testio_list_user_story_executions", user_story_ids=[60, 61], user_story_version_ids=[5])
        assert d.sent("GET", PATH) == (
            [
                ("user_story_ids[]", "60"),
                ("user_story_ids[]", "61"),
                ("user_story_version_ids[]", "5"),
                ("order", "desc"),
                ("page", "1"),
                ("per_page", "100"),
            ],
            None,
        )


async def test_a_story_is_filtered_by_the_platform_and_the_rest_here() -> None:
    everything = await listed(limit=500)
    of_one = await listed(user_story_ids=[60], limit=500)
    assert 0 < of_one.coverage.total < everything.coverage.total
    passed = await listed(status=["passed"], limit=500)
    assert {row.status for row in passed.items} == {"passed"}
    assert passed.coverage.matched == len(passed.items) < passed.coverage.total
    of_test = await listed(test_ids=[5512], limit=500)
    assert {row.test_id for row in of_test.items} == {5512}
    late = await listed(since="2026-04-02T08:00Z", until="2026-04-02", limit=500)
    assert late.items
    assert all("2026-04-02T08" <= row.executed_at < "2026-04-03" for row in late.items)


async def test_devices_are_one_line_each_and_the_test_stands_flat() -> None:
    page = await listed(test_ids=[5512], limit=500)
    row = next(row for row in page.items if row.devices)
    assert row.devices[0].count(", ") == 2
    assert (row.test_title, row.test_environment) == ("Release 9", "Staging")


async def test_a_cursor_continues_exactly_behind() -> None:
    whole = await listed(limit=500)
    first = await listed(limit=40)
    rest = await listed(limit=500, cursor=first.next_cursor)
    assert [row.id for row in [*first.items, *rest.items]] == [row.id for row in whole.items]
    with pytest.raises(Refused, match="other filters"):
        await listed(limit=40, status=["failed"], cursor=first.next_cursor)


def rows(first: int, count: int) -> list[dict[str, Any]]:
    return [{"id": n, "status": "passed", "device_reports": []} for n in range(first, first + count)]


async def test_a_page_size_that_was_lowered_in_silence_is_noticed() -> None:
    async with desk() as d:
        for first in (1, 26, 51):
            body = {"meta": {"record_count": 60}, "user_story_version_executions": rows(first, min(25, 61 - first))}
            await d.fault(method="GET", path=PATH, times=1, status=200, body=json.dumps(body))
        page = await d.answer("testio_list_user_story_executions", limit=500)
        assert page["coverage"] == {"total": 60, "loaded": 60, "matched": 60, "complete": True}
        sizes = [dict(e.query)["per_page"] for e in d.sandboxes.journal.entries()]
        assert sizes == ["100", "25", "25"]


async def test_a_broken_page_is_read_in_smaller_ones() -> None:
    async with desk() as d:
        await d.fault(method="GET", path=PATH, times=1, status=500)
        page = await d.answer("testio_list_user_story_executions", limit=1)
        assert page["coverage"]["complete"]


async def test_rows_may_lack_nearly_everything() -> None:
    async with desk() as d:
        body = {
            "meta": {"record_count": 2},
            "user_story_version_executions": [
                {"id": 1, "status": "pending", "comment": None, "executed_by": None, "device_reports": None},
                {"id": 2, "status": "a new one", "test_cycle": None, "executed_at": None},
            ],
        }
        await d.fault(method="GET", path=PATH, times=1, status=200, body=json.dumps(body))
        page = await d.answer("testio_list_user_story_executions")
        assert page["items"] == [{"id": 2, "status": "a new one"}, {"id": 1, "status": "pending"}]


async def test_a_time_that_is_none_is_refused_before_any_request() -> None:
    world = sandboxes()
    with pytest.raises(Refused, match="is not a time"):
        await listed(world, since="yesterday-ish")
    assert len(world.journal) == 0
