"""Test runs hold a selection that is really theirs, are counted honestly, and are closed and deleted after a yes."""

from typing import Any

import pytest
from mcp.types import ElicitResult

from tests.desk import CANCEL, DECLINE, ERAS, NO, NOT_CONFIRMED, Desk, desk, sandboxes
from tools.kit import wait
from tools.testsigma.models.test_runs import TestRun
from tools.testsigma.tools.statuses import Counts, result_status, run_status

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)

LIST, GET, CREATE, UPDATE = (
    f"testsigma_{verb}" for verb in ("list_test_runs", "get_test_run", "create_test_run", "update_test_run")
)
CLOSE, DELETE, RESULTS = "testsigma_close_test_run", "testsigma_delete_test_run", "testsigma_get_run_results"


def sent(d: Desk, method: str) -> Any:
    """The body of the last request of a method."""
    return [entry.body for entry in d.sandboxes.journal.entries(platform="testsigma") if entry.method == method][-1]


async def ids(d: Desk, **filters: Any) -> list[str]:
    return [row["id"] for row in (await d.answer(LIST, project="HRB", **filters))["items"]]


@pytest.mark.parametrize(
    ("filters", "numbers"),
    [
        ({}, [7, 6, 5, 4, 3, 2, 1]),
        ({"status": "closed"}, [3, 2, 1]),
        ({"status": "active"}, [7, 6, 5, 4]),
        ({"text": "release 9.0.1"}, [5, 4]),
        ({"text": "REGRESSION release"}, [3, 1]),
        ({"plan_id": "HRB-P-2"}, [5, 4]),
        ({"since": "2026-04-03"}, [7, 6, 5, 4]),
        ({"since": "2026-03-30", "until": "2026-04-01"}, [3, 2]),
        ({"since": "90m"}, [7, 6]),
    ],
    ids=str,
)
@pytest.mark.parametrize("switch", ["filter_runs_by_plan", "newest_first", "ignore_contains"])
async def test_runs_are_filtered_here_whatever_the_platform_heeds(
    filters: dict[str, str], numbers: list[int], switch: str
) -> None:
    async with desk() as d:
        await d.switch("testsigma", **{switch: True})
        await d.answer("testsigma_list_labels")  # ages count by the platform's clock, which an answer tells
        assert await ids(d, **filters) == [f"HRB-R-{number}" for number in numbers]


async def test_a_filter_that_was_ignored_is_named() -> None:
    async with desk() as d:
        page = await d.answer(LIST, project="HRB", plan_id="HRB-P-2")
        assert page["note"] == "Testsigma did not apply test_plan_id; rows that do not match are left out here."
        assert page["coverage"] == {"total": 7, "loaded": 7, "matched": 2, "complete": True}
        await d.switch("testsigma", filter_runs_by_plan=True)
        page = await d.answer(LIST, project="HRB", plan_id="HRB-P-2")
        assert "note" not in page
        assert page["coverage"]["total"] == 2


async def test_a_run_without_a_summary_is_counted_here_and_says_so() -> None:
    async with desk() as d:
        run = await d.answer(GET, run_id="HRB-R-4")
        assert [(one["said"], one["status"], one["count"]) for one in run["results"]] == [
            ("Passed", "passed", 9),
            ("UnTested", "queued", 5),
            ("Failed", "failed", 4),
        ]
        assert run["note"] == "Counted here: the platform gives no summary of this run."
        assert (run["status"], run["said"], run["plan"], run["assignee"]) == (
            "running",
            "ACTIVE",
            "HRB-P-2",
            "Iris Okafor",
        )


