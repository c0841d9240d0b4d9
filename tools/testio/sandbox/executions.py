"""Executions: who went through which user story with what outcome, and the numbers a test shows from it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from tools.testio.sandbox.devices import pool
from tools.testio.sandbox.story.wording import TESTERS
from tools.testio.sandbox.world import Bug, Cycle, CycleFeature, UserStory, World

_OUTCOMES = (("passed", 72), ("failed", 14), ("blocked", 9), ("pending", 5))


@dataclass(frozen=True)
class Execution:
    id: int
    story: UserStory
    status: str
    tester: str
    device: int
    at: datetime


def executions(world: World, cycle: Cycle) -> list[Execution]:
    """Every execution so far, the same ones each time they are asked for."""
    if cycle.start_at is None or cycle.end_at is None or cycle.submitted_at is None or cycle.is_cancelled:
        return []
    now, length, found = world.now(), (cycle.end_at - cycle.start_at).total_seconds(), []
    gear = pool(world.products[cycle.product_id].type, cycle.product_id)
    for feature in cycle.features:
        for story in feature.stories:
            random = Random(cycle.id * 100_003 + story.version_id)  # noqa: S311 - a story, not a secret
            for index in range(random.choice((0, 1, 1, 2, 3))):
                at = cycle.start_at + timedelta(seconds=int(random.random() * length))
                outcome = random.choices([name for name, _ in _OUTCOMES], [weight for _, weight in _OUTCOMES])[0]
                tester, device = random.choice(TESTERS), random.choice(gear)
                if at <= now:
                    number = cycle.id * 1000 + feature.id * 10 + index
                    found.append(Execution(number, story, outcome, tester, device, at))
    return found


class Metrics:
    """The numbers of one test, from the results a customer can see."""

    def __init__(self, world: World, cycle: Cycle) -> None:
        self._cycle = cycle
        self._executions = [e for e in executions(world, cycle) if e.status in {"passed", "failed", "blocked"}]
        self._bugs = sorted(world.bugs_of(cycle.id), key=lambda bug: bug.id)

    def story(self, story: UserStory) -> dict[str, object]:
        """What a user story of the test shows."""
        bugs = [bug.id for bug in self._bugs if bug.story is not None and bug.story.id == story.id]
        return {
            "execution_status": self._story_status(story),
            "tested_by_count": len({e.tester for e in self._of(story)}),
            "bugs_found": len(bugs),
            "bug_ids": bugs,
        }

    def feature(self, feature: CycleFeature) -> dict[str, object]:
        """What a feature of the test shows."""
        bugs = self._bugs_in(feature)
        testers = {e.tester for story in feature.stories for e in self._of(story)}
        return {
            "execution_status": self._feature_status(feature),
            "tester_count": len(testers | {bug.author for bug in bugs}),
            "bugs_found": len(bugs),
            "bug_ids": [bug.id for bug in bugs],
        }

    def analytics(self) -> dict[str, int]:
        """The totals of the test. A blocked feature counts as tested only, so passed and failed need not add up."""
        features = [self._feature_status(feature) for feature in self._cycle.features]
        stories = [self._story_status(story) for feature in self._cycle.features for story in feature.stories]
        devices = {e.device for e in self._executions} | {bug.device for bug in self._bugs if bug.device is not None}
        passed = [feature for feature in self._cycle.features if self._is_passed(feature)]
        return {
            "testers_count": len({e.tester for e in self._executions} | {bug.author for bug in self._bugs}),
            "devices_count": len(devices),
            "total_features": len(features),
            "tested_features": sum(status != "not_tested" for status in features),
            "passed_features": len(passed),
            "failed_features": features.count("failed"),
            "total_user_stories": len(stories),
            "tested_user_stories": sum(status != "not_tested" for status in stories),
            "passed_user_stories": stories.count("passed"),
            "failed_user_stories": stories.count("failed"),
            "blocked_user_stories": stories.count("blocked"),
            "total_bugs": len(self._bugs),
        }

    def _of(self, story: UserStory) -> list[Execution]:
        return [e for e in self._executions if e.story.id == story.id]

    def _bugs_in(self, feature: CycleFeature) -> list[Bug]:
        return [bug for bug in self._bugs if bug.cycle_feature is not None and bug.cycle_feature.id == feature.id]

    def _story_status(self, story: UserStory) -> str:
        outcomes = {e.status for e in self._of(story)}
        if "failed" in outcomes or any(bug.story is not None and bug.story.id == story.id for bug in self._bugs):
            return "failed"
        return "blocked" if "blocked" in outcomes else "passed" if outcomes else "not_tested"

    def _feature_status(self, feature: CycleFeature) -> str:
        if self._bugs_in(feature):
            return "failed"
        statuses = {self._story_status(story) for story in feature.stories}
        return next((word for word in ("failed", "blocked", "passed") if word in statuses), "not_tested")

    def _is_passed(self, feature: CycleFeature) -> bool:
        stories = {self._story_status(story) for story in feature.stories}
        return stories == {"passed"} and not self._bugs_in(feature)
