"""Texts by name are taken as pairs and as a map."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from tools.kit.pairs import FileTexts, NamedTexts

NAMED, FILES = TypeAdapter(NamedTexts), TypeAdapter(FileTexts)


@pytest.mark.parametrize(
    "value",
    [
        [{"name": "size", "value": "3"}, {"name": "tea", "value": "green"}],
        [{"name": "size", "value": 3}, {"name": "tea", "value": "green"}],
        {"size": 3, "tea": "green"},
    ],
)
def test_pairs_and_maps_are_the_same(value: Any) -> None:
    assert NAMED.validate_python(value) == {"size": "3", "tea": "green"}


@pytest.mark.parametrize(
    "row",
    ["tea", {"name": "tea"}, {"name": 3, "value": "x"}, {"name": "a", "value": "b", "more": "c"}, {"path": "a"}, None],
)
def test_a_row_of_another_form_is_refused_with_the_right_one(row: Any) -> None:
    form = r"each of its rows takes name and value, such as \{'name': '…', 'value': '…'\}"
    with pytest.raises(ValidationError, match=form):
        NAMED.validate_python([row])


def test_two_rows_of_one_name_are_refused() -> None:
    with pytest.raises(ValidationError, match="two of its rows have the same path"):
        FILES.validate_python([{"path": "a", "content": "1"}, {"path": "a", "content": "2"}])
    with pytest.raises(ValidationError):
        FILES.validate_python("a")


def test_the_schema_asks_for_pairs() -> None:
    text = {"type": "string"}
    assert FILES.json_schema() == {
        "type": "array",
        "items": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"path": text, "content": text},
            "required": ["path", "content"],
        },
    }
    assert FILES.validate_python([{"path": "a", "content": 1}]) == {"a": "1"}
