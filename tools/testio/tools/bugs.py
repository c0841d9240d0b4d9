"""Reads bugs: lists, one bug, its screenshots, the reasons to reject."""

from typing import Annotated, Literal

from pydantic import Field

from tools.kit.errors import NotFound, found
from tools.kit.gallery import (
    FetchedPicture,
    PictureRequest,
    fetch_pictures,
    fetch_thumbnails,
    how_to_scale,
)
from tools.kit.model import Answer
from tools.kit.page import Cursor, Selection
from tools.kit.picture import Album, in_bytes
from tools.kit.text import Key, Untrusted, passage, quote, word, word_if
from tools.kit.toolset import Progress, Toolset
from tools.kit.vocabulary import WordFilter
from tools.kit.when import Until, When, milliseconds, parse_timestamp, time_span
from tools.testio.client.bugs import BugFilters
from tools.testio.client.testio import TestIO
from tools.testio.models.bugs import Bug, BugRow, BugScan, RejectReasons
from tools.testio.tools.bug_counts import BugList, CountBy, Tally
from tools.testio.tools.bug_rows import (
    Columns,
    DeviceWords,
    Unnamed,
    alternatives,
    has_words,
    on_device,
    row_of,
    row_of_bug,
)
from tools.testio.tools.products import FEATURE, PRODUCT, SECTION
from tools.testio.tools.words import (
    BUG_STATUS_FIELDS,
    BUG_STATUS_MEANT,
    BUG_STATUSES,
    SEVERITIES,
    SEVERITY_FIELDS,
    SEVERITY_MEANT,
)

tool = Toolset(TestIO)

BugId = Annotated[int, Field(gt=0, description="From testio_list_bugs.")]
Ids = Annotated[list[Annotated[int, Field(gt=0)]] | None, Field(max_length=200)]
Export = Annotated[Literal["export_requested", "not_exported", "exported"], Field(description="To a tracker.")]


async def known_bug(api: TestIO, bug_id: int) -> Bug:
    """Read a bug, or say where ids come from."""
    return await found(api.bug(bug_id), f"bug {bug_id}", listed_by="testio_list_bugs")


@tool.reads(full_text_in="get_bug")
async def list_bugs(
    api: TestIO,
    progress: Progress,
    product_ids: Annotated[Ids, Field(description="Ids or names."), PRODUCT] = None,
    section_ids: Annotated[Ids, Field(description="Ids or names."), SECTION] = None,
    test_ids: Annotated[Ids, Field(description="From testio_list_exploratory_tests.")] = None,
    export_status: Export | None = None,
    status: Annotated[
        list[str] | None, Field(description="forwarded (open), question, accepted, rejected.", max_length=20)
    ] = None,
    severity: Annotated[
        list[str] | None,
        Field(description="low, high, critical, visual, content, custom, suggestion.", max_length=20),
    ] = None,
    known: Annotated[bool | None, Field(description="Whether it is marked as known.")] = None,
    author: Annotated[str | None, Field(description="Name of the tester who reported it.")] = None,
    since: When = None,
    until: Until = None,
    text: Annotated[str | None, Field(description="Words to find; a|b: either.")] = None,
    feature_ids: Annotated[Ids, Field(description="Ids; titles with product_ids."), FEATURE] = None,
    devices: DeviceWords = None,
    fields: Columns = None,
    count_by: CountBy = None,
    limit: Annotated[int | None, Field(ge=0, le=500, description="Default: 50, or 0 with count_by.")] = None,
    cursor: Cursor = None,
) -> BugList:
    """List bugs, newest first, or count them: open bugs, by device, by severity."""
    statuses = WordFilter("bug status", status, BUG_STATUSES, meant=BUG_STATUS_MEANT, fields=BUG_STATUS_FIELDS)
    severities = WordFilter("severity", severity, SEVERITIES, meant=SEVERITY_MEANT, fields=SEVERITY_FIELDS)
    authors = WordFilter("author", author, is_name=True)
    filters = BugFilters(product_ids or (), section_ids or (), test_ids or (), export_status)
    period = await time_span(api, since, until)
    if limit is None:
        limit = 50 if count_by is None or cursor is not None else 0
    selection: Selection[BugScan] = Selection(
        lambda bug: (-milliseconds(bug.reported_at), -bug.id),
        limit=limit,
        cursor=cursor,
        platform=filters.query(),
        local=[statuses.key, severities.key, known, authors.key, since, until, text, feature_ids, devices],
    )
    words, lines, tally = alternatives(text), alternatives("|".join(devices or ())), Tally(count_by)
    unnamed = Unnamed(feature=bool(feature_ids), device=bool(lines))

    def fits(bug: BugScan) -> bool:
        # Cheapest first: this runs for thousands of bugs.
        # All three filters see every row: the error for an unknown word lists the words that occur.
        if not all([statuses.fits(bug.status), severities.fits(bug.severity), authors.fits(bug.author)]):
            return False
        if known is not None and bool(bug.known) is not known:
            return False
        if (since or until) and not period.holds(parse_timestamp(bug.reported_at)):
            return False
        if words:
            parts = (bug.title, bug.actual_result, bug.expected_result, bug.location, bug.external_idx, *bug.steps)
            if not has_words(parts, words):
                return False
        unnamed.see(bug)
        return (not feature_ids or bug.feature_id in feature_ids) and (not lines or on_device(bug, lines))

    def on_row(bug: BugScan) -> None:
        if fits(bug):
            selection.offer(bug)
            tally.add(bug)

    walked = await api.walk_bugs(filters, on_row, progress=progress)
    statuses.check()
    severities.check()
    unknown_place = await _unknown_place(api, filters) if walked.loaded == 0 else None
    device_hint = None
    if devices and not selection.matched:
        device_hint = "devices are words of device lines; count_by device lists those lines."
    note = " ".join(filter(None, (period.note, unnamed.note, authors.unknown, unknown_place, device_hint))) or None
    page = selection.page(lambda bug: row_of(bug, fields or ()), walked.coverage(selection.matched), note)
    return BugList.widened(page, counts=tally.counts(), more_counts=tally.more)