async def test_a_run_with_a_summary_is_believed() -> None:
    async with desk() as d:
        run = await d.answer(GET, run_id="HRB-R-3")
        assert (run["status"], run["closed_by"]) == ("failed", "Mara Lindt")
        assert "note" not in run
        assert "GET /test_cases" not in " ".join(d.arrived(platform="testsigma"))
        rows = {row["id"]: row["status"] for row in (await d.answer(LIST, project="HRB"))["items"]}
        assert (rows["HRB-R-3"], rows["HRB-R-2"]) == ("failed", "unknown"), "a closed run of unknown results"


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["Passed", "Passed"], "passed"),
        (["Passed", "Skipped"], "passed"),
        (["Passed", "Failed", "Blocked"], "failed"),
        (["Passed", "Blocked"], "unknown"),
        (["Passed", "UnTested"], "unknown"),
        (["Skipped"], "unknown"),
        ([], "unknown"),
    ],
)
def test_a_closed_run_is_what_its_results_are(words: list[str], status: str) -> None:
    counts = Counts()
    for word in words:
        counts.add(word)
    assert run_status(TestRun.model_validate({"id": "r", "status": "CLOSED"}), counts) == status
    assert run_status(TestRun.model_validate({"id": "r", "status": "ACTIVE"}), counts) == "running"


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Passed", "passed"),
        ("FAILED", "failed"),
        ("blocked", "blocked"),
        ("Skipped", "skipped"),
        ("UnTested", "queued"),
        ("Untested", "queued"),
        ("Retest", "queued"),
        ("In Progress", "running"),
        ("IN_PROGRESS", "running"),
        ("Not Applicable", "unknown"),
        (None, "unknown"),
    ],
)
def test_results_have_the_words_that_all_platforms_share(word: str | None, status: str) -> None:
    assert result_status(word) == status


@pytest.mark.parametrize(
    ("status", "count"), [("Failed", 4), ("failed", 4), ("un tested", 5), ("queued", 5), ("Blocked", 0)]
)
async def test_results_are_filtered_by_either_word_and_counted_whole(status: str, count: int) -> None:
    async with desk() as d:
        page = await d.answer(RESULTS, run_id="HRB-R-4", status=status)
        assert len(page["items"]) == page["coverage"]["matched"] == count
        assert sum(one["count"] for one in page["counts"]) == 18
        assert (page["run_id"], page["run_status"]) == ("HRB-R-4", "running")


async def test_results_carry_comments_and_continue_by_cursor() -> None:
    async with desk() as d:
        page = await d.answer(RESULTS, run_id="HRB-R-4", text="shop-412")
        assert [row["id"] for row in page["items"]] == ["HRB-9"]
        assert page["items"][0]["comment"].startswith("The bank refused")
        first = await d.answer(RESULTS, run_id="HRB-R-3", limit=40)
        rest = await d.answer(RESULTS, run_id="HRB-R-3", limit=40, cursor=first["next_cursor"])
        assert len({row["id"] for row in first["items"] + rest["items"]}) == 58
        assert "is no result status. Valid:" in await d.refusal(RESULTS, run_id="HRB-R-4", status="done")


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


async def test_a_new_run_whose_cases_do_not_appear_for_a_while_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wait, "SETTLES_WITHIN", 0.05)
    world = sandboxes()
    world.sandboxes["testsigma"].clock.accelerate(0)
    async with desk(world=world) as d:
        made = await d.answer(CREATE, project="HRB", title="Two", case_ids=["HRB-7", "HRB-9"])
    assert made["now"]["note"] == "2 of its test cases have not appeared yet; read again in a few seconds."


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


async def test_only_what_differs_of_a_run_is_sent_and_never_the_null_it_is_read_with() -> None:
    async with desk() as d:
        told = await d.answer(
            UPDATE,
            run_id="HRB-R-4",
            title="Release 9.0.1 checkout by hand",
            end="2026-04-04",
            assignee="Ann Weber",
            labels=["Checkout", "hotfix"],
        )
        assert set(sent(d, "PUT")) == {"end_date", "assignee_id"}
        assert sent(d, "PUT")["end_date"] == 1_775_347_199_999, "the last moment of the day"
        assert (told["before"]["assignee"], told["now"]["assignee"]) == ("Iris Okafor", "Ann Weber")


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        (UPDATE, {"title": "New"}),
        (CLOSE, {}),
        ("testsigma_record_results", {"user": "Ann Weber", "results": [{"case_id": "HRB-1", "status": "Passed"}]}),
        ("testsigma_assign_test_case", {"user": "Ann Weber", "case_id": "HRB-1"}),
    ],
)
async def test_a_closed_run_is_refused_before_anything_is_sent_or_asked(tool: str, arguments: dict[str, Any]) -> None:
    async with desk() as d:
        told = await d.refusal(tool, run_id="HRB-R-3", **arguments)
        assert "Test run HRB-R-3 is closed, which locks it" in told
        assert d.writes("testsigma") == []
        assert d.asked == []


