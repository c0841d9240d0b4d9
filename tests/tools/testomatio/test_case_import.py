"""Test cases from files: a dry run says what is new, changed and the same, and a yes brings that in and no more."""

from pathlib import Path
from typing import Any

import pytest

from tests.desk import ERAS, NO, Desk, desk, settings

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)

IMPORT, COUPONS = "testomatio_import_test_cases", "c0ffee01"
CSV = """Id,Title,Suite,Priority,Tags,Steps,Expected
,An expired code is refused,Coupons,critical,,,
c0de0015,Reset the password,,low,,,
,A code of next year,Coupons,high,next,1. Enter it,It is refused
,Gift cards,Shop of gifts/Cards,,,,
,Wrong,Coupons,urgent,,,
,Gift cards,Shop of gifts/Cards,,,,
deadbeef,Gone,Coupons,,,,
TC-7,Vouchers,Shop of gifts/Vouchers,,,,
"""
FEATURE = """@regression
Feature: Coupons

  Background:
    Given a cart

  @smoke
  Scenario: A code of next year
    When I enter it
    Then it is refused

  Scenario Outline: A code in <country>
    When I enter it
    Examples:
      | country |
      | Norway  |
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "cases.csv").write_text(CSV)
    (tmp_path / "coupons.feature").write_text(FEATURE)
    return tmp_path


def opened(folder: Path) -> Any:
    return settings({"TESTDESK_UPLOAD_DIRS": str(folder)})


async def a_test(d: Desk, title: str) -> dict[str, Any]:
    rows = (await d.answer("testomatio_list_tests", text=title))["items"]
    (row,) = [one for one in rows if one["title"].startswith(title)]
    return await read_test(d, row["id"])


async def read_test(d: Desk, test_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await d.answer("testomatio_get_test", test_id=test_id))["test"]
    return found


@both_eras
async def test_a_dry_run_says_what_would_be_new_changed_and_the_same_and_sends_nothing(folder: Path, mode: str) -> None:
    async with desk(mode, told=opened(folder)) as d:
        answer = await d.answer(IMPORT, file=str(folder / "cases.csv"), update=True)
        assert answer["counts"] == {"same": 1, "changed": 1, "new": 3, "error": 3}
        assert answer["new_suites"] == ["Shop of gifts", "Shop of gifts / Cards", "Shop of gifts / Vouchers"]
        assert [(row["line"], row["status"], row.get("why")) for row in answer["rows"]] == [
            (7, "error", "line 5 has the same title in the same suite"),
            (6, "error", "its priority is 'urgent'; valid are low, normal, important, high, critical"),
            (8, "error", "The project has no test with this id. Without an id it would be a new test."),
            (3, "changed", "Changes priority."),
            (4, "new", None),
            (5, "new", None),
            (9, "new", None),
        ]
        assert answer["notes"] == ["1 id of another tool was ignored; these tests are found by title."]
        assert [d.asked, d.writes("testomatio")] == [[], []]


@both_eras
async def test_a_yes_brings_in_what_is_new_and_a_second_import_finds_nothing_to_do(folder: Path, mode: str) -> None:
    async with desk(mode, told=opened(folder)) as d:
        answer = await d.answer(IMPORT, file=str(folder / "cases.csv"), dry_run=False)
        (question,) = d.asked
        for part in (
            "3 new, 1 the same, 1 different and left alone, 3 with an error?",
            "'cases.csv' (",
            "SHA-256",
            "New suite: 'Shop of gifts / Cards'",
            "New: 'A code of next year @next' in 'Coupons'",
            "Left out: line 6 of 'cases.csv': its priority is 'urgent'",
        ):
            assert part in question
        assert answer["counts"] == {"same": 1, "left": 1, "created": 3, "error": 3}
        made = await a_test(d, "A code of next year")
        assert made["suite_id"] == COUPONS
        assert made["priority"] == "high"
        assert made["description"] == "### Steps\n\n* Enter it\n  *Expected*: It is refused"
        kept = await read_test(d, "c0de0015")
        assert kept["priority"] != "low"
        error = await d.refusal(IMPORT, file=str(folder / "cases.csv"), dry_run=False)
        assert "There is nothing to import: 4 the same, 1 different and left alone, 3 with an error." in error
        assert "Nothing was sent." in error


async def test_with_update_tests_that_differ_are_changed_and_keep_their_tags(folder: Path) -> None:
    (folder / "cases.csv").write_text("Title,Suite,Priority\nAn expired code is refused,Coupons,low\n")
    async with desk(told=opened(folder)) as d:
        before = await a_test(d, "An expired code is refused")
        answer = await d.answer(IMPORT, file=str(folder / "cases.csv"), dry_run=False, update=True)
        assert "no undo" in d.asked[0]
        assert answer["counts"] == {"updated": 1}
        after = await a_test(d, "An expired code is refused")
    assert (before["priority"], after["priority"]) == ("critical", "low")
    assert (after["title"], after["description"]) == (before["title"], before["description"])


@both_eras
async def test_a_no_brings_nothing_in(folder: Path, mode: str) -> None:
    async with desk(mode, told=opened(folder), person=NO) as d:
        assert "Nothing was sent" in await d.refusal(IMPORT, file=str(folder / "cases.csv"), dry_run=False)
        assert d.writes("testomatio") == []


async def test_a_feature_becomes_a_suite_with_its_scenarios_and_their_steps(folder: Path) -> None:
    async with desk(told=opened(folder)) as d:
        await d.answer(IMPORT, file=str(folder / "coupons.feature"), dry_run=False)
        made = await a_test(d, "A code of next year")
        outline = await a_test(d, "A code in <country>")
    assert made["title"] == "A code of next year @regression @smoke"
    assert made["description"] == (
        "### Preconditions\n\nGiven a cart\n\n### Steps\n\n* When I enter it\n  *Expected*: Then it is refused"
    )
    assert outline["description"].startswith("Examples, 1 row\n\n| country |\n| --- |\n| Norway |\n\n### Preconditions")


async def test_the_markdown_that_the_platform_exports_comes_back_as_the_same(folder: Path) -> None:
    async with desk(told=opened(folder)) as d:
        files = (await d.answer("testomatio_list_test_ids", kind="files", suite_ids=[COUPONS]))["items"]
        (folder / "coupons.md").write_text(files[0]["content"])
        answer = await d.answer(IMPORT, file=str(folder / "coupons.md"), update=True)
        assert answer["counts"].keys() == {"same"}
        (folder / "coupons.md").write_text(files[0]["content"].replace("* Open the bundle", "* Unwrap the bundle"))
        answer = await d.answer(IMPORT, file=str(folder / "coupons.md"), update=True)
        assert answer["counts"]["changed"] >= 1
        assert answer["rows"][0]["why"] == "Changes description."


async def test_a_folder_of_files_is_read_whole_and_a_test_in_two_files_is_an_error(folder: Path) -> None:
    async with desk(told=opened(folder)) as d:
        answer = await d.answer(IMPORT, file=str(folder))
    twice = [row for row in answer["rows"] if "is the same test" in row.get("why", "")]
    assert [(row["file"], row["why"]) for row in twice] == [
        ("coupons.feature", "line 4 of 'cases.csv' is the same test")
    ]


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("a.csv", b'Title\n"A', ": The row in line 2 has a quotation mark that is not closed."),
        ("a.csv", "Title\nKäse".encode("latin-1"), "is not in UTF-8: line 2"),
        ("a.feature", b"Scenario: a", ": The file is not Gherkin: line 1"),
        ("a.md", b"# A\n", ": It is not the Markdown that Testomat.io exports"),
        ("a.md", b"<!-- test\nid: @T12345678\n", "has no end"),
        ("a.txt", b"A", "Only .csv, .feature, .md files"),
        ("a.csv", b"Title\n" + b"x" * 2**21, "bytes; from 1 to"),
    ],
)
async def test_a_file_that_cannot_be_read_is_refused_before_anything_else(
    tmp_path: Path, name: str, text: bytes, sentence: str
) -> None:
    (tmp_path / name).write_bytes(text)
    async with desk(told=opened(tmp_path)) as d:
        error = await d.refusal(IMPORT, file=str(tmp_path / name), dry_run=False)
        assert sentence in error
        assert error.count("Nothing was sent.") == 1
        assert [len(d.sandboxes.journal), d.asked] == [0, []]


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ("A,", "it names no suite; give suite_id for such test cases"),
        (
            "B,Web shop/Checkout/Cart/Discounts/Coupons/More",
            "suite c0ffee01 'Coupons' holds tests and cannot hold suite 'More'",
        ),
        ("A,New\nB,New/More", "its suite 'New' would hold tests and the suites of other rows; only one is possible"),
    ],
)
async def test_a_row_that_has_no_place_is_an_error_that_says_why(tmp_path: Path, rows: str, why: str) -> None:
    (tmp_path / "a.csv").write_text(f"Title,Suite\n{rows}\n")
    async with desk(told=opened(tmp_path)) as d:
        answer = await d.answer(IMPORT, file=str(tmp_path / "a.csv"))
    assert why in [row.get("why") for row in answer["rows"]]


async def test_a_test_that_one_row_names_by_id_and_another_by_title_is_imported_once(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "Id,Title,Suite,Priority\nc0de0010,An expired code is refused,Coupons,low\n"
        ",An expired code is refused,Coupons,high\n"
    )
    async with desk(told=opened(tmp_path)) as d:
        answer = await d.answer(IMPORT, file=str(tmp_path / "a.csv"), update=True)
    assert answer["counts"] == {"changed": 1, "error": 1}
    assert "line 2 of 'a.csv' is the same test" in [row["why"] for row in answer["rows"]]


async def test_with_a_suite_all_tests_go_into_it_and_with_a_folder_below_it(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Title,Suite\nA new one,Anything\n")
    async with desk(told=opened(tmp_path)) as d:
        await d.answer(IMPORT, file=str(tmp_path / "a.csv"), suite_id=COUPONS, dry_run=False)
        assert (await a_test(d, "A new one"))["suite_id"] == COUPONS
        answer = await d.answer(IMPORT, file=str(tmp_path / "a.csv"), suite_id="f01de004", dry_run=False)
        assert answer["new_suites"] == ["Anything"]
        made = await d.answer("testomatio_get_suite_tree", suite_id="f01de004")
        assert "Anything" in [row["title"] for row in made["items"]]


async def test_where_a_suite_cannot_be_made_no_test_is_sent(folder: Path) -> None:
    async with desk(told=opened(folder)) as d:
        path = "/api/v2/harbour-shop-6f98f/suites"
        await d.fault(platform="testomatio", method="POST", path=path, times=1, status=422)
        error = await d.refusal(IMPORT, file=str(folder / "cases.csv"), dry_run=False)
        assert "422" in error
        assert [line for line in d.writes("testomatio") if "tests" in line] == []
