"""Answers: plain JSON without an envelope, and errors in the API's four shapes."""

import json
from http import HTTPStatus
from typing import TypeVar

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Respond
from tools.testery.sandbox.dates import zulu
from tools.testery.sandbox.world import World

T = TypeVar("T")

_encoder = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"))
_MESSAGES = {401: "Not Authorized", 404: "Resource Not Found", 409: "Conflict"}


def answer(data: object, status: int = HTTPStatus.OK) -> Response:
    """A JSON answer."""
    return Response(_encoder.encode(data).encode("utf-8", "replace"), status, media_type="application/json")


def plain_text(text: str) -> Response:
    """A plain text answer."""
    return Response(text, HTTPStatus.OK, media_type="text/plain")


def no_content() -> Response:
    return Response(status_code=HTTPStatus.NO_CONTENT)


def problem(status: int) -> Response:
    """401, 404 and 409: the code is a string, the message is always the same."""
    return answer({"code": str(status), "message": _MESSAGES[status]}, status)


def not_found() -> Respond:
    return Respond(problem(404))


def known(record: T | None) -> T:
    """A record that must exist; 404 otherwise."""
    if record is None:
        raise not_found()
    return record


def conflict() -> Respond:
    return Respond(problem(409))


def server_error(message: str) -> Respond:
    """500 with a sentence: how the API refuses an invalid deploy or schedule."""
    return Respond(answer({"message": message}, 500))


def bad_request(call: Call[World], message: str) -> Respond:
    """400 as the web framework answers a request it cannot read."""
    body = {
        "timestamp": zulu(call.clock.now()),
        "status": 400,
        "error": "Bad Request",
        "message": message,
        "path": f"/api{call.request.scope['path']}",
    }
    return Respond(answer(body, 400))


def store_problem(status: int, code: str, message: str) -> Response:
    """An error of the file store, which is not part of the API."""
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>'
    return Response(body, status, media_type="application/xml")


def unknown_path(call: Call[World]) -> Response:
    """404 for a path that the API does not have."""
    return problem(404)
