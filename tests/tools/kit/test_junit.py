"""The results in JUnit files as runners write them, and folders of such files."""

from pathlib import Path

import pytest

from tools.kit.errors import Refused
from tools.kit.junit import LONGEST_TEXT, UNNAMED, JUnitResult, read_junit_results
from tools.kit.upload import open_upload
from tools.kit.upload_folder import files_in

pytestmark = pytest.mark.anyio

SUREFIRE = """<testsuites><testsuite name="shop"><testsuite name="cart" file="cart.spec.ts">
  <testcase name="flaky" classname="Cart" time="1,234.5"><flakyFailure message="once">at 1</flakyFailure></testcase>
  <testcase name="twice"><failure message="first">one</failure><failure message="second">two</failure></testcase>
  <testcase name="late" time="NaN"><error type="Timeout"/><system-out>much</system-out></testcase>
  <testcase name="off" file="own.ts"><skipped/><properties><property name="id" value="T1"/></properties></testcase>
  <testcase name="off" file="own.ts"/><testcase/>
</testsuite></testsuite></testsuites>"""


async def results_of(folder: Path, text: str) -> list[JUnitResult]:
    (folder / "a.xml").write_text(text)
    async with open_upload(str(folder / "a.xml"), allowed=str(folder), extensions=(".xml",), at_most=2**20) as file:
        return (await read_junit_results(file)).results


async def test_each_test_case_has_its_outcome_names_time_and_first_failure(tmp_path: Path) -> None:
    flaky, twice, late, off, again, unnamed = await results_of(tmp_path, SUREFIRE)
    assert (flaky.status, flaky.message, flaky.milliseconds) == ("passed", None, 1_234_500)
    assert (flaky.suites, flaky.class_name, flaky.file) == (("shop", "cart"), "Cart", "cart.spec.ts")
    assert (twice.status, twice.message, twice.stack) == ("failed", "first", "one")
    assert (late.status, late.message, late.milliseconds) == ("failed", "Timeout", None)
    assert (off.status, off.file, off.properties) == ("skipped", "own.ts", {"id": "T1"})
    assert (again.status, unnamed.name) == ("passed", UNNAMED)


async def test_the_keys_of_results_differ_and_are_the_same_when_a_file_is_read_again(tmp_path: Path) -> None:
    first = [one.key for one in await results_of(tmp_path, SUREFIRE)]
    assert len(set(first)) == len(first)
    assert [one.key for one in await results_of(tmp_path, SUREFIRE)] == first


async def test_a_long_message_is_cut_and_says_so(tmp_path: Path) -> None:
    text = f"<testsuite><testcase name='a'><failure>{'x' * 3 * LONGEST_TEXT}</failure></testcase></testsuite>"
    (result,) = await results_of(tmp_path, text)
    assert result.stack is not None
    assert LONGEST_TEXT < len(result.stack) < LONGEST_TEXT + 100
    assert "more characters" in result.stack


@pytest.mark.parametrize(("count", "sentence"), [(0, "has no .xml file"), (4, "more than 3 .xml files")])
async def test_a_folder_without_reports_or_with_too_many_is_refused(tmp_path: Path, count: int, sentence: str) -> None:
    for number in range(count):
        (tmp_path / f"{number}.xml").write_text("x")
    with pytest.raises(Refused, match=sentence):
        await files_in(str(tmp_path), allowed=str(tmp_path), extensions=(".xml",), at_most=3)


async def test_a_folder_outside_of_the_allowed_ones_is_refused_whether_or_not_it_exists(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name in ("out", "in/../out", "in/../in2"):
        with pytest.raises(Refused, match="may be uploaded"):
            await files_in(str(tmp_path / name), allowed=str(tmp_path / "in"), extensions=(".xml",), at_most=3)
