"""The peak of this process's memory while something runs, where the system tells it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_STATUS: Final = Path("/proc/self/status")
_RESET: Final = Path("/proc/self/clear_refs")
MEGABYTE: Final = 2**20


@dataclass
class Peak:
    """How much more memory was in use at the peak than before."""

    bytes: int = 0


@contextmanager
def peak() -> Iterator[Peak]:
    """Measure the block; 0 where the system does not tell."""
    found = Peak()
    try:
        _RESET.write_text("5")  # the peak starts anew
    except OSError:
        yield found
        return
    before = _kilobytes("VmRSS")
    yield found
    found.bytes = max(0, _kilobytes("VmHWM") - before) * 1024


def _kilobytes(name: str) -> int:
    match = re.search(rf"^{name}:\s+(\d+) kB", _STATUS.read_text(encoding="utf-8"), re.MULTILINE)
    assert match is not None
    return int(match[1])
