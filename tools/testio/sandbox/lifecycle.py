"""Lifecycle: the status of a test, from its dates and the clock."""

from datetime import datetime, timedelta

from tools.testio.sandbox.dates import zulu
from tools.testio.sandbox.records import Cycle
from tools.testio.sandbox.story.bugs import schedule_bugs
from tools.testio.sandbox.world import World

REVIEW = timedelta(minutes=20)
LONGEST_TRIAGE = timedelta(weeks=6)

DEFAULT_HOURS = {"rapid": 2, "usability": 24, "focused": 24, "coverage": 28}

CHANGEABLE = frozenset({"initialized", "customer_finalized", "waiting", "running"})
"""Statuses in which a test can be changed; the API does not document them."""


def status(world: World, cycle: Cycle) -> str:
    """initialized, customer_finalized, waiting, running, locked, archived or cancelled."""
    now = world.now()
    if cycle.is_cancelled:
        return "cancelled"
    if cycle.submitted_at is None or cycle.start_at is None or cycle.end_at is None:
        return "initialized"
    if now < cycle.submitted_at + REVIEW:
        return "customer_finalized"
    if now < cycle.start_at:
        return "waiting"
    if now < cycle.end_at:
        return "running"
    if now >= cycle.end_at + LONGEST_TRIAGE:
        return "archived"
    return "locked" if any(bug.is_open for bug in world.bugs_of(cycle.id)) else "archived"


def review_status(world: World, cycle: Cycle) -> str:
    """The state of the team lead's review, separate from the status."""
    if cycle.submitted_at is None:
        return "review_failed" if cycle.reviews else "not_finalized"
    return "review_initialized" if world.now() < cycle.submitted_at + REVIEW else "review_successful"


def reviews(world: World, cycle: Cycle) -> list[dict[str, object]]:
    """Completed reviews, a passed one last."""
    done = [{**review, "at": review["at"]} for review in cycle.reviews]
    if cycle.submitted_at is not None and review_status(world, cycle) == "review_successful":
        done.append({"status": "successful", "at": cycle.submitted_at + REVIEW})
    comments = ("instruction_comment", "test_environment_comment", "feature_comment", "bug_type_comment")
    return [
        {
            "status": review["status"],
            **{name: review.get(name) for name in comments},
            "reviewed_at": zulu(review["at"]) if isinstance(review["at"], datetime) else None,
        }
        for review in done
    ]


def launch(world: World, cycle: Cycle) -> None:
    """Submit a test: it is reviewed, starts at its date, and then testers report bugs."""
    now = world.now()
    if cycle.start_at is None or cycle.start_at < now:
        cycle.start_at = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)  # the next full hour
    cycle.end_at = cycle.start_at + timedelta(hours=cycle.hours)
    cycle.submitted_at, cycle.submitted_by = now, cycle.created_by
    schedule_bugs(world, cycle)
