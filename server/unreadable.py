"""The error response to a line that is not a JSON-RPC message: without one its sender would wait."""

import logging
import re
from collections.abc import Iterator
from typing import Any, Final

from mcp.shared.message import SessionMessage
from mcp.types import INVALID_REQUEST, PARSE_ERROR, ErrorData, JSONRPCError
from pydantic import ValidationError

logger = logging.getLogger(__name__)

NOT_JSON: Final = (
    "This line is not valid JSON. Each message is one line of JSON in UTF-8, without half a surrogate pair."
)
NOT_A_MESSAGE: Final = "This line is not a JSON-RPC 2.0 message: a request has jsonrpc, id and method."

# The id in a line that cannot be parsed, if it is near the start; a wrong guess would answer a different call, so only
# a complete pair of name and value counts.
_ID: Final = re.compile(r'^\s*\{[^{}\[\]]*?"id"\s*:\s*(?:(-?\d{1,18})|"([^"\\]{1,100})")\s*[,}]')


def answer_to(problem: Exception) -> SessionMessage | None:
    """The error for an unreadable line; None for an empty one, and for a malformed response to a question of ours."""
    wrong = problem.errors(include_url=False) if isinstance(problem, ValidationError) else []
    code, words, identifier = INVALID_REQUEST, NOT_A_MESSAGE, None
    if any(error["type"] == "json_invalid" for error in wrong):
        line = str(wrong[0]["input"])
        if not line.strip():
            return None
        code, words = PARSE_ERROR, NOT_JSON
        found = _ID.match(line)
        if found is not None:
            identifier = int(found[1]) if found[1] else found[2]
    else:
        message = next(_objects(wrong), {})
        if {"result", "error"} & set(message):
            logger.warning("a client's answer was no JSON-RPC message")
            return None
        given = message.get("id")
        identifier = given if isinstance(given, int | str) and not isinstance(given, bool) else None
    logger.warning("a line on standard input was no JSON-RPC message and was answered with %d", code)
    error = ErrorData(code=code, message=words)
    return SessionMessage(JSONRPCError(jsonrpc="2.0", id=identifier, error=error))


def _objects(wrong: list[Any]) -> Iterator[dict[str, Any]]:
    """Complete messages in an error."""
    for error in wrong:
        given = error["input"]
        if isinstance(given, dict) and "jsonrpc" in given:
            yield given
