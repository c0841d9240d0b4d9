"""Reading a thing again after a change; a failed read does not fail the change."""

from collections.abc import Awaitable
from typing import Final, TypeVar

from tools.kit.errors import PlatformError

T = TypeVar("T")

UNSEEN: Final = "The change was made, but could not be read again."


async def read_back(call: Awaitable[T]) -> T | None:
    """The result of a read after a change, or None if it fails."""
    try:
        return await call
    except PlatformError:
        return None
