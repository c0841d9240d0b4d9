"""What reads bytes and texts from outside takes any of them: it answers, or refuses in its own way."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import anyio
import httpx
from hypothesis import given
from hypothesis import strategies as st
from mcp.types import jsonrpc_message_adapter
from pydantic import ValidationError

from server.inbox.events import EventStore
from server.inbox.receiver import Receiver
from server.inbox.store import PUBLIC_URL, PlatformInbox
from server.opening import CAPABILITIES, CLIENT, DISCOVER, HANDSHAKES, LISTS, MODERN, VERSION, Opening, parse
from server.records import Archive, packed
from server.store.sqlite import SqliteEngine
from server.unreadable import answer_to
from tests.fuzz.documents import ESCAPES, JSON, MARKS, SCALARS, TEXTS, damaged
from tests.fuzz.soak import examples
from tools.kit.cases.case import CaseFile
from tools.kit.cases.csv_file import read_csv
from tools.kit.cases.gherkin_file import read_gherkin
from tools.kit.cases.reading import decode
from tools.kit.egress import is_internal
from tools.kit.errors import PlatformError, Refused
from tools.kit.failures import FailureContext, error_for, page_title
from tools.kit.junit import read_junit_results
from tools.kit.parsing import NotJson, load_json
from tools.kit.reasons import error_sentence
from tools.kit.reports import read_json, read_junit, read_xml
from tools.kit.retry import retry_after
from tools.kit.text import CLOSE, OPEN, without_escaped_marks
from tools.kit.upload import open_upload
from tools.kit.when import milliseconds, parse_time, parse_timestamp, time_span
from tools.platforms import PLATFORMS
from tools.testomatio.tools.case_files import as_test, read_markdown

NOW = datetime(2026, 4, 15, 12, 30, tzinfo=UTC)


def texts_in(document: Any) -> Iterator[str]:
    if isinstance(document, str):
        yield document
    elif isinstance(document, dict):
        yield from (text for pair in document.items() for one in pair for text in texts_in(one))
    elif isinstance(document, list):
        yield from (text for one in document for text in texts_in(one))


@given(st.binary(max_size=60) | damaged(JSON))
@examples(100, 3_000)
def test_any_bytes_are_a_document_or_no_json(raw: bytes) -> None:
    with suppress(NotJson):
        error_sentence(load_json(raw))
    page_title(raw)


@given(MARKS | ESCAPES)
@examples(150, 3_000)
def test_no_document_brings_a_mark_of_ours(inside: str) -> None:
    raw = b'{"a": "' + inside.encode("utf-8", "surrogatepass") + b'"}'
    with suppress(NotJson):
        assert not [text for text in texts_in(load_json(without_escaped_marks(raw))) if {OPEN, CLOSE} & set(text)]


DATES = st.from_regex(
    r"(Mon, )?[0-3]?\d (Jan|Feb|Dec) \d{1,5} \d\d?:\d\d?(:\d\d?)? ?(GMT|-0000|[+-]\d{4})?", fullmatch=True
)


@given(st.text(max_size=30) | DATES | st.floats().map(str), st.text(max_size=10) | DATES)
@examples(60, 3_000)
def test_any_pause_that_a_platform_asks_for_is_a_number_of_seconds_or_none(value: str, date: str) -> None:
    seconds = retry_after({"retry-after": value, "date": date})
    assert seconds is None or 0 <= seconds < float("inf")
    headers = {"retry-after": value, "date": date}
    for status in (400, 401, 404, 429, 503):
        context = FailureContext("Shop", "GET /a", status, headers, "no", is_write=False)
        assert isinstance(error_for(context), PlatformError)


class Stopped:
    async def clock(self) -> datetime:
        return NOW


TIMES = (
    st.text(max_size=12)
    | st.from_regex(r"\d{1,5} ?[mhdw]", fullmatch=True)
    | st.from_regex(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d)(T\d\d:\d\d(Z|[+-][01]\d:\d\d)?)?", fullmatch=True)
)


@given(TIMES, TIMES)
@examples(60, 3_000)
def test_every_time_that_is_taken_can_be_written_in_any_zone_and_moved_by_days(since: str, until: str) -> None:
    with suppress(Refused):
        span = anyio.run(time_span, Stopped(), since, until)
        for time in filter(None, (span.since, span.until)):
            for moved in (time - timedelta(days=2), time + timedelta(days=2)):
                assert len(f"{moved.astimezone(UTC):%Y-%m-%d}") == 10
                assert milliseconds(moved.isoformat()) == int(moved.timestamp() * 1000)
    with suppress(Refused):
        parse_time(since, NOW)
    parse_timestamp(since)
    milliseconds(until)


@given(st.text(max_size=20) | st.from_regex(r"[\[\]0-9a-fx.:%]{1,20}(\x00|\.local)?", fullmatch=True))
@examples(60, 3_000)
def test_any_host_is_internal_or_not(host: str) -> None:
    assert is_internal(host) in {True, False}


PIECES = (
    *(
        "<testsuites>",
        "</testsuites>",
        "<testsuite>",
        "</testsuite>",
        "<testcase>",
        "</testcase>",
        "<failure/>",
        "<a:b/>",
    ),
    *(
        "<!DOCTYPE>",
        "&a;",
        "&#27;",
        "<![CDATA[",
        "]]>",
        "{",
        "}",
        "[",
        '"a":',
        "1e999",
        "\ud800",
        "\x00",
        "\ufeff",
        "x",
    ),
)
DECLARED = ("<?xml version='1.0' encoding='utf-16'?>", "<!DOCTYPE t [<!ENTITY a 'b'>]>", "<testsuite tests='1'>", "")
REPORTS = st.builds(
    lambda first, more: (first + "".join(more)).encode("utf-8", "surrogatepass"),
    st.sampled_from(DECLARED),
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=12),
)


async def read_report(folder: Path, raw: bytes) -> None:
    (folder / "report.xml").write_bytes(raw)
    async with open_upload(
        str(folder / "report.xml"), allowed=str(folder), extensions=(".xml",), at_most=2**20
    ) as file:
        for reader in (read_junit, read_xml, read_json, read_junit_results):
            with suppress(Refused):
                await reader(file)


@given(REPORTS | st.binary(min_size=1, max_size=40))
@examples(40, 3_000)
def test_any_report_is_counted_or_refused(raw: bytes) -> None:
    with TemporaryDirectory() as folder:
        anyio.run(read_report, Path(folder), raw)


CELLS = (
    "Title",
    "Steps",
    "Id",
    "Suite",
    ",",
    ";",
    "\n",
    "\r\n",
    '"',
    '""',
    "\ufeff",
    "=1",
    "a/b",
    "\x00",
    "\u2028",
    "1. x",
)
LINES = (
    *("Feature: a", "Rule: b", "Background:", "Scenario: c", "Scenario Outline: d", "Examples:", "Given e", "Then f"),
    *("| x | y |", "| 1 |", '"""', "```", "@t @T1234abcd", "# language: de", "# language: xx", "* g", "h", "", "\t"),
)
BLOCKS = (
    *(
        "<!-- suite",
        "<!-- test",
        "-->",
        "id: @T1234abcd",
        "priority: high",
        "type: x",
        "# A",
        "## B @c",
        "<!-- test -->",
    ),
    *("<!-- example -->", "| a |", "text", "", "tags: a, b", "- file", "<!-- suite id: @S1234abcd -->"),
)


