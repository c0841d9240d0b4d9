"""Bug index: all bugs by number and by test, newest first; the bugs of a test may be generated when first read."""

from bisect import insort
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heapify, heappop, heappush

from tools.kit.sandbox.clock import Clock
from tools.testio.sandbox.records import Bug

Generate = Callable[[], list[Bug]]
"""Generates all bugs of a test, the same ones on every call."""


@dataclass(slots=True)
class _TestBugs:
    """The bugs of one test."""

    product_id: int
    section_id: int
    visible: list[int] = field(default_factory=list)
    generate: Generate | None = None


class BugIndex(Mapping[int, Bug]):
    """Bugs by number. A customer sees a bug once it is forwarded; time must not go backwards."""

    def __init__(self, clock: Clock, apply_due: Callable[[], None]) -> None:
        self._clock = clock
        self._apply_due = apply_due
        """Called after bugs were generated during a request."""
        self._bugs: dict[int, Bug] = {}
        self._pending: dict[int, _TestBugs] = {}
        self._tests: dict[int, _TestBugs] = {}
        self._visible: list[int] = []
        self._is_sorted = True
        self._upcoming: list[tuple[datetime, int]] = []
        self._due: list[tuple[datetime, int]] = []

    def __getitem__(self, number: int) -> Bug:
        if number in self._pending:
            self._generate(self._pending[number])
        return self._bugs[number]

    def __iter__(self) -> Iterator[int]:
        return iter([*self._bugs, *self._pending])

    def __len__(self) -> int:
        return len(self._bugs) + len(self._pending)

    def add(self, bug: Bug) -> None:
        """Add one bug; it is visible once it is forwarded."""
        self._store(bug)
        self._tests.setdefault(bug.cycle_id, _TestBugs(bug.product_id, bug.section_id))
        heappush(self._upcoming, (bug.forwarded_at, bug.id))

    def add_generated(
        self, cycle_id: int, product_id: int, section_id: int, numbers: range, generate: Generate
    ) -> None:
        """Add all bugs of a test that is over; they are generated when one is read."""
        test = self._tests[cycle_id] = _TestBugs(product_id, section_id, list(numbers), generate)
        self._pending |= dict.fromkeys(numbers, test)
        self._visible.extend(test.visible)
        self._is_sorted = False

    def select(
        self,
        *,
        products: Collection[int] | None = None,
        sections: Collection[int] | None = None,
        cycles: Collection[int] | None = None,
    ) -> list[int]:
        """Numbers of the bugs that are visible to the customer, newest first; the API does not document its order."""
        self._add_forwarded()
        if products is None and sections is None and cycles is None:
            return self._visible[::-1]
        selected = self._tests if cycles is None else [number for number in cycles if number in self._tests]
        found: list[int] = []
        for test in (self._tests[number] for number in selected):
            if products is None or test.product_id in products:
                found += test.visible if sections is None else self._within(test, sections)
        return sorted(found, reverse=True)

    def of(self, cycle_id: int) -> list[Bug]:
        """The visible bugs of a test."""
        return [self[number] for number in self.select(cycles=[cycle_id])]

    def due(self) -> Iterator[Bug]:
        """Open bugs whose automatic decision is due, each returned once."""
        now = self._clock.now()
        while self._due and self._due[0][0] <= now:
            bug = self._bugs.get(heappop(self._due)[1])
            if bug is not None and bug.is_open:
                yield bug

    def drop(self, product_id: int) -> list[int]:
        """Remove the bugs of a product, and return their numbers."""
        tests = [number for number, test in self._tests.items() if test.product_id == product_id]
        for number in tests:
            del self._tests[number]
        self._pending = {n: test for n, test in self._pending.items() if test.product_id != product_id}
        dropped = [bug.id for bug in self._bugs.values() if bug.product_id == product_id]
        for number in dropped:
            del self._bugs[number]
        self._visible = [number for number in self._visible if number in self._bugs or number in self._pending]
        self._upcoming = [(at, number) for at, number in self._upcoming if number in self._bugs]
        heapify(self._upcoming)
        return dropped

    def _within(self, test: _TestBugs, sections: Collection[int]) -> list[int]:
        if test.generate is not None:
            return test.visible if test.section_id in sections else []
        return [number for number in test.visible if self._bugs[number].section_id in sections]

    def _add_forwarded(self) -> None:
        """Make the bugs visible that have been forwarded."""
        if not self._is_sorted:
            self._visible.sort()
            self._is_sorted = True
        now = self._clock.now()
        while self._upcoming and self._upcoming[0][0] <= now:
            number = heappop(self._upcoming)[1]
            insort(self._visible, number)
            insort(self._tests[self._bugs[number].cycle_id].visible, number)

    def _generate(self, test: _TestBugs) -> None:
        generate, test.generate = test.generate, None
        if generate is not None:
            for bug in generate():
                self._pending.pop(bug.id)
                self._store(bug)
            self._apply_due()

    def _store(self, bug: Bug) -> None:
        self._bugs[bug.id] = bug
        if bug.is_open:
            heappush(self._due, (bug.due_at, bug.id))
