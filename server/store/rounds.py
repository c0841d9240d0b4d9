"""Answered rounds of questions, in the store: of a yes and a no to the same one, the first stands in every process."""

import time
from functools import partial
from typing import Final, Literal, cast

from server.store.engine import Database, Engine

Answer = Literal["yes", "no"]

KEPT_SECONDS: Final = 1_200.0
"""Seconds that an answered round is remembered; a sealed round is valid for 10 minutes."""


class AnsweredRounds:
    """The rounds that were answered.

    A no that could not be recorded while the store was away is recorded before the next answer, or by `catch_up`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._late: dict[str, None] = {}

    async def first(self, key: str, answer: Answer) -> Answer:
        """Record an answer, unless the round has one, and return the one that stands.

        Raises:
            StoreError: when it cannot be recorded.
        """
        if answer == "no":
            self._late[key] = None
        await self.catch_up()
        return answer if answer == "no" else await self._engine.run(partial(_first, key=key, answer=answer))

    async def catch_up(self) -> None:
        """Record what could not be recorded when it was given.

        Raises:
            StoreError: when the store is still away.
        """
        for key in list(self._late):
            await self._engine.run(partial(_first, key=key, answer="no"))
            self._late.pop(key, None)


def _first(db: Database, key: str, answer: Answer) -> Answer:
    now = time.time()
    db.change("DELETE FROM answered_round WHERE at < :old", old=now - KEPT_SECONDS)
    is_new = db.change(
        "INSERT INTO answered_round (key, answer, at) VALUES (:key, :answer, :now) ON CONFLICT DO NOTHING",
        key=key,
        answer=answer,
        now=now,
    )
    if is_new:
        return answer
    ((stands,),) = db.rows("SELECT answer FROM answered_round WHERE key = :key", key=key)
    return cast(Answer, stands)
