"""Cursors that no list gave: each is refused in a sentence, or goes on in its own list."""

import base64
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.app import build
from tests.desk import Desk, desk, settings, text
from tests.fuzz.generating import inside_of, token, working_calls
from tests.fuzz.soak import IS_SOAK, examples
from tools.kit.errors import Refused
from tools.kit.page import decode_cursor, decode_number, digest, encode_cursor
from tools.kit.wait import decode_handle

pytestmark = pytest.mark.anyio

LISTS = [t.name for t in build(settings())._tool_manager.list_tools() if "cursor" in t.parameters["properties"]]
FILTERS = digest(status="new")
OTHERS = "This cursor belongs to another list or to other filters. Repeat the call that gave it, or leave it out."
EVERY = 1 if IS_SOAK else 10
"""Which of the forged cursors of a list are tried: each, or each tenth, another one of the next list."""
MALFORMED = "This cursor is malformed. Leave it out to start at the top."

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
TOKENS = (
    st.text()
    | st.binary().map(lambda raw: base64.urlsafe_b64encode(raw).decode())
    | JSON.map(token)
    | st.lists(JSON, max_size=5).map(lambda inside: token([FILTERS, *inside]))
)


@given(TOKENS)
@examples(100, 3_000)
def test_any_text_is_a_cursor_of_whole_numbers_or_refused(cursor: str) -> None:
    for decode in (decode_cursor, decode_number):
        with suppress(Refused):
            position = decode(cursor, FILTERS)
            numbers = position if isinstance(position, list) else [position]
            assert numbers
            assert all(type(number) is int for number in numbers)


@given(st.lists(st.integers(-(2**128), 2**128), min_size=1, max_size=5), st.text())
@examples(50, 2_000)
def test_every_cursor_of_ours_is_read_again_and_only_with_its_filters(position: list[int], filters: str) -> None:
    cursor = encode_cursor(position, FILTERS)
    assert decode_cursor(cursor, FILTERS) == position
    if filters != FILTERS:
        with pytest.raises(Refused, match="another list"):
            decode_cursor(cursor, filters)


@given(TOKENS)
@examples(100, 3_000)
def test_any_text_is_a_handle_with_its_fields_or_refused(handle: str) -> None:
    try:
        found = decode_handle(handle, run=int, wait=float)
    except Refused:
        return
    assert isinstance(found["run"], int)
    assert isinstance(found["wait"], float)


CURSORS: dict[str, tuple[dict[str, Any], str]] = {}
"""For each list that has a second page the arguments of a call, and the cursor that it gave."""


async def first_cursors(d: Desk) -> dict[str, tuple[dict[str, Any], str]]:
    working = {} if CURSORS else working_calls()
    for name in LISTS if working else ():
        for arguments in working.get(name, [{}]):
            result = await d.call(name, **arguments | {"limit": 1})
            if cursor := (result.structured_content or {}).get("next_cursor"):
                CURSORS[name] = (arguments | {"limit": 1}, cursor)
                break
    return CURSORS


def forged(cursor: str) -> Iterator[str]:
    """Cursors with the right filters and another position, and pieces of the cursor itself."""
    filters, *position = inside_of(cursor)
    for place in range(len(position)):
        for number in (-1, 10**30, -(10**30), 2**63, 10**3_000):
            yield token([filters, *position[:place], number, *position[place + 1 :]])
    for other in (position[:-1], [*position, 1], [0] * 8, [True], [1.5], ["1"], [None], [[1]]):
        yield token([filters, *other])
    yield from (cursor[:-3], cursor[1:], cursor[::-1], f"{cursor}=", f"{cursor}x", f" {cursor}", cursor.swapcase())


async def test_a_forged_cursor_is_refused_or_gives_rows_of_its_list() -> None:
    async with desk() as d:
        cursors = await first_cursors(d)
        assert len(cursors) > 50
        for number, (name, (arguments, cursor)) in enumerate(cursors.items()):
            for place, other in enumerate(forged(cursor)):
                if place % EVERY != number % EVERY:
                    continue
                result = await d.call(name, **arguments | {"cursor": other})
                where = f"{name} {other[:200]!r}: {text(result)[:300]}"
                assert not result.is_error or "cursor is malformed" in text(result) or OTHERS in text(result), where
                assert all(entry.status < 500 for entry in d.sandboxes.journal.entries()[-3:]), where


async def test_a_cursor_of_another_list_is_refused() -> None:
    async with desk() as d:
        cursors = await first_cursors(d)
        for name, (arguments, own) in cursors.items():
            assert all(type(number) is int for number in inside_of(own)[1:]), "it says nothing but numbers"
            for other, (_, cursor) in cursors.items():
                if other == name or len(inside_of(cursor)) != len(inside_of(own)) or len(arguments) > 1:
                    continue
                refused = await d.refusal(name, **arguments, cursor=cursor)
                assert refused.startswith(OTHERS), f"{name} with a cursor of {other}"
