"""What the processes that use one account of a platform share; a single process shares nothing."""

from typing import Final, Protocol

MOST_REST: Final = 300.0
"""Seconds of a pause, asked for by a platform, that other requests keep as well."""


class Sharing(Protocol):
    """Values, pace and pauses of an account that several processes use; accounts are named by their fingerprints."""

    @property
    def is_alone(self) -> bool:
        """Whether no other process is known to use the same accounts."""

    @property
    def processes(self) -> int:
        """How many processes use the same accounts, this one included."""

    async def value(self, name: str) -> str | None:
        """A value that any of the processes has put.

        Raises:
            TestdeskError: when it cannot be read.
        """

    async def put(self, name: str, value: str) -> None:
        """Keep a value for all processes.

        Raises:
            TestdeskError: when it cannot be kept.
        """

    async def take(self, name: str) -> str | None:
        """Remove a value and return it; only one of several who try gets it.

        Raises:
            TestdeskError: when it cannot be removed.
        """

    async def slot(self, account: str, *, per_second: float, burst: float) -> float | None:
        """Take the next request of an account's pace: the seconds until it may leave; None where each paces itself."""

    async def rest(self, account: str, seconds: float) -> None:
        """Hold all requests of an account back for so long, in all processes."""

    def resting(self, account: str) -> float:
        """Seconds for which the requests of an account are held back, as far as this process knows."""


class Alone:
    """A single process: its clients pace themselves, and a pause concerns the request that was asked for it."""

    is_alone, processes = True, 1

    def __init__(self) -> None:
        self._values: dict[str, str] = {}

    async def value(self, name: str) -> str | None:
        return self._values.get(name)

    async def put(self, name: str, value: str) -> None:
        self._values[name] = value

    async def take(self, name: str) -> str | None:
        return self._values.pop(name, None)

    async def slot(self, account: str, *, per_second: float, burst: float) -> float | None:
        return None

    async def rest(self, account: str, seconds: float) -> None:
        return

    def resting(self, account: str) -> float:
        return 0.0
