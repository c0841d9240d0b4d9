"""The inbox: bugs that test IO pushes here when somebody exports them in its web app."""

from typing import Annotated

from pydantic import Field, ValidationError

from tools.kit.errors import NotFound
from tools.kit.missing import Missing, note_missing
from tools.kit.model import Answer, answer_from
from tools.kit.page import Coverage, Cursor, Limit, Page, decode_number, digest, encode_cursor
from tools.kit.parsing import validate_leniently
from tools.kit.text import Key, Untrusted, passage, quote, word_if
from tools.kit.toolset import Toolset
from tools.kit.webhook import Event, Inbox, Webhook
from tools.testio.client.testio import TestIO
from tools.testio.models.exports import KIND, BugExported, ExportedBug, item, key

tool = Toolset(TestIO)

EXPORT = Webhook(KIND, BugExported, item, key)
"""The event of the vendor's custom bug export."""


class ArrivedRow(Answer):
    """A bug in the inbox, as a list shows it."""

    bug_id: int
    title: Untrusted | None = None
    severity: Key | None = None
    status: Key | None = Field(None, description="At the time of the export; testio_get_bug has the current one.")
    test_id: int | None = None
    exported_at: Key | None = None
    received_at: Key
    handled_at: Key | None = None


def read_export(event: Event) -> BugExported | None:
    """Read an event as far as possible; None, and counted as missing, where nothing of it can be read."""
    try:
        export, missing = validate_leniently(event.document, BugExported)
    except (ValidationError, RecursionError):
        note_missing(Missing(rows=1))
        return None
    if missing:
        note_missing(missing)
    return export


def row_of(event: Event, export: BugExported) -> ArrivedRow:
    bug: ExportedBug = export.bug
    return answer_from(
        ArrivedRow,
        bug,
        bug_id=bug.id,
        exported_at=export.exported_at,
        received_at=event.received_at.isoformat(timespec="seconds"),
        handled_at=event.handled_at.isoformat(timespec="seconds") if event.handled_at else None,
    )


@tool.reads(full_text_in="get_bug")
async def list_inbox(
    api: TestIO,
    inbox: Inbox,
    handled: Annotated[bool | None, Field(description="null: all. Default: those that wait.")] = False,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[ArrivedRow]:
    """List the bugs that test IO exported to Testdesk, newest arrival first."""
    filters = digest(handled=handled)
    before = decode_number(cursor, filters) or None
    events = await inbox.events(handled=handled, limit=limit + 1, before=before)
    counts = await inbox.counts()
    total = {None: counts.waiting + counts.handled, True: counts.handled, False: counts.waiting}[handled]
    read = [(event, export) for event in events[:limit] if (export := read_export(event)) is not None]
    note = None
    if counts.refused:
        refused = ", ".join(f"{times} ({reason})" for reason, times in sorted(counts.refused.items()))
        note = f"Refused deliveries: {refused}."
    page = Page[ArrivedRow](
        items=[row_of(event, export) for event, export in read],
        coverage=Coverage(total=total, loaded=total, matched=total, complete=True),
        next_cursor=None,
        note=note,
    )
    page.continue_at([encode_cursor([event.number], filters) for event, _ in read], more=len(events) > limit)
    if len(events) > limit:  # also after events that could not be read
        page.next_cursor = encode_cursor([events[limit - 1].number], filters)
    return page


class Handled(Answer):
    """The bugs that were marked in the inbox."""

    handled: bool
    bug_ids: list[int]
    not_there: list[int] = Field(default_factory=list, description="Not in the inbox.")
    waiting: int = Field(description="How many wait now.")


@tool.writes(idempotent=True, verify_with="list_inbox")
async def mark_inbox_handled(
    api: TestIO,
    inbox: Inbox,
    bug_ids: Annotated[
        list[Annotated[int, Field(gt=0)]],
        Field(min_length=1, max_length=200, description="From testio_list_inbox."),
    ],
    handled: Annotated[bool, Field(description="false: they wait again.")] = True,
) -> Handled:
    """Mark bugs in the inbox as handled, or as waiting again; test IO does not change."""
    found = {int(item) for item in await inbox.mark([str(number) for number in bug_ids], handled=handled)}
    counts = await inbox.counts()
    return Handled(
        handled=handled,
        bug_ids=[number for number in bug_ids if number in found],
        not_there=[number for number in bug_ids if number not in found],
        waiting=counts.waiting,
    )


async def arrived_ids(api: TestIO, variable: str, typed: str, before: dict[str, str], inbox: Inbox) -> list[str]:
    """Ids of bugs in the inbox, for completion."""
    events = await inbox.events(handled=None, limit=100, before=None)
    return [event.item for event in events if event.item.startswith(typed)]


@tool.resource("inbox")
async def inbox_page(api: TestIO, inbox: Inbox) -> str:
    """The bugs that wait in the inbox, as a page of Markdown."""
    counts = await inbox.counts()
    lines = ["# Inbox", "", f"{counts.waiting} wait, {counts.handled} are handled.", ""]
    for event in await inbox.events(handled=False, limit=100, before=None):
        export = read_export(event)
        if export is None:
            continue
        bug = export.bug
        severity = word_if(bug.severity) or "no severity"
        lines.append(f"- {bug.id} {quote(bug.title)} ({severity}), {event.received_at:%Y-%m-%d %H:%M} UTC")
    return "\n".join(lines)


@tool.resource("inbox/{bug_id}", complete=arrived_ids)
async def arrived_bug_page(api: TestIO, bug_id: int, inbox: Inbox) -> str:
    """A bug as it arrived, as a page of Markdown."""
    event = await inbox.newest(str(bug_id))
    if event is None:
        raise NotFound(f"Bug {bug_id} is not in the inbox. testio_list_inbox shows what is.", status=404)
    export = read_export(event)
    if export is None:
        raise NotFound(
            f"The event of bug {bug_id} cannot be read. testio_get_bug reads the bug from test IO.", status=404
        )
    bug = export.bug
    facts = (
        ("Severity", word_if(bug.severity)),
        ("Priority", word_if(bug.priority)),
        ("Status when exported", word_if(bug.status)),
        ("Exported", word_if(export.exported_at)),
        ("Received", f"{event.received_at:%Y-%m-%d %H:%M:%S} UTC"),
        ("Handled", event.handled_at and f"{event.handled_at:%Y-%m-%d %H:%M} UTC"),
        ("Device", bug.device and quote(bug.device)),
        ("Test", word_if(bug.test_id)),
        ("Product", word_if(bug.product_id)),
        ("Reported by", bug.reporter and quote(bug.reporter)),
        ("Link", bug.link and quote(bug.link)),
    )
    lines = [f"# Arrived bug {bug.id}: {quote(bug.title, at_most=300)}", ""]
    lines += [f"- {name}: {value}" for name, value in facts if value]
    if bug.steps:
        lines += ["", "## Steps", "", *[f"{n}. {quote(step, at_most=1000)}" for n, step in enumerate(bug.steps, 1)]]
    for heading, words in (
        ("Description", bug.description),
        ("Expected", bug.expected_result),
        ("Actual", bug.actual_result),
    ):
        if words and words.strip():
            lines += ["", f"## {heading}", "", passage(words)]
    return "\n".join(lines)