async def _unknown_place(api: TestIO, filters: BugFilters) -> str | None:
    """Say which product or test of the filters does not exist, where a list has no bug."""
    known = {product.id for product in await api.products()} if filters.product_ids else set()
    if unknown := [one for one in filters.product_ids if one not in known]:
        return f"There is no product {unknown[0]}; testio_list_products shows ids."
    for test_id in filters.test_ids[:3]:
        try:
            await api.exploratory_test(test_id)
        except NotFound:
            return f"There is no test {test_id}; testio_list_exploratory_tests shows ids."
    return "testio_get_product shows which sections there are." if filters.section_ids else None


@tool.reads(long_text=True)
async def get_bug(api: TestIO, bug_id: BugId) -> Bug:
    """Read one bug in full: steps, results, devices, comments, attachments."""
    return await known_bug(api, bug_id)


class FoundBugs(Answer):
    """Bugs with an id in another tracker."""

    bugs: list[BugRow]


@tool.reads(full_text_in="get_bug")
async def find_bugs_by_external_id(
    api: TestIO, external_id: Annotated[str, Field(min_length=1, max_length=200, description="Such as SHOP-412.")]
) -> FoundBugs:
    """Find bugs by their id in another tracker, such as a Jira key."""
    return FoundBugs(bugs=[row_of_bug(bug) for bug in await api.find_bugs(external_id)])


@tool.reads()
async def list_reject_reasons(api: TestIO) -> RejectReasons:
    """List the reasons a bug can be rejected for, with the comment each has by default."""
    return RejectReasons(reject_reasons=await api.reject_reasons())


class Screenshot(Answer):
    """One attachment, and whether its picture is shown."""

    attachment_id: int | None = None
    file: Untrusted | None = None
    kind: Key | None = None
    size: str | None = None
    shown: bool
    why: str | None = Field(None, description="Why it is not shown, or only smaller.")


class Screenshots(Album):
    """Screenshots of a bug, in the order of the list."""

    bug_id: int
    link: Key | None = Field(None, description="The bug's page, which has all of them.")
    attachments: list[Screenshot]
    note: str | None = None


