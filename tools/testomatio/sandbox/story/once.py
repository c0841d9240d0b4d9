"""Once: the story, made once in a process; each world has copies of its records."""

from functools import cache
from itertools import count

from tools.kit.sandbox.clock import Clock
from tools.kit.sandbox.copies import copied
from tools.testomatio.sandbox.story.extras import add_links_and_files, add_project_records
from tools.testomatio.sandbox.story.history import add_rungroups, add_runs, add_sprint_labels
from tools.testomatio.sandbox.story.hotfix import add_hotfix_runs, schedule_hotfix
from tools.testomatio.sandbox.story.other_projects import add_other_projects
from tools.testomatio.sandbox.story.shop import add_company
from tools.testomatio.sandbox.story.suites import add_suites
from tools.testomatio.sandbox.story.tests import add_tests
from tools.testomatio.sandbox.world import Switches, World

_SHELVES = (
    "projects", "users", "tokens", "examples", "runs", "rungroups", "plans", "steps", "labels", "issues", "milestones",
    "requirements", "branches", "attachments", "charts", "comments", "templates",
)  # fmt: skip
"""The attributes of a world that hold the records of the story by their keys."""


def add_story(world: World) -> World:
    """Add the whole story to a world that is empty."""
    first = _first()
    for name in _SHELVES:
        getattr(world, name).update({key: copied(record) for key, record in getattr(first, name).items()})
    world.suites, world.tests, world.results = first.suites.copy(), first.tests.copy(), first.results.fork()
    for kind, ids in world.issue_ids.items():
        numbers = [link.id + 1 for link in world.issues.values() if link.type == kind]
        world.issue_ids[kind] = count(max(next(ids), *numbers))
    schedule_hotfix(world)
    world.start_new_ids()
    return world


@cache
def _first() -> World:
    return make_story(World(Clock(factor=0), Switches()))


def make_story(world: World) -> World:
    """Make all records of the story, but not what happens as time passes."""
    add_company(world)
    wanted = add_suites(world)
    add_project_records(world)
    add_tests(world, wanted)
    add_rungroups(world)
    add_runs(world)
    add_hotfix_runs(world)
    add_sprint_labels(world)
    add_links_and_files(world)
    add_other_projects(world)
    return world
