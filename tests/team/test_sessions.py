"""A handshake session is served by any process that shares its store and keys, for its owner only."""

from pathlib import Path

import pytest

from tests.team.handshake import Handshake, text_of, wire
from tests.team.serving_shared import ANNA, two_workers

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("noted")]


async def test_a_session_opened_at_one_worker_asks_at_another_and_is_answered_at_the_first(tmp_path: Path) -> None:
    async with two_workers(tmp_path) as (a, b), wire(ANNA) as http:
        client = Handshake(http)
        await client.open(a.url)
        assert text_of(await client.call(b.url, "decide", answers_at=a.url)) == "agreed"
        assert len(client.asked) == 1
