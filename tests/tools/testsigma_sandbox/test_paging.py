"""Pages: by cursor, by its other name, by number and by address, and what a caller meets at the end."""

import base64
import json
from typing import Any

import httpx
import pytest

from tests.tools.testsigma_sandbox.workspace import HRB, error, folder_id, get_json, label_id, set_switches

pytestmark = pytest.mark.anyio

CASES = f"{HRB}/test_cases"


async def page(http: httpx.AsyncClient, **params: str | int) -> tuple[list[str], dict[str, Any]]:
    body = await get_json(http, CASES, **params)
    return [case["human_id"] for case in body["data"]["test_cases"]], body["page_info"]


def numbers(first: int, last: int) -> list[str]:
    return [f"HRB-{number}" for number in range(first, last + 1)]


def place(cursor: str) -> dict[str, str]:
    (found,) = json.loads(base64.b64decode(cursor))
    return dict(found)


async def test_a_page_has_twenty_rows_and_says_how_many_there_are(http: httpx.AsyncClient) -> None:
    rows, info = await page(http)
    assert rows == numbers(1, 20)
    assert (info["page_size"], info["total_count"], info["prev"]) == (20, 60, "")


@pytest.mark.parametrize("parameter", ["cursor", "next"])
async def test_a_cursor_turns_the_pages_to_the_end_and_back(http: httpx.AsyncClient, parameter: str) -> None:
    seen, info = await page(http, page_size=25)
    while info["next"]:
        rows, info = await page(http, page_size=25, **{parameter: info["next"]})
        seen += rows
    assert seen == numbers(1, 60)
    assert info["next"] == ""
    rows, info = await page(http, page_size=25, **{parameter: info["prev"]})
    assert rows == numbers(26, 50)
    rows, info = await page(http, page_size=25, **{parameter: info["prev"]})
    assert (rows, info["prev"]) == (numbers(1, 25), "")


async def test_a_cursor_is_base64_of_a_place_in_the_table(http: httpx.AsyncClient) -> None:
    _, info = await page(http, page="2")
    onward, back = place(info["next"]), place(info["prev"])
    assert (onward["field"], onward["direction"]) == ("test_cases.tsid", "ASC")
    assert (back["field"], back["direction"]) == ("test_cases.tsid", "DESC")
    assert len(onward["value"]) == 26
    assert back["value"] < onward["value"]


async def test_a_page_can_be_asked_for_by_its_number(http: httpx.AsyncClient) -> None:
    rows, info = await page(http, page=3, page_size=25)
    assert (rows, info["next"]) == (numbers(51, 60), "")
    assert (await page(http, page=9))[0] == []


async def test_a_cursor_holds_while_rows_are_deleted(http: httpx.AsyncClient) -> None:
    _, info = await page(http, page_size=2)
    assert (await http.delete(f"{CASES}/HRB-2")).status_code == 200
    assert (await page(http, page_size=2, cursor=info["next"]))[0] == ["HRB-3", "HRB-4"]


async def test_a_cursor_that_does_not_read_is_400(http: httpx.AsyncClient) -> None:
    for cursor in ("page2", "bm90aGluZw==", base64.b64encode(b"[]").decode()):
        assert await error(await http.get(CASES, params={"cursor": cursor}), 400) == "Invalid cursor"


async def test_a_page_has_200_rows_at_most_and_a_strange_size_counts_for_nothing(http: httpx.AsyncClient) -> None:
    assert (await page(http, page_size=1000))[1]["page_size"] == 200
    for size in ("0", "-5", "many", ""):
        assert (await page(http, page_size=size))[1]["page_size"] == 20


async def test_unknown_parameters_are_ignored(http: httpx.AsyncClient) -> None:
    rows, info = await page(http, q="coupon", filter="status", size=5, status="Ready", limit=1)
    assert (len(rows), info["total_count"]) == (20, 60)


async def test_a_page_can_end_in_null(http: httpx.AsyncClient) -> None:
    await set_switches(http, null_at_end=True)
    _, info = await page(http, page_size=60)
    assert info == {"page_size": 60, "total_count": 60, "next": None, "prev": None}


async def test_a_server_can_ignore_the_cursor_and_send_the_same_page_again(http: httpx.AsyncClient) -> None:
    await set_switches(http, ignore_cursor=True)
    rows, info = await page(http)
    for parameter in ("cursor", "next"):
        assert await page(http, **{parameter: info["next"]}) == (rows, info)


