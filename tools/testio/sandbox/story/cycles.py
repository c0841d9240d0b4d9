"""Tests: finished release tests, one under triage, a running hotfix test, planned tests and drafts."""

from datetime import datetime, timedelta

from tools.kit.sandbox.clock import STORY_START
from tools.testio.sandbox.records import Cycle, CycleFeature, Template
from tools.testio.sandbox.story.shop import APP, KIOSK, WEB
from tools.testio.sandbox.world import World

RELEASE_9, HOTFIX, LANDING_PAGES, PARTNER_CHECK, CHECKOUT_SUITE = 5512, 5519, 5523, 5490, 5501

_GOAL = (
    "<p>Find what keeps people from <b>paying</b>. Start with the cart, then the checkout.</p>"
    "<ul><li>Use the test cards only</li><li>One bug a report</li></ul>"
)


def add_tests(world: World) -> None:
    """Add the twelve tests and the templates."""
    for cycle in _tests(world):
        world.cycles[cycle.id] = cycle
    for number, title, cycle_id, hours in (
        (201, "Release test, all features", RELEASE_9, 28),
        (202, "Checkout in two hours", HOTFIX, 2),
        (203, "Landing pages", LANDING_PAGES, 24),
        (204, "App regression, iPhone", 5507, 28),
        (205, "App regression, iPad", 5480, 28),
        (206, "Kiosk, short", 5493, 2),
    ):
        cycle = world.cycles[cycle_id]
        world.templates[number] = Template(number, title, cycle.product_id, cycle.section_id, cycle, hours)


def snapshot(world: World, feature_id: int, number: int) -> CycleFeature:
    """A test's snapshot of a feature."""
    feature = world.features[feature_id]
    return CycleFeature(
        number,
        feature.id,
        feature.title,
        feature.description,
        feature.howtofind,
        world.stories_of(feature.id),
        target_idx=feature.target_idx,
    )


def _day(month: int, day: int, hour: int = 10) -> datetime:
    return STORY_START.replace(month=month, day=day, hour=hour)


def _completed(cycle: Cycle, start: datetime, hours: float) -> Cycle:
    """Set the dates of a test, and the review it passed the day before."""
    cycle.hours, cycle.start_at, cycle.end_at = hours, start, start + timedelta(hours=hours)
    cycle.submitted_at = min(start - timedelta(days=1), STORY_START - timedelta(hours=3))
    cycle.submitted_by = "Mara Lindt"
    return cycle


def _tests(world: World) -> list[Cycle]:
    def features(first: int, *ids: int) -> list[CycleFeature]:
        return [snapshot(world, feature_id, first + index) for index, feature_id in enumerate(ids)]

    everything = (301, 302, 303, 304, 305, 306, 307)
    partner = features(30, 302, 306)
    for feature in partner:
        feature.report_ids = [9]
    looks = features(70, 305, 307)
    for feature in looks:
        feature.enable_content = feature.enable_visual = True
    kiosk_device: list[dict[str, object]] = [{"type": "device_type", "value": "tablet"}]
    return [
        _completed(Cycle(5471, WEB, 710, "Release 8.3", "coverage", 31, features(10, *everything), goal=_GOAL),
             _day(2, 23), 28),
        _completed(Cycle(PARTNER_CHECK, WEB, 710, "Loyalty partner check", "external", 32, partner,
                   instructions="Scan the card three times and note the points."), _day(3, 9), 48),
        _completed(Cycle(5493, KIOSK, 730, "Kiosk pilot, branch Altona", "rapid", 36, features(35, 321, 322),
                   requirements=kiosk_device), _day(3, 11, 14), 2),
        _completed(Cycle(5498, WEB, 710, "Release 8.4", "coverage", 31, features(20, *everything), goal=_GOAL),
             _day(3, 16), 28),
        _completed(Cycle(CHECKOUT_SUITE, APP, 721, "Checkout regression suite", None, 33, features(37, 311, 313),
                   case_ids=[7301, 7302, 7303, 7304, 7305]),
             _day(3, 23), 24),
        _completed(Cycle(5507, APP, 721, "App 4.2 regression", "coverage", 33, features(50, 311, 312, 313, 314, 315),
                   goal="Nothing that worked in 4.1 may be broken.", allow_device_clouds=False), _day(3, 30), 28),
        _completed(Cycle(RELEASE_9, WEB, 710, "Release 9", "coverage", 31, features(39, *everything), goal=_GOAL,
                   out_of_scope="The blog and the job pages.",
                   instructions="Log in with the account of the environment. **Do not** order on production."),
             _day(4, 1), 28),
        _completed(Cycle(HOTFIX, WEB, 710, "Checkout hotfix 9.0.1", "focused", 31, features(60, 302, 304),
                   goal="Are coupons and payment sound again?",
                   severities={"low": False, "high": True, "critical": True}), _day(4, 3, 6), 24),
        _completed(Cycle(LANDING_PAGES, WEB, 710, "Spring landing pages", "usability", 32, looks,
                   goal="Does the way from a landing page to the cart feel right?"), _day(4, 4, 9), 24),
        Cycle(5521, WEB, 710, "Release 9.1", "coverage", 31, features(63, *everything), goal=_GOAL),
        _completed(Cycle(5480, APP, 722, "App 4.1 on tablets", "coverage", 34, features(80, 311, 312, 314),
                   is_cancelled=True), _day(3, 3), 28),
        Cycle(5525, APP, 723, "App 4.3 watch complications", "rapid", 34, features(85, 313, 316), hours=2,
              reviews=[{"status": "failed", "instruction_comment": "Which watch face do you mean?",
                        "test_environment_comment": None, "feature_comment": None, "bug_type_comment": None,
                        "at": _day(4, 2, 16)}]),
    ]  # fmt: skip
