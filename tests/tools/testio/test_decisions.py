"""Decisions about bugs: what is told of the bug before and after."""

import pytest

from tests.desk import desk

pytestmark = pytest.mark.anyio

ACCEPT = "/bugs/88101/accept"


async def test_an_answer_that_leaves_fields_out_is_completed_by_reading_the_bug_again() -> None:
    async with desk() as d:
        sparse = {"bug": {"id": 88101, "status": "accepted"}}
        await d.fault(method="PUT", path=ACCEPT, status=200, body=sparse, applied=True)
        done = await d.answer("testio_accept_bug", bug_id=88101)
        assert d.arrived()[-2:] == [f"PUT {ACCEPT}", "GET /bugs/88101"]
    assert done["now"]["status"] == "accepted"
    assert done["before"]["status"] == "forwarded"
    assert set(done["before"]) == {"id", "title", "status"}, "what the answer left out has not changed"


async def test_a_whole_answer_is_not_read_again() -> None:
    async with desk() as d:
        done = await d.answer("testio_accept_bug", bug_id=88101)
        assert d.arrived()[-1] == f"PUT {ACCEPT}"
    assert done["now"]["status"] == "accepted"
