"""Secrets that one person was shown, or has sent, mask nothing for another, and what each was shown is masked."""

from typing import Any, Final

from tests.desk import change_bug
from tests.team.handshake import Message
from tests.team.serving import ANNA, BEN, TOKENS, Team
from tests.team.table import Table
from tests.team.two_people.stand import DORA, ERAS, PASSWORD, TESTIO, Caller, caller

TABLE: Final = Table()
BUG: Final = 88108
SENT: Final = "Moin!Fleet_4711x"
"""A secret that somebody sends to a platform."""


async def title_seen(client: Caller) -> str:
    """The title of a bug as a client reads it."""
    return str((await client.call("testio_get_bug", bug_id=BUG))["result"]["structuredContent"])


def plant(t: Team, word: str) -> None:
    """Let a secret of the platform stand in a bug's title, where nothing says that it is one."""
    t.world.sandboxes["testio"].world.environments[31].password = PASSWORD
    change_bug(t.world, BUG, title=f"The word {word} is cut off")


@TABLE("a secret that a platform showed her masks none of his words, and masks hers")
async def _(t: Team) -> None:
    for mode, reader, other in (("auto", ANNA, BEN), ("legacy", BEN, DORA)):
        plant(t, PASSWORD)
        async with caller(t, reader, mode) as hers, caller(t, other) as his, caller(t, other, "legacy") as also_his:
            assert PASSWORD in await title_seen(hers), "nothing shows that it is a secret"
            environments = await hers.call("testio_list_test_environments", product_id=71)
            assert not environments["result"]["isError"]
            assert PASSWORD not in await title_seen(hers)
            for client in (his, also_his):
                given = await title_seen(client)
                assert PASSWORD in given
                assert "is cut off" in given


@TABLE("a secret that she was shown is masked in all of her own sessions")
async def _(t: Team) -> None:
    plant(t, PASSWORD)
    async with caller(t, ANNA) as hers:
        await hers.call("testio_list_test_environments", product_id=71)
    for mode in ERAS:
        async with caller(t, ANNA, mode) as again:
            assert PASSWORD not in await title_seen(again)


@TABLE("a secret that he sends to a platform masks none of her words, and masks his")
async def _(t: Team) -> None:
    plant(t, SENT)
    fields: dict[str, Any] = {"product_id": 72, "environment_id": 33, "password": SENT}
    async with caller(t, DORA) as his, caller(t, ANNA) as hers, caller(t, BEN) as team_s:
        assert SENT in await title_seen(his)
        done = await his.act("testio_update_test_environment", **fields)
        assert not done["result"]["isError"], done
        assert SENT not in str(done)
        assert SENT not in await title_seen(his)
        for client in (hers, team_s):
            assert SENT in await title_seen(client)


@TABLE("a secret that he would send and does not is remembered for nobody")
async def _(t: Team) -> None:
    word = "Tide!Under_9713q"
    plant(t, word)

    async def declined(question: Message) -> Message:
        assert word not in str(question)
        return {"action": "decline"}

    fields: dict[str, Any] = {"product_id": 71, "environment_id": 32, "password": word}
    async with caller(t, BEN, "legacy") as his, caller(t, DORA) as hers:
        refused = await his.act("testio_update_test_environment", declined, **fields)
        assert refused["result"]["isError"]
        for client in (his, hers):
            assert word in await title_seen(client)


@TABLE("her own credential is masked in his answer when he only guesses a part of it")
async def _(t: Team) -> None:
    token = TOKENS[ANNA][TESTIO]
    async with caller(t, BEN) as his:
        for text in (token, token[:15], f"{token[:10]} {token[10:]}"):
            change_bug(t.world, BUG, title=f"The word {text} is cut off")
            given = await title_seen(his)
            assert "is cut off" in given
            assert text not in given
