"""Edits of texts that are stored otherwise than they are shown."""

import pytest

from tests.desk import desk

pytestmark = pytest.mark.anyio


async def test_the_colours_of_a_terminal_stay_where_they_are_stored() -> None:
    stored = "\x1b[31mexpected\x1b[0m 44.91\r\nto equal \x1b[32m39.92\x1b[0m"
    async with desk() as d:
        d.sandboxes.sandboxes["testomatio"].world.results.get(9002113).message = stored
        shown = (await d.answer("testomatio_get_result", result_id=9002113))["message"]
        assert shown == "expected 44.91\nto equal 39.92"
        edit = {"field": "message", "old": "44.91\nto equal", "new": "44.90\nto be"}
        await d.answer("testomatio_update_result", result_id=9002113, edits=[edit])
        (entry,) = [one for one in d.sandboxes.journal.entries(platform="testomatio") if one.method == "PUT"]
        assert entry.body == {"message": stored.replace("44.91\r\nto equal", "44.90\nto be")}
        error = await d.refusal(
            "testomatio_update_result",
            result_id=9002113,
            edits=[{"field": "message", "old": "expected 44", "new": "x"}],
        )
        assert "stored with markup" in error
