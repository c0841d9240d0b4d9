"""The kinds of data that cross a border: what a platform answers, what a caller sends, and what a tool answers.

Their validators are built at their first use: dozens of them would be a fifth of a server's start.
"""

from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

T = TypeVar("T")


class Model(BaseModel):
    """What a platform answers: unknown fields are let through unread, a vendor's name is an alias."""

    model_config = ConfigDict(
        extra="ignore",
        validate_by_name=True,
        validate_by_alias=True,
        coerce_numbers_to_str=True,
        defer_build=True,
    )

    may_be_empty: ClassVar[bool] = False
    """Whether an answer is one in which nothing is known; else it is taken for another document than the one wanted."""


class Sent(BaseModel):
    """What a caller may send: a misspelt field is refused by name, also deep inside."""

    model_config = ConfigDict(extra="forbid", defer_build=True)


class Answer(BaseModel):
    """What a tool answers."""

    model_config = ConfigDict(defer_build=True)


class _NullIsEmpty:
    """Takes null as an empty list, after the rows were read: before, all JSON would have to become objects first."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(
            lambda value: [] if value is None else value, core_schema.nullable_schema(handler(source))
        )


Many = Annotated[list[T], _NullIsEmpty()]
"""A list for which a platform may also say null."""
