"""What a plan of tests reads of a platform, in the terms that all platforms share: areas, cases, crowd tests.

Thousands of them are held at once, so there are slots and no models.
"""

from dataclasses import dataclass
from typing import Literal

AreaKind = Literal["feature", "story", "suite", "folder"]
"""What a product is divided into; each platform has its own."""


@dataclass(frozen=True, slots=True)
class Area:
    """A part of a product that tests belong to."""

    platform: str
    kind: AreaKind
    id: str
    title: str
    where: str = ""
    """The product or project."""
    path: str = ""
    """What it is inside of: folders, or the feature of a story."""
    text: str = ""
    """Its description."""
    cases: int | None = None
    """Test cases directly in it; None: unknown."""
    page: str | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A test that can be run again: a test case, or an automated test."""

    platform: str
    id: str
    title: str
    where: str = ""
    place: str = ""
    """Its feature, folder or file."""
    text: str = ""
    """Its steps."""
    said: str | None = None
    """The platform's word for its kind or state."""
    page: str | None = None


@dataclass(frozen=True, slots=True)
class CrowdTest:
    """A test that people on other devices carried out, and what it took."""

    platform: str
    run_id: str
    title: str
    where: str = ""
    kind: str = ""
    """The platform's word for its type."""
    said: str | None = None
    features: tuple[str, ...] = ()
    goal: str = ""
    started_at: str | None = None
    hours: float | None = None
    testers: int | None = None
    devices: int | None = None
    bugs: int | None = None
    found: tuple[str, ...] = ()
    """Titles of its bugs, the worst first."""
    page: str | None = None
