"""World: the state of the workspace, and the switches between plausible behaviours."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

from tools.kit.sandbox.clock import Clock
from tools.testsigma.sandbox.identity import ulid, uuid_of
from tools.testsigma.sandbox.rate_limit import RateLimit
from tools.testsigma.sandbox.record_table import RecordTable
from tools.testsigma.sandbox.records import (
    Case,
    Folder,
    Import,
    Label,
    Lookup,
    Meta,
    Plan,
    Project,
    Run,
    StepGroup,
    User,
)

FROM_MILLISECONDS = 10**11
"""Smaller times are in seconds."""


@dataclass(frozen=True)
class Switches:
    """Which source the fake API follows where sources disagree, and which rare behaviour it shows."""

    as_documented: bool = False
    """The shapes in the documentation where the platform's answers differ; times are in seconds."""
    next_as_url: bool = False
    """`page_info` has URLs on the documented host, not cursors."""
    null_at_end: bool = False
    """When there is no next page, null instead of an empty string."""
    ignore_cursor: bool = False
    """`cursor` and `next` are ignored: the same page is returned again."""
    only_next: bool = False
    """`cursor` is ignored; `next` selects the page."""
    newest_first: bool = False
    """Lists start with the newest record."""
    rate_limit: bool = False
    """An eleventh request within a real second is refused."""
    read_only_key: bool = False
    """The key belongs to a Read Only member: 403 for every change."""
    ignore_contains: bool = False
    """Filters by `__CONTAINS` are ignored like any unknown parameter."""
    filter_runs_by_plan: bool = False
    """`test_plan_id` filters a list of runs."""
    folder_with_subfolders: bool = False
    """`folder_id` includes the cases of subfolders."""
    guide_statuses: bool = False
    """Result statuses as in the user guide: `Untested`, and `Retest` as a seventh."""
    unknown_values: bool = False
    """Some records have undocumented values."""
    owner_optional: bool = False
    """A test case can be created without an owner."""
    unique_case_titles: bool = False
    """A second test case with the same title is refused."""
    refuse_unknown_labels: bool = False
    """A label of a run must exist; otherwise it is created."""
    refuse_move_to_root: bool = False
    """A folder cannot be moved to the root with null."""
    attach_plan_by_update: bool = False
    """An update can attach a run to a plan."""


class World:
    """The workspace's state."""

    def __init__(self, clock: Clock, switches: Switches, real: Callable[[], float]) -> None:
        self.clock = clock
        self.switches = switches
        self.rate_limit = RateLimit(real)
        self.projects: dict[str, Project] = {}
        self.folders: RecordTable[Folder] = RecordTable("Folder", has_human_ids=False)
        self.cases: RecordTable[Case] = RecordTable("Test case")
        self.groups: RecordTable[StepGroup] = RecordTable("Step group")
        self.runs: RecordTable[Run] = RecordTable("Test run")
        self.plans: RecordTable[Plan] = RecordTable("Test plan")
        self.imports: dict[str, Import] = {}
        self.labels: dict[str, Label] = {}
        self.users: dict[str, User] = {}
        self.lookups: dict[str, dict[str, Lookup]] = {}
        """Entries of each settings list, by ID."""
        self.me = ""
        """The user who owns the key."""
        self.undocumented: dict[str, str] = {}
        """Undocumented values by record ID, for the switch `unknown_values`."""
        self.request_numbers = count(1)
        self._serials = count(1)
        self._created = count(1)

    def now(self) -> int:
        return int(self.clock.now().timestamp() * 1000)

    def meta(self, name: str, at: int, serial: int | None = None) -> Meta:
        """The metadata of a seeded record; a record that is created on demand has a fixed serial."""
        return Meta(uuid_of(name), ulid(at, next(self._serials) if serial is None else serial), at, at)

    def new_meta(self) -> Meta:
        """The metadata of a new record."""
        return self.meta(f"made/{next(self._created)}", self.now())

    def timestamp(self, at: int | None) -> int | None:
        """A time as the API returns it."""
        if at is None or not self.switches.as_documented or at < FROM_MILLISECONDS:
            return at
        return at // 1000

    def value_of(self, record_id: str, default: str) -> str:
        """The default value, or the record's undocumented one."""
        return self.undocumented.get(record_id, default) if self.switches.unknown_values else default

    def lookup(self, kind: str, name: str) -> str:
        """The ID of an entry by its name."""
        return next(row.id for row in self.lookups[kind].values() if row.name == name)
