"""A labelled set of bug reports: the sandbox's bugs with the defect of each, and reports in other words among them."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from random import Random
from typing import Final, Literal

import anyio

from tests.analysis.reworded import REWORDED
from tests.desk import live_client, sandboxes
from tools.kit.evidence import BugReport
from tools.kit.survey import Query
from tools.testio.sandbox.records import Bug, BugTexts, Cycle, CycleFeature
from tools.testio.sandbox.story.cycles import RELEASE_9
from tools.testio.sandbox.story.key_bugs import COUPON, DUPLICATE
from tools.testio.sandbox.story.wording import TESTERS, area_of, matching_defects
from tools.testio.sandbox.world import World
from tools.testio.tools.survey import survey

Half = Literal["building", "measuring"]
HALVES: Final[tuple[Half, ...]] = ("building", "measuring")
"""The rules were made by the defects of the one half, and are measured by those of the other."""
FIRST: Final = 89_001


@dataclass(frozen=True)
class Labelled:
    """All reports, and of those with a label the defect."""

    reports: list[BugReport]
    label: dict[str, str]
    """The defect by the bug's id."""
    reworded: frozenset[str]
    """Reports in other words; the others of a defect share its wording, and differ in articles, numbers, conditions."""

    def half(self, defect: str) -> Half:
        """Which half a defect belongs to: every second one by its name."""
        return HALVES[sorted(set(self.label.values())).index(defect) % 2]

    def queries(self, half: Half, *, reworded: bool, duplicates: int = 5) -> list[str]:
        """The bugs of a half that have at least so many duplicates."""
        sizes = Counter(self.label.values())
        return sorted(
            bug_id
            for bug_id, defect in self.label.items()
            if (bug_id in self.reworded) is reworded and sizes[defect] > duplicates and self.half(defect) == half
        )


def add_reworded(world: World) -> dict[int, str]:
    """Add the reports in other words to the release's test, and return the defect of each."""
    cycle, labels, random = world.cycles[RELEASE_9], dict[int, str](), Random(FIRST)
    assert cycle.start_at is not None
    areas = {defect.title: defect.area for defect in (d for a in _AREAS for d in matching_defects(a, "high", "en"))}
    for defect, rows in REWORDED.items():
        for title, steps, expected, actual in rows:
            number = FIRST + len(labels)
            at = cycle.start_at + timedelta(minutes=5 * len(labels))
            labels[number] = defect
            world.add_bug(
                Bug(
                    id=number,
                    cycle_id=cycle.id,
                    product_id=cycle.product_id,
                    section_id=cycle.section_id,
                    cycle_feature=random.choice(_features(cycle, areas[defect])),
                    area=areas[defect],
                    severity="high",
                    status="forwarded",
                    reported_at=at,
                    forwarded_at=at,
                    author=random.choice(TESTERS),
                    texts=BugTexts(title, "https://shop.example.test", steps.split("|"), expected, actual),
                    device=random.randrange(14),
                )
            )
    return labels


def _features(cycle: Cycle, area: str) -> list[CycleFeature]:
    """The features that a tester may choose for a bug: mostly that of its area."""
    fitting = [feature for feature in cycle.features if area_of(feature.title, 0) == area]
    return [*cycle.features, *(fitting * len(cycle.features))]


_AREAS: Final = ("cart", "coupon", "payment", "address", "search", "login", "product", "account")


@cache
def labelled() -> Labelled:
    """The set, read through the client as an analysis reads it."""
    composed = sandboxes()
    world: World = composed.sandboxes["testio"].world
    reworded = add_reworded(world)
    label = {str(number): defect for number, defect in reworded.items()}
    for bug in (bug for bug in world.bugs.values() if bug.texts is None and bug.report is None):
        defects = matching_defects(bug.area, bug.severity, bug.language)
        label[str(bug.id)] = Random(bug.id).choice(defects).title  # as its texts are made
    label[str(COUPON)] = label[str(DUPLICATE)] = "expired coupon"

    async def read() -> list[BugReport]:
        assert survey.reports is not None
        async with live_client(composed) as api:
            return (await survey.reports(api, Query())).rows

    reports = anyio.run(read)
    there = {report.bug_id for report in reports}
    label = {bug_id: defect for bug_id, defect in label.items() if bug_id in there}
    return Labelled(reports, label, frozenset(map(str, reworded)) & there)