@given(
    st.binary(max_size=40)
    | st.lists(st.sampled_from(CELLS), max_size=25).map(lambda cells: "".join(cells).encode())
    | st.lists(st.sampled_from(LINES), max_size=14).map(lambda lines: "\n".join(lines).encode())
    | st.lists(st.sampled_from(BLOCKS), max_size=14).map(lambda lines: "\n".join(lines).encode())
)
@examples(150, 6_000)
def test_any_file_of_test_cases_is_read_or_refused_and_each_row_has_a_line(raw: bytes) -> None:
    with suppress(Refused):
        text = decode(raw, "a")
        for reader in (read_csv, read_gherkin, read_markdown):
            with suppress(Refused):
                file: CaseFile = reader(text)
                lines = [*(case.line for case in file.cases), *(fault.line for fault in file.faults)]
                assert lines
                assert all(1 <= line <= text.count("\n") + 2 for line in lines)
                assert all(case.title for case in file.cases)
                for case in file.cases:
                    with suppress(Refused):
                        assert as_test(case).title


CLIENTS = st.fixed_dictionaries({"name": TEXTS, "version": TEXTS}, optional={"title": SCALARS, "icons": JSON})
MESSAGES = st.fixed_dictionaries(
    {"jsonrpc": st.just("2.0") | SCALARS, "method": st.sampled_from([*LISTS, DISCOVER, "initialize", "ping"]) | TEXTS},
    optional={
        "id": SCALARS,
        "params": JSON
        | st.fixed_dictionaries(
            {},
            optional={
                "_meta": st.fixed_dictionaries(
                    {VERSION: st.just(MODERN) | SCALARS, CAPABILITIES: JSON | st.just({}), CLIENT: JSON | CLIENTS}
                ),
                "protocolVersion": st.sampled_from(HANDSHAKES) | SCALARS,
                "capabilities": st.just({}) | JSON,
                "clientInfo": CLIENTS | JSON,
            },
        ),
    },
)


