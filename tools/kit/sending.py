"""What wants to know when a write leaves, and whether it was answered; silent unless the server listens."""

from contextvars import ContextVar
from typing import Final, Protocol


class Sending(Protocol):
    """Follows the writes of one act."""

    async def leaves(self) -> None:
        """Called right before a request that changes something is sent.

        Raises:
            TestdeskError: when it must not be sent.
        """

    def answered(self, *, accepted: bool) -> None:
        """Called when its response has come, whatever it says."""

    @property
    def has_changed(self) -> bool:
        """Whether the platform has accepted a change."""


class _Silent:
    async def leaves(self) -> None:
        return

    def answered(self, *, accepted: bool) -> None:
        return

    @property
    def has_changed(self) -> bool:
        return False


sending: Final[ContextVar[Sending]] = ContextVar("sending", default=_Silent())  # noqa: B039 - it has no state
"""Who follows the writes of the current call."""


def only_read() -> str:
    """What a failed read may say about changes; nothing once the call has made one."""
    return "" if sending.get().has_changed else " Only reading was tried; nothing was changed."
