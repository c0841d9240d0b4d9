"""Bugs looked at as a set: columns, filters, counts, and several read in one call."""

from collections import Counter
from typing import Any

import pytest

from server.guards.redact import Redactor
from server.guards.shape import shape
from tests.desk import ERAS, Desk, change_bug, desk, sandboxes
from tools.testio.models.bugs import BugRow

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)

APP_TEST = 5507
"""A test of the story with 27 bugs."""


async def whole(d: Desk, ids: list[int]) -> list[dict[str, Any]]:
    """Each bug as it is read alone."""
    return [await d.answer("testio_get_bug", bug_id=number) for number in ids]


@both_eras
async def test_the_devices_of_a_test_with_27_bugs_are_seen_in_two_calls(mode: str) -> None:
    async with desk(mode) as d:
        rows = await d.answer("testio_list_bugs", test_ids=[APP_TEST], fields=["devices"])
        table = await d.answer("testio_list_bugs", test_ids=[APP_TEST], count_by=["device"])
        bugs = await whole(d, [row["id"] for row in rows["items"]])
    assert len(rows["items"]) == 27
    assert [row["devices"] for row in rows["items"]] == [bug["devices"] for bug in bugs]
    counted = {row["device"]: row["count"] for row in table["counts"]}
    assert counted == Counter(device for bug in bugs for device in bug["devices"])
    assert [row["count"] for row in table["counts"]] == sorted(counted.values(), reverse=True)
    assert table["items"] == []
    assert table["coverage"] == rows["coverage"]
    assert table["coverage"]["complete"]


@both_eras
async def test_duplicates_of_a_feature_are_judged_from_three_calls(mode: str) -> None:
    async with desk(mode) as d:
        found = await d.answer(
            "testio_list_bugs", product_ids=["Harbour Web"], test_ids=[5512], feature_ids=["coupons"]
        )
        ids = [row["id"] for row in found["items"]]
        read = await d.answer("testio_get_bugs", bug_ids=ids)
        records = read["items"]
        if "next_cursor" in read:
            records += (await d.answer("testio_get_bugs", bug_ids=ids, cursor=read["next_cursor"]))["items"]
        assert [record["id"] for record in records] == ids
        assert all(record["feature"] == "Coupons" and record["steps"] for record in records)
        assert {88101, 88107} <= set(ids), "the two that are one, in other words"
        assert found["coverage"]["matched"] == len(ids)
        assert read["environments"] == [{"id": 31, "title": "Staging", "url": "staging.shop.example.test"}]
        assert "password" not in str(read)


async def test_one_call_finds_either_word() -> None:
    async with desk() as d:
        each = [
            {row["id"] for row in (await d.answer("testio_list_bugs", test_ids=[5512], text=text, limit=500))["items"]}
            for text in ("expired coupon", "voucher", "expired coupon | voucher")
        ]
        assert each[0] | each[1] == each[2]
        assert each[0] - each[1]
        assert each[1] - each[0]


@pytest.mark.parametrize(
    ("devices", "claim"),
    [
        (["IPHONE 13"], lambda line: "iphone 13" in line),
        (["iphone se", "ipad air"], lambda line: "iphone se" in line or "ipad air" in line),
        (["17.4 15"], lambda line: "17.4" in line and "15" in line),
    ],
)
async def test_a_device_is_found_by_words_of_its_line(devices: list[str], claim: Any) -> None:
    async with desk() as d:
        every = await d.answer("testio_list_bugs", test_ids=[APP_TEST], fields=["devices"])
        page = await d.answer("testio_list_bugs", test_ids=[APP_TEST], fields=["devices"], devices=devices)
    fit = [row["id"] for row in every["items"] if any(claim(line.casefold()) for line in row["devices"])]
    assert [row["id"] for row in page["items"]] == fit
    assert 0 < len(fit) < 27


async def test_bugs_that_a_filter_cannot_judge_are_counted() -> None:
    bugs = [
        {"id": 1, "feature": {"id": 302}, "devices": [{"device": {"name": "A"}}]},
        {"id": 2, "app_section": {"id": 302, "title": "Coupons"}, "devices": [{"device": {"name": "A"}}]},
        {"id": 3, "devices": [{"device": {"name": "B"}}]},
        {"id": 4, "feature": {"id": 302}, "devices": None},
    ]
    async with desk() as d:
        body = {"meta": {"record_count": 4, "page": 1, "per_page": 500}, "bugs": bugs}
        await d.fault(method="GET", path="/bugs", times=1, status=200, body=body)
        page = await d.answer("testio_list_bugs", feature_ids=[302], devices=["a"])
        assert sorted(row["id"] for row in page["items"]) == [1, 2]
        assert page["note"] == ("1 bug names no feature and 1 bug names no device, so the filter could not check them.")
        assert "coupon|voucher" in await d.refusal("testio_list_bugs", text=" | ")


@pytest.mark.parametrize(
    ("subject", "column"),
    [("feature", "feature"), ("severity", "severity"), ("status", "status"), ("test", "test_title"),
     ("author", "author"), ("section", "section")],
)  # fmt: skip
async def test_counts_are_over_all_that_fit_and_not_over_those_shown(subject: str, column: str) -> None:
    async with desk() as d:
        wanted = {"product_ids": [72], "fields": ["feature", "test_title", "section", "author"]}
        rows = await d.answer("testio_list_bugs", limit=500, **wanted)
        page = await d.answer("testio_list_bugs", count_by=[subject], limit=1, **wanted)
    assert len(page["items"]) == 1
    assert page["next_cursor"]
    assert {row.get(subject): row["count"] for row in page["counts"]} == Counter(
        row.get(column) for row in rows["items"]
    )
    assert sum(row["count"] for row in page["counts"]) == page["coverage"]["matched"] == 35


