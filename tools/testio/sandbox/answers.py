"""Answers: envelopes, error bodies and authorization."""

import json
from http import HTTPStatus
from typing import TypeVar

from starlette.responses import Response

from tools.kit.sandbox.nulls import without_nulls
from tools.kit.sandbox.routes import Call, Respond
from tools.testio.sandbox.world import World

T = TypeVar("T")

ORIGIN = "__origin__"
"""Placeholder in JSON for the origin that the caller used."""

_encoder = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"))
_HEADERS = {"cache-control": "no-cache"}


def to_json(data: object) -> str:
    """JSON as the API writes it: compact, without escapes."""
    return _encoder.encode(data)


def answer(call: Call[World], data: object, status: int = HTTPStatus.OK) -> Response:
    """A JSON answer; its URLs have the caller's origin."""
    return json_response(call, to_json(data), status)


def json_response(call: Call[World], body: str, status: int = HTTPStatus.OK) -> Response:
    """An answer from encoded JSON."""
    if call.world.switches.without_nulls:
        body = to_json(without_nulls(json.loads(body)))
    body = body.replace(ORIGIN, call.origin)
    return Response(body.encode("utf-8", "replace"), status, _HEADERS, "application/json")


def problem(status: int, error: str) -> Response:
    """An error in the API's form: one string under `error`."""
    return Response(to_json({"error": error}).encode("utf-8", "replace"), status, _HEADERS, "application/json")


def store_problem(status: int, code: str, message: str) -> Response:
    """An error of the file store, which is not part of the API."""
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>'
    return Response(body, status, media_type="application/xml")


def html_error(status: int, title: str) -> Response:
    """An HTML error page, from a proxy or a failed server."""
    return Response(f"<!doctype html><title>{title}</title><h1>{title}</h1>", status, _HEADERS, "text/html")


def refuse(status: int, error: str) -> Respond:
    """An error for a handler to raise."""
    return Respond(problem(status, error))


def invalid(reason: str) -> Respond:
    """422 for a failed validation."""
    return refuse(422, f"Validation failed: {reason}")


def not_found(what: str) -> Respond:
    return refuse(404, f"{what} not found")


def found(record: T | None, what: str) -> T:
    """The record; 404 when there is none."""
    if record is None:
        raise not_found(what)
    return record


def unknown_path(call: Call[World]) -> Response:
    """404 for a path that the API does not have."""
    return problem(404, "Not found")


def admit(call: Call[World]) -> Response | None:
    """Require `Authorization: Token <anything>` except `wrong` and `expired`; then apply everything that is due."""
    scheme, _, token = call.request.headers.get("authorization", "").partition(" ")
    allowed = {"token", "bearer"} if call.world.switches.allow_bearer else {"token"}
    if scheme.lower() not in allowed or token.strip() in {"", "wrong", "expired"}:
        return problem(401, "Unauthorized")
    call.world.apply_due_changes()
    return None
