"""A new test run takes test cases that are really those it was given, and no others."""

from typing import Any

import httpx
import pytest

from tests.desk import ERAS, desk
from tests.tools.testsigma.line import SHOP, SUMMED, case, listing, sent, wired
from tools.kit.errors import NotFound, Refused
from tools.kit.toolset import no_progress
from tools.testsigma.tools.run_changes import (
    create_test_run,
    selected_ids,
    uuids_of,
)

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)

CREATE = "testsigma_create_test_run"


async def test_a_run_of_named_cases_takes_their_uuids() -> None:
    async with desk() as d:
        made = await d.answer(
            CREATE, project="HRB", title="Two", case_ids=["HRB-7", "hrb-9", "HRB-7"], labels=["HOTFIX"]
        )
        body = sent(d, "POST")
        assert body["selection_type"] == "STATIC"
        (selection,) = body["static_selection_filters"]
        assert (selection["field"], selection["operator"], len(selection["values"])) == ("id", "IN", 2)
        assert all(len(value) == 36 for value in selection["values"])
        assert body["label_names"] == ["hotfix"], "names, unlike the label_ids of cases and plans"
        assert "dynamic_selection_excluded_test_case_ids" not in body
        assert made["now"]["results"] == [{"status": "queued", "said": "UnTested", "count": 2}]


async def test_many_named_cases_are_resolved_by_one_list() -> None:
    async with desk() as d:
        await d.answer(CREATE, project="HRB", title="Many", case_ids=[f"HRB-{number}" for number in range(1, 41)])
        assert len(sent(d, "POST")["static_selection_filters"][0]["values"]) == 40
        assert len(d.arrived("GET", platform="testsigma")) < 8
        told = await d.refusal(CREATE, project="HRB", title="Too many", case_ids=[f"HRB-{n}" for n in range(50, 63)])
        assert "Project HRB has no test case HRB-61, HRB-62." in told
        assert len(d.writes("testsigma")) == 1


@pytest.mark.parametrize(
    ("filters", "count"),
    [({"folder": "Payment"}, 14), ({"folder": "Cards", "priority": "Critical"}, 3), ({"label": "coupons"}, 8)],
    ids=str,
)
async def test_filters_become_a_fixed_selection_since_the_platforms_own_do_not_filter(
    filters: dict[str, str], count: int
) -> None:
    async with desk() as d:
        made = await d.answer(CREATE, project="HRB", title="Filtered", **filters)
        body = sent(d, "POST")
        assert (body["selection_type"], body["dynamic_selection_filters"]) == ("STATIC", [])
        assert len(body["static_selection_filters"][0]["values"]) == count
        assert made["now"]["test_cases"] == count


async def test_a_run_of_all_cases_sends_an_empty_dynamic_selection() -> None:
    async with desk() as d:
        made = await d.answer(CREATE, project="HRB", title="All", all_cases=True, plan_id="HRB-P-2", start="2026-04-04")
        body = sent(d, "POST")
        assert (body["selection_type"], body["static_selection_filters"], body["dynamic_selection_filters"]) == (
            "DYNAMIC",
            [],
            [],
        )
        assert body["start_date"] == 1_775_260_800_000
        assert (made["now"]["test_cases"], made["now"]["plan"]) == (60, "HRB-P-2")


@pytest.mark.parametrize(
    ("selection", "sentence"),
    [
        ({"all_cases": True, "folder": "Cart"}, "accepts filters of such a run and ignores them"),
        ({"all_cases": True, "case_ids": ["HRB-1"]}, "accepts filters of such a run and ignores them"),
        ({"case_ids": ["HRB-1"], "folder": "Cart"}, "case_ids, or filters; not both"),
        ({}, "Say which test cases"),
        ({"folder": "Cart", "priority": "Critical", "label": "ios"}, "No test case matches"),
        ({"folder": "Cart", "labels": ["unheard of"]}, "'unheard of' is no label"),
        ({"folder": "Cart", "start": "2026-04-05", "end": "2026-04-04"}, "The end is before the start"),
        ({"folder": "Cart", "end": "soon"}, "is not a time"),
        ({"folder": "Cart", "assignee": "Nobody"}, "is no user"),
        ({"folder": "Cart", "plan_id": "HRB-P-9"}, "No test plan HRB-P-9"),
    ],
    ids=str,
)
async def test_a_run_that_would_hold_something_else_is_refused(selection: dict[str, Any], sentence: str) -> None:
    async with desk() as d:
        assert sentence in await d.refusal(CREATE, project="HRB", title="Wrong", **selection)
        assert d.writes("testsigma") == []


