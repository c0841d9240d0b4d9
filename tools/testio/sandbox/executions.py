"""Executions: which tester executed which user story with what outcome, and the metrics of a test."""

from datetime import datetime, timedelta
from itertools import count
from random import Random

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testio.sandbox import devices
from tools.testio.sandbox.answers import answer
from tools.testio.sandbox.dates import zulu
from tools.testio.sandbox.devices import devices_for
from tools.testio.sandbox.records import Bug, Cycle, CycleFeature, Execution, UserStory
from tools.testio.sandbox.requests import choice, id_list, positive_integer
from tools.testio.sandbox.story.wording import TESTERS
from tools.testio.sandbox.world import World

routes: Routes[World] = Routes()

_OUTCOMES = (("passed", 72), ("failed", 14), ("blocked", 9), ("pending", 5))
_COMMENTS = {
    "passed": ("Worked at once", "As described", "Fine, if a little slow"),
    "failed": ("See my bug", "The last step does not work", "Ends in an error message"),
    "blocked": ("Login page returned 503", "The shop was down for maintenance", "No test card was left"),
}

PER_PAGE = 25
ORDERS = ("asc", "desc")


@routes.get("/user_story_version_executions")
async def list_executions(call: Call[World]) -> Response:
    """Executions of the whole account, always paged; a page below 1 is refused, as for bugs."""
    world = call.world
    page, per_page = positive_integer(call, "page") or 1, positive_integer(call, "per_page") or PER_PAGE
    stories, versions = id_list(call, "user_story_ids"), id_list(call, "user_story_version_ids")
    order = choice({"order": call.last("order") or None}, "order", ORDERS, "asc")
    found = [
        execution
        for cycle in world.cycles.values()
        for execution in executions_of(world, cycle)
        if (stories is None or execution.story.id in stories)
        and (versions is None or execution.story.version_id in versions)
    ]
    found.sort(key=lambda execution: (execution.at, execution.id), reverse=order == "desc")
    rows = [render_execution(world, execution) for execution in found[per_page * (page - 1) :][:per_page]]
    return answer(call, {"meta": {"record_count": len(found)}, "user_story_version_executions": rows})


def render_execution(world: World, execution: Execution) -> dict[str, object]:
    """An execution; only a finished one has a comment."""
    cycle, comments = world.cycles[execution.cycle_id], _COMMENTS.get(execution.status)
    environment = world.environments.get(cycle.environment_id or 0)
    return {
        "id": execution.id,
        "status": execution.status,
        "comment": None if comments is None else comments[execution.id % len(comments)],
        "executed_by": execution.tester,
        "device_reports": [devices.device_report(execution.device)],
        "test_cycle": {
            "id": cycle.id,
            "title": cycle.title,
            "test_environment": environment and {"id": environment.id, "title": environment.title},
        },
        "executed_at": zulu(execution.at),
    }


def executions_of(world: World, cycle: Cycle) -> list[Execution]:
    """The executions so far, always the same."""
    if cycle.start_at is None or cycle.end_at is None or cycle.submitted_at is None or cycle.is_cancelled:
        return []
    start, end, now, planned = cycle.start_at, cycle.end_at, world.now(), world.planned.get(cycle.id)
    if planned is None or planned[0] is not cycle or planned[1:3] != (start, end):
        planned = world.planned[cycle.id] = (cycle, start, end, _planned(world, cycle, start, end))
    return planned[3] if end <= now else [execution for execution in planned[3] if execution.at <= now]


def _planned(world: World, cycle: Cycle, start: datetime, end: datetime) -> list[Execution]:
    length, found = (end - start).total_seconds(), list[Execution]()
    device_numbers = devices_for(world.products[cycle.product_id].type, cycle.product_id)
    numbers = count(cycle.id * 10_000)
    for feature in cycle.features:
        for story in feature.stories:
            random = Random(cycle.id * 100_003 + story.version_id)  # noqa: S311 - sample data, not a secret
            for _ in range(random.choice((0, 1, 1, 2, 3))):
                at = start + timedelta(seconds=int(random.random() * length))
                outcome = random.choices([name for name, _ in _OUTCOMES], [weight for _, weight in _OUTCOMES])[0]
                tester, device = random.choice(TESTERS), random.choice(device_numbers)
                found.append(Execution(next(numbers), cycle.id, story, outcome, tester, device, at))
    return found


class Metrics:
    """The metrics of one test, from the results that the customer can see."""

    def __init__(self, world: World, cycle: Cycle) -> None:
        self._cycle = cycle
        self._executions = [e for e in executions_of(world, cycle) if e.status in {"passed", "failed", "blocked"}]
        self._bugs = sorted(world.bugs_of(cycle.id), key=lambda bug: bug.id)

    def story(self, story: UserStory) -> dict[str, object]:
        """The metrics of a user story."""
        bugs = [bug.id for bug in self._bugs if bug.story is not None and bug.story.id == story.id]
        return {
            "execution_status": self._story_status(story),
            "tested_by_count": len({e.tester for e in self._of(story)}),
            "bugs_found": len(bugs),
            "bug_ids": bugs,
        }

    def feature(self, feature: CycleFeature) -> dict[str, object]:
        """The metrics of a feature."""
        bugs = self._bugs_in(feature)
        testers = {e.tester for story in feature.stories for e in self._of(story)}
        return {
            "execution_status": self._feature_status(feature),
            "tester_count": len(testers | {bug.author for bug in bugs}),
            "bugs_found": len(bugs),
            "bug_ids": [bug.id for bug in bugs],
        }

    def analytics(self) -> dict[str, int]:
        """The totals of the test. A blocked feature is neither passed nor failed, so the two need not add up."""
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