async def test_a_server_can_know_the_cursor_by_its_other_name_only(http: httpx.AsyncClient) -> None:
    await set_switches(http, only_next=True)
    rows, info = await page(http)
    assert (await page(http, cursor=info["next"]))[0] == rows
    assert (await page(http, next=info["next"]))[0] == numbers(21, 40)


async def test_next_can_be_an_address_on_another_host(http: httpx.AsyncClient) -> None:
    await set_switches(http, next_as_url=True)
    rows, info = await page(http, page_size=2, title__CONTAINS="pay", cursor="")
    url = httpx.URL(info["next"])
    assert (url.scheme, url.host) == ("https", "test-management.example.test")
    assert url.path == f"/api/v1{CASES}"
    assert dict(url.params) == {"page_size": "2", "title__CONTAINS": "pay", "page": "2"}
    more, info = await page(http, **dict(url.params))
    assert not set(rows) & set(more)
    assert dict(httpx.URL(info["prev"]).params)["page"] == "1"
    assert dict(httpx.URL(info["next"]).params)["page"] == "3"


async def test_lists_can_begin_with_what_was_made_last(http: httpx.AsyncClient) -> None:
    await set_switches(http, newest_first=True)
    rows, info = await page(http)
    assert rows == numbers(41, 60)[::-1]
    rows, info = await page(http, cursor=info["next"])
    assert rows == numbers(21, 40)[::-1]
    assert (await page(http, cursor=info["prev"]))[0] == numbers(41, 60)[::-1]


async def test_every_list_is_in_the_order_of_making(http: httpx.AsyncClient) -> None:
    for path, name, time in (
        ("/projects", "projects", "created_at"),
        (f"{HRB}/folders", "folders", "created_at"),
        (f"{HRB}/test_cases", "test_cases", "created_at"),
        (f"{HRB}/step_groups", "step_groups", "created_at"),
        (f"{HRB}/test_runs", "test_runs", "created_at"),
        (f"{HRB}/test_plans", "test_plans", "created_at"),
        ("/labels", "labels", "createdAt"),
    ):
        whole = await get_json(http, path, name, page_size=200)
        assert len(whole) > 1
        times = [row[time] for row in whole]
        assert times == sorted(times)
        # Page by page the same rows come in the same order.
        seen, following = [], ""
        while True:
            body = await get_json(http, path, page_size=3, cursor=following)
            seen += body["data"][name]
            following = body["page_info"]["next"]
            if not following:
                break
        assert seen == whole


# Filters


async def test_a_folder_finds_the_test_cases_directly_in_it(http: httpx.AsyncClient) -> None:
    rows, info = await page(http, folder_id=folder_id("payment"))
    assert rows == ["HRB-14", "HRB-15", "HRB-16", "HRB-48", "HRB-56", "HRB-57"]
    assert info["total_count"] == 6
    assert (await page(http, folder_id=folder_id("ideas")))[0] == []
    assert (await page(http, folder_id=label_id("smoke")))[0] == []
    assert await error(await http.get(CASES, params={"folder_id": "Payment"}), 400) == "Invalid ID format: "


async def test_a_folder_can_find_what_is_below_it_as_well(http: httpx.AsyncClient) -> None:
    await set_switches(http, folder_with_subfolders=True)
    assert (await page(http, folder_id=folder_id("payment")))[1]["total_count"] == 14
    assert (await page(http, folder_id=folder_id("app")))[0][-1] == "HRB-44"


async def test_search_finds_a_part_of_a_title_or_of_a_human_id(http: httpx.AsyncClient) -> None:
    assert (await page(http, search="EXPIRED code"))[0] == ["HRB-7"]
    assert (await page(http, search="HRB-6"))[0] == ["HRB-6", "HRB-60"]
    assert (await page(http, search="nothing like it"))[0] == []


async def test_titles_are_filtered_by_what_they_contain_unless_that_is_switched_off(http: httpx.AsyncClient) -> None:
    rows, _ = await page(http, title__CONTAINS="apple pay")
    assert rows == ["HRB-12", "HRB-60"]
    assert (await page(http, title__CONTAINS="apple pay", folder_id=folder_id("cart")))[0] == []
    await set_switches(http, ignore_contains=True)
    assert (await page(http, title__CONTAINS="apple pay"))[1]["total_count"] == 60
