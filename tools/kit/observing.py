"""What wants to know of each request to a platform, and of those that wait; silent unless the server listens."""

from contextlib import AbstractContextManager
from contextvars import ContextVar
from types import TracebackType
from typing import Final, Protocol, Self


class Exchange(Protocol):
    """One request that was sent."""

    def answered(self, status: int) -> None:
        """Called when its status has come; the body may still fail to."""


class Requests(Protocol):
    """Follows the requests of all clients; it gets what was asked, and never a query, a body or a header."""

    def request(self, platform: str, method: str, where: str, attempt: int) -> AbstractContextManager[Exchange]:
        """Follow one request inside the context; an error that leaves it is the failure of the request.

        `platform` is its title, `where` the path as it is sent.
        """

    def waiting(self) -> AbstractContextManager[object]:
        """Follow the wait of a request for its turn, inside the context."""


class _Silent:
    def request(self, platform: str, method: str, where: str, attempt: int) -> "_Silent":
        return self

    def waiting(self) -> "_Silent":
        return self

    def answered(self, status: int) -> None:
        return

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return


observing: Final[ContextVar[Requests]] = ContextVar("observing", default=_Silent())  # noqa: B039 - it has no state
"""Who follows the requests to platforms."""
