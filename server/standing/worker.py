"""The worker: takes what arrived from the queue, hands it over, and puts back what failed."""

import logging
import time
import traceback
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, tzinfo
from typing import Final

import anyio

from server.guards.fence import quote_others
from server.inbox.events import EventStore
from server.standing.attempt import Failed, Handed, Skipped, attempt, failed
from server.standing.orders import Order, Orders
from server.store.deliveries import WAITS, Deliveries, Delivery, wait_after
from server.store.engine import Engine, StoreError
from server.terminal import printable
from tools.kit.errors import TestdeskError
from tools.kit.text import cut

logger = logging.getLogger(__name__)

AT_ONCE: Final = 2
"""Issues that are created at once."""
SECONDS: Final = 1.0
"""Seconds between looks at the store when nothing is due."""
LOOK_AGAIN: Final = 60.0
"""Seconds after which all unhandled events are looked at, as one that a person has marked as not handled."""
MOST_ATTEMPTS: Final = len(WAITS) + 1
RESTS: Final = WAITS[:5]
"""Seconds that a tracker is left alone after one failure in a row, two, and so on."""
IN_A_ROW: Final = 3
"""Failures in a row after which a tracker is left alone, whatever they are: the next item would fail too."""
MOST_SORTED: Final = 200
PATIENT: Final = 3
"""Attempts after which also what only has to wait for a tracker's search waits longer each time."""
MOST_LOGGED: Final = 80
UNREADABLE: Final = "Its event has no bug that can be read."
NOT_STORED: Final = "What became of its last attempt could not be stored."
ENDED: Final = "The process ended during each of its attempts."


def day_start(zone: tzinfo, now: float) -> float:
    """When the present day began, in seconds since 1970."""
    return (
        datetime.fromtimestamp(now, UTC).astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0).timestamp()
    )


class Rest:
    """Leaves a tracker alone that fails."""

    def __init__(self) -> None:
        self.failures, self.until = 0, 0.0

    def failed(self, failure: Failed, now: float) -> None:
        """Count a failure."""
        self.failures += 1
        if failure.is_outage or self.failures >= IN_A_ROW:
            self.until = now + max(RESTS[min(self.failures, len(RESTS)) - 1], failure.wait)

    def worked(self) -> None:
        """Forget the failures."""
        self.failures, self.until = 0, 0.0


