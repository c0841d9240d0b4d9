"""Answers: envelopes, and errors in the API's two forms."""

import json
from http import HTTPStatus

from starlette.responses import Response

from tools.kit.sandbox.routes import Respond
from tools.testsigma.sandbox.records import Record
from tools.testsigma.sandbox.world import World

Row = dict[str, object]

BAD_ID = "Invalid ID format: "
"""The API's text, with its trailing space; it does not name the field."""

_encoder = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"))


def json_response(data: object, status: int = HTTPStatus.OK, end: str = "") -> Response:
    body = (_encoder.encode(data) + end).encode("utf-8", "replace")
    return Response(body, status, media_type="application/json")


def answer_record(name: str, value: Row, *, message: str = "", status: int = HTTPStatus.OK) -> Response:
    return json_response({"message": message, "data": {name: value}}, status)


def answer_message(message: str) -> Response:
    """An answer with a message and no data."""
    return json_response({"message": message})


def no_content() -> Response:
    return Response(status_code=HTTPStatus.NO_CONTENT)


def plain_error(code: int, message: str) -> Response:
    """An error from the gateway before the API: one line."""
    return json_response({"code": code, "message": message}, code, end="\n")


def problem(status: int, message: str, details: str | None = None) -> Respond:
    """An error of the API for a handler to raise."""
    error = {"code": status, "message": message, "details": message if details is None else details}
    return Respond(json_response({"message": message, "errors": error}, status))


def bad_id() -> Respond:
    return problem(HTTPStatus.BAD_REQUEST, BAD_ID)


def invalid(details: str) -> Respond:
    return problem(HTTPStatus.BAD_REQUEST, "Invalid request", details)


def unprocessable(details: str) -> Respond:
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "Unprocessable entity", details)


def not_found(what: str, key: str) -> Respond:
    return problem(HTTPStatus.NOT_FOUND, f"{what} not found", f"{what} not found with ID: {key}")


def foreign_key(table: str, column: str) -> Respond:
    """The database's message, which the API passes on; the status 500 is this sandbox's choice."""
    error = f'insert or update on table "{table}" violates foreign key constraint "fk_{table}_{column}"'
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, f"ERROR: {error} (SQLSTATE 23503)")


def render_record(world: World, item: Record, fields: Row) -> Row:
    """A record as the API returns it; `tenant` stands for all undocumented fields."""
    times = {"created_at": world.timestamp(item.meta.created_at), "updated_at": world.timestamp(item.meta.updated_at)}
    return {"id": item.id, **fields, **times, "tenant": "harbour"}
