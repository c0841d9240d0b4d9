"""The two kinds of data that cross a border: what a platform answers, and what a caller sends."""

from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict

T = TypeVar("T")


class Model(BaseModel):
    """What a platform answers: unknown fields are let through unread, a vendor's name is an alias."""

    model_config = ConfigDict(extra="ignore", validate_by_name=True, validate_by_alias=True, coerce_numbers_to_str=True)


class Sent(BaseModel):
    """What a caller may send: a misspelt field is refused by name, also deep inside."""

    model_config = ConfigDict(extra="forbid")


Many = Annotated[list[T], BeforeValidator(lambda value: [] if value is None else value)]
"""A list for which a platform may also say null."""
