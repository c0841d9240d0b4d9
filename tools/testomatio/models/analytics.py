"""Analytics: tests that fit a report, aggregates, and saved charts (API reference: Analytics)."""

import json
from typing import Any

from pydantic import AliasChoices, Field, field_validator, model_validator

from tools.kit.model import Many, Model
from tools.kit.text import Key, Untrusted
from tools.kit.words import as_words
from tools.testomatio.models.documents import Meta, Record, flattened
from tools.testomatio.models.values import label_words

Cell = Untrusted | int | float | bool | None

DEPRECATED = frozenset({"flaky_rate", "flakyRate"})
HEAVY = frozenset({"description", "code", "clean_title", "cleanTitle", "public_title", "publicTitle", "type"})
"""Fields of a test that repeat its title, or are too long for a row."""


def cells(value: Any, before: str = "") -> dict[str, Any]:
    """An object as one flat row: nested values get dotted names, lists become text."""
    row: dict[str, Any] = {}
    for name, inside in value.items():
        if isinstance(inside, dict):
            row |= cells(inside, f"{before}{name}.")
        elif isinstance(inside, list):
            named = all(
                isinstance(one, str | int | float) or (isinstance(one, dict) and one.get("title")) for one in inside
            )
            words = [as_words(one) if isinstance(one, int | float) else one for one in inside]
            row[f"{before}{name}"] = ", ".join(label_words(words)) if named else json.dumps(inside, ensure_ascii=False)
        else:
            row[f"{before}{name}"] = inside
    return row


class Row(Model):
    """A row whose keys are not all documented, flattened to one level."""

    cells: dict[Key, Cell]

    @model_validator(mode="before")
    @classmethod
    def _flat(cls, value: Any) -> Any:
        row = flattened(value)
        if not isinstance(row, dict):
            raise ValueError("a row is an object")
        left_out = DEPRECATED | HEAVY
        return {"cells": cells({name: one for name, one in row.items() if name not in left_out})}


class Rows(Model):
    """Rows of a report: a list, a page of one, or one object of totals under the same name."""

    data: Many[Row]
    meta: Meta = Field(default_factory=Meta)

    @model_validator(mode="before")
    @classmethod
    def _any(cls, value: Any) -> Any:
        if isinstance(value, list):
            return {"data": value}
        if not isinstance(value, dict) or "data" not in value:
            return value
        meta, data = value.get("meta"), value["data"]
        rows = [data] if isinstance(data, dict) and data else data or []
        return {"data": rows, "meta": meta if isinstance(meta, dict) else {}}


class ChartQuery(Record):
    """One query of a chart."""

    number: int | None = None
    query: Untrusted | None = None
    title: Untrusted | None = None
    label: Untrusted | None = None


class Chart(Record):
    """A saved chart, or a saved query without a chart."""

    id: Key
    title: Untrusted | None = None
    context: Key | None = None
    chart: Key | None = None
    queries: Many[ChartQuery] = Field(default_factory=list)
    url: Untrusted | None = Field(default=None, validation_alias=AliasChoices("url"))

    @field_validator("queries", mode="before")
    @classmethod
    def _numbered(cls, value: Any) -> Any:
        """Queries with their numbers, which count from zero."""
        if not isinstance(value, list):
            return []
        return [{"number": number, **one} for number, one in enumerate(value) if isinstance(one, dict)]
