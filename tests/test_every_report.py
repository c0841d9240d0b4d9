"""Rules over report files: each is read before anybody is asked and before anything is sent."""

from pathlib import Path
from typing import Any

import pytest

from tests.desk import ERAS, NO, desk, settings
from tests.test_every_tool import TOOLS
from tools.kit.toolset import Effect

pytestmark = pytest.mark.anyio

REPORTS: dict[str, dict[str, Any]] = {
    "testery_upload_test_results": {"project_key": "harbour-web", "environment_key": "staging"},
    "testsigma_import_junit_results": {"run_id": "HRB-R-5"},
    "testomatio_import_junit_results": {},
}
OTHER_FILES = {
    "testery_upload_build": "archives and programs, not reports",
    "testery_add_run_file": "files beside a run of any kind; .xml and .json are seen to be whole",
    "testio_upload_binary_app": "an app",
    "testomatio_upload_attachment": "pictures and documents",
    "testomatio_import_test_cases": "test cases, not results: its own tests read them",
    "testsigma_import_test_cases": "test cases, not results: its own tests read them",
}
BAD = {
    "cut off": ("<testsuites>\n<testsuite><testcase name='a'/>", "line 2: the file ends"),
    "escape": ("<testsuite><testcase><failure>\x1b[31mno</failure></testcase></testsuite>", "control character (0x1B)"),
    "entities": ("<!DOCTYPE a [<!ENTITY b 'bb'>]><testsuite><testcase/></testsuite>", "document type"),
    "another format": ("<TestRun><testcase/></TestRun>", "JUnit begins with testsuites"),
    "empty": ("<testsuites/>", "proves nothing"),
}


def test_every_tool_that_takes_a_file_is_in_one_of_the_lists() -> None:
    sending = [(p, t) for p, t in TOOLS if t.effect is not Effect.READS]
    taking = {
        p.name_of(t) for p, t in sending if "file" in t.function.__code__.co_varnames[: t.function.__code__.co_argcount]
    }
    assert taking == set(REPORTS) | set(OTHER_FILES)


@pytest.mark.parametrize("mode", ERAS)
async def test_a_report_that_cannot_be_read_is_refused_before_anything_else(mode: str, tmp_path: Path) -> None:
    async with desk(mode, told=settings({"TESTDESK_UPLOAD_DIRS": str(tmp_path)})) as d:
        for name, arguments in REPORTS.items():
            for text, why in BAD.values():
                (tmp_path / "report.xml").write_text(text)
                told = await d.refusal(name, **arguments, file=str(tmp_path / "report.xml"))
                assert why in told
                assert told.count("Nothing was sent.") == 1
        assert [len(d.sandboxes.journal), d.asked] == [0, []]


async def test_a_question_about_a_report_says_how_many_tests_it_has(tmp_path: Path) -> None:
    report = "<testsuites tests='7'><testsuite><testcase/><testcase><error/></testcase></testsuite></testsuites>"
    (tmp_path / "report.xml").write_text(report)
    async with desk(told=settings({"TESTDESK_UPLOAD_DIRS": str(tmp_path)}), person=NO) as d:
        await d.refusal("testsigma_import_junit_results", run_id="HRB-R-5", file=str(tmp_path / "report.xml"))
    assert "2 tests, 1 failed, 0 skipped (the file itself announces 7)" in d.asked[0]
