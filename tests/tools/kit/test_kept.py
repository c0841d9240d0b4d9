"""Responses are kept for the next pages of a list, and for nothing else."""

import time
from collections.abc import Iterator

import httpx
import pytest

from tests.tools.kit.wire import Thing, Wire
from tools.kit.client import ApiClient
from tools.kit.kept import Kept, Key, ListCall, NotKept, listing

pytestmark = pytest.mark.anyio

FIRST = ListCall(18_000, continues=False)
NEXT = ListCall(18_000, continues=True)
ONLY_KEPT = ListCall(18_000, continues=True, only_kept=True)


def key(page: int) -> Key:
    return "GET", "/things", (("page", page),)


def numbered() -> ApiClient:
    """A platform whose every answer is another thing."""
    ids: Iterator[int] = iter(range(1, 100))
    return Wire(lambda request: httpx.Response(200, json={"id": next(ids)})).client()


async def read(api: ApiClient, call: ListCall | None, page: int = 1) -> int | None:
    with listing(call):
        return (await api.get("/things", query=[("page", page)], into=Thing)).id


async def test_only_a_call_that_continues_a_list_uses_what_was_read_for_it() -> None:
    api = numbered()
    assert await read(api, FIRST) == 1
    assert await read(api, NEXT) == 1
    assert await read(api, ONLY_KEPT) == 1
    assert await read(api, NEXT, page=2) == 2
    assert await read(api, FIRST) == 3, "a list that is read from its start is read anew"
    assert await read(api, None) == 4, "a call that reads no list is answered by the platform"
    assert await read(api, NEXT) == 3, "what such a call read is not kept"


async def test_a_list_that_is_read_anew_is_not_continued_with_what_was_read_before() -> None:
    api = numbered()
    await read(api, FIRST)
    assert await read(api, NEXT, page=2) == 2
    assert await read(api, ListCall(18_000, continues=False)) == 3
    assert await read(api, NEXT, page=2) == 4


async def test_what_is_not_kept_is_not_requested_where_nothing_may_be() -> None:
    api = numbered()
    with pytest.raises(NotKept):
        await read(api, ONLY_KEPT)
    assert await read(api, FIRST) == 1


async def test_a_write_drops_everything_that_was_read_before_or_during_it() -> None:
    api = numbered()
    await read(api, FIRST)
    await api.write("POST", "/things", into=Thing)
    assert await read(api, NEXT) == 3

    kept = Kept()
    with listing(NEXT):
        age = kept.age
        kept.clear()
        kept.put(key(1), b"older than the write", age=age)
        assert kept.get(key(1)) is None


def test_the_oldest_is_dropped_where_there_is_no_room_or_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    kept = Kept(most_bytes=10, seconds=60)
    with listing(NEXT):
        for page in (1, 2, 3):
            kept.put(key(page), b"1234", age=0)
        assert [kept.get(key(page)) for page in (1, 2, 3)] == [None, b"1234", b"1234"]
        kept.put(key(4), b"12345678901", age=0)
        assert kept.get(key(4)) is None
        now = 160.0
        assert kept.get(key(3)) is None
