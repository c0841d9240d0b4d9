"""Test cases in CSV and Gherkin: what is read, and the sentence for each file that cannot be."""

import codecs

import pytest

from tools.kit.cases.case import CaseFile, CaseStep
from tools.kit.cases.csv_file import read_csv
from tools.kit.cases.gherkin_file import read_gherkin
from tools.kit.cases.reading import decode
from tools.kit.errors import Refused

CSV = """ID,Title,Folder,Priority,Tags,Steps,Expected result,Owner team
T1,Pay by card,Shop / Payment,high,"smoke, payment","1. Open
2. Pay","A form
A receipt",x
,,,,,3. Leave,Signed out,
,"Two ""quoted"" words",Shop,,,Only one,,y
"""
FEATURE = """# language: de
@shop
Funktionalität: Kasse
  Grundlage:
    Angenommen ein Korb

  @T1234abcd @smoke
  Szenario: Code einlösen
    Wenn ich den Code eingebe
      | Code  |
      | OLD10 |
    Dann sinkt der Preis
    Und ich sehe einen Hinweis
    Wenn ich zahle

  Regel: Nur in der EU
    Szenariogrundriss: Versand nach <Land>
      Wenn ich <Land> wähle
      Dann kostet es <Preis>

      Beispiele: nah
        | Land | Preis |
        | AT   | 4.90  |
"""


def why(file: CaseFile) -> list[tuple[int, str]]:
    return [(one.line, one.why) for one in file.faults]


def test_a_csv_file_has_a_case_for_each_row_with_a_title_and_steps_of_the_rows_below() -> None:
    file = read_csv(CSV)
    first, second = file.cases
    assert (first.line, first.id, first.title, first.suites) == (2, "T1", "Pay by card", ("Shop", "Payment"))
    assert (first.priority, first.tags) == ("high", ("smoke", "payment"))
    assert first.steps == (CaseStep("Open", "A form"), CaseStep("Pay", "A receipt"), CaseStep("Leave", "Signed out"))
    assert (second.line, second.title, second.steps) == (6, 'Two "quoted" words', (CaseStep("Only one"),))
    assert file.faults == []
    assert [note.replace("\x02i60:", "'").replace("\x03", "'") for note in file.notes] == [
        "Columns that are not imported: 'Owner team'."
    ]


@pytest.mark.parametrize("text", ["Title;Steps\nA;x, y", "Title\tSteps\nA\tx, y", "sep=;\nTitle;Steps\nA;x, y"])
def test_the_delimiter_of_a_csv_file_is_that_of_its_header(text: str) -> None:
    (case,) = read_csv(text).cases
    assert (case.title, case.steps, case.line) == ("A", (CaseStep("x, y"),), text.count("\n") + 1)


