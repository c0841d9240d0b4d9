"""Ledger: all bugs by number, by test and newest first; the bugs of a test may stay undrawn until one is looked at."""

from bisect import insort
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heapify, heappop, heappush

from tools.kit.sandbox.clock import Clock
from tools.testio.sandbox.records import Bug

Draw = Callable[[], list[Bug]]
"""Makes all bugs of a test, the same ones whenever it is called."""


@dataclass(slots=True)
class _Harvest:
    """The bugs of one test."""

    product_id: int
    section_id: int
    visible: list[int] = field(default_factory=list)
    draw: Draw | None = None


class Ledger(Mapping[int, Bug]):
    """Bugs by number. A customer sees one from the moment it is forwarded; time only goes forward here."""

    def __init__(self, clock: Clock, settle: Callable[[], None]) -> None:
        self._clock = clock
        self._settle = settle
        """Does what has fallen due, called after bugs were drawn in the middle of a request."""
        self._drawn: dict[int, Bug] = {}
        self._undrawn: dict[int, _Harvest] = {}
        self._harvests: dict[int, _Harvest] = {}
        self._visible: list[int] = []
        self._is_sorted = True
        self._coming: list[tuple[datetime, int]] = []
        self._due: list[tuple[datetime, int]] = []

    def __getitem__(self, number: int) -> Bug:
        if number in self._undrawn:
            self._draw(self._undrawn[number])
        return self._drawn[number]

    def __iter__(self) -> Iterator[int]:
        return iter([*self._drawn, *self._undrawn])

    def __len__(self) -> int:
        return len(self._drawn) + len(self._undrawn)

    def add(self, bug: Bug) -> None:
        """Enter one bug; it is seen once it is forwarded."""
        self._keep(bug)
        self._harvests.setdefault(bug.cycle_id, _Harvest(bug.product_id, bug.section_id))
        heappush(self._coming, (bug.forwarded_at, bug.id))

    def expect(self, cycle_id: int, product_id: int, section_id: int, numbers: range, draw: Draw) -> None:
        """Enter the bugs of a test that has no others and is over; they are drawn when one is needed."""
        harvest = self._harvests[cycle_id] = _Harvest(product_id, section_id, list(numbers), draw)
        self._undrawn |= dict.fromkeys(numbers, harvest)
        self._visible.extend(harvest.visible)
        self._is_sorted = False

    def select(
        self,
        *,
        products: Collection[int] | None = None,
        sections: Collection[int] | None = None,
        cycles: Collection[int] | None = None,
    ) -> list[int]:
        """Numbers of the bugs a customer sees by now, newest first; the API does not say its order."""
        self._arrive()
        if products is None and sections is None and cycles is None:
            return self._visible[::-1]
        named = self._harvests if cycles is None else [number for number in cycles if number in self._harvests]
        found: list[int] = []
        for harvest in (self._harvests[number] for number in named):
            if products is None or harvest.product_id in products:
                found += harvest.visible if sections is None else self._within(harvest, sections)
        return sorted(found, reverse=True)

    def of(self, cycle_id: int) -> list[Bug]:
        """The bugs of a test that a customer sees by now."""
        return [self[number] for number in self.select(cycles=[cycle_id])]

    def due(self) -> Iterator[Bug]:
        """Open bugs that decide themselves by now, each told once."""
        now = self._clock.now()
        while self._due and self._due[0][0] <= now:
            bug = self._drawn.get(heappop(self._due)[1])
            if bug is not None and bug.is_open:
                yield bug

    def drop(self, product_id: int) -> list[int]:
        """Forget the bugs of a product, and tell which they were."""
        tests = [number for number, harvest in self._harvests.items() if harvest.product_id == product_id]
        for number in tests:
            del self._harvests[number]
        self._undrawn = {n: harvest for n, harvest in self._undrawn.items() if harvest.product_id != product_id}
        gone = [bug.id for bug in self._drawn.values() if bug.product_id == product_id]
        for number in gone:
            del self._drawn[number]
        self._visible = [number for number in self._visible if number in self._drawn or number in self._undrawn]
        self._coming = [(at, number) for at, number in self._coming if number in self._drawn]
        heapify(self._coming)
        return gone

    def _within(self, harvest: _Harvest, sections: Collection[int]) -> list[int]:
        if harvest.draw is not None:
            return harvest.visible if harvest.section_id in sections else []
        return [number for number in harvest.visible if self._drawn[number].section_id in sections]

    def _arrive(self) -> None:
        """Let appear what was forwarded by now."""
        if not self._is_sorted:
            self._visible.sort()
            self._is_sorted = True
        now = self._clock.now()
        while self._coming and self._coming[0][0] <= now:
            number = heappop(self._coming)[1]
            insort(self._visible, number)
            insort(self._harvests[self._drawn[number].cycle_id].visible, number)

    def _draw(self, harvest: _Harvest) -> None:
        draw, harvest.draw = harvest.draw, None
        if draw is not None:
            for bug in draw():
                self._undrawn.pop(bug.id)
                self._keep(bug)
            self._settle()

    def _keep(self, bug: Bug) -> None:
        self._drawn[bug.id] = bug
        if bug.is_open:
            heappush(self._due, (bug.falls_due, bug.id))
