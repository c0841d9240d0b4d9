"""Answers that are small on the wire and large once they are read: refused before they fill the memory."""

import json
from typing import Any

import pytest

from tests.faults.memory import MEGABYTE, peak
from tests.faults.soak import SOAK
from tests.tools.kit.wire import Thing, Wire, says
from tools.kit.client import MAX_BODY
from tools.kit.errors import OutcomeUnknown, UnexpectedShape
from tools.kit.model import Many, Model
from tools.kit.parsing import MOST_VALUES, TooManyValues, load_json

pytestmark = pytest.mark.anyio

MOST = 160 * MEGABYTE
"""More memory than this is not taken for one answer: the body, a copy, and its rows."""


class Shelf(Model):
    things: Many[Thing]


def filled(row: bytes, most: int = MAX_BODY - 100) -> bytes:
    """A list with as many rows as the limit of a body lets through."""
    return b'{"things": [' + b",".join([row] * (most // (len(row) + 1))) + b"]}"


SHAPES: dict[str, bytes] = {
    "eight million empty lists": b"[]",
    "eight million objects": b"{}",
    "twelve million numbers": b"1",
    "a million rows": b'{"id": 1000000, "a": ""}',
    "rows that cannot be read": b'{"id": {}}',
    "nested rows": b'{"id": {"a": {"a": [[[]]]}}}',
}


@pytest.mark.parametrize("row", [SHAPES[name] for name in (SHAPES if SOAK else ["rows that cannot be read"])])
async def test_an_answer_of_more_values_than_fit_is_not_parsed(row: bytes) -> None:
    body = filled(row)
    with peak() as used, pytest.raises(UnexpectedShape, match=r"more than 500,000 values.*Ask for less"):
        await Wire(says(content=body)).client().get("/things", into=Shelf)
    assert used.bytes < MOST


async def test_a_write_with_such_an_answer_was_accepted() -> None:
    with pytest.raises(UnexpectedShape, match="The change itself was accepted"):
        await Wire(says(content=filled(b"[]", 3 * MOST_VALUES))).client().write("PUT", "/things", into=Shelf)


async def test_an_error_with_such_a_body_is_the_error_of_its_status() -> None:
    with pytest.raises(OutcomeUnknown, match="answered 500"):
        await Wire(says(500, content=filled(b"[]", 3 * MOST_VALUES))).client().write("PUT", "/things", into=Shelf)


@pytest.mark.skipif(not SOAK, reason="takes seconds; a part of make soak")
async def test_as_many_rows_as_a_page_may_have_are_read_within_bounds() -> None:
    count = MOST_VALUES // 3
    row = b'{"id": 7, "name": "mug"}'
    body = filled(row, count * (len(row) + 1))
    with peak() as used:
        shelf = await Wire(says(content=body)).client().get("/things", into=Shelf)
    assert len(shelf.things) == count
    assert used.bytes < 2 * MOST


def test_commas_of_a_long_text_are_no_values() -> None:
    """Only a text of half a million commas is taken for a list of as many values."""
    document: Any = {"text": "one, two, " * 200_000}
    assert load_json(json.dumps(document).encode()) == document
    with pytest.raises(TooManyValues):
        load_json(json.dumps({"text": ", " * (MOST_VALUES + 1)}).encode())
