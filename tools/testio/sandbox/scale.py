"""Scale: a large account: 225 products, 1,700 user stories, 20,000 bugs.

Two products have 160 tests each, and one of them has a thousand stories and 620 test cases. Products, stories and
tests are created up front; the bugs of a test, all of them old, are generated when one of them is read.
"""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from random import Random

from tools.kit.sandbox.clock import STORY_START
from tools.testio.sandbox.lifecycle import DEFAULT_HOURS
from tools.testio.sandbox.records import (
    Attachment,
    Bug,
    Case,
    Comment,
    Cycle,
    CycleFeature,
    Environment,
    Feature,
    Product,
    Section,
    Step,
    UserStory,
)
from tools.testio.sandbox.story.bugs import new_bug, spread_times, weighted_choice
from tools.testio.sandbox.world import REJECT_REASONS, World

SEED = 225
BIG, SECTIONED, LAST = 101, 102, 322
"""The largest product, the large product with sections, and the last of the new products."""
TESTS = 540
TESTS_OF_A_LARGE_ONE = 160
BUGS = 19_258  # 20,000 with the story's 742
STORIES = 1_673  # 1,700 with the story's 27
CASES = 620
FIRST_TEST, FIRST_BUG, FIRST_FEATURE, FIRST_SNAPSHOT, FIRST_STORY = 1001, 60_001, 10_001, 200_001, 20_001
INTERVAL = timedelta(hours=31)
BROKEN_PLACE = 86
"""Position of the broken test among the largest product's tests, newest first."""

_TOWNS = (
    "Altona", "Aarhus", "Bergen", "Bremen", "Bruges", "Cadiz", "Calais", "Cork", "Delft", "Dover", "Emden", "Esbjerg",
    "Faro", "Galway", "Gdansk", "Genoa", "Ghent", "Hook", "Husum", "Kiel", "Leith", "Lisbon", "Lorient", "Lübeck",
    "Malmö", "Narvik", "Nantes", "Odense", "Ostend", "Oulu", "Porto", "Riga", "Rostock", "Split", "Turku", "Vigo",
    "Whitby",
)  # fmt: skip
_KINDS = (
    ("Web", "website"), ("App", "mobile_app_ios"), ("Tickets", "website"), ("Club", "mobile_app_android"),
    ("Outlet", "website"), ("Player", "streaming_app"),
)  # fmt: skip
_AREAS = ("Cart", "Coupons", "Delivery address", "Payment", "Search", "Login", "Article page", "Account")
_PARTS = ("basics", "gift orders", "subscriptions", "returns", "business customers")
_WHO = ("shopper", "guest", "customer", "member", "buyer")
_CAN = ("open it from the menu", "undo my last change", "see the total", "use it with the keyboard", "share a link")
_CLOSED = (("accepted", 58), ("rejected", 30), ("auto", 12))
_RECENT = (("forwarded", 40), ("accepted", 40), ("rejected", 20))
_REASONS = [reason for reason in REJECT_REASONS if reason != "request_timeout"]


def add_large_account(world: World) -> None:
    """Add the large account to the sample data."""
    for place in range(LAST - BIG + 1):
        _add_product(world, BIG + place, place)
    features = _add_features(world)
    _add_tests(world, features)
    _add_cases(world, features[BIG])


