"""How answers look in a terminal and in a pipe."""

import io

import anyio
import pytest

from server.shell.answers import as_json, notes, render
from server.shell.progress import ProgressBar
from server.shell.style import Style, columns

ROWS = {"items": [{"id": 7, "title": "Café 東京 opens", "status": "failed"}, {"id": 12, "title": "x" * 200}]}


class Terminal(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_s_width_holds_a_table_and_a_pipe_cuts_nothing() -> None:
    in_terminal = render(ROWS, Style(width=60))
    assert max(map(columns, in_terminal.splitlines())) <= 60
    assert "…" in in_terminal
    assert "x" * 200 in render(ROWS, Style())


def test_rows_with_more_fields_than_fit_a_line_are_blocks() -> None:
    rows = {"items": [{f"field_{number}": "value" * 4 for number in range(8)} | {"id": 7}]}
    lines = render(rows, Style(width=60)).splitlines()
    assert [line.split()[0] for line in lines] == [*(f"field_{number}" for number in range(8)), "id"]
    assert len(render(rows, Style()).splitlines()) == 2


def test_columns_line_up_beside_wide_characters() -> None:
    rows = {"items": [{"title": "東京", "status": "open"}, {"title": "abcd", "status": "open"}]}
    lines = render(rows, Style()).splitlines()
    assert {columns(line[: line.rindex("open")]) for line in lines[1:]} == {columns("title  ")}


@pytest.mark.parametrize(
    ("stream", "environment", "has_colours"),
    [
        (Terminal(), {"TERM": "xterm"}, True),
        (Terminal(), {"TERM": "xterm", "NO_COLOR": ""}, True),
        (Terminal(), {"TERM": "xterm", "NO_COLOR": "1"}, False),
        (Terminal(), {"TERM": "dumb"}, False),
        (io.StringIO(), {"TERM": "xterm"}, False),
    ],
)
def test_colours_are_for_terminals_that_want_them(
    stream: io.StringIO, environment: dict[str, str], has_colours: bool
) -> None:
    style = Style.of(stream, environment)
    assert style.has_colours is has_colours
    assert ("\x1b[31mfailed" in render(ROWS, style)) is has_colours


def test_progress_is_drawn_on_a_terminal_only_and_taken_away() -> None:
    for stream, is_drawn in ((Terminal(), True), (io.StringIO(), False)):
        bar = ProgressBar(stream, Style.of(stream, {"TERM": "xterm"}))
        anyio.run(bar, 1, 2, "Testery\x1b[2J")
        bar.clear()
        assert ("1/2 Testery" in stream.getvalue()) is is_drawn
        assert "\x1b[2J" not in stream.getvalue()
        assert stream.getvalue().endswith("\r\x1b[K") is is_drawn


def test_a_text_with_escapes_gives_no_orders_in_any_form() -> None:
    hostile = "\x1b[2Jred\x9b31m\x07\u202e"
    answer = {"items": [{"title": hostile, hostile: hostile}], "text": f"{hostile}\nsecond", "note": hostile}
    for shown in (render(answer, Style()), render(answer, Style(width=40)), as_json(answer)):
        assert not {"\x1b", "\x9b", "\x07"} & set(shown)
    assert not [line for line in notes({"source": hostile}, Style()) if not line.isprintable()]
