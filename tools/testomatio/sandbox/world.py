"""World: everything the imitated company holds, and what time does to it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from random import Random

from tools.kit.sandbox.clock import Clock
from tools.testomatio.sandbox.branched_records import Shelf
from tools.testomatio.sandbox.people import Login, Session, Token, User
from tools.testomatio.sandbox.project_records import (
    Attachment,
    Branch,
    Chart,
    Comment,
    IssueLink,
    Milestone,
    Requirement,
    Template,
)
from tools.testomatio.sandbox.records import Example, Label, Plan, Project, Run, Rungroup, Step, Suite, Test, Testrun
from tools.testomatio.sandbox.reporter.arrivals import Arrivals
from tools.testomatio.sandbox.result_index import Results


@dataclass(frozen=True)
class Switches:
    """What the imitation follows where sources about the API disagree, and which rare behaviour it shows."""

    camel_case: bool = False
    """Answers of v2 in camelCase, as the OpenAPI draft names its keys."""
    bad_token_is_403: bool = False
    """A missing or unknown v2 token: 403 with `authorization_missing` or `token_invalid` instead of 401."""
    read_only_user: bool = False
    """The user may only read: v2 answers 403 to everything, the web API to writes."""
    without_branches: bool = False
    """The plan has no branches: their routes are refused."""
    without_analytics: bool = False
    """The plan has no `api_analytics`: its routes are refused."""
    gate_is_402: bool = False
    """A feature the plan lacks: 402 instead of 403."""
    quota_used_up: bool = False
    """The month's API requests are used up: 402 for every write of v2 and of the web API."""
    reports_used_up: bool = False
    """The month's test reports are used up: 402 for reporting and importing."""
    too_many_every: int = 0
    """Every so many requests one is 429; 0 for never."""
    without_has_more: bool = False
    """Pages of v2 do not tell `has_more` and `total_pages`."""
    without_nulls: bool = False
    """Answers of v2 leave out the keys that would be null."""
    without_run_counts: bool = False
    """Runs of v2 come without counters, dates and the build's address."""
    newest_results_first: bool = False
    """Results of v2 come newest first when no order is asked for."""
    links_not_applied: bool = False
    """A `link` in a v2 body is silently lost, and the write answers success."""
    without_attachments: bool = False
    """The attachments of v2 are not there yet: 404."""
    flat_rungroups: bool = False
    """Groups of v2 come as roots without their children."""
    every_suite_level: bool = False
    """The web list of suites has every level instead of the roots."""
    jwt_seconds: int = 3600
    """How long a login lasts."""


