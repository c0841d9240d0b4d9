"""A table of attempts on one running server: each is a function that asserts, and all of them run."""

import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.team.serving import Team

Attempt = Callable[[Team], Awaitable[None]]


@dataclass
class Table:
    """Attempts by their names; `@TABLE("what somebody tries")` adds one."""

    attempts: dict[str, Attempt] = field(default_factory=dict)

    @classmethod
    def of(cls, *tables: "Table") -> "Table":
        """The attempts of several tables, in their order; no name is there twice."""
        whole = cls()
        for table in tables:
            for name, attempt in table.attempts.items():
                whole(name)(attempt)
        return whole

    def __call__(self, name: str) -> Callable[[Attempt], Attempt]:
        assert name not in self.attempts, name

        def add(attempt: Attempt) -> Attempt:
            self.attempts[name] = attempt
            return attempt

        return add

    async def failures(self, team: Team) -> dict[str, str]:
        """The attempts that succeeded, or broke, with the reason; a server is built once for all of them."""
        found = {}
        for name, attempt in self.attempts.items():
            team.sent()
            try:
                await attempt(team)
            except Exception as error:  # noqa: BLE001 - the others run all the same, and the test shows all that failed
                inner = innermost(error)
                lines = [f"{Path(one.filename).name}:{one.lineno}" for one in traceback.extract_tb(inner.__traceback__)]
                found[name] = f"{type(inner).__name__} at {lines[-1]}, {lines[0]}: {inner}"[:1_000]
        return found


def innermost(error: BaseException) -> BaseException:
    """The first error in groups of errors."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
