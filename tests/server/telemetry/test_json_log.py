"""TESTDESK_LOG=json: one object a line, redacted, and nothing in a text can begin a line."""

import json
import logging
import os

import pytest

from server.callers import local_user
from server.guards.redact import Redactor
from server.log_form import announcement, wants_json
from server.logs import configure_logging
from server.settings import SettingsError
from tests.desk import ERAS, desk, settings
from tests.server.telemetry.watched import stderr_read, watched

SECRET = "correct-horse-7Q"


@pytest.mark.anyio
@pytest.mark.parametrize("mode", ERAS)
async def test_each_call_is_a_line_that_leads_to_its_span(mode: str) -> None:
    async with watched(mode) as w:
        await w.desk.answer("testio_get_bug", bug_id=88101)
        line, span = w.calls()[-1], w.span("tools/call testio_get_bug")
        assert span.context is not None
        assert span.attributes is not None
        assert line.pop("time").endswith("Z")
        assert line.pop("milliseconds") >= 0
        assert line.pop("message").startswith("testio_get_bug done in ")
        assert line == {
            "level": "INFO",
            "logger": "testdesk.calls",
            "worker": os.getpid(),
            "person": local_user(),
            "tool": "testio_get_bug",
            "outcome": "done",
            "request_id": span.attributes["jsonrpc.request.id"],
            "trace_id": f"{span.context.trace_id:032x}",
            "span_id": f"{span.context.span_id:016x}",
        }


@pytest.mark.anyio
async def test_a_log_as_text_has_no_line_for_a_call_unless_it_is_asked_for() -> None:
    for level, count in (("WARNING", 0), ("INFO", 1)):
        with stderr_read() as stderr:
            async with desk(told=settings(log_level=level)) as d:
                await d.answer("testio_get_bug", bug_id=88101)
            found = [line for line in stderr.getvalue().splitlines() if "testdesk.calls: testio_get_bug done" in line]
        assert len(found) == count


@pytest.mark.parametrize("as_json", [True, False])
def test_secrets_are_in_no_line_nor_in_a_traceback(as_json: bool) -> None:
    with stderr_read() as stderr:
        configure_logging(Redactor([SECRET]), "INFO", as_json=as_json)
        try:
            raise ValueError(f"token={SECRET}")
        except ValueError:
            logging.getLogger("other").exception("it failed with %s", SECRET)
        text = stderr.getvalue()
    assert "it failed" in text
    assert "ValueError" in text
    assert SECRET not in text


@pytest.mark.parametrize("character", ["\n", "\r", "\x1b[2J", "\x00", "\x7f", "\x85", "\u2028", "\u2029", "\v", "\f"])
def test_no_text_begins_a_line_or_steers_a_terminal(character: str) -> None:
    forged = f'harmless{character}{{"level": "INFO", "message": "accepted"}}'
    with stderr_read() as stderr:
        configure_logging(Redactor(), "INFO", as_json=True)
        logging.getLogger("other").warning("the platform said %s", forged)
        text = stderr.getvalue()
    assert text.count("\n") == 1
    assert text.rstrip("\n").isprintable()
    assert json.loads(text)["message"].startswith("the platform said harmless")


def test_a_record_that_cannot_be_written_shows_nothing_of_its_arguments() -> None:
    class Broken:
        def __str__(self) -> str:
            raise RuntimeError(SECRET)

    with stderr_read() as stderr:
        configure_logging(Redactor(), "INFO", as_json=True)
        logging.getLogger("other").warning("it was %s and %s", SECRET, Broken())
        text = stderr.getvalue()
    assert SECRET not in text
    assert json.loads(text)["message"] == "A record of other could not be written."


def test_httpx_stays_silent_where_calls_are_logged() -> None:
    with stderr_read():
        configure_logging(Redactor(), "INFO", as_json=True)
        assert not logging.getLogger("httpx").isEnabledFor(logging.INFO)
        assert logging.getLogger("testdesk.calls").isEnabledFor(logging.INFO)


def test_the_form_is_text_unless_json_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not wants_json({})
    assert not wants_json({"TESTDESK_LOG": "text"})
    assert wants_json({"TESTDESK_LOG": " JSON "})
    with pytest.raises(SettingsError, match="'text' \\(the default\\) or 'json'"):
        wants_json({"TESTDESK_LOG": "yaml"})
    assert announcement("It listens.") == "It listens."
    monkeypatch.setenv("TESTDESK_LOG", "json")
    assert json.loads(announcement("It listens."))["message"] == "It listens."
