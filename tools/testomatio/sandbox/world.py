"""World: the state of the company, and its changes over time."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from random import Random

from tools.kit.sandbox.clock import Clock
from tools.testomatio.sandbox.branched_records import BranchedRecords
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
from tools.testomatio.sandbox.reporter.pending_uploads import Pending
from tools.testomatio.sandbox.result_index import ResultIndex


@dataclass(frozen=True)
class Switches:
    """Which source the fake API follows where sources disagree, and which rare behaviour it shows."""

    camel_case: bool = False
    """Answers of v2 have keys in camelCase, as in the OpenAPI draft."""
    bad_token_is_403: bool = False
    """A missing or unknown v2 token: 403 with `authorization_missing` or `token_invalid` instead of 401."""
    read_only_user: bool = False
    """The user is read-only: v2 answers 403 to everything, the web API to writes."""
    without_branches: bool = False
    """The plan has no branches: their routes are refused."""
    without_analytics: bool = False
    """The plan has no `api_analytics`: its routes are refused."""
    gate_is_402: bool = False
    """A feature that the plan does not include is 402 instead of 403."""
    quota_used_up: bool = False
    """The month's API requests are used up: 402 for every write of v2 and of the web API."""
    reports_used_up: bool = False
    """The month's test reports are used up: 402 for reporting and importing."""
    too_many_every: int = 0
    """Every n-th request is 429; 0 for none."""
    without_has_more: bool = False
    """Pages of v2 have no `has_more` and `total_pages`."""
    without_nulls: bool = False
    """Answers of v2 omit keys that would be null."""
    without_run_counts: bool = False
    """Runs of v2 have no counters, dates and build URL."""
    newest_results_first: bool = False
    """Results of v2 are newest first by default."""
    links_not_applied: bool = False
    """A `link` in a v2 body is silently ignored, and the write answers success."""
    without_attachments: bool = False
    """v2 has no attachments: 404."""
    flat_rungroups: bool = False
    """Groups of v2 are roots without children."""
    every_suite_level: bool = False
    """The web list of suites has every level instead of the roots."""
    jwt_seconds: int = 3600
    """How long a login lasts."""


