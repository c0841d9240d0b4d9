"""Bugs, their evidence and the reasons to reject them (API reference: Bugs)."""

from typing import Annotated, Any

from pydantic import AliasChoices, AliasPath, BeforeValidator, Field, field_validator, model_validator

from tools.kit.model import Many, Model
from tools.kit.rows import Brief
from tools.kit.text import Key, Untrusted
from tools.kit.words import as_words
from tools.testio.models.environments import TestEnvironment
from tools.testio.models.products import ProductName, Section, Title

DECIDED = frozenset({"accepted", "rejected"})


def _steps(value: Any) -> Any:
    """One text in the documents, a list in production, null for custom reports; numbered ones by their numbers."""
    if isinstance(value, str):
        return [line for line in value.splitlines() if line.strip()]
    return list(value.values()) if isinstance(value, dict) else value


def _device(value: Any) -> Any:
    """A device report as one line: 'Google Pixel 4, Android 10, Chrome'."""
    if not isinstance(value, dict):
        return value

    def name(part: str) -> str:
        thing = value.get(part)
        return str(thing.get("name") or "") if isinstance(thing, dict) else ""

    browsers = [str(b.get("name")) for b in value.get("browsers") or [] if isinstance(b, dict) and b.get("name")]
    pieces = (
        f"{name('vendor')} {name('device')}".strip(),
        f"{name('operating_system')} {name('operating_system_version')}".strip(),
        "/".join(browsers),
    )
    return ", ".join(filter(None, pieces)) or name("category") or "unknown device"


def _date_or_flag(value: Any) -> Any:
    """`fixed` has only been seen as null; a date means true, and a word is parsed as a boolean."""
    if isinstance(value, str):
        return True if value[:4].isdigit() and len(value) > 4 else value or None
    return value


Steps = Annotated[Many[Untrusted], BeforeValidator(_steps)]
Device = Annotated[Untrusted, BeforeValidator(_device)]
Fixed = Annotated[bool | None, BeforeValidator(_date_or_flag)]


class Comment(Model):
    author: Untrusted | None = Field(None, validation_alias=AliasPath("author", "name"))
    body: Untrusted | None = None
    created_at: Key | None = None


class Attachment(Model):
    """A file of a bug; its address is signed, so answers leave it out."""

    id: int | None = None
    content_type: Key | None = None
    original_filename: Untrusted | None = None
    url: str | None = Field(None, exclude=True, repr=False)
    thumbnail_urls: Any = Field(None, exclude=True, repr=False)

    @property
    def thumbnail(self) -> str | None:
        """The address of the largest thumbnail."""
        named = self.thumbnail_urls if isinstance(self.thumbnail_urls, dict) else {}
        found = (named.get(size) for size in ("x250", "200x200", "150x150", "50x50", "50x36"))
        return next((address for address in found if isinstance(address, str) and address), None)


class Reproduction(Model):
    device: Device | None = None
    positive: bool | None = None
    author: Untrusted | None = Field(None, validation_alias=AliasPath("author", "name"))


class ReportField(Model):
    """One answer in a custom report."""

    name: Untrusted | None = None
    value: Untrusted | None = None

    @field_validator("value", mode="before")
    @classmethod
    def _as_text(cls, value: Any) -> Any:
        return None if value is None else as_words(value)


class Report(Model):
    """A custom report; such a bug has neither steps nor devices."""

    title: Untrusted | None = None
    data: Many[ReportField] = Field(default_factory=list, validation_alias=AliasPath("content", "data"))


class Titled(Model):
    id: int | None = None
    title: Untrusted | None = None


