"""Code import: tests as they stand in code become tests of the project, and those that left the code are let go.

Where the reference is silent: a test is known again by its id, else by its title in the suite of the same title; one
with an id that is not there is made with `create` only; a directory becomes a folder; `force` and `no-cleanup` change
nothing.
"""

from dataclasses import dataclass, field

from tools.testomatio.sandbox.records import Suite, Test, bare
from tools.testomatio.sandbox.reporter.ingestion import bare_id, put_label
from tools.testomatio.sandbox.requests import Fields
from tools.testomatio.sandbox.world import World


@dataclass(frozen=True)
class Options:
    """How an import shall go about what it does not bring."""

    branch: str | None = None
    may_create_ids: bool = False
    keeps_detached: bool = False
    """Leave tests alone that are no longer in the code."""
    drops_empty: bool = False
    moves: bool = False
    """Put tests that are there already where the code has them."""
    directory: str = ""
    suite: str = ""
    """The suite, by id or title, that new suites go below."""


@dataclass
class CodeImport:
    """One import into a project: `take` for each test, then `end`."""

    world: World
    project: str
    options: Options
    touched: set[str] = field(default_factory=set)

    def take(self, sent: Fields) -> None:
        """Bring one test up to its code, or make it."""
        test = self._known(sent)
        if test is None and sent.get("id") and not self.options.may_create_ids:
            return
        if test is None:
            test = self._made(sent)
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
            put_label(self.world, self.project, test.labels, str(label))

    def end(self) -> None:
        """Let go of what the code no longer has."""
        if not self.options.keeps_detached:
            for test in list(self._tests()):
                if test.state == "automated" and test.id not in self.touched:
                    gone = self.world.tests.edit(test.id, self.options.branch)
                    gone.state, gone.sync, gone.updated_at = "detached", False, self.world.now()
        if self.options.drops_empty:
            for suite in [suite for suite in self._suites() if suite.parent_id is None]:
                self._drop_empty(suite)

    def _tests(self) -> list[Test]:
        return list(self.world.tests.of(self.project, self.options.branch))

    def _suites(self) -> list[Suite]:
        return list(self.world.suites.of(self.project, self.options.branch))

    def _known(self, sent: Fields) -> Test | None:
        """The test to change, when there is one."""
        branch = self.options.branch
        if sent.get("id"):
            test = self.world.tests.get(bare_id(sent["id"], "T"), branch)
            found = test if test is not None and test.project == self.project else None
        else:
            home = {suite.id for suite in self._suites() if suite.title == _titles(sent)[-1]}
            same = [test for test in self._tests() if test.suite_id in home and _is_named(test, str(sent["name"]))]
            in_file = [test for test in same if test.file == self._path(sent)]
            found = next(iter(in_file or same), None)
        return None if found is None else self.world.tests.edit(found.id, branch)

    def _made(self, sent: Fields) -> Test:
        suite, now = self._suite(sent), self.world.now()
        test_id = bare_id(sent.get("id") or "", "T")
        made = Test(test_id or self.world.new_id(), self.project, suite.id, str(sent["name"]), now, now)
        made.position = len(self.world.tests_in(suite, self.options.branch)) + 1
        return self.world.tests.add(made, self.options.branch)

    def _suite(self, sent: Fields) -> Suite:
        """The suite that the code names, made with the folders around it where they are missing."""
        named = {self.options.suite, bare_id(self.options.suite, "S")}
        above = next((one for one in self._suites() if named & {one.id, one.title}), None)
        folders = [part for part in self.options.directory.split("/") if part]
        titles = [*folders, *_titles(sent)]
        for depth, title in enumerate(titles):
            is_last = depth == len(titles) - 1
            above = self._child(above, title, "file" if is_last else "folder")
        assert above is not None  # noqa: S101 - a test names one suite at least
        return above

    def _child(self, above: Suite | None, title: str, file_type: str) -> Suite:
        parent_id = None if above is None else above.id
        beside = [one for one in self._suites() if one.parent_id == parent_id]
        for one in beside:
            if one.title == title:
                return one
        made = Suite(self.world.new_id(), self.project, title, parent_id, file_type, position=len(beside) + 1)
        made.created_at = made.updated_at = self.world.now()
        return self.world.suites.add(made, self.options.branch)

    def _path(self, sent: Fields) -> str:
        return "/".join(part for part in (self.options.directory.strip("/"), str(sent["file"])) if part)

    def _drop_empty(self, suite: Suite) -> bool:
        """Drop a suite when nothing is in it once the empty ones below it are gone."""
        branch = self.options.branch
        left = [child for child in self.world.children(suite, branch) if not self._drop_empty(child)]
        if left or self.world.tests_in(suite, branch):
            return False
        self.world.drop_suite(suite, branch)
        return True


def _titles(sent: Fields) -> list[str]:
    titles = sent["suites"]
    return [str(title) for title in titles] if isinstance(titles, list) else [str(titles)]


def _is_named(test: Test, name: str) -> bool:
    return name in {test.title, bare(test.title)}
