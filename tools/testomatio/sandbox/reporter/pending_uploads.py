"""Pending uploads: results and imports that have arrived but are not processed."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Shards:
    """The shards of a run that several reporters fill."""

    expected: int | None = None
    ended: int = 0


@dataclass(slots=True)
class Upload:
    """An import that is sent in chunks."""

    id: str
    project: str
    tests: list[dict[str, object]] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)


class Pending:
    """Everything that was received but is not processed."""

    def __init__(self) -> None:
        self.shards: dict[str, Shards] = {}
        """By run ID."""
        self.uploads: dict[str, Upload] = {}
        self.sources: dict[str, dict[str, str]] = {}
        """Source files from the last import: by project, then by path."""
        self._waiting: dict[str, list[Callable[[], None]]] = {}

    def shards_of(self, run_id: str) -> Shards:
        return self.shards.setdefault(run_id, Shards())

    def defer(self, run_id: str, action: Callable[[], None]) -> None:
        """Defer an action for a run until `run_deferred`."""
        self._waiting.setdefault(run_id, []).append(action)

    def run_deferred(self, run_id: str) -> None:
        """Run the deferred actions of a run, in order."""
        for action in self._waiting.pop(run_id, []):
            action()
