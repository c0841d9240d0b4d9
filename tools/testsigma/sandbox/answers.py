"""Answers: envelopes, and errors in the two families the API has."""

import json
from http import HTTPStatus

from starlette.responses import Response

from tools.kit.sandbox.routes import Respond
from tools.testsigma.sandbox.records import Holding
from tools.testsigma.sandbox.world import World

Row = dict[str, object]

BAD_ID = "Invalid ID format: "
"""The API's words, with the space at their end: they do not name the field."""

_encoder = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"))


def rendered(data: object, status: int = HTTPStatus.OK, end: str = "") -> Response:
    body = (_encoder.encode(data) + end).encode("utf-8", "replace")
    return Response(body, status, media_type="application/json")


def one(name: str, value: Row, *, message: str = "", status: int = HTTPStatus.OK) -> Response:
    return rendered({"message": message, "data": {name: value}}, status)


def said(message: str) -> Response:
    """An answer without data."""
    return rendered({"message": message})


def gone() -> Response:
    return Response(status_code=HTTPStatus.NO_CONTENT)


def flat(code: int, message: str) -> Response:
    """An error from before the API proper: one line."""
    return rendered({"code": code, "message": message}, code, end="\n")


def problem(status: int, message: str, details: str | None = None) -> Respond:
    """What a handler raises to end with an error of the API proper."""
    told = {"code": status, "message": message, "details": message if details is None else details}
    return Respond(rendered({"message": message, "errors": told}, status))


def bad_id() -> Respond:
    return problem(HTTPStatus.BAD_REQUEST, BAD_ID)


def invalid(details: str) -> Respond:
    return problem(HTTPStatus.BAD_REQUEST, "Invalid request", details)


def unprocessable(details: str) -> Respond:
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "Unprocessable entity", details)


def not_found(what: str, key: str) -> Respond:
    return problem(HTTPStatus.NOT_FOUND, f"{what} not found", f"{what} not found with ID: {key}")


def foreign_key(table: str, column: str) -> Respond:
    """The database's own words, which reach the caller; that it is a 500 is this sandbox's choice."""
    told = f'insert or update on table "{table}" violates foreign key constraint "fk_{table}_{column}"'
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, f"ERROR: {told} (SQLSTATE 23503)")


def record(world: World, item: Holding, fields: Row) -> Row:
    """A record as answers carry it; `tenant` stands for all the fields that no document lists."""
    times = {"created_at": world.moment(item.mark.created_at), "updated_at": world.moment(item.mark.updated_at)}
    return {"id": item.id, **fields, **times, "tenant": "harbour"}
