"""Base models: what a platform responds, what a caller sends, and what a tool answers.

Validators are built at their first use; building them all would be a fifth of the server's start.
"""

from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

T = TypeVar("T")
A = TypeVar("A", bound=BaseModel)


class Model(BaseModel):
    """A platform's response: unknown fields are ignored, a vendor's field name is an alias."""

    model_config = ConfigDict(
        extra="ignore",
        validate_by_name=True,
        validate_by_alias=True,
        coerce_numbers_to_str=True,
        defer_build=True,
    )

    may_be_empty: ClassVar[bool] = False
    """Whether a response may lack every known field; otherwise it is taken for a different document."""


class Sent(BaseModel):
    """A caller's argument: unknown fields are refused by name, nested ones too."""

    model_config = ConfigDict(extra="forbid", defer_build=True)


class Answer(BaseModel):
    """A tool's answer."""

    model_config = ConfigDict(defer_build=True)


def answer_from(kind: type[A], source: BaseModel, /, **others: Any) -> A:
    """An answer with the fields of `source` that it has under the same names, and with the others as they are given."""
    shared = {name: getattr(source, name) for name in kind.model_fields if hasattr(source, name)}
    return kind(**shared | others)


def not_none(**fields: Any) -> dict[str, Any]:
    """The fields that are given."""
    return {name: value for name, value in fields.items() if value is not None}


class _NullIsEmpty:
    """Takes null as an empty list, in an after validator: a before validator would turn all JSON into objects first."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(
            lambda value: [] if value is None else value, core_schema.nullable_schema(handler(source))
        )


Many = Annotated[list[T], _NullIsEmpty()]
"""A list for which a platform may also send null."""
