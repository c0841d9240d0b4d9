"""Test cases from files: a dry run says what is new, changed and the same, and a yes brings that in and no more."""

from pathlib import Path
from typing import Any

import pytest

from tests.desk import ERAS, NO, desk, settings

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)

IMPORT = "testsigma_import_test_cases"
HARBOUR = {
    "project": "HRB",
    "priority": "Medium",
    "case_type": "Functional",
    "status": "Draft",
    "automation": "Not Automated",
    "owner": "Mara Lindt",
}
CSV = """Id,Title,Folder,Priority,Steps,Expected,Labels
HRB-1,Put an article into the cart,Cart,Critical,,,
,Pay by invoice,Payment,Minor,,,
,Take a code off again,Coupons,,"Redeem SPRING15
Press the cross beside it","The total is lower
The total is as before",
,Pay in two parts,Payment/Invoices,Major,Choose it,Two sums,payment
,Wrong,Cart,urgent,,,
,Not labelled,Cart,,,,nobody
HRB-999,Gone,Cart,,,,
,An expired code is refused,Coupons,,Another step,,
,No action,Cart,,,Something,
"""
FEATURE = """@regression @unknown
Feature: Coupons

  Scenario: A code of next year @HRB-5
    Given a cart
    When I enter it
    Then it is refused

  Scenario: A code of last year
    When I enter it
    Then it is refused
    And I see why
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "cases.csv").write_text(CSV)
    (tmp_path / "coupons.feature").write_text(FEATURE)
    return tmp_path


def opened(folder: Path) -> Any:
    return settings({"TESTDESK_UPLOAD_DIRS": str(folder)})


@both_eras
async def test_a_dry_run_says_what_would_be_new_changed_and_the_same_and_sends_nothing(folder: Path, mode: str) -> None:
    async with desk(mode, told=opened(folder)) as d:
        answer = await d.answer(IMPORT, **HARBOUR, file=str(folder / "cases.csv"), update=True)
        assert answer["counts"] == {"new": 1, "changed": 1, "same": 2, "error": 5}
        assert answer["new_suites"] == ["Payment/Invoices"]
        rows = [(row["line"], row["status"], row.get("why", "")) for row in answer["rows"]]
        assert [row[:2] for row in rows] == [
            (8, "error"),
            (9, "error"),
            (10, "error"),
            (11, "error"),
            (12, "error"),
            (3, "changed"),
            (7, "new"),
        ]
        for part, (_, _, why) in zip(
            (
                "no priority. Valid:",
                "there is no label 'nobody'",
                "has no test case 'hrb-999'",
                "step group",
                "no action",
                "Changes: priority.",
                "",
            ),
            rows,
            strict=True,
        ):
            assert part in why
        assert [d.asked, d.writes("testsigma")] == [[], []]


@both_eras
async def test_a_yes_brings_in_what_is_new_and_a_second_import_finds_nothing_to_do(folder: Path, mode: str) -> None:
    async with desk(mode, told=opened(folder)) as d:
        arguments = {**HARBOUR, "file": str(folder / "cases.csv"), "dry_run": False}
        answer = await d.answer(IMPORT, **arguments)
        (question,) = d.asked
        for part in (
            "1 new, 2 the same, 1 different and left alone, 5 with an error?",
            "'cases.csv' (",
            "New folder: 'Payment/Invoices'",
            "New: 'Pay in two parts' in 'Payment/Invoices'",
            "priority 'Medium', type 'Functional', status 'Draft', automation 'Not Automated'",
            "Left out: line 8 of 'cases.csv'",
        ):
            assert part in question
        assert answer["counts"] == {"created": 1, "same": 2, "left": 1, "error": 5}
        (number,) = [row["id"] for row in answer["rows"] if row["status"] == "created"]
        made = await d.answer("testsigma_get_test_case", case_id=number)
        assert (made["title"], made["folder"], made["priority"]) == ("Pay in two parts", "Payment/Invoices", "Major")
        assert (made["status"], made["owner"], made["labels"]) == ("Draft", "Mara Lindt", ["payment"])
        assert made["steps"] == [{"action": "Choose it", "expected": "Two sums"}]
        error = await d.refusal(IMPORT, **arguments)
        assert "There is nothing to import: 3 the same, 1 different and left alone, 5 with an error." in error


async def test_with_update_a_case_that_differs_is_changed_and_the_question_says_what_it_loses(folder: Path) -> None:
    async with desk(told=opened(folder)) as d:
        answer = await d.answer(IMPORT, **HARBOUR, file=str(folder / "coupons.feature"), update=True, dry_run=False)
        assert answer["counts"] == {"created": 1, "updated": 1}
        assert (
            "Changed: HRB-5 'A code of next year' in 'Coupons'. Changes: title, label, steps. It loses its text."
            in (d.asked[0])
        )
        changed = await d.answer("testsigma_get_test_case", case_id="HRB-5")
        assert changed["title"] == "A code of next year"
        assert changed["labels"] == ["checkout", "coupons", "regression"]
        assert changed["steps"] == [
            {"action": "Given a cart"},
            {"action": "When I enter it", "expected": "Then it is refused"},
        ]
        (number,) = [row["id"] for row in answer["rows"] if row["status"] == "created"]
        made = await d.answer("testsigma_get_test_case", case_id=number)
        assert (made["folder"], made["labels"]) == ("Coupons", ["regression"])
        assert made["steps"] == [{"action": "When I enter it", "expected": "Then it is refused\nAnd I see why"}]


@both_eras
async def test_a_no_brings_nothing_in(folder: Path, mode: str) -> None:
    async with desk(mode, told=opened(folder), person=NO) as d:
        error = await d.refusal(IMPORT, **HARBOUR, file=str(folder / "cases.csv"), dry_run=False)
        assert "Nothing was sent" in error
        assert d.writes("testsigma") == []


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("a.csv", b'Title\n"A', ": The row in line 2 has a quotation mark that is not closed."),
        ("a.feature", b"Scenario: a", ": The file is not Gherkin: line 1"),
        ("a.md", b"A", "Only .csv, .feature files"),
    ],
)
async def test_a_file_that_cannot_be_read_is_refused_before_anything_else(
    tmp_path: Path, name: str, text: bytes, sentence: str
) -> None:
    (tmp_path / name).write_bytes(text)
    async with desk(told=opened(tmp_path)) as d:
        error = await d.refusal(IMPORT, **HARBOUR, file=str(tmp_path / name), dry_run=False)
        assert sentence in error
        assert error.count("Nothing was sent.") == 1
        assert [len(d.sandboxes.journal), d.asked] == [0, []]


async def test_a_case_that_the_platform_refuses_stops_no_other_one(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Title,Folder\nOne,Cart\nTwo,Cart\nThree,Cart\n")
    async with desk(told=opened(tmp_path)) as d:
        path = "/projects/*/test_cases"
        answer = await d.answer(IMPORT, **HARBOUR, file=str(tmp_path / "a.csv"))
        assert answer["counts"] == {"new": 3}
        await d.fault(platform="testsigma", method="POST", path=path, times=1, status=422)
        error = await d.refusal(IMPORT, **HARBOUR, file=str(tmp_path / "a.csv"), dry_run=False)
        assert "422" in error
        (tmp_path / "b.csv").write_text("Title,Folder\nOne,New folder\nTwo,Cart\n")
        await d.fault(platform="testsigma", method="POST", path=path, times=1, status=422)
        answer = await d.answer(IMPORT, **HARBOUR, file=str(tmp_path / "b.csv"), dry_run=False)
        assert answer["counts"] == {"created": 1, "failed": 1}
        assert "Call again with the same file" in answer["next"]
