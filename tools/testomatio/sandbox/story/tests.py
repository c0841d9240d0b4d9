"""Tests: four hundred, the key tests first, then ordinary ones until each suite is full."""

from datetime import timedelta
from random import Random

from tools.testomatio.sandbox.records import Example, Labelled, Test
from tools.testomatio.sandbox.story.extras import AUTOMATABLE, OWNER_LABEL, SEVERITY
from tools.testomatio.sandbox.story.key_tests import EXAMPLES, EXPIRED, KEY_TESTS, PARAMETRISED, REFUSED
from tools.testomatio.sandbox.story.suites import MADE, stable_id
from tools.testomatio.sandbox.world import SHOP, World

SEED = 400
_OLD = "01dc4ec0"  # the suite of formerly automated tests

_CONDITIONS = (
    "as a guest", "as a signed-in customer", "after a reload", "on a slow connection", "in a second tab",
    "on a small screen", "with the keyboard alone", "with a screen reader", "in dark mode", "after midnight",
    "with a large system font", "in landscape", "with 99 articles", "with an empty cart", "when the session runs out",
)  # fmt: skip
_CLAIMS = (
    "{subject} works {condition}", "{subject} is right {condition}", "{subject} stays put {condition}",
    "{subject} can be undone {condition}",
)  # fmt: skip
_TAGS = ("regression", "smoke", "wip", "slow", "release-9.0", "area:account")
_TAG_WEIGHTS = (46, 9, 6, 5, 10, 4)
_PEOPLE = tuple(f"{name}@shop.example.test" for name in ("mara.lindt", "iris.okafor", "jonas.petersen", "ann.weber"))


def add_tests(world: World, wanted: dict[str, tuple[int, list[str]]]) -> None:
    """Fill each suite with its number of tests."""
    random = Random(SEED)  # noqa: S311 - a story, not a secret
    for suite_id, (count, subjects) in wanted.items():
        key_tests = [one for one in KEY_TESTS if one.suite_id == suite_id]
        for position, one in enumerate(key_tests, 1):
            created_at = MADE + timedelta(days=20 + 7 * position, minutes=position)
            world.tests.add(
                Test(
                    one.id,
                    SHOP,
                    suite_id,
                    one.title,
                    created_at,
                    created_at + timedelta(days=300),
                    one.description,
                    one.state,
                    one.priority,
                    assigned_to=one.assigned_to,
                    created_by=_PEOPLE[0],
                    code=_code(one.title) if one.state == "automated" else None,
                    file=f"tests/{suite_id}.spec.ts" if one.state == "automated" else None,
                    sync=True if one.state == "automated" else None,
                    position=position,
                )
            )
        for position in range(len(key_tests) + 1, count + 1):
            world.tests.add(_ordinary(suite_id, subjects, position, random))
    _add_labels_and_examples(world)


def _ordinary(suite_id: str, subjects: list[str], position: int, random: Random) -> Test:
    """An ordinary test of a suite, with a title that is unique in the suite."""
    subject = subjects[position % len(subjects)]
    condition = _CONDITIONS[(position // len(subjects) + len(suite_id + subject)) % len(_CONDITIONS)]
    title = random.choice(_CLAIMS).format(subject=subject, condition=condition)
    tag = random.choices(("", *_TAGS), (20, *_TAG_WEIGHTS))[0]
    state = "detached" if suite_id == _OLD else random.choices(("automated", "manual"), (55, 45))[0]
    created_at = MADE + timedelta(days=random.randint(1, 390), minutes=random.randint(1, 480))
    test = Test(
        stable_id(f"test {suite_id} {position}"),
        SHOP,
        suite_id,
        f"{title} @{tag}" if tag else title,
        created_at,
        created_at,
        f"### Steps\n* Open the shop {condition}\n* Look at it: {subject.lower()}\n  *Expected*: {title}\n",
        state,
        random.choices(("low", "normal", "important", "high", "critical"), (10, 52, 14, 18, 6))[0],
        created_by=random.choice(_PEOPLE),
        position=position,
    )
    if random.random() < 0.3:
        test.assigned_to = random.choice(_PEOPLE)
    if state != "manual":
        test.code, test.file = _code(test.title), f"tests/{suite_id}.spec.ts"
        test.sync = state == "automated" and random.random() > 0.05
    return test


def _code(title: str) -> str:
    return f"test({title!r}, async ({{ page }}) => {{\n  await page.goto('/');\n  await check(page);\n}});\n"


def _add_labels_and_examples(world: World) -> None:
    """Add labels, and the examples of the parametrised test."""
    tests = world.tests.main
    for position, test in enumerate(tests.values()):
        if test.priority == "critical":
            test.labels.append(Labelled(SEVERITY, "🔥Critical"))
        elif position % 9 == 0:
            test.labels.append(Labelled(SEVERITY, "Minor" if position % 2 else "Major"))
        if test.state == "manual" and position % 7 == 0:
            test.labels.append(Labelled(AUTOMATABLE))
    tests[EXPIRED].labels.append(Labelled(OWNER_LABEL, "Team Cart"))
    tests[REFUSED].labels.append(Labelled(OWNER_LABEL, "Team Pay"))
    tests[EXPIRED].milestones.append("release-9-0-1-5d3e1")
    tests[REFUSED].milestones.append("release-9-0-1-5d3e1")
    tests[PARAMETRISED].params = ["country", "price"]
    for number, cells in enumerate(EXAMPLES, 7001):
        world.examples[number] = Example(number, PARAMETRISED, list(cells))
