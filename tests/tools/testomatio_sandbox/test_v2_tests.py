"""The fake API of Testomat.io: tests of v2, one by one and fifty at a time."""

import httpx
import pytest

from tests.tools.testomatio_sandbox.v2 import (
    account,
    assert_gone,
    body_of,
    create,
    data,
    error,
    meta,
    read_data,
    set_switches,
)
from tools.kit.sandbox.sandbox import Sandbox

pytestmark = pytest.mark.anyio

COUPONS = "c0ffee01"
KEYS = [
    "id", "type", "title", "clean_title", "public_title", "emoji", "state", "is_shared", "assigned_to", "priority",
    "self_tags", "sync", "code", "description", "position", "suite_id", "labels",
]  # fmt: skip


async def test_a_test_has_the_keys_of_the_reference_in_snake_case(shop: httpx.AsyncClient) -> None:
    test = await read_data(shop, "/tests/c0de0010")
    assert list(test) == KEYS
    assert (test["id"], test["type"], test["suite_id"]) == ("c0de0010", "test", COUPONS)
    assert test["title"] == test["public_title"] == "An expired code is refused @coupons @regression"
    assert test["clean_title"] == "An expired code is refused"
    assert test["self_tags"] == ["coupons", "regression"]
    assert test["labels"][0] == {
        "id": "severity-f124r", "title": "Severity", "color": "#ffe9ad", "position": 1, "visibility": "list",
        "list": True, "value": "🔥Critical", "short": False,
    }  # fmt: skip


async def test_a_switch_answers_in_camel_case_but_keeps_the_meta(shop: httpx.AsyncClient) -> None:
    await set_switches(shop, camel_case=True)
    answer = body_of(await shop.get("/tests?per_page=1"))
    assert {"cleanTitle", "suiteId", "assignedTo", "selfTags"} <= set(answer["data"][0])
    assert "per_page" in answer["meta"]


# Lists and pages


async def test_tests_come_newest_first_by_thirty(shop: httpx.AsyncClient) -> None:
    answer = body_of(await shop.get("/tests"))
    assert len(answer["data"]) == 30
    assert answer["meta"] == {"total": 400, "page": 1, "per_page": 30, "total_pages": 14, "has_more": True}
    first = await create(shop, "/tests", title="Newest", suite_id=COUPONS)
    assert (await read_data(shop, "/tests"))[0]["id"] == first["id"]


async def test_pages_part_the_list_without_gaps_and_end(shop: httpx.AsyncClient) -> None:
    pages = [body_of(await shop.get(f"/tests?page={page}&per_page=90")) for page in range(1, 7)]
    ids = [test["id"] for page in pages for test in page["data"]]
    assert [len(page["data"]) for page in pages] == [90, 90, 90, 90, 40, 0]
    assert len(set(ids)) == 400
    assert [page["meta"]["has_more"] for page in pages] == [True, True, True, True, False, False]


async def test_more_than_a_hundred_rows_become_a_hundred(shop: httpx.AsyncClient) -> None:
    answer = body_of(await shop.get("/tests?per_page=500"))
    assert (len(answer["data"]), answer["meta"]["per_page"]) == (100, 100)
    assert meta(await shop.get("/tests?page=0&per_page=none")) == meta(await shop.get("/tests"))


async def test_an_older_server_does_not_tell_whether_more_follows(shop: httpx.AsyncClient) -> None:
    await set_switches(shop, without_has_more=True)
    assert meta(await shop.get("/tests")) == {"total": 400, "page": 1, "per_page": 30}


async def test_slim_rows_lack_what_is_heavy(shop: httpx.AsyncClient) -> None:
    slim = (await read_data(shop, "/tests?slim=true&per_page=1"))[0]
    assert set(KEYS) - set(slim) == {"description", "code", "clean_title", "public_title"}


