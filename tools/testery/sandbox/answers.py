"""Answers: plain JSON without an envelope, and errors in the four shapes the API has for them."""

import json
from http import HTTPStatus

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Respond
from tools.testery.sandbox.dates import zulu
from tools.testery.sandbox.world import World

_encoder = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"))
_WORDS = {401: "Not Authorized", 404: "Resource Not Found", 409: "Conflict"}


def answer(data: object, status: int = HTTPStatus.OK) -> Response:
    """A JSON answer."""
    return Response(_encoder.encode(data).encode("utf-8", "replace"), status, media_type="application/json")


def plain(text: str) -> Response:
    """An answer that is no JSON."""
    return Response(text, HTTPStatus.OK, media_type="text/plain")


def nothing() -> Response:
    return Response(status_code=HTTPStatus.NO_CONTENT)


def problem(status: int) -> Response:
    """401, 404 and 409: the code is a string, the words are always the same."""
    return answer({"code": str(status), "message": _WORDS[status]}, status)


def not_found() -> Respond:
    return Respond(problem(404))


def conflict() -> Respond:
    return Respond(problem(409))


def unprocessed(message: str) -> Respond:
    """500 with a sentence: how a deploy or a schedule is refused that makes no sense."""
    return Respond(answer({"message": message}, 500))


def bad_request(call: Call[World], message: str) -> Respond:
    """400 in the words of the framework, for what it could not read."""
    told = {
        "timestamp": zulu(call.clock.now()),
        "status": 400,
        "error": "Bad Request",
        "message": message,
        "path": f"/api{call.request.scope['path']}",
    }
    return Respond(answer(told, 400))


def store_problem(status: int, code: str, message: str) -> Response:
    """An error in the words of a store of files, which is no part of the API."""
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>'
    return Response(body, status, media_type="application/xml")


def lost(call: Call[World]) -> Response:
    """A path the API does not have."""
    return problem(404)