class Worker:
    """Carries out the standing orders on one store."""

    def __init__(
        self,
        orders: Orders,
        engine: Engine,
        *,
        zone: tzinfo = UTC,
        clock: Callable[[], float] = time.time,
        seconds: float = SECONDS,
    ) -> None:
        self._orders, self._zone, self._clock, self._seconds = orders, zone, clock, seconds
        self._events, self._queue = EventStore(engine), Deliveries(engine)
        self._rests = {order.rule.tracker: Rest() for order in orders.all}
        self._dropped: list[Delivery] = []
        """Taken ones whose outcome could not be stored."""
        self._last, self._look_again = 0, 0.0
        self._full: dict[str, float] = {}
        """The day in which a rule's limit was reached, so that it is logged once."""

    async def run(self, stopping: anyio.Event) -> None:
        """Work until asked to stop; what is under way then is finished first."""
        await self._surviving(self._forget_rules)
        await self._surviving(self.sort)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._repeat, self.sort, stopping)
            for _ in range(AT_ONCE):
                tasks.start_soon(self._repeat, self.work, stopping)

    async def _forget_rules(self) -> bool:
        await self._queue.unsort()
        return True

    async def drain(self) -> None:
        """Work until nothing is due."""
        while await self.sort() or await self.work():
            pass

    async def sort(self) -> bool:
        """Enter what arrived into the queue, and find the rule of each; whether there was anything."""
        await self._enter()
        rules = dict[tuple[str, str, int], str]()
        is_any = False
        for one in await self._queue.unsorted(MOST_SORTED):
            rest = self._rests.setdefault(f"platform {one.platform}", Rest())
            if rest.until > self._clock():
                continue
            try:
                order, why = await self._chosen(one)
            except TestdeskError as error:
                failure = failed(error, may_exist=False)
                if failure.is_outage:
                    self._rested(rest, failure, one.platform)
                    continue
                order, why = None, f"The name of its product cannot be read: {failure.sentence}"
            except StoreError:
                raise
            except Exception as error:  # noqa: BLE001 - one event must not keep the others from being sorted
                order, why = None, _own(error)
            else:
                rest.worked()
            is_any = True
            if order is None:
                await self._leave(one, Skipped(why))
            else:
                rules[one.platform, one.item, one.event] = order.name
        await self._queue.sort(rules)
        return is_any

    async def _enter(self) -> None:
        """Enter what arrived since the last look, and now and then whatever is not in the queue."""
        last, came = await self._events.arrived_since(self._last)
        if not came and self._clock() < self._look_again:
            return
        for platform in self._orders.platforms:
            await self._queue.enqueue_new(platform)
        for platform, item, key in await self._queue.arrived_again():
            await self._events.mark(platform, [item], handled=True)
            logger.info("%s:%s arrived again; it has %s", platform, _plain(item), _plain(key))
        self._last, self._look_again = last, self._clock() + LOOK_AGAIN

    async def work(self) -> bool:
        """Hand over one item that is due; whether there was any."""
        while self._dropped:
            await self._put_back(self._dropped.pop())
        for order in self._orders.all:
            now = self._clock()
            if self._rests[order.rule.tracker].until > now:
                continue
            day = day_start(self._zone, now)
            taken = await self._queue.take(1, now, cap=order.rule.a_day, since=day, rule=order.name)
            if taken:
                await self._deliver(order, taken[0])
                return True
            await self._note_limit(order, day)
        return False

    async def _deliver(self, order: Order, one: Delivery) -> None:
        """Hand a taken item over and store what became of it; if the store fails, it is put back later."""
        try:
            try:
                outcome = await self._attempt(order, one)
            except StoreError:
                raise
            except TestdeskError as error:
                outcome = failed(error, may_exist=one.attempts > 1)
            except Exception as error:  # noqa: BLE001 - it is put back or given up as any other failure
                logger.error("%s", _own(error))
                outcome = Failed(_own(error), type(error).__name__, may_exist=True)
            if outcome is not None:
                await self._leave(one, outcome, order)
        except StoreError:
            self._dropped.append(one)
            raise

    async def _put_back(self, one: Delivery) -> None:
        """Put a taken item back whose outcome could not be stored."""
        try:
            await self._queue.later(one.platform, one.item, error=NOT_STORED, next_at=self._clock(), may_exist=True)
        except StoreError:
            self._dropped.append(one)
            raise

    async def _attempt(self, order: Order, one: Delivery) -> Handed | Skipped | Failed | None:
        """What became of a taken item; None where another order takes it now."""
        if one.attempts > MOST_ATTEMPTS:
            return Failed(ENDED, "ended with the process", may_exist=True)
        chosen, why = await self._chosen(one)
        if chosen is None:
            return Skipped(why)
        if chosen.name != order.name:
            await self._queue.later(
                one.platform,
                one.item,
                error="",
                next_at=self._clock(),
                may_exist=one.attempts > 1,
                rule=chosen.name,
            )
            return None
        event = await self._events.newest(one.platform, one.item)
        defect = self._orders.read(one.platform, event) if event is not None else None
        if event is None or defect is None:
            return Skipped(UNREADABLE)
        return await attempt(order, defect, is_handled=event.handled_at is not None)

    async def _chosen(self, one: Delivery) -> tuple[Order | None, str]:
        """The order that takes an item: the one in whose container it has an issue or may have, else the first."""
        if one.platform not in self._orders.platforms:
            return None, "No rule is about its platform."
        event = await self._events.newest(one.platform, one.item)
        defect = self._orders.read(one.platform, event) if event is not None else None
        if defect is None:
            return None, UNREADABLE
        for order in self._orders.all:
            is_its = order.platform.key == one.platform
            if is_its and await order.handovers.look(order.api.setup.place, defect.marker) is not None:
                return order, ""
        return await self._orders.choose(defect)

    async def _leave(self, one: Delivery, outcome: Handed | Skipped | Failed, order: Order | None = None) -> None:
        """Store and log what became of an item."""
        name, rule = f"{one.platform}:{_plain(one.item)}", order.name if order is not None else ""
        match outcome:
            case Handed():
                await self._events.mark(one.platform, [one.item], handled=True)
                await self._queue.done(
                    one.platform, one.item, key=outcome.key, url=outcome.url, how=outcome.how, rule=rule
                )
                # What arrived since the first mark has its issue too.
                await self._events.mark(one.platform, [one.item], handled=True)
                logger.info("%s: %s %s, by [hand_over.%s]", name, outcome.how, _plain(outcome.key), rule)
            case Skipped():
                await self._queue.skipped(one.platform, one.item, why=self._rendered(outcome.why), rule=rule)
                logger.info("%s: skipped; `testdesk inbox --status` says why", name)
            case Failed():
                await self._failed(one, outcome, name, rule)
        if order is not None and not isinstance(outcome, Skipped):
            rest = self._rests[order.rule.tracker]
            if isinstance(outcome, Failed) and outcome.is_due_then:
                return  # it waits for another process or for the tracker's search, which is no failure
            if isinstance(outcome, Failed):
                self._rested(rest, outcome, order.rule.tracker)
            else:
                rest.worked()

    async def _failed(self, one: Delivery, failure: Failed, name: str, rule: str) -> None:
        """Put an item back with a longer wait each time, or give it up."""
        if failure.key:
            await self._events.mark(one.platform, [one.item], handled=True)
        wait = wait_after(one.attempts, at_least=failure.wait)
        sentence, may_exist = self._rendered(failure.sentence), failure.may_exist
        tried = f"attempt {one.attempts} of {MOST_ATTEMPTS}: {failure.kind}"
        if wait is None:
            await self._queue.dead(one.platform, one.item, error=sentence, may_exist=may_exist, rule=rule)
            logger.error("%s: given up after %s; see `testdesk inbox --status`", name, tried)
            return
        if failure.is_due_then and one.attempts <= PATIENT:
            wait = failure.wait
        next_at = self._clock() + wait
        await self._queue.later(one.platform, one.item, error=sentence, next_at=next_at, may_exist=may_exist, rule=rule)
        logger.warning("%s: %s; tried again in %d s", name, tried, round(wait))

    async def _note_limit(self, order: Order, day: float) -> None:
        """Log, once a day, that a rule has created all that it may."""
        if self._full.get(order.name) == day:
            return
        if await self._queue.created_since(day, rule=order.name) >= order.rule.a_day:
            self._full[order.name] = day
            logger.warning(
                "[hand_over.%s] has created its %d issues of today; what else arrives waits for the next day",
                order.name,
                order.rule.a_day,
            )

    def _rested(self, rest: Rest, failure: Failed, name: str) -> None:
        """Leave a tracker or platform alone after a failure, and log it."""
        rest.failed(failure, self._clock())
        if rest.until > self._clock():
            left = round(rest.until - self._clock())
            logger.warning("%s is left alone for %d s after %d failures in a row", name, left, rest.failures)

    def _rendered(self, sentence: str) -> str:
        """A sentence for the store: others' words in it are in quotation marks, and redacted."""
        return printable(quote_others(sentence, self._orders.redact))

    async def _repeat(self, step: Callable[[], Awaitable[bool]], stopping: anyio.Event) -> None:
        """Repeat a step; pause after one that found nothing to do."""
        while not stopping.is_set():
            if not await self._surviving(step):
                with anyio.move_on_after(self._seconds):
                    await stopping.wait()

    async def _surviving(self, step: Callable[[], Awaitable[bool]]) -> bool:
        """Make a step; what fails in it must not end the others."""
        try:
            return await step()
        except StoreError as error:
            logger.error("%s The standing orders wait for it.", error)
        except Exception as error:  # noqa: BLE001 - the next round may work
            logger.error("%s", _own(error))
        return False


def _own(error: Exception) -> str:
    """What an error of our own is called, and where it was raised; its text may be others'."""
    logger.debug("where a standing order failed", exc_info=error)
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"It failed by an error of Testdesk's own ({type(error).__name__} in {frame.name}, line {frame.lineno})."


def _plain(text: str) -> str:
    """An item or a key for a line of the log."""
    return cut(printable(" ".join(text.split())), MOST_LOGGED)
