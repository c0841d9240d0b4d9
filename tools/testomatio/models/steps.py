"""Steps and snippets that tests share (API reference: Steps and snippets)."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from tools.kit.text import Key, Untrusted
from tools.testomatio.models.documents import Record
from tools.testomatio.models.labels import CarriedLabels, several


class Step(Record):
    """A shared step, or a snippet of several."""

    id: int
    title: Untrusted | None = None
    description: Untrusted | None = None
    kind: Key | None = None
    usage_count: int | None = Field(default=None, description="Tests that use it.")
    keywords: Annotated[list[Untrusted], BeforeValidator(several)] = Field(default_factory=list)
    labels: CarriedLabels = Field(default_factory=list)
