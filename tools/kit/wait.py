"""Waiting for something slow: polls less and less often, reports progress, and can be resumed."""

import base64
import binascii
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

import anyio
from pydantic import Field

from tools.kit.errors import Refused, Unavailable
from tools.kit.toolset import Progress, no_progress

T = TypeVar("T")

Minutes = Annotated[float, Field(ge=0, le=60, description="Longest wait; 0 looks once.")]
Handle = Annotated[str | None, Field(max_length=500, description="From an earlier wait, to continue it.")]

BEAT = 10.0
"""Seconds between progress reports; hosts give up on a silent call."""
MOST_FAILURES = 5


@dataclass(frozen=True)
class Pace:
    """Polling interval: from `first` seconds, growing to `last`."""

    first: float = 10.0
    last: float = 120.0
    growth: float = 1.5

    def next(self, wait: float) -> float:
        return min(self.last, wait * self.growth)


SETTLES_WITHIN = 8.0
"""Seconds that one call waits."""
SETTLING = Pace(first=0.7, last=2.0)
SANDBOX_SETTLING = Pace(first=0.05, last=0.3)


@dataclass
class Waited(Generic[T]):
    """The last value of a wait, and how long to pause before the next poll."""

    seen: T
    is_reached: bool
    looks: int
    seconds: float
    wait: float


async def wait_until(
    look: Callable[[], Awaitable[T]],
    is_reached: Callable[[T], bool],
    *,
    minutes: float,
    pace: Pace,
    say: Callable[[T], str],
    progress: Progress,
    wait: float | None = None,
) -> Waited[T]:
    """Poll until the condition holds or the time is over; a transient failure does not end the wait."""
    began, failures = time.monotonic(), 0
    whole = minutes * 60
    wait = pace.first if wait is None else min(max(wait, pace.first), pace.last)
    seen = await look()  # one that fails at once ends the wait
    looks = 1
    while True:
        passed = time.monotonic() - began
        if is_reached(seen) or passed >= whole:
            return Waited(seen, is_reached(seen), looks, passed, wait)
        await _rest(min(wait, whole - passed), began, whole, say(seen), progress)
        wait = pace.next(wait)
        try:
            seen = await look()
            looks, failures = looks + 1, 0
        except Unavailable:
            failures += 1
            if failures >= MOST_FAILURES:
                raise


async def wait_for_change(
    look: Callable[[], Awaitable[T]],
    is_there: Callable[[T], bool],
    *,
    is_sandbox: bool,
    say: str,
    progress: Progress = no_progress,
) -> T:
    """Poll for a short time for a change that a platform shows with a delay, and return the last value."""
    waited = await wait_until(
        look,
        is_there,
        minutes=SETTLES_WITHIN / 60,
        pace=SANDBOX_SETTLING if is_sandbox else SETTLING,
        say=lambda _: say,
        progress=progress,
    )
    return waited.seen


async def _rest(seconds: float, began: float, whole: float, words: str, progress: Progress) -> None:
    """Sleep, reporting progress now and then."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        await progress(round(time.monotonic() - began, 1), whole, words)
        await anyio.sleep(min(left, BEAT))


def encode_handle(**what: Any) -> str:
    """Encode what resumes a wait as one opaque word; it holds no secret."""
    return base64.urlsafe_b64encode(json.dumps(what).encode()).decode().rstrip("=")


def decode_handle(handle: str, **kinds: type) -> dict[str, Any]:
    """Decode a handle.

    Raises:
        Refused: when it is malformed.
    """
    try:
        what = json.loads(base64.urlsafe_b64decode(handle + "=" * (-len(handle) % 4)))
        if not isinstance(what, dict) or not all(isinstance(what.get(name), kind) for name, kind in kinds.items()):
            raise ValueError(handle)
    except (ValueError, TypeError, RecursionError, binascii.Error) as error:
        raise Refused("This handle is malformed. Start a new wait instead.") from error
    return what