class World:
    """The company's state; `apply_due_changes` brings it up to the current time."""

    def __init__(self, clock: Clock, switches: Switches) -> None:
        self.clock = clock
        self.switches = switches
        self.requests = 0
        self.projects: dict[str, Project] = {}
        self.users: dict[int, User] = {}
        self.tokens: dict[str, Token] = {}
        self.logins: dict[str, Login] = {}
        self.sessions: dict[str, Session] = {}
        self.suites: BranchedRecords[Suite] = BranchedRecords()
        self.tests: BranchedRecords[Test] = BranchedRecords()
        self.examples: dict[int, Example] = {}
        self.runs: dict[str, Run] = {}
        self.results = ResultIndex()
        self.pending_uploads = Pending()
        self.rungroups: dict[str, Rungroup] = {}
        self.plans: dict[str, Plan] = {}
        self.steps: dict[int, Step] = {}
        self.labels: dict[str, Label] = {}
        self.issues: dict[tuple[str, int], IssueLink] = {}
        """By type and number: the two types are numbered separately."""
        self.milestones: dict[str, Milestone] = {}
        self.requirements: dict[str, Requirement] = {}
        self.branches: dict[str, Branch] = {}
        self.attachments: dict[str, Attachment] = {}
        self.artifacts: dict[str, tuple[str, bytes]] = {}
        """Artifacts in the store: content type and content by key."""
        self.origins: dict[tuple[str, str, str], str] = {}
        """The ID of each migrated record, by project, kind and ID in the other system."""
        self.charts: dict[str, Chart] = {}
        self.comments: dict[int, Comment] = {}
        self.templates: dict[int, Template] = {}
        # New IDs start above all seeded ones, so that the number shows what was created in the sandbox.
        self.example_ids = count(70_001)
        self.result_ids = count(9_000_001)
        self.step_ids = count(901)
        self.issue_ids = {"issue": count(501), "jira_issue": count(501)}
        self.comment_ids = count(80_001)
        self.template_ids = count(901)
        self._random = Random(6998)  # noqa: S311 - ids of a story, not secrets
        self._due: list[tuple[datetime, int, Callable[[], None]]] = []
        self._order = count()

    def start_new_ids(self) -> None:
        """Number new results above all seeded ones, so that the number shows what is new."""
        self.result_ids = count(9_900_001)

    # New IDs

    def new_id(self) -> str:
        """An unused ID of eight characters."""
        while True:
            new_id_text = f"{self._random.getrandbits(32):08x}"
            if (
                new_id_text not in self.tests.main
                and new_id_text not in self.suites.main
                and new_id_text not in self.runs
            ):
                return new_id_text

    def new_slug(self, title: str) -> str:
        """A slug as the platform makes it: the title, then five characters."""
        words = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "item"
        return f"{words}-{self._random.getrandbits(20):05x}"

    def now(self) -> datetime:
        return self.clock.now()

    # Time

    def later(self, at: datetime, action: Callable[[], None]) -> None:
        """Schedule an action for a time."""
        heappush(self._due, (at, next(self._order), action))

    def soon(self, seconds: float, action: Callable[[], None]) -> None:
        self.later(self.now() + timedelta(seconds=seconds), action)

    def apply_due_changes(self) -> None:
        """Run the actions that are due, in order of time."""
        now = self.now()
        while self._due and self._due[0][0] <= now:
            heappop(self._due)[2]()

    # Lookups

    def user(self, email: str | None) -> User | None:
        return next((user for user in self.users.values() if user.email == email), None)

    def token(self, value: str) -> Token | None:
        """A token by its text, which may be followed by a hyphen and a name; None when it is unknown."""
        return self.tokens.get(value.partition("-")[0])

    def branch(self, project: str, slug: str | None) -> str | None:
        """The branch of records; None for main, for another project's branch and for an unknown one."""
        found = self.branches.get(slug or "")
        return None if found is None or found.project != project else found.slug

    def children(self, suite: Suite, branch: str | None = None) -> list[Suite]:
        """The direct subsuites, in the web app's order."""
        below = [one for one in self.suites.of(suite.project, branch) if one.parent_id == suite.id]
        return sorted(below, key=lambda one: one.position)

    def below(self, suite: Suite, branch: str | None = None) -> Iterator[Suite]:
        """A suite and its descendants, without duplicates, even if moves on a branch and on main created a cycle."""
        found = {suite.id: suite}
        waiting = [suite]
        while waiting:
            one = waiting.pop()
            yield one
            new = [child for child in self.children(one, branch) if child.id not in found]
            found |= {child.id: child for child in new}
            waiting += reversed(new)

    def tests_in(self, suite: Suite, branch: str | None = None) -> list[Test]:
        """The tests directly in a suite, in the web app's order."""
        inside = [test for test in self.tests.of(suite.project, branch) if test.suite_id == suite.id]
        return sorted(inside, key=lambda test: test.position)

    def examples_of(self, test_id: str) -> list[Example]:
        return [example for example in self.examples.values() if example.test_id == test_id]

    def links_of(self, resource_type: str, resource_id: str | int) -> list[IssueLink]:
        wanted = (resource_type, resource_id)
        return [link for link in self.issues.values() if (link.resource_type, link.resource_id) == wanted]

    def files_of(self, resource_type: str, resource_id: str | int) -> list[Attachment]:
        wanted = (resource_type, resource_id)
        return [file for file in self.attachments.values() if (file.resource_type, file.resource_id) == wanted]

    def subgroups(self, group: Rungroup) -> list[Rungroup]:
        return [one for one in self.rungroups.values() if one.parent_id == group.id]

    def runs_in(self, group: Rungroup) -> list[Run]:
        return [run for run in self.runs.values() if run.rungroup_id == group.id]

    # Deletions, with dependent records

    def drop_test(self, test: Test, branch: str | None = None) -> None:
        """Delete a test; its results remain in their runs."""
        self.tests.drop(test.id, branch)
        if branch is not None:
            return
        self.examples = {number: row for number, row in self.examples.items() if row.test_id != test.id}
        self.comments = {number: one for number, one in self.comments.items() if one.test_id != test.id}
        for plan in self.plans.values():
            plan.test_ids = [test_id for test_id in plan.test_ids if test_id != test.id]
        self._drop_ties("test", test.id)

    def drop_suite(self, suite: Suite, branch: str | None = None) -> None:
        """Delete a suite with its subsuites and tests."""
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
        """Delete a group with its subgroups and runs."""
        for child in self.subgroups(group):
            self.drop_rungroup(child)
        for run in self.runs_in(group):
            self.drop_run(run)
        del self.rungroups[group.id]

    def drop_plan(self, plan: Plan) -> None:
        """Delete a plan; runs created from it remain."""
        del self.plans[plan.id]
        for run in self.runs.values():
            run.plan_ids = [plan_id for plan_id in run.plan_ids if plan_id != plan.id]
        self._drop_ties("plan", plan.id)

    def drop_label(self, label: Label) -> None:
        """Delete a label and remove it from all records."""
        del self.labels[label.slug]
        labelled: list[Suite | Test | Run | Plan | Step] = [
            *self.suites.of(label.project),
            *self.tests.of(label.project),
            *self.runs.values(),
            *self.plans.values(),
            *self.steps.values(),
        ]
        for record in labelled:
            record.labels = [one for one in record.labels if one.slug != label.slug]

    def drop_requirement(self, requirement: Requirement) -> None:
        del self.requirements[requirement.id]
        for suite in self.suites.of(requirement.project):
            suite.requirements = [one for one in suite.requirements if one != requirement.id]

    def drop_branch(self, branch: Branch) -> None:
        """Delete a branch with its records and runs."""
        del self.branches[branch.slug]
        self.suites.drop_branch(branch.slug)
        self.tests.drop_branch(branch.slug)
        for run in [run for run in self.runs.values() if run.branch == branch.slug]:
            self.drop_run(run)

    def _drop_ties(self, resource_type: str, resource_id: str | int) -> None:
        tied = (resource_type, resource_id)
        self.issues = {key: link for key, link in self.issues.items() if (link.resource_type, link.resource_id) != tied}
        self.attachments = {
            key: file for key, file in self.attachments.items() if (file.resource_type, file.resource_id) != tied
        }


OWNER = 4101
"""The user of the tokens that `testdesk sandbox` prints."""
SHOP = "harbour-shop-6f98f"
"""The project of these tokens."""
