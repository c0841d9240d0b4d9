"""Two people who share a server: nothing of one reaches the other."""

from pathlib import Path

import pytest

from tests.team.serving import ANNA, BEN, TEAM_TOKENS, TOKENS, answer, someone, team, with_tokens

pytestmark = pytest.mark.anyio


async def test_each_person_s_own_credential_is_sent_for_them_and_the_team_s_for_others(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    anna, ben = with_tokens(tmp_path, someone(ANNA)), someone(BEN)
    async with (
        team(monkeypatch, tmp_path, anna, ben) as running,
        running.client(ANNA) as hers,
        running.client(BEN, "legacy") as his,
    ):
        await answer(hers, "testio_list_products")
        assert [TOKENS[ANNA]["TESTIO_API_TOKEN"] in request for request in running.sent()] == [True]
        await answer(his, "testio_list_products")
        assert [TEAM_TOKENS["TESTIO_API_TOKEN"] in request for request in running.sent()] == [True]