def _add_product(world: World, number: int, place: int) -> None:
    town, (kind, product_type) = _TOWNS[place % len(_TOWNS)], _KINDS[place // len(_TOWNS)]
    product = Product(number, f"{town} {kind}", product_type, Section(number * 10, "default-section"))
    if number == SECTIONED or (number > SECTIONED and place % 8 == 0):
        names = ("Phones", "Tablets", "Desktop")
        product.sections = [Section(number * 10 + index, name) for index, name in enumerate(names, 1)]
    world.products[number] = product
    environment = Environment(1000 + place, number, "Staging", f"https://staging-{number}.example.test")
    environment.username, environment.password = f"tester-{number}", f"demo-pass-{number}"
    world.environments[environment.id] = environment


def _add_features(world: World) -> dict[int, list[Feature]]:
    """Features by product; in a product with sections every second one is in all of them."""
    found: dict[int, list[Feature]] = {}
    for index, (product_id, place, stories) in enumerate(_feature_plan()):
        product, number = world.products[product_id], FIRST_FEATURE + index
        title = f"{_AREAS[place % len(_AREAS)]}, {_PARTS[place // len(_AREAS)]}"
        sections = [section.id for section in product.sections] or [product.default_section.id]
        if product.is_sectioned and place % 2:
            sections = [sections[place % len(sections)]]
        feature = Feature(number, product_id, title, f"What belongs to {title.lower()}.", "The menu", sections)
        world.features[number] = feature
        found.setdefault(product_id, []).append(feature)
        for added in range(stories):
            who, can = _WHO[added % len(_WHO)], _CAN[added // len(_WHO)]
            story_id = FIRST_STORY + len(world.stories)
            path = f"As a {who}, I can {can} ({title.lower()})"
            world.add_story(UserStory(story_id, number, path, story_id * 10 + 1))
    return found


def _feature_plan() -> Iterator[tuple[int, int, int]]:
    """Product, position and number of stories of each feature."""
    yield from ((BIG, place, 25) for place in range(40))
    yield from ((SECTIONED, place, 5) for place in range(20))
    small = [(number, place) for number in range(SECTIONED + 1, LAST + 1) for place in range(2)]
    with_two = STORIES - 40 * 25 - 20 * 5 - len(small)
    yield from ((number, place, 2 if index < with_two else 1) for index, (number, place) in enumerate(small))


def _add_tests(world: World, features: dict[int, list[Feature]]) -> None:
    owners = [BIG] * TESTS_OF_A_LARGE_ONE + [SECTIONED] * TESTS_OF_A_LARGE_ONE + list(range(SECTIONED + 1, LAST + 1))
    Random(SEED).shuffle(owners)  # noqa: S311 - sample data, not a secret
    surplus = BUGS - TESTS_OF_A_LARGE_ONE * (50 + 35) - (LAST - SECTIONED) * 25
    first, snapshot = FIRST_BUG, FIRST_SNAPSHOT
    for place, owner in enumerate(owners):
        product, own = world.products[owner], features[owner]
        width = 5 if owner == BIG else 4 if owner == SECTIONED else 2
        chosen = [own[(place * width + index) % len(own)] for index in range(width)]
        cycle = _test(world, place, product)
        for feature in chosen:
            stories = world.stories_of(feature.id)
            cycle.features.append(CycleFeature(snapshot, feature.id, feature.title, feature.description, None, stories))
            snapshot += 1
        world.cycles[cycle.id] = cycle
        total = 50 if owner == BIG else 35 if owner == SECTIONED else 26 if owner <= SECTIONED + surplus else 25
        numbers = range(first, first + total)
        world.bugs.add_generated(
            cycle.id, owner, cycle.section_id, numbers, partial(_generate_bugs, world, cycle, numbers)
        )
        first += total
    newest_first = [cycle.id for cycle in reversed(world.cycles.values()) if cycle.product_id == BIG]
    world.broken = {newest_first[BROKEN_PLACE]}


def _test(world: World, place: int, product: Product) -> Cycle:
    kind = ("coverage", "rapid", "coverage", "focused", "usability")[place % 5]
    section = product.sections[place % len(product.sections)] if product.is_sectioned else product.default_section
    environment_id = 1000 + product.id - BIG
    cycle = Cycle(FIRST_TEST + place, product.id, section.id, f"Round {place + 1}", kind, environment_id)
    cycle.hours = DEFAULT_HOURS[kind]
    cycle.end_at = STORY_START - timedelta(days=1) - INTERVAL * (TESTS - 1 - place)
    cycle.start_at = cycle.end_at - timedelta(hours=cycle.hours)
    cycle.submitted_at, cycle.submitted_by = cycle.start_at - timedelta(days=1), cycle.created_by
    if kind == "focused":
        cycle.severities = {"low": False, "high": True, "critical": True}
    return cycle


def _add_cases(world: World, features: list[Feature]) -> None:
    for place in range(CASES):
        number, feature = 8001 + place, features[place % len(features)]
        steps = [Step(number * 10 + index, f"Step {index} of {feature.title.lower()}") for index in (1, 2)]
        world.cases[number] = Case(number, feature.product_id, feature.id, f"{feature.title} {place + 1}", steps)


def _generate_bugs(world: World, cycle: Cycle, numbers: range) -> list[Bug]:
    """The bugs of a test with their outcomes, always the same."""
    random = Random(cycle.id)  # noqa: S311 - sample data, not a secret
    assert cycle.start_at is not None  # noqa: S101 - every test here has run
    assert cycle.end_at is not None  # noqa: S101 - the same
    outcomes = _RECENT if STORY_START - cycle.end_at < timedelta(days=8) else _CLOSED
    bugs = []
    for number, at in zip(numbers, spread_times(len(numbers), cycle.start_at, cycle.end_at, random), strict=True):
        bug = new_bug(world, cycle, number, at, random)
        for attachment_id in bug.attachments:
            world.attachments[attachment_id] = Attachment(attachment_id)
        outcome = weighted_choice(random, outcomes)
        if outcome == "rejected":
            # A comment's ID is derived from its bug's, so that it does not depend on which test is read first.
            words = REJECT_REASONS[random.choice(_REASONS)][1]
            bug.comments.append(Comment(number * 10 + 1, words, "test IO", bug.forwarded_at + timedelta(hours=20)))
        bug.status, bug.auto_accepted = "accepted" if outcome == "auto" else outcome, outcome == "auto"
        if outcome == "accepted" and random.random() < 0.4:
            bug.exported_at, bug.external_idx = bug.forwarded_at + timedelta(hours=30), f"BIG-{number}"
        bugs.append(bug)
    return bugs
