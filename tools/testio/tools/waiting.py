"""Waits until a test reaches a status, with progress, a deadline, and a handle to go on later."""

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field

from tools.kit.errors import Refused
from tools.kit.model import Answer
from tools.kit.text import Key, Untrusted
from tools.kit.toolset import Progress, Toolset
from tools.kit.vocabulary import WordFilter, folded
from tools.kit.wait import Handle, Minutes, Pace, decode_handle, encode_handle, wait_until
from tools.kit.when import parse_timestamp
from tools.testio.client.testio import TestIO
from tools.testio.models.exploratory_tests import ENDED, ExploratoryTest
from tools.testio.tools.exploratory_tests import TestId, known_test
from tools.testio.tools.words import TEST_STATUS_MEANT, TEST_STATUSES

tool = Toolset(TestIO)

PACE = Pace(first=15.0, last=180.0)
"""A crowd test takes hours; a read costs the platform a third of a second."""
SANDBOX_PACE = Pace(first=0.2, last=1.0)


class TestState(Answer):
    """The state of a test that was waited for."""

    test_id: int
    title: Untrusted | None = None
    status: Key | None = None
    reached: bool = Field(description="Whether it has a status that was waited for.")
    bugs: int | None = None
    testers: int | None = None
    ends_at: Key | None = None
    time_left: str | None = None
    looks: int
    waited_seconds: int
    handle: Key | None = Field(None, description="Pass as handle to go on waiting.")
    next: str | None = None


def time_left(test: ExploratoryTest, now: datetime) -> str | None:
    """How long testers still have, in words."""
    end = parse_timestamp(test.end_at)
    if end is None or test.has_ended:
        return None
    left = end - now
    if left <= timedelta(0):
        return "none"
    hours, minutes = divmod(int(left.total_seconds()) // 60, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def describe(test: ExploratoryTest, now: datetime) -> str:
    """The state of a test, as a line of progress."""
    numbers = test.analytics
    parts = [test.status or "unknown status"]
    if numbers is not None:
        parts += [f"{numbers.total_bugs or 0} bugs", f"{numbers.testers_count or 0} testers"]
    left = time_left(test, now)
    if left is not None:
        parts.append(f"{left} left")
    return ", ".join(parts)


def statuses_of(words: list[str] | None) -> list[str]:
    """The statuses that the words mean.

    Raises:
        Refused: for an unknown word, for which a wait could never end.
    """
    wanted = WordFilter("test status", words, TEST_STATUSES, meant=TEST_STATUS_MEANT)
    wanted.check()
    return [status for status in TEST_STATUSES if folded(status) in wanted.wanted]


@tool.reads()
async def wait_for_test(
    api: TestIO,
    progress: Progress,
    test_id: TestId | None = None,
    until: Annotated[
        list[str] | None,
        Field(max_length=10, description="Statuses to wait for. Default: locked, archived, cancelled."),
    ] = None,
    minutes: Minutes = 5,
    handle: Handle = None,
) -> TestState:
    """Wait until a test has one of the statuses, or the time is up; give test_id, or a handle to go on."""
    wait: float | None = None
    if handle is not None:
        resumed = decode_handle(handle, test=int, until=list, wait=float)
        if test_id not in (None, resumed["test"]):
            raise Refused(f"This handle belongs to test {resumed['test']}. Leave out test_id or the handle.")
        test_id, wait = resumed["test"], resumed["wait"]
        until = until or [str(status) for status in resumed["until"]]
    if test_id is None:
        raise Refused("Give a test_id, or the handle of an earlier wait.")
    wanted, number = frozenset(statuses_of(until) or ENDED), test_id
    waited = await wait_until(
        lambda: known_test(api, number),
        # An archived or cancelled test never changes its status.
        lambda test: test.status in wanted or test.status in {"archived", "cancelled"},
        minutes=minutes,
        pace=SANDBOX_PACE if api.is_sandbox else PACE,
        say=lambda test: describe(test, api.now()),
        progress=progress,
        wait=wait,
    )
    test, reached = waited.seen, waited.seen.status in wanted
    is_over = reached or waited.is_reached
    state = TestState(
        test_id=test.id,
        title=test.title,
        status=test.status,
        reached=reached,
        bugs=test.analytics.total_bugs if test.analytics else None,
        testers=test.analytics.testers_count if test.analytics else None,
        ends_at=test.end_at,
        time_left=time_left(test, api.now()),
        looks=waited.looks,
        waited_seconds=round(waited.seconds),
        handle=None,
    )
    if not is_over:
        state.handle = encode_handle(test=test.id, until=sorted(wanted), wait=float(waited.wait))
        state.next = "Call testio_wait_for_test with this handle to go on."
    elif not reached:
        state.next = "It has ended in another status and will not reach those that were waited for."
    return state
