"""What all tests share."""

import anyio.lowlevel
import pytest

from tools.kit.wait import Pace


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses a client made before it asked again, in seconds; none of them takes any time."""
    made: list[float] = []

    async def note(seconds: float) -> None:
        made.append(seconds)
        await anyio.lowlevel.checkpoint()

    monkeypatch.setattr("tools.kit.client.anyio.sleep", note)
    return made


@pytest.fixture(autouse=True)
def short_settling(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing waits the seconds a real platform may take to show what it took; the sandbox shows it sooner."""
    monkeypatch.setattr("tools.kit.wait.SETTLES_WITHIN", 0.5)
    monkeypatch.setattr("tools.kit.wait.SETTLING", Pace(first=0.02, last=0.1))
