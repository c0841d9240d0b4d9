"""Results: listed with the filters the platform has, written where they wait, never beside, and read back."""

from typing import Any

import pytest

from tests.acts import confirmed
from tests.desk import DECLINE, desk
from tests.tools.testomatio.holding import OF_THE_PROJECT, V2, holding
from tests.tools.testomatio.host import Host, page_of
from tools.kit.errors import NotFound
from tools.kit.failure_groups import first_words
from tools.kit.toolset import no_progress
from tools.testomatio.models.results import Result, WebResult
from tools.testomatio.tools.result_changes import NewResult, add_results
from tools.testomatio.tools.results import get_result, list_results

pytestmark = pytest.mark.anyio

HOTFIX, BY_HAND = "9a01f1x0", "9a01aa01"
MANUAL = {"id": "00000001", "status": "running", "kind": "manual", "title": "By hand"}


async def test_filters_go_to_the_platform_in_its_own_words() -> None:
    async with desk() as d:
        await d.answer(
            "testomatio_list_results",
            run_id=HOTFIX,
            test_ids=["@Tc0de0010", "c0de0013"],
            status=["failed"],
            substatus="Known issue",
            kind="automated",
            priority="high",
            assignee_id=4102,
            text="refused",
            has_message=True,
            has_defect=False,
            since="2026-04-03",
            until="2026-04-03",
            tags=["coupons", "payment"],
            labels=["Hotfix"],
            env=["staging"],
            group_ids=["9a010001"],
            sort="failure",
        )
        query = next(e.query for e in d.sandboxes.journal.entries() if e.path == f"{V2}/testruns")
    assert dict(query) == {
        "run_id": HOTFIX,
        "test_ids": "c0de0010,c0de0013",
        "filter[status]": "failed",
        "filter[substatus]": "Known issue",
        "filter[kind]": "automated",
        "filter[priority]": "high",
        "filter[user]": "4102",
        "filter[search]": "refused",
        "filter[message]": "true",
        "defects": "without_defects",
        "filter[finished_at_date_range]": "2026-04-03T00:00:00Z,2026-04-03T23:59:59Z",
        "tags": "coupons,payment",
        "labels": "Hotfix",
        "envs": "staging",
        "rungroups": "9a010001",
        "sort": "failure",
        "order": "asc",
        "page": "1",
        "per_page": "100",
    }


@pytest.mark.parametrize("newest_first", [False, True])
async def test_the_order_is_said_whatever_the_server_does_by_itself(*, newest_first: bool) -> None:
    async with desk() as d:
        await d.switch("testomatio", newest_results_first=newest_first)
        rows = (await d.answer("testomatio_list_results", run_id=BY_HAND))["items"]
    assert [row["id"] for row in rows] == sorted(row["id"] for row in rows)


async def test_several_statuses_are_chosen_here_and_cursors_lead_through_all() -> None:
    async with holding(OF_THE_PROJECT) as api:
        found: list[str | None] = []
        cursor: str | None = None
        while True:
            page = await list_results(
                api, no_progress, run_id=HOTFIX, status=["failed", "skipped"], limit=5, cursor=cursor
            )
            found += [row.status for row in page.items]
            if (cursor := page.next_cursor) is None:
                break
    assert sorted(map(str, found)) == ["failed"] * 13 + ["skipped"]


async def test_a_value_that_would_be_split_is_refused() -> None:
    async with desk() as d:
        assert "comma" in await d.refusal("testomatio_list_results", tags=["a,b"])
        assert d.arrived(platform="testomatio") == []


async def test_an_unknown_run_is_said_instead_of_an_empty_list() -> None:
    async with holding(OF_THE_PROJECT) as api:
        with pytest.raises(NotFound, match="testomatio_list_runs shows ids"):
            await list_results(api, no_progress, run_id="00000000")
        with pytest.raises(NotFound, match="testomatio_list_results shows ids"):
            await get_result(api, 1)