async def test_values_are_counted_together_and_a_bug_on_two_devices_counts_for_both() -> None:
    bugs = [
        {"id": 1, "severity": "high", "devices": [{"device": {"name": "A"}}, {"device": {"name": "B"}}]},
        {"id": 2, "severity": "high", "devices": [{"device": {"name": "A"}}, {"device": {"name": "A"}}]},
        {"id": 3, "severity": "low", "devices": None},
    ]
    async with desk() as d:
        body = {"meta": {"record_count": 3, "page": 1, "per_page": 500}, "bugs": bugs}
        await d.fault(method="GET", path="/bugs", times=1, status=200, body=body)
        page = await d.answer("testio_list_bugs", count_by=["device", "severity"])
    assert page["counts"] == [
        {"device": "A", "severity": "high", "count": 2},
        {"device": "B", "severity": "high", "count": 1},
        {"severity": "low", "count": 1},
    ]


async def test_many_groups_are_cut_with_a_word_on_the_rest() -> None:
    bugs = [{"id": n, "author": {"name": f"tester {n}"}} for n in range(1, 151)]
    async with desk() as d:
        body = {"meta": {"record_count": 150, "page": 1, "per_page": 500}, "bugs": bugs}
        await d.fault(method="GET", path="/bugs", times=1, status=200, body=body)
        page = await d.answer("testio_list_bugs", count_by=["author"])
    assert len(page["counts"]) == 100
    assert page["more_counts"] == 50


async def test_a_row_leaves_out_what_says_nothing() -> None:
    world = sandboxes()
    change_bug(world, 88101, title="Zeppelin " * 40, known=True)
    async with desk(world=world) as d:
        (row,) = (await d.answer("testio_list_bugs", text="zeppelin"))["items"]
        (other,) = (await d.answer("testio_list_bugs", test_ids=[5512], known=False, limit=1))["items"]
    assert row["reported_at"] == "2026-04-02T09:20Z", "to the minute, in UTC"
    assert row["title"].endswith("…")
    assert len(row["title"]) <= 80
    assert row["known"] is True
    assert "known" not in other
    assert not {
        "devices",
        "feature",
        "test_title",
        "section",
        "location",
        "author",
        "exported_at",
        "external_idx",
    } & set(other)


def test_a_secret_across_the_end_of_a_row_s_title_is_hidden_before_the_title_is_cut() -> None:
    secret = "correct-horse-battery-staple-91"
    row = BugRow(id=1, title="x" * 60 + secret)
    shown = shape(row, Redactor([secret])).data["title"]
    assert "correct" not in shown
    assert shown.startswith("x" * 60)


@both_eras
async def test_one_odd_bug_does_not_spoil_a_set_and_missing_ones_are_named(mode: str) -> None:
    async with desk(mode) as d:
        await d.fault(method="GET", path="/bugs/88103", times=9, status=500)
        await d.fault(method="GET", path="/bugs/88105", times=9, status=200, body={"bug": {"id": "odd"}})
        read = await d.answer("testio_get_bugs", bug_ids=[88101, 812, 88103, 88105, 88107, 88101])
    assert [record["id"] for record in read["items"]] == [88101, 88107]
    assert read["missing"] == [812]
    assert [one["bug_id"] for one in read["unread"]] == [88103, 88105]
    assert all(one["why"] for one in read["unread"])
    assert read["coverage"] == {
        "total": 5,
        "loaded": 2,
        "matched": 2,
        "complete": False,
        "why": "1 id of no bug; 2 bugs could not be read",
    }


async def test_a_platform_that_is_down_is_no_set_of_odd_bugs() -> None:
    async with desk() as d:
        await d.fault(method="GET", path="/bugs/88101", times=9, status=503)
        assert "503" in await d.refusal("testio_get_bugs", bug_ids=[88101])


async def test_a_long_set_goes_on_with_its_cursor_and_reads_nothing_twice() -> None:
    ids = list(range(880001, 880051))
    async with desk() as d:
        for number in ids:
            bug = {"id": number, "title": "t", "actual_result": "word " * 300}
            await d.fault(method="GET", path=f"/bugs/{number}", times=9, status=200, body={"bug": bug})
        first = await d.answer("testio_get_bugs", bug_ids=ids)
        seen, cursor, calls = [row["id"] for row in first["items"]], first.get("next_cursor"), 1
        while cursor:
            page = await d.answer("testio_get_bugs", bug_ids=ids, cursor=cursor)
            assert len(d.arrived("GET")) == len(ids)
            seen += [row["id"] for row in page["items"]]
            cursor, calls = page.get("next_cursor"), calls + 1
        assert seen == ids
        assert calls > 1
        assert "other filters" in await d.refusal("testio_get_bugs", bug_ids=[1], cursor=first["next_cursor"])


async def test_bugs_of_several_environments_say_which_is_whose() -> None:
    async with desk() as d:
        bugs = await d.answer("testio_list_bugs", product_ids=[72, 73], count_by=["test"], limit=500)
        ids = [row["id"] for row in bugs["items"]][:3] + [row["id"] for row in bugs["items"]][-3:]
        read = await d.answer("testio_get_bugs", bug_ids=ids)
    named = {one["id"] for one in read["environments"]}
    assert len(named) > 1
    assert {record["environment_id"] for record in read["items"]} == named
