"""Which process began an act, and whether it can still carry it out."""

import hashlib
import os
import platform
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

LONGEST_ACT: Final = 900.0
"""Seconds after which no act is still under way."""
BEAT_SECONDS: Final = 10.0
"""How often a process says that it runs, where other machines use the same store."""
SILENCE_SECONDS: Final = 60.0
"""How long another machine's process may be silent before it has ended for us."""

Silence = Callable[[str], float | None]
"""How long a process has been silent, if that is recorded."""


def _machine() -> str:
    """What tells this machine, or container, from another one; it changes with a restart of the machine."""
    try:
        # Containers of one machine may share its name, and each has process numbers of its own.
        known = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii") + os.readlink("/proc/self/ns/pid")
    except OSError:
        known = platform.node()
    return hashlib.sha256(known.encode()).hexdigest()[:12]


MACHINE: Final = _machine()
OWN: Final = f"{os.getpid()}-{secrets.token_hex(4)}-{MACHINE}"
"""This process; the second part tells it from another one with the same number, as in a new container."""


def has_ended(process: str, begun_at: float, silence: Silence) -> bool:
    """Whether a process that began an act at this time can no longer carry it out.

    On this machine the system knows. A process of another one has ended when it was silent for long, or where that is
    not recorded when no act takes so long.
    """
    if process == OWN:
        return False
    age = time.time() - begun_at
    if age > LONGEST_ACT:
        return True
    number, _, rest = process.partition("-")
    if rest.partition("-")[2] not in {"", MACHINE}:
        silent = silence(process)
        return silent is not None and silent > SILENCE_SECONDS
    if int(number) == os.getpid():
        return True
    if os.name != "posix":
        return False  # a signal 0 would end the process there
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def is_over(process: str, begun_at: float, silence: Silence) -> bool:
    """Whether nobody is at it any more: the process has ended, or it began longer ago than any act takes."""
    return has_ended(process, begun_at, silence) or time.time() - begun_at > LONGEST_ACT
