"""Test runs hold a selection that is really theirs, are counted honestly, and are closed and deleted after a yes."""

import pytest

from tests.desk import ERAS, desk
from tests.tools.testsigma.line import run_ids
from tools.testsigma.models.test_runs import TestRun
from tools.testsigma.tools.statuses import Counts, result_status, run_status

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)

LIST, GET, CREATE, UPDATE = (
    f"testsigma_{verb}" for verb in ("list_test_runs", "get_test_run", "create_test_run", "update_test_run")
)
CLOSE, DELETE, RESULTS = "testsigma_close_test_run", "testsigma_delete_test_run", "testsigma_get_run_results"


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
        assert await run_ids(d, **filters) == [f"HRB-R-{number}" for number in numbers]


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
