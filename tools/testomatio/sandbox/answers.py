"""Answers: envelopes and error bodies of all four families."""

import json
from http import HTTPStatus

from starlette.responses import Response

from tools.kit.sandbox.nulls import without_nulls
from tools.kit.sandbox.routes import Call, Respond
from tools.testomatio.sandbox.world import World

_encoder = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"))
_HEADERS = {"cache-control": "max-age=0, private, must-revalidate"}


def answer(data: object, status: int = HTTPStatus.OK) -> Response:
    """A JSON answer."""
    return Response(_encoder.encode(data).encode("utf-8", "replace"), status, _HEADERS, "application/json")


def v2_answer(call: Call[World], data: object, *, meta: object = None, status: int = HTTPStatus.OK) -> Response:
    """An answer of family A: `data`, and for lists also `meta`."""
    if call.world.switches.without_nulls:
        data = without_nulls(data)
    if call.world.switches.camel_case:
        data = in_camel_case(data)
    return answer({"data": data} if meta is None else {"data": data, "meta": meta}, status)


def created(call: Call[World], data: object) -> Response:
    return v2_answer(call, data, status=HTTPStatus.CREATED)


def no_content() -> Response:
    """204, the answer of v2 to a deletion."""
    return Response(status_code=HTTPStatus.NO_CONTENT, headers=_HEADERS)


def problem(status: int, error: str, **more: object) -> Response:
    """An error of families A and B: a sentence under `error`, possibly with more fields."""
    return answer({"error": error, **more}, status)


def message_error(status: int, text: str) -> Response:
    """An error of the reporting API: a sentence under `message`."""
    return answer({"message": text}, status)


def refuse(status: int, error: str, **more: object) -> Respond:
    """An error for a handler of families A and B to raise."""
    return Respond(problem(status, error, **more))


def invalid(reason: str, **more: object) -> Respond:
    return refuse(422, reason, **more)


def not_found(what: str) -> Respond:
    return refuse(404, f"{what} not found")


def unknown_path(call: Call[World]) -> Response:
    """404 for a path that the API does not have."""
    return problem(404, "Not found")


def server_error(call: Call[World]) -> Response:
    """The HTML page of a failed server, which is not part of the API."""
    return Response("<!doctype html><title>500</title><h1>We're sorry, but something went wrong</h1>", 500, _HEADERS,
                    "text/html")  # fmt: skip


def in_camel_case(data: object) -> object:
    """The same data with keys in camelCase, at any depth."""
    if isinstance(data, dict):
        return {_camel(key): in_camel_case(value) for key, value in data.items()}
    return [in_camel_case(entry) for entry in data] if isinstance(data, list) else data


def _camel(key: str) -> str:
    first, *rest = key.split("_")
    return first + "".join(word.capitalize() for word in rest)
