"""Tests, and the rows of a bulk write (API reference: Tests)."""

import re
from typing import Annotated, Any

from pydantic import AliasChoices, BeforeValidator, Field

from tools.kit.text import Key, Untrusted, clean
from tools.kit.words import as_words
from tools.testomatio.models.documents import Record
from tools.testomatio.models.labels import CarriedLabels, several
from tools.testomatio.models.values import Person

TAG = re.compile(r"(?:^|(?<=\s))@[^\s@]+")
"""A tag in a title."""


def plain_title(title: str) -> str:
    """A title for comparison: without tags, invisible characters, and differences of case and space."""
    return " ".join(TAG.sub(" ", clean(title)).casefold().split())


def tags_in(title: str) -> list[str]:
    """The tags in a title, without @."""
    return [found[0][1:] for found in TAG.finditer(title)]


class Test(Record):
    """A test; its title contains its tags too."""

    __test__ = False

    id: Key
    title: Untrusted | None = Field(default=None, validation_alias=AliasChoices("title", "public_title", "publicTitle"))
    suite_id: Key | None = None
    state: Key | None = None
    priority: Key | None = None
    tags: Annotated[list[Untrusted], BeforeValidator(several)] = Field(
        default_factory=list, validation_alias=AliasChoices("self_tags", "selfTags", "self-tags", "tags")
    )
    labels: CarriedLabels = Field(default_factory=list)
    assigned_to: Person = None
    emoji: Untrusted | None = None
    position: int | None = None
    is_shared: bool | None = None
    description: Untrusted | None = None
    code: Untrusted | None = None


def _words(value: Any) -> Any:
    return None if value is None else as_words(value)


class BulkRow(Record):
    """The outcome of one test of a bulk write."""

    id: Key | None = None
    title: Untrusted | None = None
    status: Key | None = None
    error: Annotated[Untrusted | None, BeforeValidator(_words)] = None
