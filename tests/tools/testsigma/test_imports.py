"""A JUnit file goes into a run after a yes, is followed to its end, and what was not taken over is named."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from mcp.types import ElicitResult

from tests.desk import ERAS, NO, YES, Desk, desk, sandboxes, settings
from tools.kit.wait import Pace
from tools.testsigma.tools import imports

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)

IMPORT, GET = "testsigma_import_junit_results", "testsigma_get_import"
JUNIT = """<?xml version="1.0"?>
<testsuites><testsuite name="coupons">
  <testcase classname="coupons" name="HRB-5 takes a code off"/>
  <testcase classname="coupons" name="An expired code is refused"><failure message="49.90 became 44.91"/></testcase>
  <testcase classname="cart" name="A case that nobody has"/>
</testsuite></testsuites>
"""


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "SANDBOX_PACE", Pace(first=0.01, last=0.02))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "results.xml").write_text(JUNIT)
    (tmp_path / "broken.xml").write_text("<html>")
    (tmp_path / "results.json").write_text("{}")
    return tmp_path


def opened(folder: Path) -> Any:
    return settings({"TESTDESK_UPLOAD_DIRS": str(folder)})


@both_eras
async def test_a_yes_imports_a_file_and_partial_failures_are_named(folder: Path, mode: str) -> None:
    told: list[str | None] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        told.append(message)

    async with desk(mode, told=opened(folder)) as d:
        arguments = {"run_id": "HRB-R-5", "file": str(folder / "results.xml")}
        result = await d.client.call_tool(IMPORT, arguments, progress_callback=hear)
        done = result.structured_content or {}
        assert done["done"] == "Imported, but for 1 result that the platform rejected."
        assert (done["status"], done["imported"], done["failed"], done["run_id"]) == ("completed", 2, 1, "HRB-R-5")
        assert done["errors"] == ["No test case matches 'A case that nobody has'"]
        assert "errors[]" in done["written_by_others"]
        (question,) = d.asked
        for part in (
            "'results.xml' (",
            f" bytes, SHA-256 {hashlib.sha256((folder / 'results.xml').read_bytes()).hexdigest()[:16]}\u2026; "
            "3 tests, 1 failed, 0 skipped)",
            "HRB-R-5 'Release 9.0.1 coupons, automated'",
            "overwrites the statuses",
            "none of 8 test cases have a result so far (8 UnTested)",
            "not documented",
            "no undo",
        ):
            assert part in question
        body: Any = next(e for e in d.sandboxes.journal.entries() if e.method == "POST").body
        assert [name for name, _ in body["form"]] == ["junit_xml"]
        page = await d.answer("testsigma_get_run_results", run_id="HRB-R-5")
        assert {row["id"]: row["said"] for row in page["items"]}["HRB-7"] == "Failed"
    assert any("pending" in (message or "") for message in told)
    assert any("in_progress" in (message or "") for message in told)


@both_eras
async def test_a_file_that_is_replaced_while_the_user_reads_is_asked_about_again(folder: Path, mode: str) -> None:
    file = folder / "results.xml"
    before = file.read_text()

    def person(message: str) -> ElicitResult:
        file.write_text(before.replace("A case that nobody has", "A case that no one has"))
        return YES

    async with desk(mode, person=person, told=opened(folder)) as d:
        await d.answer(IMPORT, run_id="HRB-R-5", file=str(file))
        assert len(d.asked) == 2


@both_eras
async def test_a_no_sends_no_file(folder: Path, mode: str) -> None:
    async with desk(mode, person=NO, told=opened(folder)) as d:
        assert "Nothing was sent" in await d.refusal(IMPORT, run_id="HRB-R-5", file=str(folder / "results.xml"))
        assert d.writes("testsigma") == []


async def test_a_question_counts_what_an_import_would_write_over(folder: Path) -> None:
    async with desk(told=opened(folder)) as d:
        await d.answer(IMPORT, run_id="HRB-R-4", file=str(folder / "results.xml"))
        assert "13 of 18 test cases have a result so far (9 Passed, 5 UnTested, 4 Failed)" in d.asked[0]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("nowhere.xml", "There is no such file"),
        ("results.json", "Only .xml files can be uploaded"),
        ("../outside.xml", "may be uploaded"),
    ],
)
async def test_a_file_that_may_not_be_sent_is_refused_before_anybody_is_asked(
    folder: Path, name: str, sentence: str
) -> None:
    (folder.parent / "outside.xml").write_text(JUNIT)
    async with desk(told=opened(folder)) as d:
        assert sentence in await d.refusal(IMPORT, run_id="HRB-R-5", file=str(folder / name))
        assert d.asked == []
        assert d.arrived(platform="testsigma") == []


async def test_without_allowed_directories_no_file_is_read(folder: Path) -> None:
    async with desk() as d:
        told = await d.refusal(IMPORT, run_id="HRB-R-5", file=str(folder / "results.xml"))
        assert "TESTDESK_UPLOAD_DIRS names no directory" in told


async def test_a_closed_run_is_refused_before_anybody_is_asked(folder: Path) -> None:
    async with desk(told=opened(folder)) as d:
        told = await d.refusal(IMPORT, run_id="HRB-R-3", file=str(folder / "results.xml"))
        assert "is closed" in told
        assert d.asked == []


async def started(d: Desk, folder: Path) -> dict[str, Any]:
    return await d.answer(IMPORT, run_id="HRB-R-5", file=str(folder / "results.xml"), minutes=0)


async def test_an_import_that_fails_on_the_way_says_why(folder: Path) -> None:
    async with desk(told=opened(folder)) as d:
        begun = await started(d, folder)
        await d.answer("testsigma_close_test_run", run_id="HRB-R-5")
        done = await d.answer(GET, project="HRB", import_id=begun["import_id"], minutes=1)
        assert (done["done"], done["status"]) == ("The import failed; results may be missing.", "failed")
        assert "is closed" in done["errors"][0]


async def test_an_import_that_is_not_done_in_time_is_looked_at_later(folder: Path) -> None:
    async with desk(told=opened(folder)) as d:
        begun = await started(d, folder)
        assert (begun["done"], begun["status"]) == ("Still running.", "pending")
        assert begun["next"] == "testsigma_get_import with project HRB and this import_id shows how it ends."
        seen = await d.answer(GET, project="HRB", import_id=begun["import_id"])
        assert seen["status"] == "in_progress"
        seen = await d.answer(GET, project="HRB", import_id=begun["import_id"], minutes=1)
        assert (seen["status"], seen["failed"]) == ("completed", 1)


async def test_a_look_that_fails_tells_that_the_import_goes_on(folder: Path) -> None:
    async with desk(told=opened(folder)) as d:
        order = {"platform": "testsigma", "method": "GET", "path": "/projects/*/junit-imports/*", "times": 9}
        await d.fault(**order, status=404, body={"message": "gone"})
        told = await d.refusal(IMPORT, run_id="HRB-R-5", file=str(folder / "results.xml"))
        assert "The import was started as " in told
        assert "do not start it again" in told
        assert len(d.writes("testsigma")) == 1


@pytest.mark.parametrize(
    ("import_id", "sentence"),
    [
        ("00000000-0000-4000-8000-000000000000", "has no import"),
        ("../../users", "is no import's id; testsigma_import_junit_results returns one"),
    ],
)
async def test_an_unknown_import_says_where_ids_come_from(import_id: str, sentence: str) -> None:
    async with desk() as d:
        assert sentence in await d.refusal(GET, project="HRB", import_id=import_id)


async def test_the_path_takes_the_human_id_of_the_run(folder: Path) -> None:
    world = sandboxes()
    async with desk(told=opened(folder), world=world) as d:
        await started(d, folder)
        assert d.writes("testsigma")[0].endswith("/junit-import/test-run/HRB-R-5")
