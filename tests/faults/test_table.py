"""Every fault at every kind of call: what is reported is true, nothing is sent twice, and everything ends."""

import json
from collections.abc import AsyncIterator

import anyio
import pytest

from tests.faults.calls import Call
from tests.faults.cases import CASES, short_form
from tests.faults.harness import IMPATIENT, PATIENT, Played, Stage, open_stage, outcome_of
from tests.faults.kinds import Kind
from tests.faults.memory import MEGABYTE, peak
from tests.faults.proxy import Plan
from tests.faults.soak import SOAK
from tools.kit import client
from tools.kit.errors import PlatformError
from tools.kit.retry import MAX_WAIT, pause

pytestmark = pytest.mark.anyio

CHOSEN = CASES if SOAK else short_form()
DEADLINE = 60.0
"""Seconds after which a case has no end."""
MOST = 250 * MEGABYTE
"""More memory than that is not taken, whatever is sent; the server, the sandboxes and the proxy share the process."""
ADMITS = (
    *("could not be read", '"shown":false', '"complete":false', "not_read", "failed", "could not be reached"),
    *("answered", "unknown"),
)


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def stage(anyio_backend: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with open_stage(tmp_path_factory.mktemp("faults")) as opened:
        yield opened


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses before reads were sent again; none takes any time."""
    made: list[float] = []

    def none(error: PlatformError, attempt: int, asked: float | None) -> float | None:
        wait = pause(error, attempt, asked)
        if wait is None:
            return None
        made.append(wait)
        return 0.0

    monkeypatch.setattr(client, "pause", none)
    return made


@pytest.mark.parametrize(("kind", "call"), [pytest.param(k, c, id=f"{k.name} - {c.name}") for k, c in CHOSEN])
async def test_a_fault_at_a_call(kind: Kind, call: Call, stage: Stage, waits: list[float]) -> None:
    good = await stage.without_a_fault(call)
    plan = Plan(kind.fault, call.method, call.ends, call.skip, times=9 if kind.lasts else 1)
    with anyio.fail_after(DEADLINE), peak() as used:
        played = await stage.play(call, plan, seconds=IMPATIENT if kind.stalls else PATIENT)
    assert played.hits or kind.stalls
    assert used.bytes < MOST
    assert wrong_with(played, good, kind, call) == [], played.text[:600]
    assert all(0 <= wait <= MAX_WAIT for wait in waits)


def wrong_with(played: Played, good: Played, kind: Kind, call: Call) -> list[str]:
    """What does not hold, whatever was expected."""
    wrong = []
    if "Unexpected error" in played.text:
        wrong.append("it was not foreseen")
    again = 1 if call.retries_limited else 0
    if any(count > good.sent[line] + again for line, count in played.sent.items()):
        wrong.append(f"more was sent than once: {played.sent}")
    if any(count > good.done[line] for line, count in played.done.items()):
        wrong.append(f"more was done than once: {played.done}")
    # A busy machine may be too slow for the limit that ends what stalls, before anything is sent.
    expected = expected_of(kind, call) | ({"unsent"} if kind.stalls else set())
    if call.changes:
        found = outcome_of(played)
        if played.done and found in {"unsent", "refused"}:
            wrong.append(f"it was done and is reported as {found}")
        if not played.done and found in {"done", "accepted"}:
            wrong.append(f"it was not done and is reported as {found}")
        if found not in expected:
            wrong.append(f"it is reported as {found}, not as {' or '.join(sorted(expected))}")
    elif kind.stalls:
        pass  # right or missing, as busy as the machine is
    elif "right" in expected and played.answer != good.answer and not call.is_picture:
        wrong.append("it differs")
    elif "right" not in expected and played.answer == good.answer and not call.may_be_right:
        wrong.append("nothing was missing")
    if not call.changes and not played.result.is_error and played.answer != good.answer and not admits(played):
        wrong.append("it differs, and does not say that something is missing")
    return wrong


def admits(played: Played) -> bool:
    said = json.dumps(played.result.structured_content, separators=(",", ":")) + played.text
    return any(word in said for word in ADMITS)


def expected_of(kind: Kind, call: Call) -> set[str]:
    """What may be reported."""
    if call.breaks == "read" and not call.changes:
        return {kind.read}
    if call.breaks == "read":
        if kind.read == "right" or call.name == "the read after a write":
            return {"done"}
        return {"unsent", "refused"}
    expected = kind.upload if call.breaks == "upload" and kind.upload is not None else kind.write
    if expected == "limited":
        return {"done", "refused"} if call.retries_limited else {"refused"}
    if expected == "reported":
        return {"done", "accepted", "unknown"}
    if expected == "not done":
        return {"refused", "unsent", "unknown"}
    return {expected}
