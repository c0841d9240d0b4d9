"""JUnit files go into a run after a yes: matched to tests by id or names, overwritten when they come again."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from tests.desk import ERAS, NO, YES, Desk, desk, settings
from tools.kit.asking import question_of
from tools.kit.errors import Refused
from tools.kit.junit import JUnitResult
from tools.kit.network import Account, Network
from tools.kit.toolset import no_progress
from tools.testomatio.client.credentials import PROJECT, TOKEN
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.reporting import IdMap
from tools.testomatio.tools.case_import import import_test_cases
from tools.testomatio.tools.junit_results import import_junit_results
from tools.testomatio.tools.report_matching import Matcher, names_of

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)

IMPORT, SAFARI = "testomatio_import_junit_results", "9a01cb01"
PYTEST = """<testsuites><testsuite name="pytest" tests="3" timestamp="2026-04-14T08:00:00">
  <testcase classname="coupons" name="Renamed in code @Tc0de0010" time="1.5"/>
  <testcase classname="Coupons" name="A valid code lowers the total" time="0.25">
    <failure message="53.80 is not 49.90">at cart.py:12
      assert total == 49.90</failure></testcase>
  <testcase classname="tests.test_new" name="A test that nobody has"><skipped message="later"/></testcase>
</testsuite></testsuites>
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "results.xml").write_text(PYTEST)
    return tmp_path


def opened(folder: Path) -> Any:
    return settings({"TESTDESK_UPLOAD_DIRS": str(folder)})


async def results_in(d: Desk, run_id: str) -> dict[str, tuple[str, str | None]]:
    await d.control("clock", advance="1m")
    rows = (await d.answer("testomatio_list_results", run_id=run_id))["items"]
    return {row["test_id"]: (row["status"], row.get("message")) for row in rows if row["status"] != "pending"}


@both_eras
async def test_a_yes_opens_a_run_reports_what_matches_and_finishes_it(folder: Path, mode: str) -> None:
    async with desk(mode, told=opened(folder)) as d:
        answer = await d.answer(IMPORT, file=str(folder / "results.xml"), title="Nightly", env="staging")
        (question,) = d.asked
        for part in (
            "Report 2 results of JUnit files into a new run",
            "'results.xml'",
            "3 tests, 1 failed, 1 skipped",
            "1 by id, 1 by suite and title; 1 result without a test",
            "'A test that nobody has'. No test has this title.",
            "cannot delete it",
        ):
            assert part in question
        assert answer["done"] == "2 of 2 results accepted; the run is finished."
        assert answer["unmatched"] == [{"test": "A test that nobody has", "why": "No test has this title."}]
        run = (await d.answer("testomatio_get_run", run_id=answer["run_id"]))["run"]
        assert (run["title"], run["status"]) == ("Nightly", "failed")
        seen = await results_in(d, answer["run_id"])
    assert {status for status, _ in seen.values()} == {"passed", "failed"}
    assert seen["c0de0010"][0] == "passed"
    assert ("failed", "53.80 is not 49.90") in seen.values()


@both_eras
async def test_the_same_file_again_overwrites_its_results_in_the_run(folder: Path, mode: str) -> None:
    async with desk(mode, told=opened(folder)) as d:
        for _ in range(2):
            await d.answer(IMPORT, file=str(folder / "results.xml"), run_id=SAFARI)
            first = await results_in(d, SAFARI)
        world = d.sandboxes.sandboxes["testomatio"].world
        stored = [one for one in world.results.of_run(SAFARI) if one.rid]
    assert len(stored) == len({one.test_id for one in stored}) == 2
    assert {one.retries for one in stored} == {0}
    assert "c0de0010" in first


async def test_a_dry_run_asks_nobody_and_sends_nothing(folder: Path) -> None:
    async with desk(told=opened(folder)) as d:
        answer = await d.answer(IMPORT, file=str(folder / "results.xml"), dry_run=True)
        assert answer["matched_by"] == {"id": 1, "suite and title": 1}
        assert answer["done"].startswith("Nothing was sent. 2 results would be")
        assert [d.asked, d.writes("testomatio")] == [[], []]


@both_eras
async def test_a_no_opens_no_run(folder: Path, mode: str) -> None:
    async with desk(mode, told=opened(folder), person=NO) as d:
        assert "Nothing was sent" in await d.refusal(IMPORT, file=str(folder / "results.xml"))
        assert d.writes("testomatio") == []


