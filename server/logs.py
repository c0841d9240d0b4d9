"""Logging to stderr, with every line redacted and without request URLs; as text, or one JSON object a line."""

import logging
import os
import sys
from collections.abc import Callable
from typing import Any, Final

from server import callers
from server.guards.redact import RedactingFormatter, Redactor
from server.log_form import as_line, timestamp
from server.observing import current_call
from tools.kit.text import cut

LONGEST: Final = 16_000
"""Characters of one text in a line of JSON."""
LONGEST_NAME: Final = 200
CALLS: Final = "testdesk.calls"
"""The logger with one line for each call."""


def configure_logging(redact: Redactor, level: str, *, as_json: bool = False) -> None:
    """Configure the root logger; call it before MCPServer is built, which would add its own handler."""
    handler = _JsonHandler(sys.stderr) if as_json else logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter(redact) if as_json else RedactingFormatter(redact))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    # At INFO it logs each URL with its query, where some platforms take a key.
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.NOTSET if level == "DEBUG" else logging.WARNING)
    # Whoever collects JSON wants the calls, also without the rest of INFO.
    logging.getLogger(CALLS).setLevel(logging.INFO if as_json else logging.NOTSET)


def logs_calls() -> bool:
    """Whether each call gets a line."""
    return logging.getLogger(CALLS).isEnabledFor(logging.INFO)


class JsonFormatter(logging.Formatter):
    """One JSON object a line: redacted texts, and what the line belongs to."""

    def __init__(self, redact: Callable[[str], str]) -> None:
        super().__init__()
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        """The line; a call's own fields come with the record."""
        fields: dict[str, Any] = {
            "time": timestamp(record.created),
            "level": record.levelname,
            "logger": record.name,
            "message": self._text(record.getMessage()),
            "worker": os.getpid(),
            **self._belonging(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            fields["traceback"] = self._text(self.formatException(record.exc_info))
        if record.stack_info:
            fields["stack"] = self._text(self.formatStack(record.stack_info))
        return as_line(fields)

    def _text(self, text: str) -> str:
        return cut(self._redact(text), LONGEST)

    def _belonging(self) -> dict[str, str]:
        """The request, the span, the person and the tool of whoever logs."""
        call, fields = current_call.get(), dict[str, str]()
        if request := callers.request.get():
            from server.telemetry.names import plain_id

            fields["request_id"] = request if request.isdecimal() else plain_id(request, self._redact)
        if (api := sys.modules.get("opentelemetry.trace")) is not None:
            span = api.get_current_span().get_span_context()
            if span.is_valid:
                fields |= {"trace_id": f"{span.trace_id:032x}", "span_id": f"{span.span_id:016x}"}
        if person := callers.principal.get():
            fields["person"] = cut(self._redact(person), LONGEST_NAME)
        if call is not None and call.tool:
            fields["tool"] = call.tool
        return fields


class _JsonHandler(logging.StreamHandler[Any]):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - its name in logging
        """Say that a record could not be written: the default prints its arguments, unredacted."""
        fields = {"level": "ERROR", "logger": "testdesk", "message": f"A record of {record.name} could not be written."}
        try:
            self.stream.write(as_line({"time": timestamp(record.created), **fields, "worker": os.getpid()}) + "\n")
        except (OSError, ValueError):
            return