async def test_a_count_has_no_data_and_counts_by_a_field(shop: httpx.AsyncClient) -> None:
    assert body_of(await shop.get("/tests?count=true")) == {"meta": {"total": 400, "page": 1, "per_page": 30}}
    counted = meta(await shop.get("/tests?count=true&group_by=state"))["group_by"]
    assert sum(counted.values()) == 400
    assert set(counted) == {"manual", "automated", "detached"}
    assert "mara.lindt@shop.example.test" in meta(await shop.get("/tests?count=true&group_by=created_by"))["group_by"]


async def test_a_field_to_group_by_is_refused_when_unknown_and_idle_without_count(shop: httpx.AsyncClient) -> None:
    assert "shoe_size" in error(await shop.get("/tests?count=true&group_by=shoe_size"), 422)
    assert len(await read_data(shop, "/tests?group_by=state")) == 30


async def test_suites_in_brackets_take_everything_below_them(shop: httpx.AsyncClient) -> None:
    inside = await read_data(shop, f"/tests?suites[]={COUPONS}&per_page=100")
    assert {test["suite_id"] for test in inside} == {COUPONS}
    assert len(inside) == 18
    assert meta(await shop.get("/tests?suites[]=f01de004"))["total"] == 18 + 10 + 8
    both = await shop.get(f"/tests?suites[]={COUPONS}&suites[]=ca4d0001")
    assert meta(both)["total"] == 18 + 14
    assert await read_data(shop, "/tests?suites[]=nothing1") == []


async def test_suites_without_brackets_break_the_server(shop: httpx.AsyncClient) -> None:
    answer = await shop.get(f"/tests?suites={COUPONS}")
    assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (500, "text/html")


async def test_an_unknown_test_is_404_and_so_is_one_of_another_project(shop: httpx.AsyncClient) -> None:
    for test_id in ("00000000", "@Tc0de0010", "a9950111"):
        for answer in (await shop.get(f"/tests/{test_id}"), await shop.delete(f"/tests/{test_id}")):
            assert error(answer, 404) == "Test not found"


# Writing


@pytest.mark.parametrize("is_wrapped", [False, True])
async def test_a_test_is_made_from_flat_and_from_wrapped_fields(shop: httpx.AsyncClient, is_wrapped: bool) -> None:
    fields = {
        "title": "Pay twice @payment", "suite_id": COUPONS, "priority": "high", "state": "automated", "emoji": "💳",
        "description": "### Steps", "code": "test()", "assigned_to": "ann.weber@shop.example.test",
        "link": [{"action": "add", "type": "label", "value": "severity-f124r:Minor"}],
    }  # fmt: skip
    test = await create(shop, "/tests", **({"test": fields} if is_wrapped else fields))
    assert {name: test[name] for name in fields if name != "link"} == {k: v for k, v in fields.items() if k != "link"}
    assert (test["self_tags"], test["labels"][0]["value"], test["position"]) == (["payment"], "Minor", 19)
    assert await read_data(shop, f"/tests/{test['id']}") == test


async def test_what_was_left_out_has_its_default(shop: httpx.AsyncClient) -> None:
    test = await create(shop, "/tests", title="Plain", suite_id=COUPONS)
    assert (test["state"], test["priority"], test["assigned_to"], test["labels"]) == ("manual", "normal", None, [])


@pytest.mark.parametrize("suite_id", [None, "", "00000000", "@Sc0ffee01", "a9950001"])
async def test_a_test_without_a_suite_is_404(shop: httpx.AsyncClient, suite_id: str | None) -> None:
    assert error(await shop.post("/tests", json={"title": "x", "suite_id": suite_id}), 404) == "Suite is required"
    assert error(await shop.put("/tests/c0de0010", json={"suite_id": suite_id}), 404) == "Suite is required"


@pytest.mark.parametrize(
    "fields",
    [{"title": ""}, {"title": None}, {"priority": "urgent"}, {"state": "ready"}, {"title": ["x"]},
     {"assigned_to": "nobody@shop.example.test"}, {"assigned_to": "tom.reeve@shop.example.test"},
     {"suite_id": "f01de003"}],
)  # fmt: skip
async def test_fields_that_are_not_sound_are_422_and_write_nothing(
    shop: httpx.AsyncClient, fields: dict[str, object]
) -> None:
    before = await read_data(shop, "/tests/c0de0010")
    assert error(await shop.post("/tests", json={"title": "x", "suite_id": COUPONS, **fields}), 422)
    assert error(await shop.put("/tests/c0de0010", json={"description": "new", **fields}), 422)
    assert await read_data(shop, "/tests/c0de0010") == before
    assert meta(await shop.get("/tests"))["total"] == 400


