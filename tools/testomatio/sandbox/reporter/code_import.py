"""Code import: create and update tests from code, and detach tests that are no longer in the code.

Where the reference is silent: a test is identified by its ID, else by its title in the suite of the same title; a test
with an unknown ID is only created with `create`; a directory becomes a folder; `force` and `no-cleanup` have no effect.
"""

from dataclasses import dataclass, field

from tools.testomatio.sandbox.records import Suite, Test, bare
from tools.testomatio.sandbox.reporter.ingestion import add_label, without_prefix
from tools.testomatio.sandbox.requests import Fields
from tools.testomatio.sandbox.world import World


@dataclass(frozen=True)
class Options:
    """The options of an import."""

    branch: str | None = None
    may_create_ids: bool = False
    keeps_detached: bool = False
    """Do not detach tests that are no longer in the code."""
    drops_empty: bool = False
    moves: bool = False
    """Move existing tests to the suite they have in the code."""
    directory: str = ""
    suite: str = ""
    """The parent of new suites, by ID or title."""


@dataclass
class CodeImport:
    """An import into a project: `add_test` for each test, then `finish`."""

    world: World
    project: str
    options: Options
    touched: set[str] = field(default_factory=set)

    def add_test(self, sent: Fields) -> None:
        """Update a test from its code, or create it."""
        test = self._existing_test(sent)
        if test is None and sent.get("id") and not self.options.may_create_ids:
            return
        if test is None:
            test = self._create_test(sent)
        elif self.options.moves:
            test.suite_id = self._suite(sent).id
        self.touched.add(test.id)
        test.title, test.state, test.sync = str(sent["name"]), "automated", True
        test.file, test.updated_at = self._path(sent), self.world.now()
        for name in ("code", "description"):
            if sent.get(name) is not None:
                setattr(test, name, str(sent[name]))
        labels = sent.get("labels")
        for label in labels if isinstance(labels, list) else []:
            add_label(self.world, self.project, test.labels, str(label))

    def finish(self) -> None:
        """Detach the tests that are no longer in the code."""
        if not self.options.keeps_detached:
            for test in list(self._tests()):
                if test.state == "automated" and test.id not in self.touched:
                    detached = self.world.tests.edit(test.id, self.options.branch)
                    detached.state, detached.sync, detached.updated_at = "detached", False, self.world.now()
        if self.options.drops_empty:
            for suite in [suite for suite in self._suites() if suite.parent_id is None]:
                self._drop_empty(suite)

    def _tests(self) -> list[Test]:
        return list(self.world.tests.of(self.project, self.options.branch))

    def _suites(self) -> list[Suite]:
        return list(self.world.suites.of(self.project, self.options.branch))

    def _existing_test(self, sent: Fields) -> Test | None:
        """The existing test, if any."""
        branch = self.options.branch
        if sent.get("id"):
            test = self.world.tests.get(without_prefix(sent["id"], "T"), branch)
            found = test if test is not None and test.project == self.project else None
        else:
            home = {suite.id for suite in self._suites() if suite.title == _suite_titles(sent)[-1]}
            same = [test for test in self._tests() if test.suite_id in home and _is_named(test, str(sent["name"]))]
            in_file = [test for test in same if test.file == self._path(sent)]
            found = next(iter(in_file or same), None)
        return None if found is None else self.world.tests.edit(found.id, branch)

    def _create_test(self, sent: Fields) -> Test:
        suite, now = self._suite(sent), self.world.now()
        test_id = without_prefix(sent.get("id") or "", "T")
        created = Test(test_id or self.world.new_id(), self.project, suite.id, str(sent["name"]), now, now)
        created.position = len(self.world.tests_in(suite, self.options.branch)) + 1
        return self.world.tests.add(created, self.options.branch)

    def _suite(self, sent: Fields) -> Suite:
        """The suite in the code, created with its folders if necessary."""
        names = {self.options.suite, without_prefix(self.options.suite, "S")}
        parent = next((one for one in self._suites() if names & {one.id, one.title}), None)
        folders = [part for part in self.options.directory.split("/") if part]
        titles = [*folders, *_suite_titles(sent)]
        for depth, title in enumerate(titles):
            is_last = depth == len(titles) - 1
            parent = self._child(parent, title, "file" if is_last else "folder")
        assert parent is not None  # noqa: S101 - a test names one suite at least
        return parent

    def _child(self, parent: Suite | None, title: str, file_type: str) -> Suite:
        parent_id = None if parent is None else parent.id
        siblings = [one for one in self._suites() if one.parent_id == parent_id]
        for one in siblings:
            if one.title == title:
                return one
        created = Suite(self.world.new_id(), self.project, title, parent_id, file_type, position=len(siblings) + 1)
        created.created_at = created.updated_at = self.world.now()
        return self.world.suites.add(created, self.options.branch)

    def _path(self, sent: Fields) -> str:
        return "/".join(part for part in (self.options.directory.strip("/"), str(sent["file"])) if part)

    def _drop_empty(self, suite: Suite) -> bool:
        """Delete a suite if it is empty after its empty subsuites are deleted."""
        branch = self.options.branch
        left = [child for child in self.world.children(suite, branch) if not self._drop_empty(child)]
        if left or self.world.tests_in(suite, branch):
            return False
        self.world.drop_suite(suite, branch)
        return True


def _suite_titles(sent: Fields) -> list[str]:
    titles = sent["suites"]
    return [str(title) for title in titles] if isinstance(titles, list) else [str(titles)]


def _is_named(test: Test, name: str) -> bool:
    return name in {test.title, bare(test.title)}