@tool.reads()
async def get_bug_screenshots(
    api: TestIO,
    bug_id: BugId,
    at_most: Annotated[int, Field(ge=1, le=10, description="Pictures to show.")] = 3,
    small: Annotated[bool, Field(description="Thumbnails only.")] = False,
) -> Screenshots:
    """Show a bug's screenshots as pictures; other attachments are only named."""
    bug = await known_bug(api, bug_id)
    wanted, others = bug.attachments[:at_most], bug.attachments[at_most:]
    if small:
        fetched = await fetch_thumbnails(api.pictures, [one.thumbnail for one in wanted])
    else:
        fetched = await fetch_pictures(api.pictures, [PictureRequest(one.url or "", one.thumbnail) for one in wanted])
    fetched += [FetchedPicture(why="pass a larger at_most") for _ in others]
    screenshots = [
        Screenshot(
            attachment_id=attachment.id,
            file=attachment.original_filename,
            kind=picture.mime or attachment.content_type,
            size=in_bytes(picture.size) if picture.size and (picture.why or picture.wants_pillow) else None,
            shown=picture.picture is not None,
            why=picture.why,
        )
        for attachment, picture in zip(bug.attachments, fetched, strict=True)
    ]
    pictures = [picture.picture for picture in fetched if picture.picture is not None]
    link = bug.link if any(picture.why for picture in fetched) else None
    note = how_to_scale(fetched)
    return Screenshots(bug_id=bug_id, link=link, attachments=screenshots, note=note, pictures=pictures)


async def bug_ids(api: TestIO, variable: str, typed: str, before: dict[str, str]) -> list[str]:
    """Ids of the newest bugs, for completion."""
    newest: Selection[BugScan] = Selection(
        lambda bug: (-milliseconds(bug.reported_at), -bug.id), limit=100, cursor=None
    )
    page = await api.bugs_page(BugFilters(), 1, 100)
    for bug in page.bugs:
        if str(bug.id).startswith(typed):
            newest.offer(bug)
    return [str(bug.id) for bug in newest.rows]


@tool.resource("bugs/{bug_id}", complete=bug_ids)
async def bug_page(api: TestIO, bug_id: int) -> str:
    """A bug as a page of Markdown."""
    bug = await known_bug(api, bug_id)
    facts = (
        ("Severity", word_if(bug.severity)),
        ("Status", word_if(bug.status)),
        ("Known", "yes" if bug.known else None),
        ("Fixed", "yes" if bug.fixed else None),
        ("Reported", bug.reported_at and f"{word(bug.reported_at)} by {quote(bug.author or 'unknown')}"),
        ("Test", bug.test and f"{bug.test.id} {quote(bug.test.title or '')}"),
        ("Product", bug.product and f"{bug.product.id} {quote(bug.product.name or '')}"),
        ("Location", bug.location and quote(bug.location)),
        ("Exported", word_if(bug.exported_at)),
        ("External id", bug.external_idx and quote(bug.external_idx)),
        ("Link", bug.link and quote(bug.link, at_most=300)),
    )
    lines = [f"# Bug {bug.id}: {quote(bug.title, at_most=300)}", ""]
    lines += [f"- {name}: {value}" for name, value in facts if value]
    if bug.steps:
        lines += ["", "## Steps", ""]
        lines += [f"{number}. {quote(step, at_most=1000)}" for number, step in enumerate(bug.steps, 1)]
    for heading, words in (("Expected", bug.expected_result), ("Actual", bug.actual_result)):
        if words and words.strip():
            lines += ["", f"## {heading}", "", passage(words)]
    if bug.report is not None:
        lines += ["", f"## Report {quote(bug.report.title or '')}", ""]
        lines += [f"- {quote(f.name or '?')}: {quote(f.value or '', at_most=1000)}" for f in bug.report.data]
    if bug.devices:
        lines += ["", "## Devices", "", *[f"- {quote(device)}" for device in bug.devices]]
    if bug.comments:
        lines += ["", "## Comments"]
        for comment in bug.comments:
            lines += ["", f"{quote(comment.author or 'unknown')}, {word(comment.created_at or 'undated')}:"]
            lines += ["", passage(comment.body or "")]
    if bug.attachments:
        lines += ["", "## Attachments", ""]
        lines += [f"- {quote(a.original_filename or a.content_type or 'file')}" for a in bug.attachments]
        lines += ["", f"testio_get_bug_screenshots shows the pictures of bug {bug.id}."]
    return "\n".join(lines)
