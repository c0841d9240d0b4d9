"""Who makes the present call, where a platform's client keeps something for one caller alone."""

from contextvars import ContextVar
from typing import Final

ONLY: Final = "the only client"
"""On standard input, and in the process itself, there is one."""

current: ContextVar[str | None] = ContextVar("caller", default=ONLY)
"""The caller, the same for all its calls; None where calls cannot be told to be of the same one."""