@pytest.mark.parametrize("latest_only", [False, True])
async def test_rows_of_another_run_or_test_are_left_out(*, latest_only: bool) -> None:
    rows = [
        {"id": 2, "run_id": BY_HAND, "test_id": "test0001", "status": "passed"},
        {"id": 1, "run_id": HOTFIX, "test_id": "test0001", "status": "passed"},
        {"id": 3, "run_id": HOTFIX, "test_id": "test0002", "status": "passed"},
        {"id": 4, "run_id": None, "test_id": "test0003", "status": "passed"},
    ]
    host = Host()
    host.says("GET /testruns", lambda request: page_of(rows, request))
    only: dict[str, Any] = {"run_id": HOTFIX, "latest_only": latest_only}
    of_the_run = await list_results(host.api(), no_progress, **only)
    assert [row.id for row in of_the_run.items] == [1, 3, 4]
    of_one_test = await list_results(host.api(), no_progress, test_ids=["test0001"], **only)
    assert [row.id for row in of_one_test.items] == [1]


async def test_one_result_has_what_a_list_lacks() -> None:
    async with desk() as d:
        answer = await d.answer("testomatio_get_result", result_id=9001995)
    assert "Expected the code OLD10" in answer["message"]
    assert answer["description"]
    assert "message" in answer["written_by_others"]


async def test_a_pending_result_is_filled_in_and_none_is_added_beside_it() -> None:
    async with desk() as d:
        before = await d.answer("testomatio_list_results", run_id=BY_HAND, status=["pending"])
        test_id = before["items"][0]["test_id"]
        total = (await d.answer("testomatio_get_run", run_id=BY_HAND))["results"]["total"]
        answer = await d.answer(
            "testomatio_add_results",
            run_id=BY_HAND,
            results=[{"test_id": f"@T{test_id}", "status": "passed", "message": "Tried", "run_time_ms": 2310}],
        )
        (row,) = answer["results"]
        assert (row["outcome"], row["result_id"], row["status"]) == ("updated", before["items"][0]["id"], "passed")
        assert d.writes("testomatio") == [f"PUT {V2}/testruns/{row['result_id']}"]
        _, body = d.sent("PUT", f"{V2}/testruns/{row['result_id']}")
        assert body == {"status": "passed", "message": "Tried", "run_time": 2310}
        read = await d.answer("testomatio_get_result", result_id=row["result_id"])
        assert read["run_time"] == 2310
        assert (await d.answer("testomatio_get_run", run_id=BY_HAND))["results"]["total"] == total
        assert d.asked == []


async def test_a_test_that_has_its_result_gets_no_second_one_unless_it_is_wanted() -> None:
    async with desk() as d:
        again = [{"test_id": "c0de0010", "status": "passed"}]
        answer = await d.answer("testomatio_add_results", run_id=BY_HAND, results=again)
        assert answer["results"][0]["outcome"] == "impossible"
        assert "9002113 (failed)" in answer["results"][0]["note"]
        assert d.writes("testomatio") == []
        answer = await d.answer("testomatio_add_results", run_id=BY_HAND, results=again, another=True)
        assert answer["results"][0]["outcome"] == "added"


async def test_of_several_that_wait_one_has_to_be_named() -> None:
    rows = [
        {"id": n, "run_id": "00000001", "test_id": "264409fe", "status": "pending", "test_title": f"Row {n}"}
        for n in (1, 2)
    ]
    host = Host()
    host.says("GET /runs/00000001", {"data": MANUAL})
    host.says("GET /testruns", lambda request: page_of(rows, request))
    host.says("PUT /testruns/2", {"data": {}})
    host.says("GET /testruns/2", {"data": {**rows[1], "status": "failed"}})
    answer = await confirmed(
        add_results(host.api(), no_progress, "00000001", [NewResult(test_id="264409fe", status="failed")])
    )
    assert answer.results[0].outcome == "impossible"
    assert "name one by result_id: 1 " in (answer.results[0].note or "")
    answer = await confirmed(
        add_results(host.api(), no_progress, "00000001", [NewResult(result_id=2, status="failed")])
    )
    assert (answer.results[0].outcome, answer.results[0].status) == ("updated", "failed")


async def test_one_that_fails_leaves_the_others_and_what_does_not_show_is_said() -> None:
    rows: list[dict[str, Any]] = [
        {"id": n, "run_id": "00000001", "test_id": f"test000{n}", "status": "pending"} for n in (1, 2, 3)
    ]
    host = Host()
    host.says("GET /runs/00000001", {"data": MANUAL})
    host.says("GET /testruns", lambda request: page_of(rows, request))
    host.says("PUT /testruns/1", 422)
    host.says("PUT /testruns/2", 502)
    host.says("PUT /testruns/3", {"data": {}})
    host.says("GET /testruns/3", {"data": rows[2]})
    new = [NewResult(test_id=f"test000{n}", status="passed") for n in (1, 2, 3)]
    answer = await confirmed(add_results(host.api(), no_progress, "00000001", new))
    assert [row.outcome for row in answer.results] == ["failed", "unknown", "updated"]
    assert answer.results[2].note == "accepted, but a read says pending"
    assert answer.done == "1 of 3 written."


