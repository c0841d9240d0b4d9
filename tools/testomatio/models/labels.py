"""Labels with their custom fields, as a project defines them and as things carry them; and tags."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AliasChoices, BeforeValidator, Field

from tools.kit.text import Key, Untrusted
from tools.kit.words import as_words
from tools.testomatio.models.documents import Record


def several(value: Any) -> list[str]:
    """A list of texts; some routes send one text, or several joined with commas."""
    pieces = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else []
    return [words for piece in pieces if (words := as_words(piece).strip())]


def _carried(value: Any) -> list[Any]:
    """Labels of a thing: objects in family A, texts such as `Severity:critical` in family B."""
    rows = value if isinstance(value, list) else [value] if value else []
    return [one if isinstance(one, Mapping) else {"title": as_words(one)} for one in rows if one is not None]


class Carried(Record):
    """A label that a thing carries, with its value where the label has a field."""

    id: Key | None = Field(default=None, validation_alias=AliasChoices("id", "slug"))
    title: Untrusted | None = None
    value: Annotated[Untrusted | None, BeforeValidator(lambda v: None if v is None else as_words(v))] = None

    def __str__(self) -> str:
        name = self.title or self.id or "?"
        return name if self.value is None else f"{name}: {self.value}"


CarriedLabels = Annotated[list[Carried], BeforeValidator(_carried)]


def _field(value: Any) -> Any:
    return value if isinstance(value, Mapping) else None


class LabelField(Record):
    """The values that a label takes."""

    type: Key | None = None
    short: bool | None = None
    value: Untrusted | None = Field(default=None, description="For a list: its options, one per line.")

    @property
    def options(self) -> list[str]:
        return [line.strip() for line in (self.value or "").splitlines() if line.strip()]


class Label(Record):
    """A label of a project; its id is its slug."""

    id: Key = Field(validation_alias=AliasChoices("id", "slug"))
    title: Untrusted | None = None
    color: Key | None = None
    position: int | None = None
    visibility: Annotated[list[Key], BeforeValidator(several)] = Field(default_factory=list)
    scope: Annotated[list[Key], BeforeValidator(several)] = Field(default_factory=list)
    field: Annotated[LabelField | None, BeforeValidator(_field)] = None

    @property
    def name(self) -> str:
        return self.title or self.id


class Tag(Record):
    """A tag and how many tests carry it."""

    title: Untrusted | None = Field(default=None, validation_alias=AliasChoices("title", "id", "name"))
    count: int | None = None
