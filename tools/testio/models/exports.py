"""The bug that test IO pushes when somebody clicks Export (vendor page: Custom Bug Export Connections).

Its field names differ from those of the REST API: `steps_to_reproduce`, `reporter`, `device`. Every event that names a
bug is accepted, since a refused event is lost.
"""

import hashlib
import json
from typing import Annotated, Any, Literal

from pydantic import AliasPath, BeforeValidator, Field, model_validator

from tools.kit.defect_files import file_name_of
from tools.kit.model import Many, Model
from tools.kit.text import Key, Untrusted
from tools.testio.models.bugs import Steps
from tools.testio.models.products import Title

KIND = "bug.exported"


def _integer(value: Any) -> Any:
    """A number as an id; true would be taken for 1.

    Raises:
        ValueError: for a boolean.
    """
    if isinstance(value, bool):
        raise ValueError("no id")
    return value


BugId = Annotated[int, BeforeValidator(_integer), Field(gt=0, lt=10**18)]
"""An id that can be read again: a positive integer of at most 18 digits."""


class ExportedDevice(Model):
    device_type: Key | None = None
    os: Key | None = None
    os_version: Key | None = None
    browser: Key | None = None

    @model_validator(mode="before")
    @classmethod
    def _in_one_text(cls, value: Any) -> Any:
        return {"device_type": value} if isinstance(value, str) else value

    def __str__(self) -> str:
        system = " ".join(filter(None, (self.os, self.os_version)))
        return ", ".join(filter(None, (self.device_type, system, self.browser)))


class ExportedFile(Model):
    """A file of the bug; of its address, which may be signed, only the name of the file is read."""

    type: Key | None = None
    name: Untrusted = ""

    @model_validator(mode="before")
    @classmethod
    def _named(cls, value: Any) -> Any:
        return {"type": value.get("type"), "name": file_name_of(value.get("url"))} if isinstance(value, dict) else value


class ExportedBug(Model):
    """The bug inside the event."""

    id: BugId
    title: Title = ""
    description: Untrusted | None = None
    steps: Steps = Field(default_factory=list, validation_alias="steps_to_reproduce")
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
    exported_at: Key | None = None
    bug: ExportedBug
    digest: str = Field("", exclude=True, repr=False)
    """The digest of the document, where it does not say when it was exported."""

    @model_validator(mode="before")
    @classmethod
    def _digested(cls, value: Any) -> Any:
        if isinstance(value, dict) and not isinstance(value.get("exported_at"), str | int | float):
            text = json.dumps({name: one for name, one in value.items() if name != "digest"}, sort_keys=True)
            return {**value, "digest": hashlib.sha256(text.encode()).hexdigest()}
        return value


def item(event: Any) -> str:
    """What the event is about."""
    return str(event.bug.id)


def key(event: Any) -> str:
    """What makes a delivery the same event sent again: the bug's export time, else all that was sent."""
    return f"{event.bug.id}@{event.exported_at or event.digest}"