async def test_a_folder_is_read_whole_without_links_and_hidden_files(folder: Path, tmp_path: Path) -> None:
    shard = folder / "shard-2"
    shard.mkdir()
    (shard / "more.xml").write_text('<testsuite><testcase name="@Tc0de0015"/></testsuite>')
    (folder / ".hidden.xml").write_text("<html>")
    (folder / "notes.txt").write_text("no report")
    (folder / "linked.xml").symlink_to("/etc/hostname")
    async with desk(told=opened(folder)) as d:
        answer = await d.answer(IMPORT, file=str(folder), dry_run=True)
    assert answer["matched_by"] == {"id": 2, "suite and title": 1}


async def test_names_that_match_no_test_are_created_only_on_demand(folder: Path) -> None:
    (folder / "results.xml").write_text(
        '<testsuite name="New"><testcase name="A test that nobody has"/><testcase name="x @Tdeadbeef"/></testsuite>'
    )
    async with desk(told=opened(folder)) as d:
        error = await d.refusal(IMPORT, file=str(folder / "results.xml"))
        assert "With create, tests are made" in error
        assert "Nothing was sent." in error
        answer = await d.answer(IMPORT, file=str(folder / "results.xml"), create=True)
        assert "1 test would be created" in d.asked[0]
        assert [one["why"] for one in answer["unmatched"]] == [
            "No test has this title.",
            "The project has no test Tdeadbeef.",
        ]
        found = await d.answer("testomatio_list_tests", text="A test that nobody has")
        assert len(found["items"]) == 1


async def test_a_batch_that_breaks_off_leaves_the_run_open_and_says_how_to_go_on(folder: Path) -> None:
    async with desk(told=opened(folder), person=YES) as d:
        await d.fault(platform="testomatio", method="POST", path="/api/reporter/*/testrun", times=1, status=503)
        answer = await d.answer(IMPORT, file=str(folder / "results.xml"))
        assert answer["accepted"] == 0
        assert f"Call it again with run_id {answer['run_id']}" in answer["next"]
        run = (await d.answer("testomatio_get_run", run_id=answer["run_id"]))["run"]
        assert run["status"] == "running"


KNOWN = IdMap(
    tests={
        "cart.spec.ts#Cart#adds an article @smoke": "@Taaaaaaa1",
        "Cart#adds an article @smoke": "@Taaaaaaa1",
        "tests/test_cart.py#test_cart#test_total": "@Taaaaaaa2",
        "Login#signs in": "@Taaaaaaa3",
        "Admin#signs in": "@Taaaaaaa4",
    }
)


@pytest.mark.parametrize(
    ("result", "test_id", "how"),
    [
        (JUnitResult("Cart \u203a adds an article", "cart.spec.ts", ("cart.spec.ts",)), "aaaaaaa1", "file, suite"),
        (JUnitResult("Cart adds an article", "Cart adds an article", ("Cart",)), "aaaaaaa1", "suite"),
        (JUnitResult("adds  an ARTICLE", "Basket"), "aaaaaaa1", "title alone"),
        (JUnitResult("test_total[3-4]", "tests.test_cart", file="tests/test_cart.py"), "aaaaaaa2", "file, suite"),
        (JUnitResult("x", properties={"test_id": "Taaaaaaa3"}), "aaaaaaa3", "id"),
        (JUnitResult("signs in", "Admin"), "aaaaaaa4", "suite"),
        (JUnitResult("signs in"), None, "Several tests"),
        (JUnitResult("x @Tbbbbbbb1"), None, "no test Tbbbbbbb1"),
        (JUnitResult("mail@Taaaaaaa3.test"), None, "No test has"),
    ],
    ids=str,
)
def test_a_result_matches_by_id_then_by_names_as_its_runner_writes_them(
    result: JUnitResult, test_id: str | None, how: str
) -> None:
    match = Matcher(KNOWN).match(result)
    assert match.test_id == test_id
    assert how in match.how


def test_parameters_of_pytest_become_the_values_of_an_example() -> None:
    names = names_of(JUnitResult("test_total[3-4]", "tests.test_cart.TestCart"))
    assert (names.title, names.suite, names.example) == ("test_total", "tests.test_cart.TestCart", "3-4")


@pytest.mark.parametrize("act", [import_junit_results, import_test_cases], ids=lambda act: act.__name__)
async def test_over_a_connection_without_tls_no_file_is_read(act: Any) -> None:
    held = {TOKEN: SecretStr("tstmt_project0token")}
    api = Testomatio(Account("Testomat.io", "http://host.example", Network(), held, {PROJECT: "shop"}))
    with pytest.raises(Refused, match="has no TLS"):
        await question_of(act(api, no_progress, "/reports/a.xml"))
