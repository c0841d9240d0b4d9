"""Values that the families write in different ways: labels, environments, people, plans, texts."""

import json
from typing import Annotated, Any

from pydantic import AliasChoices, BeforeValidator, Field, ValidatorFunctionWrapHandler, WrapValidator

from tools.kit.editing import Rendered
from tools.kit.failure_groups import plain_text
from tools.kit.text import Key, Untrusted
from tools.kit.words import as_words
from tools.testomatio.models.documents import Record, flattened


def _label(value: Any) -> str | None:
    """A label as text, such as `Severity: critical`; some families send only the text."""
    value = flattened(value)
    if not isinstance(value, dict):
        return value if isinstance(value, str) and value else None
    title, choice = value.get("title") or value.get("id"), value.get("value")
    return None if not title else f"{title}: {as_words(choice)}" if choice not in (None, "") else as_words(title)


def label_words(value: Any) -> list[str]:
    """Labels as texts, of any family."""
    return [label for one in value if (label := _label(one))] if isinstance(value, list) else []


def _environments(value: Any) -> list[str]:
    """Environments as a list; some routes join them with commas."""
    pieces = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else []
    return [words for piece in pieces if (words := as_words(piece).strip())]


def _named(value: Any) -> list[Any]:
    """References as objects; a bare text that looks like an id is one, else it is a title."""
    if not isinstance(value, list):
        return []
    return [
        one if isinstance(one, dict) else {"id" if len(str(one)) == 8 and " " not in str(one) else "title": one}
        for one in value
        if one
    ]


def _person(value: Any) -> str | None:
    """A person by e-mail or name; some routes send a record."""
    value = flattened(value)
    if isinstance(value, dict):
        value = value.get("email") or value.get("name")
    return value if isinstance(value, str) and value else None


def _addresses(value: Any) -> list[str]:
    """The addresses of files, which are texts or records."""
    rows = value if isinstance(value, list) else [value] if value else []
    files = [one.get("url") or one.get("name") if isinstance(one, dict) else one for one in rows]
    return [as_words(one) for one in files if one]


def _words(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    """Any value as text, without terminal colours; edits apply to the text with them."""
    if value is None:
        return handler(None)
    stored = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    read = handler(plain_text(stored))
    return Rendered.of(read, stored) if read != stored else read


Environments = Annotated[list[Untrusted], BeforeValidator(_environments)]
Person = Annotated[Untrusted | None, BeforeValidator(_person)]
Addresses = Annotated[list[Untrusted], BeforeValidator(_addresses)]
Words = Annotated[Untrusted | None, WrapValidator(_words)]


class Named(Record):
    """An id and a title, of which either can be missing."""

    id: Key | None = None
    title: Untrusted | None = Field(default=None, validation_alias=AliasChoices("title", "name"))


References = Annotated[list[Named], BeforeValidator(_named)]