async def test_a_selection_that_could_not_be_looked_through_is_refused() -> None:
    async with desk() as d:
        cart = (await d.answer("testsigma_get_folder", project="HRB", folder="Cart"))["id"]
        rows = [{"id": "x", "human_id": "HRB-1", "folder_id": cart}]
        body = {"data": {"test_cases": rows}, "page_info": {"total_count": 60, "next": "again"}}
        await d.fault(platform="testsigma", method="GET", path="/projects/*/test_cases", times=9, status=200, body=body)
        told = await d.refusal(CREATE, project="HRB", title="Short", folder="Cart")
        assert "Not all test cases could be read (the server ignored the cursor" in told
        assert d.writes("testsigma") == []


@pytest.mark.parametrize(
    ("chosen", "count", "done"),
    [
        ({"case_ids": ["SHP-1", "SHP-2"]}, 1, "Created with 1 of 2 test cases."),
        ({"case_ids": ["SHP-1", "SHP-2"]}, 2, "Created."),
        ({"case_ids": ["SHP-1", "SHP-2"]}, None, "Created."),
        ({"all_cases": True}, 60, "Created."),
    ],
)
async def test_a_new_run_that_took_fewer_test_cases_says_so(chosen: Any, count: int | None, done: str) -> None:
    ones = {f"SHP-{number}": {"data": {"test_case": case(number)}} for number in (1, 2)}
    _, api = wired(test_runs={"data": {"test_run": SUMMED | {"test_cases_count": count}}}, **ones)
    assert (await create_test_run(api, no_progress, "SHP", "T", **chosen)).done == done


@pytest.mark.parametrize(("count", "requests"), [(8, 8), (9, 1)])
async def test_a_few_test_cases_are_read_one_by_one_and_more_by_one_list(count: int, requests: int) -> None:
    ones = {f"SHP-{number}": {"data": {"test_case": case(number)}} for number in range(1, 9)}
    wire, api = wired(test_cases=listing("test_cases", *(case(number) for number in range(1, 10))), **ones)
    ids = [f"SHP-{number}" for number in range(1, count + 1)]
    found = await uuids_of(api, SHOP, [*ids, "shp-1"], no_progress)
    assert found == [f"uuid-{number}" for number in range(1, count + 1)]
    assert sum("/test_cases" in request.url.path for request in wire.arrived) == requests


async def test_test_cases_that_a_project_lacks_are_named_up_to_twenty() -> None:
    _, api = wired(test_cases=listing("test_cases", case(1), {"id": "bare"}))
    with pytest.raises(NotFound) as error:
        await uuids_of(api, SHOP, [f"SHP-{number}" for number in range(1, 23)], no_progress)
    named = ", ".join(f"SHP-{number}" for number in range(2, 22))
    assert str(error.value) == (
        f"Project SHP has no test case {named}. testsigma_list_test_cases shows ids. Nothing was sent."
    )
    assert error.value.status == 404


async def test_filters_choose_from_all_pages_and_say_how_far_they_are() -> None:
    def cases(request: httpx.Request) -> dict[str, Any]:
        assert request.url.params["folder_id"] == "f"
        second = request.url.params.get("cursor") == "two"
        rows = (case(3), case(4, folder_id="other")) if second else (case(1), case(2))
        return listing("test_cases", *rows, next=None if second else "two", total_count=4)

    seen: list[float] = []

    async def progress(done: float, total: float | None = None, message: str | None = None) -> None:
        seen.append(done)

    _, api = wired(test_cases=cases)
    assert await selected_ids(api, SHOP, None, {"folder": "Cart"}, progress) == ["uuid-1", "uuid-2", "uuid-3"]
    assert seen
    seen.clear()
    await create_test_run(api, progress, "SHP", "T", folder="Cart")
    assert seen


async def test_a_folder_is_not_looked_for_in_a_list_that_was_cut() -> None:
    cut = listing("folders", {"id": "f", "name": "Cart"}, total_count=2)
    cases = listing("test_cases", case(1, priority_id="high"))
    _, api = wired(folders=cut, test_cases=cases, priorities=listing("priorities", {"id": "high", "name": "High"}))
    with pytest.raises(Refused, match=r"^Not all folders could be read \(2 were announced and 1 came\)"):
        await selected_ids(api, SHOP, None, {"folder": "Cart"}, no_progress)
    assert await selected_ids(api, SHOP, None, {"priority": "High"}, no_progress) == ["uuid-1"]
