"""The triage board: open bugs with look-alikes, and the page on which a user decides them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import Field

from tools.kit.alike import Texts
from tools.kit.model import Answer
from tools.kit.page import Cursor, Page, Selection
from tools.kit.rows import Brief, minute, true_or_none
from tools.kit.text import Key, Untrusted
from tools.kit.toolset import Progress, Toolset
from tools.kit.view import View
from tools.kit.when import When, milliseconds, parse_timestamp, time_span
from tools.testio.client.bugs import BugFilters
from tools.testio.client.testio import TestIO
from tools.testio.models.bugs import BugScan
from tools.testio.tools.bugs import Ids
from tools.testio.tools.products import PRODUCT

tool = Toolset(TestIO)

OPEN: Final = frozenset({"forwarded", "question"})


def says(board: Mapping[str, Any]) -> str:
    """What a model reads while the user sees the rows."""
    rows, matched = len(board.get("items", ())), board.get("coverage", {}).get("matched", 0)
    of = f" of {matched}" if matched > rows else ""
    return (
        f"The user now sees the triage board with {rows}{of} open {'bug' if rows == matched == 1 else 'bugs'} "
        "and decides there. To read them yourself call testio_list_bugs."
    )


BOARD: Final = View(
    "triage_board",
    "Triage board",
    Path(__file__).with_name("triage_board.html"),
    uses=("triage_board", "get_bug", "get_bugs", "get_bug_screenshots", "list_reject_reasons", "triage_bugs"),
    says=says,
)


class LookAlike(Answer):
    """A bug whose title has much in common with that of another."""

    id: int
    title: Annotated[Untrusted | None, Brief(60)] = None
    status: Key | None = None
    known: bool | None = None
    same_feature: bool | None = None
    same_device: bool | None = None


class BoardRow(Answer):
    """An open bug, with those that look like it."""

    id: int
    title: Annotated[Untrusted | None, Brief(120)] = None
    severity: Key | None = None
    status: Key | None = None
    known: bool | None = None
    author: Untrusted | None = None
    feature: Annotated[Untrusted | None, Brief()] = None
    devices: Annotated[list[Untrusted], Brief(60)] = Field(default_factory=list)
    test_id: int | None = None
    reported_at: Key | None = None
    has_files: bool | None = None
    alike: list[LookAlike] = Field(default_factory=list, description="Accepted and rejected ones too.")


class Board(Page[BoardRow]):
    """Open bugs, newest first."""


@tool.reads(full_text_in="get_bug", view=BOARD)
async def triage_board(
    api: TestIO,
    progress: Progress,
    product_ids: Annotated[Ids, Field(description="Ids or names."), PRODUCT] = None,
    test_ids: Annotated[Ids, Field(description="From testio_list_exploratory_tests.")] = None,
    since: When = None,
    limit: Annotated[int, Field(ge=1, le=200, description="Rows.")] = 50,
    cursor: Cursor = None,
) -> Board:
    """Show the user a board of open bugs with pictures and look-alikes, to decide them there.

    To analyse bugs yourself use testio_list_bugs.
    """
    filters = BugFilters(product_ids or (), test_ids=test_ids or ())
    period = await time_span(api, since, None)
    selection: Selection[BugScan] = Selection(
        lambda bug: (-milliseconds(bug.reported_at), -bug.id),
        limit=limit,
        cursor=cursor,
        platform=filters.query(),
        since=since,
    )
    titles, bugs = Texts[int](), dict[int, BugScan]()

    def on_row(bug: BugScan) -> None:
        # Every bug: one that was decided long ago is what a duplicate looks like.
        titles.add(bug.id, bug.title or "")
        bugs[bug.id] = bug
        if bug.status in OPEN and (not since or period.holds(parse_timestamp(bug.reported_at))):
            selection.offer(bug)

    walked = await api.walk_bugs(filters, on_row, progress=progress)
    page = selection.page(lambda bug: row_of(bug, titles, bugs), walked.coverage(selection.matched), period.note)
    return Board.widened(page)


def row_of(bug: BugScan, titles: Texts[int], bugs: Mapping[int, BugScan]) -> BoardRow:
    """A bug as the board shows it."""
    return BoardRow(
        id=bug.id,
        title=bug.title,
        severity=bug.severity,
        status=bug.status,
        known=true_or_none(bug.known),
        author=bug.author,
        feature=bug.feature_title,
        devices=bug.devices[:2],
        test_id=bug.test_id,
        reported_at=minute(bug.reported_at),
        has_files=true_or_none(bug.file_id is not None),
        alike=[look_alike(bug, bugs[match.key]) for match in titles.like(bug.id)],
    )


def look_alike(bug: BugScan, other: BugScan) -> LookAlike:
    """Another bug, and what it has in common with this one."""
    return LookAlike(
        id=other.id,
        title=other.title,
        status=other.status,
        known=true_or_none(other.known),
        same_feature=true_or_none(bug.feature_id is not None and bug.feature_id == other.feature_id),
        same_device=true_or_none(bool({*bug.devices} & {*other.devices})),
    )
