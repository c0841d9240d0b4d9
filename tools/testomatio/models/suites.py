"""Suites and folders, nested in family A and by levels in family B (API reference: Suites)."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AliasChoices, BeforeValidator, Field

from tools.kit.text import Key, Untrusted
from tools.testomatio.models.documents import Record
from tools.testomatio.models.labels import CarriedLabels, several
from tools.testomatio.models.values import Person

FOLDER = "folder"


def _nested(value: Any) -> Any:
    """The suites below one; bare ids are skipped."""
    return [one for one in value or [] if isinstance(one, Mapping)] if isinstance(value, list) else []


class Suite(Record):
    """A suite; a folder holds suites, a file holds tests."""

    id: Key
    title: Untrusted | None = Field(default=None, validation_alias=AliasChoices("title", "public_title", "publicTitle"))
    file_type: Key | None = None
    test_count: int | None = None
    parent_id: Key | None = None
    description: Untrusted | None = None
    emoji: Untrusted | None = None
    assigned_to: Person = None
    tags: Annotated[list[Untrusted], BeforeValidator(several)] = Field(default_factory=list)
    labels: CarriedLabels = Field(default_factory=list)
    is_shared: bool | None = None
    children: Annotated[list["Suite"], BeforeValidator(_nested)] = Field(default_factory=list, exclude=True)

    @property
    def is_folder(self) -> bool:
        return self.file_type == FOLDER or bool(self.children)


class WebSuite(Suite):
    """A suite as the web app shows it, with its position among its siblings."""

    position: int | None = None
    fullpath: Untrusted | None = None
    test_ids: Annotated[list[Key], BeforeValidator(several)] = Field(
        default_factory=list, validation_alias=AliasChoices("tests", "test_ids")
    )
    child_ids: Annotated[list[Key], BeforeValidator(several)] = Field(
        default_factory=list, validation_alias=AliasChoices("children", "child_ids")
    )
    comments_count: int | None = None
    created_at: Key | None = None
    updated_at: Key | None = None


def _suites(value: Any) -> list[Any]:
    """The suites among the included records."""
    rows = value if isinstance(value, list) else []
    return [one for one in rows if isinstance(one, Mapping) and str(one.get("type", "")).startswith("suite")]


class WholeWebSuite(Record):
    """The document of one suite of family B: the suite, and those directly below it where they are included."""

    data: WebSuite
    included: Annotated[list[WebSuite], BeforeValidator(_suites)] = Field(default_factory=list)
