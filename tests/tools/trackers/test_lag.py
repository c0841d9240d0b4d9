"""An attempt without an outcome is waited for as long as the tracker's search lags, however often somebody calls."""

import pytest

from tests.trackers import DEFECT, bench
from tools.trackers import engine
from tools.trackers.engine import NotYet, hand_over

pytestmark = pytest.mark.anyio


async def test_calling_early_does_not_begin_the_wait_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "PATIENCE", 0.0)
    async with bench("github") as tracker:
        place = tracker.setup.place
        await tracker.handovers.claim(place, DEFECT.marker, {})
        await tracker.handovers.unknown(place, DEFECT.marker, "The answer was lost.")
        before = await tracker.handovers.look(place, DEFECT.marker)
        assert before is not None
        waits = list[float]()
        for _ in range(3):
            with pytest.raises(NotYet) as refusal:
                await hand_over(tracker.work())
            waits.append(refusal.value.wait)
        after = await tracker.handovers.look(place, DEFECT.marker)
        assert after is not None
        assert (after.at, after.state) == (before.at, "unknown")
        assert waits == sorted(waits, reverse=True)
        assert not tracker.ours()
