"""The hierarchy of a project's suites, rebuilt from nested or flat rows, and safe against cycles."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tools.kit.text import many
from tools.kit.toolset import Progress, no_progress
from tools.kit.walk import Batch, Walk
from tools.testomatio.client.runs import PER_PAGE, paged
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.suites import Suite
from tools.testomatio.tools.scope import Pairs, of_project


@dataclass
class Forest:
    """All suites by id, each with the suites directly below it; `reasons` says what may be missing."""

    suites: dict[str, Suite] = field(default_factory=dict)
    parents: dict[str, str | None] = field(default_factory=dict)
    children: dict[str | None, list[str]] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        return not self.reasons

    def below(self, suite_id: str | None, depth: int | None = None) -> list[tuple[int, Suite]]:
        """The suites below one, or all, each with its depth counted from 1, from top to bottom."""
        found: list[tuple[int, Suite]] = []
        todo = [(1, one) for one in reversed(self.children.get(suite_id, []))]
        while todo:
            level, one = todo.pop()
            found.append((level, self.suites[one]))
            if depth is None or level < depth:
                todo += [(level + 1, below) for below in reversed(self.children.get(one, []))]
        return found

    def above(self, suite_id: str) -> list[Suite]:
        """The folders around a suite, outermost first."""
        found: list[Suite] = []
        at = self.parents.get(suite_id)
        while at is not None:
            found.insert(0, self.suites[at])
            at = self.parents.get(at)
        return found

    def is_folder(self, suite_id: str) -> bool:
        return self.suites[suite_id].is_folder or bool(self.children.get(suite_id))

    def in_web_order(self, positions: Mapping[str, int]) -> None:
        """Sort siblings as the web app does; those without a position follow in their order."""
        for siblings in self.children.values():
            siblings.sort(key=lambda one: (one not in positions, positions.get(one, 0)))


def build_forest(rows: Iterable[Suite]) -> Forest:
    """Build the hierarchy from rows that are nested, or name their parents, or both, and may be repeated."""
    forest = Forest()
    todo: list[tuple[Suite, str | None]] = [(row, None) for row in reversed(list(rows))]
    while todo:
        suite, above = todo.pop()
        if suite.id not in forest.suites:
            forest.suites[suite.id] = suite
            forest.parents[suite.id] = above or suite.parent_id
        elif above is not None:
            # Listed alone and again below its folder: the folder is right.
            forest.parents[suite.id] = above
        else:
            continue
        todo += [(child, suite.id) for child in reversed(suite.children) if child.id != suite.id]
    for one, above in forest.parents.items():
        if above not in forest.suites or above == one:
            forest.parents[one] = None
    _cut_cycles(forest)
    for one, above in forest.parents.items():
        forest.children.setdefault(above, []).append(one)
    return forest


def _cut_cycles(forest: Forest) -> None:
    """Move a suite that is below itself to the top, and say so."""
    rooted: set[str] = set()
    cut = 0
    for start in forest.suites:
        path: dict[str, None] = {}
        at: str | None = start
        while at is not None and at not in rooted and at not in path:
            path[at] = None
            at = forest.parents[at]
        if at is not None and at in path:
            forest.parents[at] = None
            cut += 1
        rooted.update(path)
    if cut:
        forest.reasons.append(
            f"{many(cut, 'suite is', 'suites are')} below itself on the platform and shown at the top"
        )


async def read_forest(api: Testomatio, project: str, query: Pairs, *, progress: Progress = no_progress) -> Forest:
    """Read all suites of a project: pages of its roots, each with everything below it."""
    rows: list[Suite] = []

    async def fetch(page: int, size: int) -> Batch[Suite]:
        answer = await api.suites(project, [*query, ("slim", "true"), *paged(page, size)])
        return Batch(answer.data, total=answer.meta.total, size=answer.meta.per_page)

    walk = Walk(fetch, rows.append, key=lambda s: s.id, sizes=(PER_PAGE,), broken=frozenset(), progress=progress)
    with of_project(project):
        walked = await walk.run()
    forest = build_forest(rows)
    # A total can count the roots or all suites; it is short only where it exceeds both.
    if walked.total is not None and walked.total > len(forest.suites):
        forest.reasons.append(f"{walked.total} were announced and {len(forest.suites)} came")
    elif walked.total is None:
        forest.reasons += walked.reasons
    return forest