@given(st.binary(max_size=60) | damaged(MESSAGES))
@examples(100, 3_000)
def test_any_line_of_a_host_is_recognized_as_the_server_reads_it_or_left_to_the_server(line: bytes) -> None:
    message = parse(line)
    opening = Opening()
    for _ in range(2):
        if step := opening.recognize(message):
            jsonrpc_message_adapter.validate_json(line.strip())  # the server takes it as well
            opening.commit(step)


@given(st.binary(max_size=60) | damaged(MESSAGES))
@examples(60, 3_000)
def test_any_line_that_is_no_message_is_answered_with_a_message_or_not_at_all(line: bytes) -> None:
    try:
        jsonrpc_message_adapter.validate_json(line, by_name=False)
    except ValidationError as problem:
        answer = answer_to(problem)
        assert answer is None or jsonrpc_message_adapter.validate_json(answer.message.model_dump_json())


@given(st.dictionaries(st.from_regex(r"[0-9a-f]{4}", fullmatch=True), st.binary(max_size=20), max_size=4), st.data())
@examples(25, 3_000)
def test_an_archive_of_records_gives_what_was_put_in_and_nothing_where_it_is_cut_before_its_contents(
    contents: dict[str, bytes], data: st.DataObject
) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder, "answers")
        whole = packed(contents)
        file.write_bytes(whole)
        archive = Archive(str(file))
        assert {name: archive.read(name) for name in contents} == contents
        assert archive.read("other") is None
        file.write_bytes(data.draw(st.binary(max_size=30)))
        assert Archive(str(file)).read("0000") is None


EVENTS = st.fixed_dictionaries(
    {},
    optional={
        "event": st.just("bug.exported") | SCALARS,
        "exported_at": SCALARS,
        "bug": JSON
        | st.fixed_dictionaries(
            {"id": st.integers() | SCALARS},
            optional=dict.fromkeys(("title", "device", "reporter", "attachments", "steps_to_reproduce", "link"), JSON),
        ),
    },
)


@given(damaged(EVENTS | JSON), st.sampled_from(["application/json", "application/json; charset=x", "text/plain", ""]))
@examples(20, 3_000)
def test_any_delivery_is_kept_or_refused_and_never_fails(body: bytes, kind: str) -> None:
    async def deliver() -> None:
        store = EventStore(SqliteEngine(None))
        await store.say(PUBLIC_URL, "https://qa.example.test")
        receiver = Receiver(PLATFORMS, store)
        transport = httpx.ASGITransport(receiver)
        async with httpx.AsyncClient(transport=transport, base_url="https://qa.example.test") as http:
            for address in (
                await PlatformInbox(store, "testio").new_address("test"),
                "https://qa.example.test/inbox/x",
            ):
                answer = await http.post(address, content=body, headers={"content-type": kind})
                assert answer.status_code in {200, 400, 404, 415, 422}, answer.text
                assert set(answer.json()) <= {"status", "error"}

    anyio.run(deliver)
