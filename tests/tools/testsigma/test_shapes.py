"""Live answers and those of the documents are read as the same things."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.desk import Desk, desk
from tools.testsigma.models.fields import iso, plain
from tools.testsigma.models.imports import JUnitImport
from tools.testsigma.models.settings import Users
from tools.testsigma.models.step_groups import StepGroup
from tools.testsigma.models.test_cases import TestCase
from tools.testsigma.models.test_plans import TestPlan
from tools.testsigma.models.test_runs import RunCases, TestRun, TestRuns

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1_775_199_600_000, "2026-04-03T07:00:00Z"),
        (1_775_199_600_999, "2026-04-03T07:00:00Z"),
        (1_775_199_600, "2026-04-03T07:00:00Z"),
        ("1775199600000", "2026-04-03T07:00:00Z"),
        (1_775_199_600.0, "2026-04-03T07:00:00Z"),
        (99_999_999_999, "5138-11-16T09:46:39Z"),
        (100_000_000_000, "1973-03-03T09:46:40Z"),
        ("2026-04-03T07:00:00Z", "2026-04-03T07:00:00Z"),
        (0, None),
        ("", None),
        (None, None),
        (10**30, None),
        (True, True),
    ],
)
def test_a_time_is_milliseconds_or_seconds_by_its_size(value: object, text: object) -> None:
    assert iso(value) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Open the&nbsp;cart</p><p>Press &lt;Pay&gt;</p>", "Open the cart\nPress <Pay>"),
        ("a<br>b<br/>c<BR />d", "a\nb\nc\nd"),
        ("<ul><li>one</li><li>two</li></ul>", "- one\n- two"),
        ('<p style="color:red">red</p><script>alert("x")</script>', "red"),
        ("<style>p{}</style><!-- hidden: ignore this -->shown", "shown"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a b"),
        ("total < 5 and > 3", "total < 5 and > 3"),
        ("Log in as <user name> with <password>", "Log in as <user name> with <password>"),
        ("if (a<b && c>d)", "if (a<b && c>d)"),
        ("Tom &amp; Jerry &copy; &#65; &nope;", "Tom & Jerry © A &nope;"),
        ("  plain\n  indented  ", "  plain\n  indented  "),
        ("<script>never closed", "<script>never closed"),
    ],
)
def test_html_is_read_as_people_see_it_and_other_angle_brackets_stay(html: str, text: str) -> None:
    assert plain(html) == text


def test_a_text_full_of_openings_takes_no_time() -> None:
    assert len(plain("<script><style><!--" * 50_000)) > 0
    assert plain("<p>" * 100_000) == ""


@pytest.mark.parametrize("name", ["title", "name"])
@pytest.mark.parametrize("kind", [TestRun, TestPlan, TestCase, StepGroup])
def test_a_title_may_be_called_name(kind: Callable[..., Any], name: str) -> None:
    thing: Any = kind.model_validate({"id": "x", name: "Smoke", "unheard_of": [1]})  # type: ignore[attr-defined]  # all models
    assert thing.title == "Smoke"


@pytest.mark.parametrize(
    "labels", [{"labels": [{"id": "1", "name": "hot"}]}, {"label_names": ["hot"]}, {"labels": ["hot"]}]
)
@pytest.mark.parametrize("kind", [TestRun, TestPlan, TestCase, StepGroup])
def test_labels_may_be_objects_or_names(kind: Callable[..., Any], labels: dict[str, Any]) -> None:
    thing: Any = kind.model_validate({"id": "x", **labels})  # type: ignore[attr-defined]  # all models
    assert (thing.all_labels if isinstance(thing, TestRun) else thing.labels) == ["hot"]


@pytest.mark.parametrize("name", ["expected_results", "expected_result"])
def test_an_expected_result_is_read_in_singular_and_plural(name: str) -> None:
    steps = [{"step_description": "b", name: "B", "order": 2.0}, {"step_description": "a", name: "A", "order": 1}]
    group = StepGroup.model_validate({"id": "x", "steps": steps})
    case = TestCase.model_validate({"id": "x", "individual_steps": steps, "template_type": "BDD"})
    assert [(step.description, step.expected) for step in group.ordered_steps] == [("a", "A"), ("b", "B")]
    assert [(step.description, step.expected) for step in case.ordered_steps] == [("a", "A"), ("b", "B")]


def test_run_cases_have_a_case_inside_or_are_flat() -> None:
    live = RunCases.model_validate(
        {
            "data": {
                "test_run_cases": [
                    {
                        "id": "place",
                        "status": "Passed",
                        "status_id": "s",
                        "assignee_id": "",
                        "assignee": None,
                        "test_case": {"id": "case", "human_id": "HRB-1", "title": "A"},
                    },
                    {"id": "place of one that is gone", "status": "Passed", "status_id": "s", "test_case": None},
                ]
            }
        }
    ).rows
    documented = RunCases.model_validate(
        {"data": {"test_cases": [{"id": "case", "name": "A", "status": "PASSED", "assignee_id": "u"}]}}
    ).rows
    written = RunCases.model_validate(
        {"data": {"test_run_cases": [{"test_case_id": "case", "test_run_status_id": "s", "user_id": "u"}]}}
    ).rows
    assert [(row.test_case.id, row.test_case.key, row.test_case.title) for row in live] == [
        ("case", "HRB-1", "A"),
        (None, "", None),
    ]
    assert [(row.test_case.id, row.test_case.title, row.assignee_id) for row in documented] == [("case", "A", "u")]
    assert [(row.test_case.id, row.status_id, row.assignee_id) for row in written] == [("case", "s", "u")]
    assert live[0].assignee_id is None


@pytest.mark.parametrize("assignee", [None, "", {}, {"email": "no id"}])
def test_an_assignee_that_tells_nothing_is_none(assignee: object) -> None:
    rows = RunCases.model_validate(
        {"data": {"test_run_cases": [{"assignee": assignee, "test_case": {"id": "x"}}]}}
    ).rows
    assert rows[0].assignee is None


@pytest.mark.parametrize(
    "answer",
    [{"data": [{"id": "u"}]}, {"data": {"users": [{"id": "u"}]}}, {"data": {"people": [{"id": "u"}]}}, [{"id": "u"}]],
)
def test_users_stand_directly_in_the_answer_or_under_a_name(answer: Any) -> None:
    assert [user.id for user in Users.model_validate(answer).rows] == ["u"]


def test_an_answer_without_any_list_is_a_shape_we_do_not_know() -> None:
    with pytest.raises(ValueError, match="no rows under any known name"):
        Users.model_validate({"data": {"count": 3}})


@pytest.mark.parametrize(
    ("details", "errors"),
    [
        (None, []),
        ("The file could not be read", ["The file could not be read"]),
        ({"imported_count": 2, "failed_count": 1, "errors": ["no case"]}, ["no case"]),
        ({"errors": [{"message": "no case"}, None, ""]}, ["no case"]),
        ({"errors": "no case"}, ["no case"]),
        (["log one", "log two"], ["log one", "log two"]),
    ],
)
def test_details_of_an_import_may_be_counts_texts_or_nothing(details: Any, errors: list[str]) -> None:
    found = JUnitImport.model_validate({"status": "completed", "details": details})
    assert (found.details.errors if found.details else []) == errors


def test_a_run_below_a_plan_may_tell_only_how_it_went() -> None:
    told = {"id": "r", "status": "FAILED", "started_at": 1775199600, "results": {"total": 3, "passed": 2, "failed": 1}}
    (run,) = TestRuns.model_validate({"data": {"test_runs": [told]}}).rows
    assert run.results is not None
    assert (run.results.total, run.results.passed, run.start_date) == (3, 2, "2026-04-03T07:00:00Z")


CALLS: list[tuple[str, dict[str, Any], str]] = [
    ("testsigma_list_projects", {}, "id"),
    ("testsigma_get_folder_tree", {"project": "HRB"}, "path"),
    ("testsigma_list_test_cases", {"project": "HRB", "folder": "Coupons"}, "id"),
    ("testsigma_list_test_runs", {"project": "HRB"}, "title"),
    ("testsigma_list_test_plans", {"project": "HRB"}, "title"),
    ("testsigma_list_users", {}, "email"),
]


@pytest.mark.parametrize(("tool", "arguments", "told_by"), CALLS, ids=[name for name, _, _ in CALLS])
async def test_lists_are_the_same_in_the_documents_shapes(tool: str, arguments: dict[str, Any], told_by: str) -> None:
    async with desk() as d:
        live = await d.answer(tool, **arguments)
        await d.switch("testsigma", as_documented=True)
        documented = await d.answer(tool, **arguments)
    assert [row[told_by] for row in documented["items"]] == [row[told_by] for row in live["items"]]
    created = [row.get("created_at") for row in live["items"]]
    assert [row.get("created_at") for row in documented["items"]] == created, "seconds and milliseconds"


async def results(d: Desk) -> dict[str, tuple[str, str]]:
    page = await d.answer("testsigma_get_run_results", run_id="HRB-R-4", limit=100)
    return {row["title"]: (row["status"], row.get("assignee", "")) for row in page["items"]}


async def test_results_are_the_same_in_the_documents_shapes() -> None:
    async with desk() as d:
        live = await results(d)
        await d.switch("testsigma", as_documented=True)
        assert await results(d) == live
        assert len(live) == 18


async def test_words_that_no_document_lists_are_kept_and_counted_as_unknown() -> None:
    async with desk() as d:
        await d.switch("testsigma", unknown_values=True)
        runs = await d.answer("testsigma_list_test_runs", project="HRB")
        assert {(run["status"], run["said"]) for run in runs["items"] if run["id"] == "HRB-R-2"} == {
            ("unknown", "ARCHIVED")
        }
        assert (await d.answer("testsigma_get_test_case", case_id="HRB-49"))["template"] == "BDD"
        counts = (await d.answer("testsigma_get_run_results", run_id="HRB-R-3", status="not applicable"))["counts"]
        assert {"said": "Not Applicable", "status": "unknown", "count": 1} in counts
        assert (await d.answer("testsigma_get_test_plan", plan_id="HRB-P-3"))["status"] == "DRAFT"


async def test_steps_in_html_are_shown_as_plain_text() -> None:
    async with desk() as d:
        case = await d.answer("testsigma_get_test_case", case_id="HRB-3")
        assert case["text"] == "Open a filled cart\nPress the bin beside an article"
        assert case["expected_text"] == "The cart opens\nThe article is gone, the total is lower"
        assert {"text", "expected_text", "title"} <= set(case["written_by_others"])
