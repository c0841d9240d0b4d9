"""The bug that test IO pushes when somebody clicks Export (vendor page: Custom Bug Export Connections).

Its field names differ from those of the REST API: `steps_to_reproduce`, `reporter`, `device`.
"""

from typing import Any, Literal

from pydantic import AliasPath, Field

from tools.kit.model import Many, Model
from tools.kit.text import Key, Untrusted

KIND = "bug.exported"


class ExportedDevice(Model):
    device_type: Key | None = None
    os: Key | None = None
    os_version: Key | None = None
    browser: Key | None = None


class ExportedFile(Model):
    """A file of the bug; its address is used by nobody here and never shown."""

    type: Key | None = None


class ExportedBug(Model):
    """The bug inside the event."""

    id: int
    title: Untrusted = ""
    description: Untrusted | None = None
    steps: Many[Untrusted] = Field(default_factory=list, validation_alias="steps_to_reproduce")
    expected_result: Untrusted | None = None
    actual_result: Untrusted | None = None
    severity: Key | None = None
    priority: Key | None = None
    status: Key | None = None
    attachments: Many[ExportedFile] = Field(default_factory=list)
    device: ExportedDevice | None = None
    reporter: Untrusted | None = Field(None, validation_alias=AliasPath("reporter", "name"))
    test_id: int | None = Field(None, validation_alias="test_cycle_id")
    product_id: int | None = None
    link: Untrusted | None = None


class BugExported(Model):
    """The whole event."""

    event: Literal["bug.exported"]
    exported_at: Key
    bug: ExportedBug


def item(event: Any) -> str:
    """What the event is about."""
    return str(event.bug.id)


def key(event: Any) -> str:
    """A delivery of the same bug with the same export time is the same event sent again."""
    return f"{event.bug.id}@{event.exported_at}"
