"""What only family B has: parameters and examples of tests, templates, comments, members."""

import json
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AliasChoices, BeforeValidator, Field

from tools.kit.text import Key, Untrusted
from tools.testomatio.models.documents import Record
from tools.testomatio.models.labels import several
from tools.testomatio.models.values import Addresses, Person, Words


def _cells(value: Any) -> list[str]:
    """The cells of an example: a list, or an object by parameter."""
    values = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else []
    return ["" if one is None else one if isinstance(one, str) else json.dumps(one) for one in values]


class Example(Record):
    """A row of values for the parameters of a test, in their order."""

    id: int
    cells: Annotated[list[Untrusted], BeforeValidator(_cells)] = Field(
        default_factory=list, validation_alias=AliasChoices("data", "cells")
    )


class WebTest(Record):
    """A test as the web app shows it; only the fields that family A lacks."""

    __test__ = False

    id: Key
    title: Untrusted | None = None
    params: Annotated[list[Untrusted], BeforeValidator(several)] = Field(default_factory=list)
    run_at: Key | None = None
    created_at: Key | None = None
    updated_at: Key | None = None
    comments_count: int | None = None
    attachments: Addresses = Field(default_factory=list)


def _examples(value: Any) -> list[Any]:
    """The examples among the included records."""
    rows = value if isinstance(value, list) else []
    return [one for one in rows if isinstance(one, Mapping) and str(one.get("type", "")).startswith("example")]


class ParametrisedTest(Record):
    """The document of one test of family B, with its examples."""

    data: WebTest
    included: Annotated[list[Example], BeforeValidator(_examples)] = Field(default_factory=list)


class Template(Record):
    """A template of descriptions."""

    id: Key
    title: Untrusted | None = None
    kind: Key | None = None
    body: Untrusted | None = None
    is_default: bool | None = None
    framework: Key | None = None
    lang: Key | None = None
    tags: Annotated[list[Untrusted], BeforeValidator(several)] = Field(default_factory=list)
    document: Words = Field(default=None, description="Its text, filled in for a test.")


class Comment(Record):
    """A comment on a test, a suite, a run or a result."""

    id: Key
    body: Untrusted | None = Field(default=None, validation_alias=AliasChoices("body", "text", "comment"))
    created_by: Person = None
    created_at: Key | None = None


class User(Record):
    """A member of a project."""

    id: Key
    name: Untrusted | None = None
    email: Untrusted | None = None
    timezone: Key | None = None
