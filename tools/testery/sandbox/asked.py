"""Asked: bodies, forms and parameters, read the way the API takes them."""

from collections.abc import Callable, Mapping

from tools.kit.sandbox.ids import impossible
from tools.kit.sandbox.multipart import NotMultipart, Part, parts
from tools.kit.sandbox.routes import Answered, Call, NotJson
from tools.testery.sandbox.answers import bad_request
from tools.testery.sandbox.world import World

Fields = Mapping[str, object]


def body(call: Call[World]) -> Fields:
    """The JSON object that was sent; an empty one when there was no body.

    Raises:
        Answered: 400 when it is no JSON object, or an id in it is 0 or negative.
    """
    try:
        sent = call.json()
    except NotJson as error:
        raise bad_request(call, f"JSON parse error: {error}") from error
    if sent is None:
        return {}
    if not isinstance(sent, dict):
        raise bad_request(call, "JSON parse error: an object was expected")
    if name := impossible(sent, digits=True, besides={"deployedProjectIds"}):  # where 0 is any project
        raise bad_request(call, f"{name} must be greater than 0")
    return sent


def form(call: Call[World]) -> dict[str, Part]:
    """The parts of a form by their names.

    Raises:
        Answered: 400 when it is no form.
    """
    try:
        return {part.name: part for part in parts(call.content_type, call.body)}
    except NotMultipart as error:
        raise bad_request(call, f"Current request is not a multipart request: {error}") from error


class Reader:
    """Takes fields out of an object; null is as good as absent, and a wrong type is refused in one way."""

    def __init__(self, fields: Fields, refuse: Callable[[str], Answered]) -> None:
        self.fields = fields
        self.refuse = refuse

    def needed(self, name: str) -> str:
        """A text that has to be there.

        Raises:
            Answered: when it is missing or blank.
        """
        value = self.text(name)
        if not value or not value.strip():
            raise self.refuse(f"{name} is required")
        return value

    def text(self, name: str) -> str | None:
        """A text; a number becomes one, as the API does it."""
        value = self.fields.get(name)
        if value is None or isinstance(value, str):
            return value
        if isinstance(value, bool | dict | list):
            raise self.refuse(f"{name} is not a string")
        return str(value)

    def whole(self, name: str) -> int | None:
        """A whole number, also one that was sent as text."""
        value = self.fields.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 19:
            return int(value)
        raise self.refuse(f"{name} is not an integer")

    def counted(self, name: str, default: int, most: int = 100) -> int:
        """A whole number of at least one; more than the imitation can play is refused."""
        value = self.whole(name)
        if value is None:
            return default
        if not 1 <= value <= most:
            raise self.refuse(f"{name} must be between 1 and {most}")
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.fields.get(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise self.refuse(f"{name} is not a boolean")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        value = self.fields.get(name)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
            raise self.refuse(f"{name} is not a list of strings")
        return tuple(value)

    def wholes(self, name: str) -> list[int]:
        value = self.fields.get(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(type(entry) is int for entry in value):
            raise self.refuse(f"{name} is not a list of integers")
        return value

    def objects(self, name: str) -> list[Fields]:
        value = self.fields.get(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
            raise self.refuse(f"{name} is not a list of objects")
        return value


def read(call: Call[World]) -> Reader:
    """The body of a request; what is wrong in it is 400."""
    return Reader(body(call), lambda message: bad_request(call, message))


def window(call: Call[World], limit: int) -> tuple[int, int]:
    """First row and number of rows of a list: `offset` wins over `page`, which counts from zero.

    Raises:
        Answered: 400 for what is no number, and for a limit below one.
    """
    asked = Reader(
        {name: call.last(name) for name in ("page", "limit", "offset")}, lambda message: bad_request(call, message)
    )
    page, offset, found = asked.whole("page"), asked.whole("offset"), asked.whole("limit")
    limit = limit if found is None else found
    if limit < 1:
        raise bad_request(call, "Page size must not be less than one")
    return (offset if offset is not None else (page or 0) * limit), limit
