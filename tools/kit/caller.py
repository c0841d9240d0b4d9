"""The caller of the current request, for clients that keep state per caller."""

from contextvars import ContextVar
from typing import Final

ONLY: Final = "the only client"
"""The one caller on standard input, or in the process itself."""

current: ContextVar[str | None] = ContextVar("caller", default=ONLY)
"""The same for all calls of one caller; None where two calls cannot be attributed to the same caller."""