class Bug(Model):
    """A bug a tester reported.

    `severity` holds a level (low, high, critical) or a kind (visual, content, custom, suggestion, spelling,
    test_case). Answers to actions may carry little more than the id, so nearly everything may be missing.
    """

    id: int
    title: Title = ""
    severity: Key | None = None
    status: Key | None = None
    known: bool | None = None
    fixed: Fixed = None
    auto_accepted: bool | None = None
    exported_at: Key | None = None
    external_idx: Untrusted | None = Field(None, description="Its id in the bug tracker it was exported to.")
    reported_at: Key | None = None
    author: Untrusted | None = Field(None, validation_alias=AliasPath("author", "name"))
    language: Key | None = None
    location: Untrusted | None = None
    steps: Steps = Field(default_factory=list)
    expected_result: Untrusted | None = None
    actual_result: Untrusted | None = None
    report: Report | None = None
    devices: Many[Device] = Field(default_factory=list)
    reproductions: Many[Reproduction] = Field(default_factory=list)
    comments: Many[Comment] = Field(default_factory=list)
    attachments: Many[Attachment] = Field(default_factory=list)
    feature: Titled | None = None
    test: Titled | None = None
    product: ProductName | None = None
    section: Section | None = None
    test_environment: TestEnvironment | None = None
    link: Key | None = None

    @property
    def is_decided(self) -> bool:
        return self.status in DECIDED


class BugScan(Model):
    """The fields of a bug that filters read, so that reading thousands stays cheap."""

    id: int
    title: Untrusted | None = None
    severity: Key | None = None
    status: Key | None = None
    known: bool | None = None
    fixed: Fixed = None
    exported_at: Key | None = None
    external_idx: Untrusted | None = None
    reported_at: Key | None = None
    author: Untrusted | None = Field(None, validation_alias=AliasPath("author", "name"))
    location: Untrusted | None = None
    expected_result: Untrusted | None = None
    actual_result: Untrusted | None = None
    steps: Steps = Field(default_factory=list)
    test_id: int | None = Field(None, validation_alias=AliasPath("test", "id"))
    test_title: Untrusted | None = Field(None, validation_alias=AliasPath("test", "title"))
    # Older answers name the feature as app_section only.
    feature_id: int | None = Field(
        None, validation_alias=AliasChoices(AliasPath("feature", "id"), AliasPath("app_section", "id"))
    )
    feature_title: Untrusted | None = Field(
        None, validation_alias=AliasChoices(AliasPath("feature", "title"), AliasPath("app_section", "title"))
    )
    section_id: int | None = Field(None, validation_alias=AliasPath("section", "id"))
    section_name: Untrusted | None = Field(None, validation_alias=AliasPath("section", "name"))
    devices: Many[Device] = Field(default_factory=list)
    auto_accepted: bool | None = None
    product_id: int | None = Field(None, validation_alias=AliasPath("product", "id"))
    last_comment_at: Key | None = Field(None, validation_alias=AliasPath("comments", -1, "created_at"))
    file_id: int | None = Field(None, validation_alias=AliasPath("attachments", 0, "id"))
    """The id of its first file."""


class BugRow(Model):
    """A bug as a list shows it: false is left out, times are to the minute in UTC."""

    id: int
    title: Annotated[Untrusted | None, Brief()] = None
    severity: Key | None = None
    status: Key | None = None
    known: bool | None = None
    fixed: bool | None = None
    author: Untrusted | None = None
    test_id: int | None = None
    test_title: Annotated[Untrusted | None, Brief()] = None
    feature: Annotated[Untrusted | None, Brief()] = None
    section: Annotated[Untrusted | None, Brief()] = None
    devices: Annotated[list[Untrusted], Brief(120)] = Field(default_factory=list)
    location: Annotated[Untrusted | None, Brief(120)] = None
    reported_at: Key | None = None
    exported_at: Key | None = None
    external_idx: Untrusted | None = None


class Meta(Model):
    """The metadata of a list; `page` and `per_page` were added in 2026."""

    record_count: int | None = None
    page: int | None = None
    per_page: int | None = None


class BugsPage(Model):
    meta: Meta = Field(default_factory=Meta)
    bugs: Many[BugScan]


class BugsFound(Model):
    """Answers of the search by external id: a list today, one bug in 2022."""

    bugs: Many[Bug]

    @model_validator(mode="before")
    @classmethod
    def _one_or_several(cls, data: Any) -> Any:
        if isinstance(data, dict) and "bug" in data:
            found = [data["bug"]] if data["bug"] else []
            return {"bugs": [*(data.get("bugs") or []), *found]}
        return data


class RejectReason(Model):
    """A reason to reject a bug; `key` is what is sent."""

    key: Key
    name: Key | None = None
    default_comment: Key | None = None


class RejectReasons(Model):
    reject_reasons: Many[RejectReason]
