"""The clock of a sandbox, and the control that moves it."""

from datetime import timedelta

import httpx
import pytest

from tools.kit.sandbox.clock import STORY_START, BadDuration, Clock, parse_duration
from tools.kit.sandbox.composition import Composition


def test_time_passes_at_its_factor() -> None:
    real = iter([0.0, 1.0, 1.0, 3.0])
    clock = Clock(factor=60, real=lambda: next(real))
    assert clock.now() - STORY_START == timedelta(minutes=1)
    clock.advance(timedelta(hours=1))
    assert clock.now() - STORY_START == timedelta(hours=1, minutes=3)


def test_a_new_factor_holds_from_now_on() -> None:
    real = iter([0.0, 10.0, 10.0, 20.0])
    clock = Clock(factor=1, real=lambda: next(real))
    clock.accelerate(3600)
    assert clock.now() - STORY_START == timedelta(seconds=10, hours=10)


@pytest.mark.parametrize(
    ("said", "meant"), [(90, 90.0), ("2h", 7200.0), ("1d 12h", 129600.0), ("1.5m", 90.0), ("0s", 0.0)]
)
def test_a_span_is_seconds_or_words(said: object, meant: float) -> None:
    assert parse_duration(said).total_seconds() == meant


@pytest.mark.parametrize("said", ["", "soon", "2 fortnights", -1, True, None, [], float("nan"), float("inf"), "9999w"])
def test_what_is_no_span_is_refused(said: object) -> None:
    with pytest.raises(BadDuration):
        parse_duration(said)


@pytest.mark.anyio
async def test_the_clock_control_moves_every_sandbox_alike(app: Composition, http: httpx.AsyncClient) -> None:
    answer = await http.post("/_sandbox/clock", json={"advance": "26h", "factor": 0})
    assert answer.json() == {"now": "2026-04-04T11:00:00+02:00", "factor": 0.0}
    assert {box.clock.now() for box in app.sandboxes.values()} == {STORY_START + timedelta(hours=26)}
    assert (await http.get("/_sandbox/clock")).json() == answer.json()


@pytest.mark.anyio
@pytest.mark.parametrize("body", [{}, {"advance": "soon"}, {"back": "2h"}, {"factor": "fast"}, {"factor": -1}, [1]])
async def test_a_clock_order_that_makes_no_sense_is_422(http: httpx.AsyncClient, body: object) -> None:
    answer = await http.post("/_sandbox/clock", json=body)
    assert answer.status_code == 422
    assert answer.json()["problems"]
