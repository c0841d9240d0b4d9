"""Report files are read before they are sent: whole, counted, with nothing in them that grows."""

import tracemalloc
from pathlib import Path

import pytest

from tools.kit.errors import Refused
from tools.kit.reports import DEEPEST, read_json, read_junit, read_xml
from tools.kit.text import quote
from tools.kit.upload import open_upload

pytestmark = pytest.mark.anyio

ESC = "\x1b"
GOOD = """<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="9">
 <testsuite><testcase name="a"/><testcase name="b"><failure message="x">no</failure></testcase></testsuite>
 <testsuite>
  <testcase name="c"><skipped/></testcase>
  <testcase name="d"><error/><failure/><properties><skipped/></properties></testcase>
 </testsuite>
</testsuites>
"""


async def read(folder: Path, text: str | bytes, name: str = "report.xml", reader: object = read_junit) -> str:
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    async with open_upload(
        str(folder / name), allowed=str(folder), extensions=(".xml", ".json"), at_most=2**30
    ) as file:
        return str(await reader(file))  # type: ignore[operator]


async def test_test_cases_are_counted_one_by_one(tmp_path: Path) -> None:
    told = await read(tmp_path, GOOD)
    assert told == "4 tests, 2 failed, 1 skipped (the file itself announces 9)"
    assert await read(tmp_path, GOOD.replace('tests="9"', 'tests="4"')) == "4 tests, 2 failed, 1 skipped"
    assert await read(tmp_path, '<testsuite><testcase name="\u00e4"/></testsuite>') == "1 test, 0 failed, 0 skipped"
    utf16 = '<?xml version="1.0" encoding="UTF-16"?><testsuite><testcase/></testsuite>'.encode("utf-16")
    assert await read(tmp_path, utf16) == "1 test, 0 failed, 0 skipped"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (GOOD[:300], r"line 6: the file ends before its root element is closed"),
        (GOOD[:120], r"line 3: the file ends"),
        (GOOD.replace("no<", f"no{ESC}[31m<"), r"line 3: a control character \(0x1B\)"),
        (GOOD.replace("no<", "no&#27;<"), "line 3: a character is named there"),
        (GOOD.replace("</failure>", ""), "line 3: a closing tag does not fit"),
        ("<html>\n<testcase/></html>", r"line 1: its root element is .*html.*JUnit begins with testsuites"),
        ('<!DOCTYPE t SYSTEM "http://127.0.0.1/x"><testsuite><testcase/></testsuite>', "document type"),
        ('<!DOCTYPE t [<!ENTITY a "aaaa">]><testsuite><testcase>&a;</testcase></testsuite>', "document type"),
        ("<testsuite><testcase>&a;</testcase></testsuite>", "entity"),
        ("<testsuite>" * 201, "200 deep"),
        ("words", "line 1: it is not well-formed"),
        ('<?xml version="1.0" encoding="klingon"?><testsuite/>', "encoding is not known"),
        ("<testsuites/>", "has no test case, so it proves nothing"),
        ('<testsuites tests="5"><testsuite/></testsuites>', "proves nothing"),
        (b"\xff\xfe\x00", "line 1"),
    ],
)
async def test_what_is_no_whole_report_is_refused_with_line_and_reason(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(Refused, match=why) as refused:
        await read(tmp_path, text)
    assert str(refused.value).endswith("Nothing was sent.")
    assert "expat" not in str(refused.value).casefold()


async def test_a_large_report_takes_no_memory_and_a_tag_that_never_ends_is_refused(tmp_path: Path) -> None:
    case = f'<testcase name="a"><system-out><![CDATA[{"words " * 3000}]]></system-out></testcase>\n'
    text = f"<testsuite>{case * 1500}</testsuite>"
    assert len(text) > 25 * 2**20
    tracemalloc.start()
    assert await read(tmp_path, text) == "1500 tests, 0 failed, 0 skipped"
    del text
    tracemalloc.reset_peak()
    before, _ = tracemalloc.get_traced_memory()
    async with open_upload(
        str(tmp_path / "report.xml"), allowed=str(tmp_path), extensions=(".xml",), at_most=2**30
    ) as file:
        await read_junit(file)
    peak = tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()
    assert peak < 4 * 2**20
    with pytest.raises(Refused, match="one tag is larger"):
        await read(tmp_path, f'<testsuite name="{"a" * 6 * 2**20}"><testcase/></testsuite>')


async def test_other_files_are_whole_too(tmp_path: Path) -> None:
    doctype = '<!DOCTYPE coverage SYSTEM "http://x/coverage.dtd">'
    await read(tmp_path, f"{doctype}<coverage/>", reader=read_xml)
    await read(tmp_path, '{"a": [1]}', "a.json", read_json)
    for text, name, reader in (
        (f"{doctype.replace('>', ' [<!ENTITY a x>]>')}<coverage/>", "a.xml", read_xml),
        ("<coverage>", "a.xml", read_xml),
        ('{"a": [1', "a.json", read_json),
        ("[" * 200_000, "a.json", read_json),
    ):
        with pytest.raises(Refused, match=r"Nothing was sent\."):
            await read(tmp_path, text, name, reader)


@pytest.mark.parametrize(
    ("inside", "counts"),
    [
        ("", "0 failed, 0 skipped"),
        ("<error/>", "1 failed, 0 skipped"),
        ("<failure/>", "1 failed, 0 skipped"),
        ("<skipped/>", "0 failed, 1 skipped"),
        ("<skipped/><error/>", "1 failed, 0 skipped"),
        ("<skipped/><failure/>", "1 failed, 0 skipped"),
        ("<properties><error/><skipped/></properties>", "0 failed, 0 skipped"),
        ("<x:failure xmlns:x='y'/>", "1 failed, 0 skipped"),
    ],
)
async def test_a_test_case_counts_by_the_elements_directly_in_it(tmp_path: Path, inside: str, counts: str) -> None:
    text = f"<testsuite><testcase>{inside}</testcase></testsuite>"
    assert await read(tmp_path, text) == f"1 test, {counts}"


@pytest.mark.parametrize(
    ("claim", "announced"), [("1", False), (" 1 ", False), ("2", True), ("\u00b2", False), ("1000000000", False)]
)
async def test_a_count_that_the_file_announces_is_told_where_it_is_another(
    tmp_path: Path, claim: str, announced: bool
) -> None:
    told = await read(tmp_path, f'<testsuite tests="{claim}"><testcase/></testsuite>')
    assert ("the file itself announces" in told) is announced


@pytest.mark.parametrize("before", [0, 200_000])
async def test_a_control_character_is_named_wherever_it_stands(tmp_path: Path, before: int) -> None:
    text = f"<testsuite><testcase/>\n{'x' * before}{ESC}</testsuite>"
    with pytest.raises(Refused, match=r"is no JUnit file that can be read: line 2: a control character \(0x1B\)"):
        await read(tmp_path, text)


async def test_a_refused_file_is_named_with_its_kind_and_the_line(tmp_path: Path) -> None:
    name = quote("a.xml", at_most=200)
    for text, reader, kind in (
        ("<a>\n</b>", read_xml, "XML file that can be read: line 2: a closing tag does not fit the one that is open"),
        (
            "<a>\n",
            read_xml,
            "XML file that can be read: line 2: the file ends before its root element is closed, so it is cut off",
        ),
        ('{\n"a": [1', read_json, "JSON file that can be read: line 2: it is cut off or not well-formed there"),
        ("[" * 200_000, read_json, "JSON file that can be read: line 1: it is not JSON in Unicode, or nested too deep"),
    ):
        with pytest.raises(Refused) as refused:
            await read(tmp_path, text, "a.xml", reader)
        assert refused.value.sentence == f"{name} is no {kind}."


async def test_elements_may_stand_as_deep_as_the_limit(tmp_path: Path) -> None:
    inside = DEEPEST - 1
    assert "1 test" in await read(
        tmp_path, f"<testsuite>{'<testcase>' + '<a>' * (inside - 1) + '</a>' * (inside - 1)}</testcase></testsuite>"
    )
    with pytest.raises(Refused, match="200 deep"):
        await read(tmp_path, f"<testsuite>{'<a>' * DEEPEST}")


async def test_a_tag_that_never_ends_is_refused_with_its_size(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="JUnit file that can be read: line 2: one tag is larger than 4,194,304 bytes"):
        await read(tmp_path, f'<testsuite>\n<testcase name="{"a" * 5 * 2**20}"/></testsuite>')
