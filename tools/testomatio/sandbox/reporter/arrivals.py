"""Arrivals: what reporters and importers are in the middle of sending."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Shards:
    """The parts of a run that several reporters fill."""

    expected: int | None = None
    ended: int = 0


@dataclass(slots=True)
class Upload:
    """An import that comes in chunks."""

    id: str
    project: str
    tests: list[dict[str, object]] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)


class Arrivals:
    """What was received and is not taken in yet."""

    def __init__(self) -> None:
        self.shards: dict[str, Shards] = {}
        """By the id of their run."""
        self.uploads: dict[str, Upload] = {}
        self.sources: dict[str, dict[str, str]] = {}
        """Files of code as they were last imported: by project, then by path."""
        self._waiting: dict[str, list[Callable[[], None]]] = {}

    def shards_of(self, run_id: str) -> Shards:
        return self.shards.setdefault(run_id, Shards())

    def wait(self, run_id: str, action: Callable[[], None]) -> None:
        """Keep something to do for a run until `take_in`."""
        self._waiting.setdefault(run_id, []).append(action)

    def take_in(self, run_id: str) -> None:
        """Do what waits for a run, in the order it came."""
        for action in self._waiting.pop(run_id, []):
            action()
