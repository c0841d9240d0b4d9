"""Requests: bodies, forms and pages, read and refused as the API does it."""

import re
from collections.abc import Callable
from functools import partial

from tools.kit.sandbox.ids import invalid_id
from tools.kit.sandbox.multipart import NotMultipart, Part, parts
from tools.kit.sandbox.request_body import FieldReader, Fields, json_object
from tools.kit.sandbox.routes import Call, Respond
from tools.testery.sandbox.answers import bad_request
from tools.testery.sandbox.world import World

_INTEGER = re.compile(r"[0-9]{1,18}")


def body(call: Call[World]) -> Fields:
    """The JSON object that was sent; 400 for anything else, and for an id in it that is 0 or negative."""
    sent = json_object(call, lambda _, problem: bad_request(call, f"JSON parse error: {problem}"))
    if name := invalid_id(sent, digits=True, exclude={"deployedProjectIds"}):  # where 0 is any project
        raise bad_request(call, f"{name} must be greater than 0")
    return sent


def form(call: Call[World]) -> dict[str, Part]:
    """The parts of a form by their names.

    Raises:
        Respond: 400 when it is no form.
    """
    try:
        return {part.name: part for part in parts(call.content_type, call.body)}
    except NotMultipart as error:
        raise bad_request(call, f"Current request is not a multipart request: {error}") from error


class Reader:
    """Reads the fields of one object; everything wrong in it is answered in one way."""

    def __init__(self, fields: Fields, refuse: Callable[[str], Respond]) -> None:
        self.fields, self.refuse = fields, refuse
        read = FieldReader(
            lambda name, expected: refuse(f"{name} is not {expected}"),
            string_types={int, float},
            integer_text=_INTEGER,
        )
        self.string, self.integer = partial(read.string, fields), partial(read.integer, fields)
        self.boolean = partial(read.boolean, fields)
        self.strings, self.integers = partial(read.strings, fields), partial(read.integers, fields)
        self.objects = partial(read.objects, fields)

    def required(self, name: str) -> str:
        """A string that must not be absent or blank."""
        value = self.string(name)
        if not value or not value.strip():
            raise self.refuse(f"{name} is required")
        return value

    def count(self, name: str, default: int, most: int = 100) -> int:
        """An integer from 1 to the most that the sandbox can simulate."""
        value = self.integer(name)
        if value is None:
            return default
        if not 1 <= value <= most:
            raise self.refuse(f"{name} must be between 1 and {most}")
        return value


def read_body(call: Call[World]) -> Reader:
    """The body of a request; an invalid value in it is 400."""
    return Reader(body(call), lambda message: bad_request(call, message))


def page_window(call: Call[World], limit: int) -> tuple[int, int]:
    """First row and number of rows of a list: `offset` wins over `page`, which counts from zero.

    Raises:
        Respond: 400 for a value that is not a number, and for a limit below one.
    """
    query = Reader(
        {name: call.last(name) for name in ("page", "limit", "offset")}, lambda message: bad_request(call, message)
    )
    page, offset, wanted = query.integer("page"), query.integer("offset"), query.integer("limit")
    limit = limit if wanted is None else wanted
    if limit < 1:
        raise bad_request(call, "Page size must not be less than one")
    return (offset if offset is not None else (page or 0) * limit), limit