@pytest.mark.parametrize(
    ("results", "sentence"),
    [
        ([{"status": "passed"}], "names no test"),
        (
            [{"test_id": "c0de0010", "status": "passed"}, {"test_id": "@Tc0de0010", "status": "failed"}],
            "is listed twice",
        ),
        ([{"result_id": 1, "status": "passed"}], None),
    ],
)
async def test_a_list_that_is_wrong_in_itself_writes_nothing(results: list[Any], sentence: str | None) -> None:
    async with desk() as d:
        if sentence is None:
            answer = await d.answer("testomatio_add_results", run_id=BY_HAND, results=results)
            assert answer["results"][0]["note"] == "the run has no result 1"
        else:
            assert sentence in await d.refusal("testomatio_add_results", run_id=BY_HAND, results=results)
        assert d.writes("testomatio") == []


async def test_a_result_that_names_no_test_is_refused_before_anybody_is_asked() -> None:
    async with desk() as d:
        assert "names no test" in await d.refusal(
            "testomatio_add_results", run_id=HOTFIX, results=[{"status": "passed"}]
        )
        assert d.asked == []
        assert d.arrived(platform="testomatio") == []


async def test_the_record_of_a_run_that_is_over_is_changed_only_after_a_yes() -> None:
    new = [{"test_title": "Something else", "status": "passed"}]
    async with desk(person=DECLINE) as d:
        await d.refusal("testomatio_add_results", run_id=HOTFIX, results=new)
        await d.refusal("testomatio_update_result", result_id=9001995, status="passed")
        assert all("which is over" in question for question in d.asked)
        assert len(d.asked) == 2
        assert d.writes("testomatio") == []
    async with desk() as d:
        answer = await d.answer("testomatio_update_result", result_id=9001995, status="passed", message="By mistake")
    assert (answer["before"]["status"], answer["now"]["status"]) == ("failed", "passed")


async def test_a_deletion_names_the_result_its_run_and_its_words() -> None:
    async with desk() as d:
        answer = await d.answer("testomatio_delete_result", result_id=9001995)
        for part in ("An expired code is refused", "Release 9.0.1 hotfix regression", "OLD10", "no undo"):
            assert part in d.asked[0]
        assert "has no result" in await d.refusal("testomatio_get_result", result_id=9001995)
    assert answer["before"]["status"] == "failed"


def test_a_message_loses_its_colours_and_is_cut_behind_a_line_or_a_word() -> None:
    assert Result.model_validate({"id": 1, "message": "\x1b[31mExpected\x1b[0m 1"}).message == "Expected 1"
    assert first_words("first line\nsecond line", 15) == "first line…"
    assert first_words("some words and token=abcdefghijkl", 30) == "some words and…"
    assert first_words("x" * 400) == "…"
    assert first_words("short") == "short"


@pytest.mark.parametrize("example", [["OLD10", "3"], {"code": "OLD10", "count": "3"}])
def test_values_come_in_the_order_of_the_parameters_or_by_name(example: Any) -> None:
    answer = WebResult.model_validate(
        {
            "id": "12",
            "attributes": {
                "example": example,
                "test": {"id": "264409fe", "title": "A", "params": ["code", "count"], "tags": ["x"]},
                "extras": [{"key": "k", "value": "v"}, {"key": "retries", "value": "1", "source": "system"}],
                "sections": {"steps": {"count": 3}},
            },
            "relationships": {"run": {"data": {"id": "2042ea84"}}},
        }
    )
    assert answer.example == {"code": "OLD10", "count": "3"}
    assert (answer.id, answer.test_id, answer.run_id, answer.steps) == (12, "264409fe", "2042ea84", 3)
    assert answer.extras == {"k": "v"}


async def test_files_of_results_lead_somewhere() -> None:
    rows = [{"id": 1, "artifacts": ["/uploads/a.png", {"url": "/uploads/b.png"}]}]
    api = Host(**{"GET /testruns": {"data": rows}}).api()
    (result,) = (await api.results_page("shop", [], 1)).data
    assert result.artifacts == ["https://host.example/uploads/a.png", "https://host.example/uploads/b.png"]
