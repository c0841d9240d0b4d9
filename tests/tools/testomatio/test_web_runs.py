"""What a login tells of runs and results: groups with everything below, archives, values by name, a test's past."""

import pytest

from tests.desk import desk
from tests.tools.testomatio.holding import LOGIN, V2, WEB, holding
from tools.kit.errors import NotFound, Refused
from tools.kit.toolset import no_progress
from tools.testomatio.tools.web_runs import (
    get_result_details,
    get_run_details,
    list_archived_runs,
    list_group_runs,
    list_result_details,
)

pytestmark = pytest.mark.anyio

HOTFIX, GROUP = "9a01f1x0", "9a090000"


async def test_a_group_lists_the_runs_of_its_subgroups_unless_told_otherwise() -> None:
    async with holding(LOGIN) as api:
        below = await list_group_runs(api, no_progress, group_id=GROUP)
        own = await list_group_runs(api, no_progress, group_id=GROUP, nested=False)
        every = await list_group_runs(api, no_progress, limit=500)
    assert {"9a01f1x0", "9a01cb01"} <= {run.id for run in below.items}
    assert len(own.items) < len(below.items) < len(every.items)
    assert all(run.duration_s is not None for run in below.items)


async def test_archived_runs_have_a_list_of_their_own_and_still_answer() -> None:
    async with holding(LOGIN) as api:
        archived = await list_archived_runs(api, no_progress)
        (run,) = archived.items
        whole = await get_run_details(api, run.id)
    assert run.archived
    assert whole.is_archived
    assert whole.duration == run.duration_s


async def test_a_run_tells_its_custom_statuses_and_who_made_it_whatever_their_shape() -> None:
    async with holding(LOGIN) as api:
        run = await get_run_details(api, HOTFIX)
        with pytest.raises(NotFound, match="testomatio_list_runs shows ids"):
            await get_run_details(api, "00000000")
    assert run.substatuses_counts == {"Known issue": 3}
    assert (run.created_by, run.executed_by) == ("mara.lindt@shop.example.test", "Mara Lindt")


async def test_the_past_of_a_test_is_listed_across_runs_and_in_a_time() -> None:
    async with holding(LOGIN) as api:
        await api.projects_page(1)
        past = await list_result_details(api, no_progress, test_id="c0de0010", limit=500)
        some = await list_result_details(
            api, no_progress, test_id="c0de0010", since="2026-04-02", until="2026-04-02", status=["failed"]
        )
        with pytest.raises(Refused, match="run_id or test_id"):
            await list_result_details(api, no_progress)
    assert len({row.run_id for row in past.items}) > 10
    assert {row.test_id for row in past.items} == {"c0de0010"}
    assert {(row.finished_at or "")[:10] for row in some.items} == {"2026-04-02"}


async def test_a_large_run_is_read_on_by_cursors_of_fifty() -> None:
    async with holding(LOGIN) as api:
        ids: list[int] = []
        cursor: str | None = None
        while True:
            page = await list_result_details(api, no_progress, run_id=HOTFIX, limit=40, cursor=cursor)
            ids += [row.id for row in page.items]
            if (cursor := page.next_cursor) is None:
                break
        with pytest.raises(NotFound, match="testomatio_list_runs shows ids"):
            await list_result_details(api, no_progress, run_id="00000000")
    assert len(ids) == len(set(ids)) == 117


async def test_one_result_has_its_tests_priority_and_tags() -> None:
    async with holding(LOGIN) as api:
        result = await get_result_details(api, 9001995)
        with pytest.raises(NotFound, match="testomatio_list_results shows ids"):
            await get_result_details(api, 1)
    assert (result.priority, result.tags) == ("critical", ["coupons", "regression"])
    assert result.run_id == HOTFIX


async def test_values_of_a_parametrised_result_stand_by_their_names() -> None:
    async with desk() as d:
        world = d.sandboxes.sandboxes["testomatio"].world
        row = next(one for one in world.results if one.example and one.project == "harbour-shop-6f98f")
        answer = await d.answer("testomatio_get_result_details", result_id=row.id)
    assert answer["example"] == row.example


async def test_a_login_alone_reads_and_begins_anew_without_the_public_api() -> None:
    async with holding(LOGIN) as api:
        assert (await get_run_details(api, HOTFIX)).failed_count == 13
    async with desk() as d:
        await d.answer("testomatio_copy_run", run_id=HOTFIX)
        requests = d.arrived(platform="testomatio")
    assert f"POST {WEB}/runs/{HOTFIX}/relaunch_copy" in requests
    assert not [line for line in requests if V2 in line]