class World:
    """The company's state; `settle` brings it up to the clock."""

    def __init__(self, clock: Clock, switches: Switches) -> None:
        self.clock = clock
        self.switches = switches
        self.requests = 0
        self.projects: dict[str, Project] = {}
        self.users: dict[int, User] = {}
        self.tokens: dict[str, Token] = {}
        self.logins: dict[str, Login] = {}
        self.sessions: dict[str, Session] = {}
        self.suites: Shelf[Suite] = Shelf()
        self.tests: Shelf[Test] = Shelf()
        self.examples: dict[int, Example] = {}
        self.runs: dict[str, Run] = {}
        self.results = Results()
        self.arrivals = Arrivals()
        self.rungroups: dict[str, Rungroup] = {}
        self.plans: dict[str, Plan] = {}
        self.steps: dict[int, Step] = {}
        self.labels: dict[str, Label] = {}
        self.issues: dict[tuple[str, int], IssueLink] = {}
        """By type and number: the two types are numbered apart."""
        self.milestones: dict[str, Milestone] = {}
        self.requirements: dict[str, Requirement] = {}
        self.branches: dict[str, Branch] = {}
        self.attachments: dict[str, Attachment] = {}
        self.artifacts: dict[str, tuple[str, bytes]] = {}
        """What reporters put into the store: by its key the type and the content."""
        self.origins: dict[tuple[str, str, str], str] = {}
        """By project, kind and the id in another system: what a migration made of it."""
        self.charts: dict[str, Chart] = {}
        self.comments: dict[int, Comment] = {}
        self.templates: dict[int, Template] = {}
        # New numbers start where no seeded one is, so that a number tells what was made in the sandbox.
        self.example_ids = count(70_001)
        self.result_ids = count(9_000_001)
        self.step_ids = count(901)
        self.issue_ids = {"issue": count(501), "jira_issue": count(501)}
        self.comment_ids = count(80_001)
        self.template_ids = count(901)
        self._random = Random(6998)  # noqa: S311 - ids of a story, not secrets
        self._due: list[tuple[datetime, int, Callable[[], None]]] = []
        self._order = count()

    def begin(self) -> None:
        """The story is told: new results are numbered far from its own, so that a number tells what is new."""
        self.result_ids = count(9_900_001)

    # Names for what is new

    def new_id(self) -> str:
        """Eight characters that nothing has yet."""
        while True:
            made = f"{self._random.getrandbits(32):08x}"
            if made not in self.tests.main and made not in self.suites.main and made not in self.runs:
                return made

    def new_slug(self, title: str) -> str:
        """A slug as the platform makes it: the title, then five characters."""
        words = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "item"
        return f"{words}-{self._random.getrandbits(20):05x}"

    def now(self) -> datetime:
        return self.clock.now()

    # Time

    def later(self, at: datetime, action: Callable[[], None]) -> None:
        """Have something happen by itself once the clock has come to an instant."""
        heappush(self._due, (at, next(self._order), action))

    def soon(self, seconds: float, action: Callable[[], None]) -> None:
        self.later(self.now() + timedelta(seconds=seconds), action)

    def settle(self) -> None:
        """Do what has fallen due since the last request, in its order."""
        now = self.now()
        while self._due and self._due[0][0] <= now:
            heappop(self._due)[2]()

    # Looking up

    def user(self, email: str | None) -> User | None:
        return next((user for user in self.users.values() if user.email == email), None)

    def token(self, value: str) -> Token | None:
        """A token by its text; one that is mistyped is nobody's."""
        return self.tokens.get(value)

    def branch(self, project: str, slug: str | None) -> str | None:
        """The branch that records are kept under; None for main, for a stranger's and for one that is unknown."""
        found = self.branches.get(slug or "")
        return None if found is None or found.project != project else found.slug

    def children(self, suite: Suite, branch: str | None = None) -> list[Suite]:
        """The suites right below one, in the order of the web app."""
        below = [one for one in self.suites.of(suite.project, branch) if one.parent_id == suite.id]
        return sorted(below, key=lambda one: one.position)

    def below(self, suite: Suite, branch: str | None = None) -> Iterator[Suite]:
        """A suite and every suite under it, each once, also where a branch and main moved two into each other."""
        found = {suite.id: suite}
        waiting = [suite]
        while waiting:
            one = waiting.pop()
            yield one
            fresh = [child for child in self.children(one, branch) if child.id not in found]
            found |= {child.id: child for child in fresh}
            waiting += reversed(fresh)

    def tests_in(self, suite: Suite, branch: str | None = None) -> list[Test]:
        """The tests right in a suite, in the order of the web app."""
        inside = [test for test in self.tests.of(suite.project, branch) if test.suite_id == suite.id]
        return sorted(inside, key=lambda test: test.position)

    def examples_of(self, test_id: str) -> list[Example]:
        return [example for example in self.examples.values() if example.test_id == test_id]

    def links_of(self, resource_type: str, resource_id: str | int) -> list[IssueLink]:
        wanted = (resource_type, resource_id)
        return [link for link in self.issues.values() if (link.resource_type, link.resource_id) == wanted]

    def subgroups(self, group: Rungroup) -> list[Rungroup]:
        return [one for one in self.rungroups.values() if one.parent_id == group.id]

    def runs_in(self, group: Rungroup) -> list[Run]:
        return [run for run in self.runs.values() if run.rungroup_id == group.id]

    # Dropping, with what goes along

    def drop_test(self, test: Test, branch: str | None = None) -> None:
        """Delete a test; its results stay in their runs."""
        self.tests.drop(test.id, branch)
        if branch is not None:
            return
        self.examples = {number: row for number, row in self.examples.items() if row.test_id != test.id}
        self.comments = {number: one for number, one in self.comments.items() if one.test_id != test.id}
        for plan in self.plans.values():
            plan.test_ids = [test_id for test_id in plan.test_ids if test_id != test.id]
        self._drop_ties("test", test.id)

    def drop_suite(self, suite: Suite, branch: str | None = None) -> None:
        """Delete a suite with everything below it."""
        for one in list(self.below(suite, branch)):
            for test in self.tests_in(one, branch):
                self.drop_test(test, branch)
            self.suites.drop(one.id, branch)
            if branch is None:
                for plan in self.plans.values():
                    plan.suite_ids = [suite_id for suite_id in plan.suite_ids if suite_id != one.id]
                self._drop_ties("suite", one.id)

    def drop_run(self, run: Run) -> None:
        """Delete a run with its results."""
        for result in self.results.of_run(run.id):
            self.drop_result(result)
        del self.runs[run.id]
        self._drop_ties("run", run.id)

    def drop_result(self, result: Testrun) -> None:
        self.results.drop(result)
        self._drop_ties("testrun", result.id)

    def drop_rungroup(self, group: Rungroup) -> None:
        """Delete a group with the groups and runs in it."""
        for child in self.subgroups(group):
            self.drop_rungroup(child)
        for run in self.runs_in(group):
            self.drop_run(run)
        del self.rungroups[group.id]

    def drop_plan(self, plan: Plan) -> None:
        """Delete a plan; runs made from it stay."""
        del self.plans[plan.id]
        for run in self.runs.values():
            run.plan_ids = [plan_id for plan_id in run.plan_ids if plan_id != plan.id]
        self._drop_ties("plan", plan.id)

    def drop_label(self, label: Label) -> None:
        """Delete a label, and take it off everything."""
        del self.labels[label.slug]
        labelled: list[Suite | Test | Run | Plan | Step] = [
            *self.suites.of(label.project),
            *self.tests.of(label.project),
            *self.runs.values(),
            *self.plans.values(),
            *self.steps.values(),
        ]
        for thing in labelled:
            thing.labels = [one for one in thing.labels if one.slug != label.slug]

    def drop_requirement(self, requirement: Requirement) -> None:
        del self.requirements[requirement.id]
        for suite in self.suites.of(requirement.project):
            suite.requirements = [one for one in suite.requirements if one != requirement.id]

    def drop_branch(self, branch: Branch) -> None:
        """Delete a branch with what only it has; its runs are no longer reachable and go as well."""
        del self.branches[branch.slug]
        self.suites.forget(branch.slug)
        self.tests.forget(branch.slug)
        for run in [run for run in self.runs.values() if run.branch == branch.slug]:
            self.drop_run(run)

    def _drop_ties(self, resource_type: str, resource_id: str | int) -> None:
        tied = (resource_type, resource_id)
        self.issues = {key: link for key, link in self.issues.items() if (link.resource_type, link.resource_id) != tied}
        self.attachments = {
            key: file for key, file in self.attachments.items() if (file.resource_type, file.resource_id) != tied
        }


OWNER = 4101
"""The user whose tokens the sandbox's directions print."""
SHOP = "harbour-shop-6f98f"
"""The project that these tokens are meant for."""
