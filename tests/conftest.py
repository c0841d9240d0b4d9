"""What all tests share."""

import anyio.lowlevel
import pytest


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
