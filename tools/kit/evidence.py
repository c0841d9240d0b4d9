"""What an analysis reads of a platform, in the terms that all platforms share: bug reports, and results of tests."""

from dataclasses import dataclass
from typing import Literal

from tools.kit.vocabulary import Severity, Status

Outcome = Literal["open", "accepted", "rejected", "unknown"]
"""What was decided on a bug; `open`: nothing yet."""


@dataclass(frozen=True, slots=True)
class Device:
    """Where a bug was seen; what a platform does not say is empty."""

    name: str = ""
    system: str = ""
    browser: str = ""


@dataclass(frozen=True, slots=True)
class BugReport:
    """A bug as its tester reported it, and what became of it. Empty texts and None are unknown.

    Thousands of them are held at once, so there are slots and no models.
    """

    platform: str
    bug_id: str
    title: str
    steps: tuple[str, ...] = ()
    expected: str = ""
    actual: str = ""
    severity: Severity = "unknown"
    said: str = ""
    """The platform's own word for the severity."""
    outcome: Outcome = "unknown"
    is_automatic: bool = False
    """Whether a time limit decided, not a person."""
    is_known: bool = False
    feature: str = ""
    where: str = ""
    """The product or project."""
    run_id: str = ""
    run: str = ""
    devices: tuple[Device, ...] = ()
    tester: str = ""
    reported_at: str | None = None
    decided_by: str | None = None
    """A time at which the decision had been taken, where the platform gives one."""
    page: str | None = None


@dataclass(frozen=True, slots=True)
class TestResult:
    """A result of a test in one run."""

    __test__ = False

    title: str
    status: Status
    test_id: str | None = None
    place: str = ""
    """The file or the suite, which tells tests of one title apart."""
    said: str | None = None
    error: str | None = None
    at: str | None = None
    result_id: str | None = None

    @property
    def is_failure(self) -> bool:
        return self.status in {"failed", "blocked"}
