"""What rows and sets of bugs cost a conversation, held to their aims over the sandbox."""

import json
from typing import Any

import pytest

from server.guards.redact import Redactor
from server.guards.shape import shape
from tests.desk import live_client
from tests.tokens import tokens
from tools.kit.toolset import no_progress
from tools.testio.tools.bugs import list_bugs

pytestmark = pytest.mark.anyio

MORE = ["devices", "feature", "test_title"]


def as_sent(row: Any) -> str:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))


async def rows(**columns: Any) -> list[str]:
    """The newest bugs of the story as rows, as they leave."""
    async with live_client() as api:
        page = await list_bugs(api, no_progress, limit=500, **columns)
    return [as_sent(row) for row in shape(page, Redactor(), most=1_000_000).data["items"]]


@pytest.mark.parametrize(("columns", "most"), [({}, 60), ({"fields": MORE}, 100)], ids=["default", "more columns"])
async def test_no_row_of_a_bug_costs_more_than_its_aim(columns: dict[str, Any], most: int) -> None:
    texts = await rows(**columns)
    counted, how = tokens(texts)
    assert len(texts) == 500
    dearest = max(range(len(texts)), key=counted.__getitem__)
    assert counted[dearest] <= most, f"{counted[dearest]} tokens ({how}): {texts[dearest]}"
