"""Which process began an act, and whether it still runs."""

import os
import secrets
import time
from typing import Final

OWN: Final = f"{os.getpid()}-{secrets.token_hex(4)}"
"""This process; the second part tells it from another one with the same number, as in a new container."""
LONGEST_ACT: Final = 900.0
"""Seconds after which no act is still under way."""


def has_ended(process: str, begun_at: float) -> bool:
    """Whether a process that began an act at this time can no longer carry it out."""
    if process == OWN:
        return False
    if time.time() - begun_at > LONGEST_ACT:
        return True
    number = int(process.partition("-")[0])
    if number == os.getpid():
        return True
    if os.name != "posix":
        return False  # a signal 0 would end the process there
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def is_over(process: str, begun_at: float) -> bool:
    """Whether nobody is at it any more: the process has ended, or it began longer ago than any act takes."""
    return has_ended(process, begun_at) or time.time() - begun_at > LONGEST_ACT
