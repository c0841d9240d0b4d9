"""A platform that shows a change a little later is looked at again for a bounded moment."""

from types import SimpleNamespace

import pytest

from tools.kit import wait
from tools.kit.toolset import no_progress
from tools.kit.wait import wait_for_change

pytestmark = pytest.mark.anyio


async def looks_until(there_after: int) -> int:
    """How many looks it took, and never for ever."""
    count = 0

    async def look() -> int:
        nonlocal count
        count += 1
        return count

    last = await wait_for_change(
        look, lambda seen: seen >= there_after, is_sandbox=False, say="waiting for it", progress=no_progress
    )
    assert last == count
    return count


async def test_what_is_there_is_looked_at_once_and_what_comes_is_seen() -> None:
    assert await looks_until(1) == 1
    assert await looks_until(3) == 3


async def test_what_does_not_come_is_answered_as_it_was_last_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0

    async def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds

    monkeypatch.setattr(wait, "anyio", SimpleNamespace(sleep=sleep))
    monkeypatch.setattr(wait, "time", SimpleNamespace(monotonic=lambda: now))
    monkeypatch.setattr(wait, "SETTLES_WITHIN", 8.0)
    monkeypatch.setattr(wait, "SETTLING", wait.Pace(first=1.0, last=2.0, growth=2.0))
    assert await looks_until(10**9) == 6, "after 0, 1, 3, 5, 7 and 8 seconds"
    assert now == 8.0
