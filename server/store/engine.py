"""What the store needs of a database; the statements are the same for all of them."""

from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol, TypeVar

T = TypeVar("T")

QUICK_SECONDS: Final = 1.0
"""How long a statement by itself may take."""
EVENT: Final = "event"
"""The topic of the inbox's events; topics are words of ours, in small letters."""


class StoreError(Exception):
    """The store cannot be read or written; the text is for the operator."""


class UnknownVersion(StoreError):
    """The store was made by a newer Testdesk."""


class Database(Protocol):
    """One open transaction; values stand in the statement as `:name`."""

    def rows(self, statement: str, **values: Any) -> list[Sequence[Any]]:
        """Run a statement and return its rows, also those of RETURNING."""

    def change(self, statement: str, **values: Any) -> int:
        """Run a statement and return how many rows it changed."""

    def hint_arrival(self, topic: str = EVENT) -> None:
        """Wake those who wait for an arrival, in all processes, once this transaction is durable."""

    def versions(self) -> tuple[int, int]:
        """How many steps the store has done, and how many a Testdesk has to know to use it."""

    def silence(self, process: str) -> float | None:
        """Seconds since a process was last heard of, by the database's clock; None where that is not recorded."""


class Engine(Protocol):
    """Runs transactions; what `run` returned from is durable."""

    @property
    def place(self) -> str:
        """Where the store is, for people; never a password."""

    @property
    def exists(self) -> bool:
        """Whether anybody has made the store yet; asking does not make it."""

    @property
    def is_shared(self) -> bool:
        """Whether other processes can open the same store."""

    async def run(self, work: Callable[[Database], T]) -> T:
        """Run one transaction, in a thread; writers are one after another.

        Raises:
            StoreError: when the store cannot be opened, read or written; nothing of the transaction stays.
        """

    async def read(self, work: Callable[[Database], T]) -> T:
        """Run a transaction that changes nothing; it sees one state of the store and waits for no writer.

        Raises:
            StoreError: when the store cannot be opened or read.
        """

    async def quick(self, statement: str, **values: Any) -> list[Sequence[Any]]:
        """Run one statement by itself and return its rows; `:now` is the database's clock in seconds since 1970.

        It waits for no writer of other rows, and not long for the store: a read may do it on its way. What was given
        up may still be carried out.

        Raises:
            StoreError: when the store cannot be used, or does not answer within a moment.
        """

    async def heard(self, seconds: float, topic: str = EVENT) -> None:
        """Wait until something may have arrived, at most about so long; only the rows say whether it did.

        One task waits for a topic.
        """

    async def close(self) -> None: ...
