"""Bugs: seven hundred ordinary ones, generated with a fixed seed, and the key bugs."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache, lru_cache
from itertools import accumulate, count
from random import Random
from typing import Any

from tools.kit.sandbox.clock import Clock
from tools.kit.sandbox.copies import copied
from tools.testio.sandbox.devices import devices_for
from tools.testio.sandbox.records import Attachment, Bug, Cycle
from tools.testio.sandbox.story.cycles import CHECKOUT_SUITE, HOTFIX, LANDING_PAGES, PARTNER_CHECK, RELEASE_9, add_tests
from tools.testio.sandbox.story.key_bugs import key_bug_ids, key_bugs
from tools.testio.sandbox.story.shop import add_products
from tools.testio.sandbox.story.wording import TESTERS, area_of
from tools.testio.sandbox.world import REJECT_REASONS, Switches, World

SEED = 5512

# test, first ID, number of IDs, number of bugs, of these after the start time
_TESTS = (
    (5471, 85001, 720, 240, 0),
    (PARTNER_CHECK, 85801, 260, 88, 0),
    (5493, 86101, 30, 6, 0),
    (5498, 86201, 740, 246, 0),
    (CHECKOUT_SUITE, 87101, 40, 8, 0),
    (5507, 87301, 110, 27, 0),
    (RELEASE_9, 87801, 299, 105, 0),  # and 13 key bugs
    (HOTFIX, 88201, 80, 26, 17),
    (LANDING_PAGES, 88401, 40, 10, 10),
)

_CLOSED = (("accepted", 58), ("rejected", 30), ("auto", 12))
_MIXED = {
    RELEASE_9: (("forwarded", 74), ("question", 7), ("accepted", 12), ("rejected", 7)),
    5507: (("forwarded", 32), ("accepted", 45), ("rejected", 23)),
    HOTFIX: (("forwarded", 1),),
    LANDING_PAGES: (("forwarded", 1),),
}
_FUNCTIONAL = (("low", 50), ("high", 36), ("critical", 6), ("visual", 5), ("content", 3))
_KINDS = {
    PARTNER_CHECK: (("low", 40), ("high", 15), ("visual", 25), ("content", 15), ("spelling", 5)),
    HOTFIX: (("high", 70), ("critical", 30)),
    LANDING_PAGES: (("suggestion", 60), ("visual", 25), ("content", 15)),
}
_REASONS = [reason for reason in REJECT_REASONS if reason != "request_timeout"]
_QUESTIONS = (
    "Which account did you use?",
    "Does it also happen without the coupon?",
    "Could you add a video from the cart on?",
    "Please try again, we restarted staging at noon.",
)


def add_bugs(world: World) -> None:
    """Add all bugs to the tests: copies of those that are made once for each start time."""
    first = _first(world.clock.start)
    ours: dict[int, Any] = {}
    """The features and stories of this world's tests, by the identity of those of the first world's tests."""
    for cycle, first_cycle in zip(world.cycles.values(), first.cycles.values(), strict=True):
        for feature, first_feature in zip(cycle.features, first_cycle.features, strict=True):
            ours[id(first_feature)] = feature
            ours |= {id(a): b for a, b in zip(first_feature.stories, feature.stories, strict=True)}
    for first_bug in first.bugs.values():
        bug = copied(first_bug)
        bug.cycle_feature = bug.cycle_feature and ours[id(bug.cycle_feature)]
        bug.story = bug.story and ours[id(bug.story)]
        bug.texts = bug.texts and copied(bug.texts)
        world.add_bug(bug)
    for number, attachment in first.attachments.items():
        if number not in world.attachments:
            world.attachments[number] = copied(attachment)
    world.comment_ids = count(next(world.comment_ids) + sum(len(bug.comments) for bug in world.bugs.values()))


@lru_cache(4)
def _first(start: datetime) -> World:
    world = World(Clock(start, factor=0), Switches())
    add_products(world)
    add_tests(world)
    make_bugs(world)
    return world


def make_bugs(world: World) -> None:
    """Make all bugs of the tests."""
    random = Random(SEED)  # noqa: S311 - sample data, not a secret
    for cycle_id, first, width, total, later in _TESTS:
        cycle = world.cycles[cycle_id]
        numbers = sorted(random.sample(range(first, first + width), total))
        for number, at in zip(numbers, _report_times(cycle, total, later, world.clock.start, random), strict=True):
            bug = new_bug(world, cycle, number, at, random)
            _set_outcome(world, bug, random)
            world.add_bug(bug)
    for bug in key_bugs(world):
        world.add_bug(bug)
    _scan_reports(world)
    assert not key_bug_ids() - world.bugs.keys()  # noqa: S101 - checks the constants above


def schedule_bugs(world: World, cycle: Cycle) -> None:
    """Add bugs to a launched test, which appear as time passes."""
    if cycle.start_at is None or cycle.end_at is None:
        return
    random = Random(cycle.id)  # noqa: S311 - sample data, not a secret
    total = {"rapid": 6, "focused": 10, "usability": 8}.get(cycle.testing_type or "", 16)
    moments = spread_times(total, cycle.start_at, cycle.end_at, random)
    for at in moments:
        bug = new_bug(world, cycle, next(world.bug_ids), at, random)
        if bug.attachments:
            world.attachments[bug.attachments[0]] = Attachment(bug.attachments[0])
        world.add_bug(bug)


def new_bug(world: World, cycle: Cycle, number: int, at: datetime, random: Random) -> Bug:
    """An ordinary bug of a test, as reported."""
    feature = random.choice(cycle.features) if cycle.features else None
    area = area_of(feature.title, number) if feature else area_of("", number)
    severity = weighted_choice(random, _severities(cycle))
    devices = devices_for(world.products[cycle.product_id].type, cycle.product_id)
    return Bug(
        id=number,
        cycle_id=cycle.id,
        product_id=cycle.product_id,
        section_id=cycle.section_id,
        cycle_feature=feature,
        area=area,
        severity=severity,
        status="forwarded",
        reported_at=at,
        forwarded_at=at + timedelta(minutes=random.randint(6, 20)),
        author=random.choice(TESTERS),
        language="de" if random.random() < 0.06 else "en",
        story=random.choice(feature.stories) if feature and feature.stories and random.random() < 0.5 else None,
        device=random.choice(devices),
        attachments=[number * 10 + 1] if random.random() < 0.45 else [],
        test_case_id=cycle.case_ids[number % len(cycle.case_ids)] if cycle.case_ids else None,
    )


def _severities(cycle: Cycle) -> tuple[tuple[str, int], ...]:
    if cycle.case_ids:
        return (("test_case", 1),)
    if cycle.id in _KINDS:
        return _KINDS[cycle.id]
    if cycle.testing_type == "usability":
        return _KINDS[LANDING_PAGES]
    if cycle.severities and any(cycle.severities.values()):
        return tuple((name, 1) for name, is_wanted in cycle.severities.items() if is_wanted)
    return _FUNCTIONAL


def _set_outcome(world: World, bug: Bug, random: Random) -> None:
    """Set the outcome of a bug at the start time."""
    if bug.attachments:
        world.attachments[bug.attachments[0]] = Attachment(bug.attachments[0])
    status = weighted_choice(random, _MIXED.get(bug.cycle_id, _CLOSED))
    decided = bug.forwarded_at + timedelta(hours=random.randint(4, 90))
    if status == "question":
        bug.status, bug.asked_at = "question", world.clock.start - timedelta(hours=random.randint(1, 14))
        world.comment(bug, random.choice(_QUESTIONS), "Mara Lindt", bug.asked_at)
    elif status == "rejected":
        decided = min(decided, world.clock.start - timedelta(hours=1))
        world.reject(bug, random.choice(_REASONS), "Thanks anyway." if random.random() < 0.3 else None, decided)
    elif status in {"accepted", "auto"}:
        bug.status, bug.auto_accepted = "accepted", status == "auto"
        bug.known = random.random() < 0.12
        if random.random() < 0.4:
            bug.exported_at = min(decided, world.clock.start - timedelta(hours=1))
            bug.external_idx = f"SHOP-{100 + bug.id % 300}"
            bug.fixed = True if random.random() < 0.5 else None
    elif bug.cycle_id == RELEASE_9 and random.random() < 0.05:
        bug.export_requested = True
    world.discard_rendered(bug)


def _report_times(cycle: Cycle, total: int, later: int, begin: datetime, random: Random) -> list[datetime]:
    assert cycle.start_at is not None  # noqa: S101 - checks the constants above
    assert cycle.end_at is not None  # noqa: S101 - as above
    if not later or later == total:
        return spread_times(total, cycle.start_at, cycle.end_at, random)
    times = spread_times(total - later, cycle.start_at, begin - timedelta(minutes=25), random)
    return times + spread_times(later, begin + timedelta(minutes=5), cycle.end_at, random)


def spread_times(total: int, start: datetime, end: datetime, random: Random) -> list[datetime]:
    """Sorted times, most of them early: testers report most bugs at first."""
    length = (end - start).total_seconds()
    return sorted(start + timedelta(seconds=int(length * random.random() ** 1.4)) for _ in range(total))


def _scan_reports(world: World) -> None:
    """Turn a dozen bugs of the partner check into custom reports, which have no steps or devices."""
    bugs: Iterable[Bug] = (bug for bug in world.bugs.values() if bug.cycle_id == PARTNER_CHECK)
    for index, bug in enumerate(sorted(bugs, key=lambda bug: bug.id)[::7][:12]):
        for attachment_id in bug.attachments:
            world.attachments.pop(attachment_id, None)
        bug.severity, bug.attachments, bug.device = "custom", [], None
        entries: list[dict[str, object]] = [
            {"key": "card_number", "name": "Last four digits of the card", "type": "text", "value": f"{4100 + index}"},
            {"key": "points_before", "name": "Points before", "type": "number", "value": str(120 * index)},
            {"key": "points_after", "name": "Points after", "type": "number", "value": str(120 * index + index % 3)},
            {"key": "remarks", "name": "Remarks", "type": "text"},
        ]
        bug.report = {
            "title": f"Scan {index + 1} of the loyalty card",
            "custom_report_configuration_id": 9,
            "content": {"data": [{**entry, "position": place} for place, entry in enumerate(entries)]},
        }
        world.discard_rendered(bug)


def weighted_choice(random: Random, weights: tuple[tuple[str, int], ...]) -> str:
    """A random choice by weight."""
    names, sums = _summed(weights)
    return random.choices(names, cum_weights=sums)[0]


@cache
def _summed(weights: tuple[tuple[str, int], ...]) -> tuple[list[str], list[int]]:
    return [name for name, _ in weights], list(accumulate(weight for _, weight in weights))