def test_a_scenario_is_a_case_with_outcomes_as_what_is_expected_of_the_step_before() -> None:
    redeem, ship = read_gherkin(FEATURE).cases
    assert (redeem.title, redeem.suites, redeem.line) == ("Code einlösen", ("Kasse",), 8)
    assert redeem.tags == ("shop", "T1234abcd", "smoke")
    assert redeem.preconditions == "Angenommen ein Korb"
    assert redeem.steps == (
        CaseStep(
            "Wenn ich den Code eingebe\n| Code |\n| --- |\n| OLD10 |",
            "Dann sinkt der Preis\nUnd ich sehe einen Hinweis",
        ),
        CaseStep("Wenn ich zahle"),
    )
    assert ship.title == "Versand nach <Land>"
    assert ship.description == (
        "Rule: Nur in der EU\n\nBeispiele: nah, 1 row\n\n| Land | Preis |\n| --- | --- |\n| AT | 4.90 |"
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('Title,Steps\nA,"x\nB,y\n', "The row in line 2 has a quotation mark that is not closed."),
        ('Title,Steps\nA,"x" y\n', "line 2 has text after a closed quotation mark"),
        ("Steps,Notes\nA,b\n", "none of them is the title"),
        ("Title,Name\nA,b\n", "Two columns can be the title"),
        ("Title,Steps\n", "no test case"),
        ("\n \n", "no header"),
        (f"Title\n{'x' * 200_000}\n", "a cell that is too long"),
        ("Title\n" + "".join(f"case {number}\n" for number in range(501)), "more than 500 test cases"),
    ],
    ids=["unclosed", "after", "no title", "twice", "empty", "nothing", "long", "many"],
)
def test_a_csv_file_that_cannot_be_read_gets_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        read_csv(text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("hello\n", "not Gherkin: line 1"),
        ("", "no feature"),
        ("# language: xx\nFeature: a\n", "Language not supported: xx"),
        (
            "Feature: a\n Scenario Outline: b\n  Given <x>\n  Examples:\n   |x|\n   |1|\n   Given y\n",
            "line 7: .*Given y",
        ),
        ("Feature: a\n  Scenario: b\n    Given c\n      | x | y |\n      | 1 |\n", "line 5: .*inconsistent cell count"),
        ("Feature: a\n", "no test case"),
    ],
)
def test_a_feature_that_cannot_be_read_gets_a_sentence_with_the_line(text: str, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        read_gherkin(text)


def test_rows_that_cannot_be_imported_are_named_by_line_and_the_others_are_read() -> None:
    file = read_csv(
        "Id,Title,Suite,Steps\n,A,S,x\n,a,s,y\n,,S,z\n1,C,S,\n3,D,S,a,b\n"
        f"4,{'t' * 501},S,\n5,F,{'/'.join('abcdefghijk')},\n6,Good,Other,\n1,E,S,\n"
    )
    assert [case.title for case in file.cases] == ["A", "C", "Good"]
    assert why(file) == [
        (3, "line 2 has the same title in the same suite"),
        (4, "it has no title"),
        (6, "it has 5 cells, the header 4: is a text with ',' not in quotes?"),
        (7, "its title has 501 characters; 500 are possible"),
        (8, "it is in 11 nested suites; 10 are possible"),
        (10, "line 5 has the same id"),
    ]


def test_cells_that_begin_as_formulas_do_are_text_and_are_mentioned() -> None:
    file = read_csv('Title,Steps\n"=HYPERLINK(""x"")",a\nB,"- a\n- b"\nC,@SUM(A1)\nD,-5 degrees\n')
    assert len(file.cases) == 4
    (note,) = file.notes
    assert note.startswith("2 test cases have a text that begins as a formula does (lines 2, 5).")


@pytest.mark.parametrize(
    "raw",
    [
        codecs.BOM_UTF8 + "Title\r\nKäse\r\n".encode(),
        "\ufeffTitle\rKäse\r".encode("utf-16-le"),
        "\ufeffTitle\nKäse".encode("utf-16-be"),
    ],
)
def test_marks_of_encodings_and_line_breaks_of_any_kind_are_no_part_of_a_text(raw: bytes) -> None:
    (case,) = read_csv(decode(raw, "a.csv")).cases
    assert case.title == "Käse"


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        ("Title\nKäse".encode("latin-1"), "line 2 has the byte 0xE4. Save it as UTF-8"),
        (b"Title\nA\x00B", "line 2 has the control character 0x00"),
        (codecs.BOM_UTF16_LE + b"abc", "not in UTF-8"),
    ],
)
def test_a_file_in_another_encoding_gets_a_sentence(raw: bytes, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        decode(raw, "a.csv")


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (["  Scenario: s"] * 501, "more than 500 test cases"),
        ([""] * 10_002, "more than 10,000 lines"),
        (["  Scenario: b", "    Given c", "|" * 10_001], "Line 4 is longer than 10,000 characters"),
    ],
    ids=["scenarios", "lines", "cells"],
)
def test_a_feature_that_would_take_the_parser_long_is_refused_first(lines: list[str], sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        read_gherkin("\n".join(["Feature: a", *lines]))


def test_rows_of_steps_without_end_make_one_case_that_is_refused() -> None:
    (fault,) = read_csv("Title,Steps\nA,b\n" + ",c\n" * 5_000).faults
    assert fault.why == "it has more than 200 steps"
