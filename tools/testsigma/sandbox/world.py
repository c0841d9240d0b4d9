"""World: everything the imitated workspace holds, and which of several plausible behaviours it shows."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

from tools.kit.sandbox.clock import Clock
from tools.testsigma.sandbox.identity import ulid, uuid_of
from tools.testsigma.sandbox.pace import Pace
from tools.testsigma.sandbox.records import (
    Case,
    Folder,
    Import,
    Label,
    Lookup,
    Mark,
    Plan,
    Project,
    Run,
    StepGroup,
    User,
)
from tools.testsigma.sandbox.shelf import Shelf

FROM_MILLISECONDS = 10**11
"""What is smaller counts seconds."""


@dataclass(frozen=True)
class Switches:
    """What the imitation follows where sources about the API disagree, and which rare behaviour it shows."""

    as_documented: bool = False
    """The shapes of the documents' examples where live answers differ; times count seconds."""
    next_as_url: bool = False
    """`page_info` holds addresses on the documented host, not cursors."""
    null_at_end: bool = False
    """Where no page follows, null instead of an empty text."""
    ignore_cursor: bool = False
    """`cursor` and `next` are ignored: the same page comes again."""
    only_next: bool = False
    """`cursor` is ignored, `next` turns the page."""
    newest_first: bool = False
    """Lists begin with what was made last."""
    rate_limit: bool = False
    """An eleventh request within a real second is refused."""
    read_only_key: bool = False
    """The key is a Read Only member's: 403 for whatever would change something."""
    ignore_contains: bool = False
    """Filters by `__CONTAINS` are ignored like any unknown parameter."""
    filter_runs_by_plan: bool = False
    """`test_plan_id` filters a list of runs."""
    folder_with_subfolders: bool = False
    """`folder_id` also finds the cases of the folders below."""
    guide_statuses: bool = False
    """Result statuses as the user guide has them: `Untested`, and `Retest` as a seventh."""
    unknown_values: bool = False
    """Some records carry words that no document lists."""
    owner_optional: bool = False
    """A test case can be made without an owner."""
    unique_case_titles: bool = False
    """A second test case of the same title is refused."""
    refuse_unknown_labels: bool = False
    """A label that a run names must exist; otherwise it is made."""
    refuse_move_to_root: bool = False
    """A folder cannot be moved to the root by null."""
    attach_plan_by_update: bool = False
    """An update can attach a run to a plan."""


class World:
    """The workspace's state."""

    def __init__(self, clock: Clock, switches: Switches, real: Callable[[], float]) -> None:
        self.clock = clock
        self.switches = switches
        self.pace = Pace(real)
        self.projects: dict[str, Project] = {}
        self.folders: Shelf[Folder] = Shelf("Folder", has_human_ids=False)
        self.cases: Shelf[Case] = Shelf("Test case")
        self.groups: Shelf[StepGroup] = Shelf("Step group")
        self.runs: Shelf[Run] = Shelf("Test run")
        self.plans: Shelf[Plan] = Shelf("Test plan")
        self.imports: dict[str, Import] = {}
        self.labels: dict[str, Label] = {}
        self.users: dict[str, User] = {}
        self.lookups: dict[str, dict[str, Lookup]] = {}
        """Rows of each settings list, by their ids."""
        self.me = ""
        """The user whose key it is."""
        self.strange: dict[str, str] = {}
        """Words that no document lists, by the id of the record that has one when they are switched on."""
        self.request_numbers = count(1)
        self._serials = count(1)
        self._made = count(1)

    def now(self) -> int:
        return int(self.clock.now().timestamp() * 1000)

    def mark(self, name: str, at: int, serial: int | None = None) -> Mark:
        """The mark of a record that the story tells; one that is drawn late brings its serial along."""
        return Mark(uuid_of(name), ulid(at, next(self._serials) if serial is None else serial), at, at)

    def new_mark(self) -> Mark:
        """The mark of a record that somebody makes now."""
        return self.mark(f"made/{next(self._made)}", self.now())

    def moment(self, at: int | None) -> int | None:
        """A time as answers write it."""
        if at is None or not self.switches.as_documented or at < FROM_MILLISECONDS:
            return at
        return at // 1000

    def word(self, record_id: str, usual: str) -> str:
        """The usual word of a record, or the strange one."""
        return self.strange.get(record_id, usual) if self.switches.unknown_values else usual

    def lookup(self, kind: str, name: str) -> str:
        """The id of a row by its name."""
        return next(row.id for row in self.lookups[kind].values() if row.name == name)
