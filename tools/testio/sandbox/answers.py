"""Answers: envelopes, error bodies and who is let in."""

import json
from http import HTTPStatus

from starlette.responses import Response

from tools.kit.sandbox.nulls import without_nulls
from tools.kit.sandbox.routes import Call, Respond
from tools.testio.sandbox.world import World

ORIGIN = "__origin__"
"""Stands in rendered answers for the address the caller knows the sandbox by."""

_encoder = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"))
_HEADERS = {"cache-control": "no-cache"}


def text(data: object) -> str:
    """JSON the way the API writes it: compact, characters as they are."""
    return _encoder.encode(data)


def answer(call: Call[World], data: object, status: int = HTTPStatus.OK) -> Response:
    """A JSON answer; addresses in it point back to where the request came from."""
    return rendered(call, text(data), status)


def rendered(call: Call[World], body: str, status: int = HTTPStatus.OK) -> Response:
    """An answer whose JSON is already written."""
    if call.world.switches.without_nulls:
        body = text(without_nulls(json.loads(body)))
    body = body.replace(ORIGIN, call.origin)
    return Response(body.encode("utf-8", "replace"), status, _HEADERS, "application/json")


def problem(status: int, error: str) -> Response:
    """An error the way the API words all of them: one string under `error`."""
    return Response(text({"error": error}).encode("utf-8", "replace"), status, _HEADERS, "application/json")


def store_problem(status: int, code: str, message: str) -> Response:
    """An error in the words of a store of files, which is no part of the API."""
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>'
    return Response(body, status, media_type="application/xml")


def page(status: int, title: str) -> Response:
    """An error that no part of the API words: a page of HTML, from what stands before it or broke under it."""
    return Response(f"<!doctype html><title>{title}</title><h1>{title}</h1>", status, _HEADERS, "text/html")


def refuse(status: int, error: str) -> Respond:
    """What a handler raises to end with an error."""
    return Respond(problem(status, error))


def invalid(reason: str) -> Respond:
    """422 with the words of a failed validation."""
    return refuse(422, f"Validation failed: {reason}")


def not_found(what: str) -> Respond:
    return refuse(404, f"{what} not found")


def lost(call: Call[World]) -> Response:
    """A path the API does not have."""
    return problem(404, "Not found")


def admit(call: Call[World]) -> Response | None:
    """Ask for `Authorization: Token <anything>`; the tokens `wrong` and `expired` are refused. Then let time work."""
    scheme, _, token = call.request.headers.get("authorization", "").partition(" ")
    allowed = {"token", "bearer"} if call.world.switches.allow_bearer else {"token"}
    if scheme.lower() not in allowed or token.strip() in {"", "wrong", "expired"}:
        return problem(401, "Unauthorized")
    call.world.settle()
    return None
