"""The triage board's rows: open bugs, and those that look like them whatever became of them."""

import json
from base64 import b64decode

import pytest
from mcp.types import ImageContent

from tests.desk import change_bug, desk, sandboxes, text

pytestmark = pytest.mark.anyio
BOARD = "testio_triage_board"


async def test_it_has_every_open_bug_of_a_product_once() -> None:
    async with desk() as d:
        found, cursor, pages = list[int](), None, 0
        while cursor is not None or pages == 0:
            page = await d.answer(BOARD, product_ids=[71], **({"cursor": cursor} if cursor else {}))
            found += [row["id"] for row in page["items"]]
            cursor, pages = page.get("next_cursor"), pages + 1
            assert {row["status"] for row in page["items"]} <= {"forwarded", "question"}
        assert len(found) == len(set(found)) == page["coverage"]["matched"]
        counted = await d.answer("testio_list_bugs", product_ids=[71], status=["forwarded", "question"], limit=0)
        assert page["coverage"]["matched"] == counted["coverage"]["matched"]


async def test_a_bug_that_was_decided_is_a_look_alike_and_no_row() -> None:
    world = sandboxes()
    change_bug(world, 88107, title="Gift card balance shows zero after split payment", status="rejected")
    change_bug(world, 88101, title="Gift card balance shows zero after a split payment", status="forwarded")
    async with desk(world=world) as d:
        rows = {row["id"]: row for row in (await d.answer(BOARD, test_ids=[5512], limit=200))["items"]}
        assert 88107 not in rows
        (alike,) = rows[88101]["alike"]
        assert (alike["id"], alike["status"]) == (88107, "rejected")


async def test_it_lists_by_name_and_since_a_time() -> None:
    async with desk() as d:
        named = await d.answer(BOARD, product_ids=["Harbour Web"], since="2026-04-03")
        assert named["items"]
        assert all(row["reported_at"] >= "2026-04-03" for row in named["items"])
        assert named["coverage"]["matched"] < named["coverage"]["loaded"]


def size_of(picture: ImageContent) -> tuple[int, int]:
    """Width and height of a PNG, by its header."""
    head = b64decode(picture.data)[16:24]
    return int.from_bytes(head[:4]), int.from_bytes(head[4:])


async def test_thumbnails_are_fetched_alone() -> None:
    async with desk() as d:
        small = await d.call("testio_get_bug_screenshots", bug_id=88101, at_most=1, small=True)
        (picture,) = [part for part in small.content if isinstance(part, ImageContent)]
        whole = await d.call("testio_get_bug_screenshots", bug_id=88101, at_most=1)
        (other,) = [part for part in whole.content if isinstance(part, ImageContent)]
        assert (size_of(picture), size_of(other)) == ((400, 250), (320, 200)), "the thumbnail, and the file"
        first, *_ = json.loads(text(small))["attachments"]
        assert first["shown"]
        assert "size" not in first, "the size of a thumbnail says nothing of the file"
