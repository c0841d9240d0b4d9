"""The story's four hundred tests: the told ones first, then ordinary ones until each suite is full."""

from datetime import timedelta
from random import Random

from tools.testomatio.sandbox.records import Example, Labelled, Test
from tools.testomatio.sandbox.story.extras import AUTOMATABLE, OWNER_LABEL, SEVERITY
from tools.testomatio.sandbox.story.key_tests import EXAMPLES, EXPIRED, PARAMETRISED, REFUSED, TOLD
from tools.testomatio.sandbox.story.suites import MADE, hashed
from tools.testomatio.sandbox.world import SHOP, World

SEED = 400
_OLD = "01dc4ec0"  # the suite of what was automated once

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


def write(world: World, wanted: dict[str, tuple[int, list[str]]]) -> None:
    """Fill the suites of the story with as many tests as each wants."""
    random = Random(SEED)  # noqa: S311 - a story, not a secret
    for suite_id, (count, subjects) in wanted.items():
        told = [one for one in TOLD if one.suite_id == suite_id]
        for place, one in enumerate(told, 1):
            made = MADE + timedelta(days=20 + 7 * place, minutes=place)
            world.tests.add(
                Test(
                    one.id,
                    SHOP,
                    suite_id,
                    one.title,
                    made,
                    made + timedelta(days=300),
                    one.description,
                    one.state,
                    one.priority,
                    assigned_to=one.assigned_to,
                    created_by=_PEOPLE[0],
                    code=_code(one.title) if one.state == "automated" else None,
                    file=f"tests/{suite_id}.spec.ts" if one.state == "automated" else None,
                    sync=True if one.state == "automated" else None,
                    position=place,
                )
            )
        for place in range(len(told) + 1, count + 1):
            world.tests.add(_ordinary(suite_id, subjects, place, random))
    _decorate(world)


def _ordinary(suite_id: str, subjects: list[str], place: int, random: Random) -> Test:
    """One more test of a suite; no two of a suite have the same title."""
    subject = subjects[place % len(subjects)]
    condition = _CONDITIONS[(place // len(subjects) + len(suite_id + subject)) % len(_CONDITIONS)]
    title = random.choice(_CLAIMS).format(subject=subject, condition=condition)
    tag = random.choices(("", *_TAGS), (20, *_TAG_WEIGHTS))[0]
    state = "detached" if suite_id == _OLD else random.choices(("automated", "manual"), (55, 45))[0]
    made = MADE + timedelta(days=random.randint(1, 390), minutes=random.randint(1, 480))
    test = Test(
        hashed(f"test {suite_id} {place}"),
        SHOP,
        suite_id,
        f"{title} @{tag}" if tag else title,
        made,
        made,
        f"### Steps\n* Open the shop {condition}\n* Look at it: {subject.lower()}\n  *Expected*: {title}\n",
        state,
        random.choices(("low", "normal", "important", "high", "critical"), (10, 52, 14, 18, 6))[0],
        created_by=random.choice(_PEOPLE),
        position=place,
    )
    if random.random() < 0.3:
        test.assigned_to = random.choice(_PEOPLE)
    if state != "manual":
        test.code, test.file = _code(test.title), f"tests/{suite_id}.spec.ts"
        test.sync = state == "automated" and random.random() > 0.05
    return test


def _code(title: str) -> str:
    return f"test({title!r}, async ({{ page }}) => {{\n  await page.goto('/');\n  await check(page);\n}});\n"


def _decorate(world: World) -> None:
    """Labels, and the rows of the test that has parameters."""
    tests = world.tests.main
    for place, test in enumerate(tests.values()):
        if test.priority == "critical":
            test.labels.append(Labelled(SEVERITY, "🔥Critical"))
        elif place % 9 == 0:
            test.labels.append(Labelled(SEVERITY, "Minor" if place % 2 else "Major"))
        if test.state == "manual" and place % 7 == 0:
            test.labels.append(Labelled(AUTOMATABLE))
    tests[EXPIRED].labels.append(Labelled(OWNER_LABEL, "Team Cart"))
    tests[REFUSED].labels.append(Labelled(OWNER_LABEL, "Team Pay"))
    tests[EXPIRED].milestones.append("release-9-0-1-5d3e1")
    tests[REFUSED].milestones.append("release-9-0-1-5d3e1")
    tests[PARAMETRISED].params = ["country", "price"]
    for number, cells in enumerate(EXAMPLES, 7001):
        world.examples[number] = Example(number, PARAMETRISED, list(cells))
