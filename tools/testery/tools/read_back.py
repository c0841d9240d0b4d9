"""Reading again what was changed: that this fails is no failure of the change."""

from collections.abc import Awaitable
from typing import Final, TypeVar

from tools.kit.errors import PlatformError

T = TypeVar("T")

UNSEEN: Final = "It was carried out, but could not be read again just now."


async def read_back(call: Awaitable[T]) -> T | None:
    """What a read after a change answers, or None where it fails."""
    try:
        return await call
    except PlatformError:
        return None
