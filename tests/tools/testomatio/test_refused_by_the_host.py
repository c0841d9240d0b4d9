"""What the host refuses for a while or for good: an old login, too many requests, a month's quota."""

import pytest

from tests.desk import desk

pytestmark = pytest.mark.anyio

REPORT = {"title": "Pipeline 812"}


async def test_a_login_that_ran_out_is_renewed_behind_a_call() -> None:
    async with desk() as d:
        await d.switch("testomatio", jwt_seconds=60)
        await d.answer("testomatio_list_users")
        await d.answer("testomatio_list_users")
        await d.control("clock", advance="5m")
        await d.answer("testomatio_list_users")
        sent = d.arrived(platform="testomatio")
    assert sent.count("POST /api/login") == 2
    assert sent.count("GET /api/harbour-shop-6f98f/users") == 4, "one of them was refused"


async def test_a_read_is_repeated_where_the_host_asks_for_fewer(pauses: list[float]) -> None:
    async with desk() as d:
        await d.switch("testomatio", too_many_every=3)
        tree = await d.answer("testomatio_get_suite_tree")
        assert tree["coverage"]["complete"]
    assert pauses


async def test_a_used_up_quota_of_reports_is_said_and_nothing_is_repeated() -> None:
    async with desk() as d:
        await d.switch("testomatio", reports_used_up=True)
        told = await d.refusal("testomatio_create_reported_run", **REPORT)
        assert "quota" in told
        assert d.writes("testomatio") == ["POST /api/reporter"]