@both_eras
async def test_a_yes_closes_a_run_with_one_word_after_what_is_untested_was_counted(mode: str) -> None:
    async with desk(mode) as d:
        done = await d.answer(CLOSE, run_id="HRB-R-4")
        assert sent(d, "PUT") == {"status": "CLOSED"}
        assert (done["now"]["said"], done["now"]["status"]) == ("CLOSED", "failed")
        assert done["now"]["closed_by"] == "Mara Lindt"
        (question,) = d.asked
        for part in (
            "HRB-R-4 'Release 9.0.1 checkout by hand'",
            "18 test cases",
            "9 Passed, 5 UnTested, 4 Failed",
            "5 of them are untested and stay so",
            "the API cannot reopen it",
        ):
            assert part in question


@both_eras
@pytest.mark.parametrize("tool", [CLOSE, DELETE])
@pytest.mark.parametrize("answer", [NO, DECLINE, CANCEL], ids=["no", "decline", "cancel"])
async def test_anything_but_a_yes_leaves_a_run_as_it_is(mode: str, tool: str, answer: ElicitResult) -> None:
    async with desk(mode, person=answer) as d:
        assert (await d.refusal(tool, run_id="HRB-R-4")).startswith(NOT_CONFIRMED)
        assert d.writes("testsigma") == []


async def test_a_close_that_was_taken_and_not_done_is_told() -> None:
    async with desk() as d:
        body = {"data": {"test_run": {"id": "x", "status": "ACTIVE"}}}
        order = {"platform": "testsigma", "path": "/projects/*/test_runs/HRB-R-4", "applied": False}
        await d.fault(**order, method="PUT", status=200, body=body)
        assert "accepted the change and left test run HRB-R-4 ACTIVE" in await d.refusal(CLOSE, run_id="HRB-R-4")


@both_eras
async def test_a_yes_deletes_a_run_with_its_results(mode: str) -> None:
    async with desk(mode) as d:
        gone = await d.answer(DELETE, run_id="HRB-R-4")
        assert gone["before"]["id"] == "HRB-R-4"
        assert "with 18 test cases and 13 recorded results? There is no undo" in d.asked[0]
        assert "HRB-R-4" not in await ids(d)


async def test_a_result_that_changes_while_the_person_thinks_is_asked_about_again() -> None:
    async with desk("legacy") as d:
        world = d.sandboxes.sandboxes["testsigma"].world
        (run,) = [one for one in world.runs if one.human_id == "HRB-R-4"]
        passed = world.lookup("results", "Passed")

        def colleague(question: str) -> ElicitResult:
            for result in run.results.values():
                result.status_id = passed
            return ElicitResult(action="accept", content={"answer": "yes"})

        async with desk("legacy", person=colleague, world=d.sandboxes) as other:
            await other.answer(CLOSE, run_id="HRB-R-4")
            assert len(other.asked) == 2
            assert "This has changed since you were asked" in other.asked[1]
            assert "18 Passed" in other.asked[1]


async def test_a_run_that_goes_on_has_a_planned_end_and_no_other() -> None:
    async with desk() as d:
        await d.answer("testsigma_update_test_run", run_id="HRB-R-5", end="2026-04-25")
        rows = (await d.answer("testsigma_list_test_runs", project="HRB"))["items"]
        for row in rows:
            whole = await d.answer("testsigma_get_test_run", run_id=row["id"])
            is_over = whole["said"].casefold() == "closed"
            assert ("ended_at" in row or "end_date" in whole) <= is_over
            assert ("planned_end" in row or "planned_end" in whole) <= (not is_over)
        assert any("planned_end" in row for row in rows)