async def test_work_is_given_to_members_only(story: Sandbox) -> None:
    async with account(story, project="harbour-app-2d41c") as app:
        for name, status in (("jonas.petersen", 422), ("ann.weber", 200)):
            answer = await app.put("/tests/a9950111", json={"assigned_to": f"{name}@shop.example.test"})
            assert answer.status_code == status


@pytest.mark.parametrize("verb", ["PUT", "PATCH"])
async def test_both_verbs_change_only_what_is_sent(shop: httpx.AsyncClient, verb: str) -> None:
    before = await read_data(shop, "/tests/c0de0010")
    after = data(await shop.request(verb, "/tests/c0de0010", json={"priority": "low", "sync": False}))
    assert after == before | {"priority": "low", "sync": False}
    assert data(await shop.request(verb, "/tests/c0de0010", json={"assigned_to": None}))["assigned_to"] is None


async def test_a_suite_id_moves_a_test_to_the_end(shop: httpx.AsyncClient) -> None:
    moved = data(await shop.put("/tests/c0de0010", json={"suite_id": "ca4d0001"}))
    assert (moved["suite_id"], moved["position"]) == ("ca4d0001", 15)


async def test_a_deleted_test_is_gone_and_its_results_stay(shop: httpx.AsyncClient) -> None:
    assert_gone(await shop.delete("/tests/c0de0010"))
    assert error(await shop.get("/tests/c0de0010"), 404)
    assert meta(await shop.get("/testruns?test_ids=c0de0010"))["total"] > 0


# In bulk


async def test_a_bulk_answers_each_entry_in_its_place(shop: httpx.AsyncClient) -> None:
    sent = [
        {"title": "One", "suite_id": COUPONS, "priority": "low"},
        {"id": "c0de0011", "title": "Two", "state": "detached"},
        {"title": "Three"},
        {"id": "00000000", "title": "Four"},
        {"title": "", "suite_id": COUPONS},
        {"title": "Six", "suite_id": COUPONS, "priority": "urgent"},
    ]
    rows = data(await shop.post("/tests/bulk", json={"tests": sent}))
    assert rows[0] == {"id": rows[0]["id"], "title": "One", "status": "created"}
    assert rows[1] == {"id": "c0de0011", "title": "Two", "status": "updated"}
    assert rows[2] == {"title": "Three", "error": "Suite is required"}
    assert rows[3] == {"id": "00000000", "title": "Four", "error": "Test not found"}
    assert all("error" in row for row in rows[2:])
    assert (await read_data(shop, "/tests/c0de0011"))["state"] == "detached"
    assert meta(await shop.get("/tests"))["total"] == 401


async def test_a_bulk_leaves_tags_and_labels_alone(shop: httpx.AsyncClient) -> None:
    link = [{"action": "add", "type": "label", "value": "severity-f124r"}]
    rows = data(await shop.post("/tests/bulk", json={"tests": [{"title": "A", "suite_id": COUPONS, "link": link}]}))
    assert (await read_data(shop, f"/tests/{rows[0]['id']}"))["labels"] == []


async def test_a_bulk_of_fifty_is_taken(shop: httpx.AsyncClient) -> None:
    rows = data(await shop.post("/tests/bulk", json={"tests": [{"title": "x", "suite_id": COUPONS}] * 50}))
    assert len({row["id"] for row in rows}) == 50


@pytest.mark.parametrize("tests", [[], [{"title": "x", "suite_id": COUPONS}] * 51, "all", [1]])
async def test_a_bulk_of_none_or_of_more_than_fifty_is_422(shop: httpx.AsyncClient, tests: object) -> None:
    assert error(await shop.post("/tests/bulk", json={"tests": tests}), 422)
    assert meta(await shop.get("/tests"))["total"] == 400
