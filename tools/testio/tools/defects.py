"""test IO's bugs as defects, for trackers: read from the API, and from the events of its export."""

import re
from dataclasses import replace
from typing import Final

from tools.kit.defect import LEVELS, Content, Defect, DefectFile, DefectSource, Level, bug_marker, facts_of
from tools.kit.defect_files import file_name_of, load_file
from tools.kit.errors import Refused
from tools.kit.text import quote
from tools.kit.webhook import Event, Inbox
from tools.testio.client.testio import TestIO
from tools.testio.models.bugs import Attachment, Bug
from tools.testio.models.exports import BugExported, ExportedFile
from tools.testio.tools.bugs import known_bug
from tools.testio.tools.inbox import read_export
from tools.testio.tools.lookup import PLATFORM

TITLE: Final = "test IO"
_PAGE: Final = re.compile(r"https://(?:[a-z0-9-]+\.)*test\.io(?:[/?#][\w/?#.~:=&%+,;@!$*-]*)?", re.ASCII)
"""An address on a host of the vendor's, of characters that need no escaping."""


def bug_number(item: str) -> int:
    """The number of a bug.

    Raises:
        Refused: when it is none.
    """
    number = item.strip()
    if not (number.isascii() and number.isdecimal() and 0 < len(number) < 19 and int(number)):
        raise Refused(
            f"{quote(item)} is no bug of test IO. Give its number, such as 88101; testio_list_bugs shows them."
        )
    return int(number)


def level_of(severity: str | None) -> Level:
    """The level of a severity; kinds such as `visual`, which stand in the same field, are `normal`."""
    return next((level for level in LEVELS if level == (severity or "").strip().casefold()), "normal")


def link_to(bug_id: int, link: str | None = None) -> str:
    """The page of a bug: the given one if it is on a host of test IO, else one that is inferred.

    The API does not give it. The address of the form `https://app.test.io/bugs/ID` follows from the vendor's examples
    of its bug export and is not documented.
    """
    return link if link and _PAGE.fullmatch(link) else f"https://app.test.io/bugs/{bug_id}"


async def read(api: TestIO, item: str, inbox: Inbox | None) -> Defect:
    """A bug as it is now, with the link, description and priority that only its export has."""
    bug = await known_bug(api, bug_number(item))
    export = await _export_of(inbox, bug.id)
    defect = _defect_of(bug, link_of(api, bug))
    if export is None:
        return defect
    return replace(
        defect,
        link=link_to(bug.id, export.bug.link) if _has_page(export) else defect.link,
        description=export.bug.description or "",
        facts=(*defect.facts, *facts_of(("Priority", export.bug.priority))),
    )


async def _export_of(inbox: Inbox | None, bug_id: int) -> BugExported | None:
    """The newest event of a bug; None where there is none, or where the operator closed the inbox."""
    if inbox is None:
        return None
    try:
        event = await inbox.newest(str(bug_id))
    except Refused:
        return None
    return read_export(event) if event is not None else None


def _has_page(export: BugExported) -> bool:
    return _PAGE.fullmatch(export.bug.link or "") is not None


def link_of(api: TestIO, bug: Bug) -> str:
    """The page of a bug: at the account's own address where the operator set it, else at the inferred one."""
    web = api.account.settings.get("TESTIO_WEB_URL", "").rstrip("/")
    return bug.link if web and bug.link and bug.link.startswith(f"{web}/") else link_to(bug.id, bug.link)


def _defect_of(bug: Bug, link: str) -> Defect:
    report = bug.report.data if bug.report is not None else []
    section, feature = bug.section, bug.feature
    return Defect(
        platform=PLATFORM,
        title_of_platform=TITLE,
        item=str(bug.id),
        kind="bug",
        marker=bug_marker(PLATFORM, bug.id),
        title=bug.title,
        level=level_of(bug.severity),
        severity=bug.severity or "",
        link=link,
        steps=tuple(bug.steps),
        expected=bug.expected_result or "",
        actual=bug.actual_result or "",
        facts=(
            *_devices(bug.devices),
            *facts_of(
                ("Location", bug.location),
                ("Product", bug.product and bug.product.name),
                ("Section", section and section.name),
                ("Feature", feature and feature.title),
                ("Test", bug.test and f"{bug.test.id or ''} {bug.test.title or ''}".strip()),
                ("Reported by", bug.author),
                ("Reported at", bug.reported_at),
                ("Language", bug.language),
                *((field.name or "Report", field.value) for field in report),
            ),
        ),
        files=tuple(map(_file, bug.attachments, range(1, len(bug.attachments) + 1))),
        product=str(bug.product.id) if bug.product is not None else "",
        where=(bug.product.name or "") if bug.product is not None else "",
        exported_at=bug.exported_at or "",
        external=bug.external_idx or "",
    )


def _devices(devices: list[str]) -> tuple[tuple[str, str], ...]:
    return facts_of(*((f"Device {n}" if n > 1 else "Device", device) for n, device in enumerate(devices, 1)))


def _file(attachment: Attachment, number: int) -> DefectFile:
    name = attachment.original_filename or file_name_of(attachment.url) or f"attachment {number}"
    return DefectFile(name, attachment.content_type or "")


def arrived(event: Event) -> Defect | None:
    """The bug of an event, as it was when it was exported; whether test IO has marked it since is not known."""
    export = read_export(event)
    if export is None:
        return None
    bug = export.bug
    return Defect(
        platform=PLATFORM,
        title_of_platform=TITLE,
        item=str(bug.id),
        kind="bug",
        marker=bug_marker(PLATFORM, bug.id),
        title=bug.title,
        level=level_of(bug.severity),
        severity=bug.severity or "",
        link=link_to(bug.id, bug.link),
        description=bug.description or "",
        steps=tuple(bug.steps),
        expected=bug.expected_result or "",
        actual=bug.actual_result or "",
        facts=facts_of(
            ("Device", bug.device),
            ("Product", bug.product_id),
            ("Test", bug.test_id),
            ("Reported by", bug.reporter),
            ("Priority", bug.priority),
        ),
        files=tuple(map(_exported_file, bug.attachments, range(1, len(bug.attachments) + 1))),
        product=str(bug.product_id) if bug.product_id is not None else "",
    )


def _exported_file(file: ExportedFile, number: int) -> DefectFile:
    return DefectFile(file.name or f"attachment {number}", file.type or "")


async def content(api: TestIO, defect: Defect, number: int) -> Content:
    """Load an attachment; the bug is read again, since the address of a file expires.

    Raises:
        Refused: for a file that is not there any more, from a host that is not allowed, or over the limit.
    """
    bug = await known_bug(api, bug_number(defect.item))
    address = bug.attachments[number].url if 0 <= number < len(bug.attachments) else None
    return await load_file(api.pictures, defect, number, address)


async def mark_exported(api: TestIO, defect: Defect, key: str) -> None:
    """Mark a bug as exported, once.

    The documented call has no body, so the tracker's key is not sent: no documented call sets the id that test IO shows
    for a bug in a tracker.
    """
    bug = await known_bug(api, bug_number(defect.item))
    if bug.exported_at is None:
        await api.mark_bug_exported(bug.id)


defects = DefectSource(
    says="a bug's id, such as 88101",
    read=read,
    arrived=arrived,
    content=content,
    mark_exported=mark_exported,
)
