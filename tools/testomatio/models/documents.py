"""The documents of Testomat.io: one model reads the spellings and envelopes of all four families."""

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from pydantic import AliasChoices, AliasGenerator, ConfigDict, Field, field_validator, model_validator
from pydantic.alias_generators import to_camel

from tools.kit.model import Many, Model

R = TypeVar("R")


def spellings(name: str) -> AliasChoices:
    """A field as the families write it: `suite_id` live, `suiteId` in the OpenAPI draft, `suite-id` in JSON:API."""
    return AliasChoices(*dict.fromkeys((name, to_camel(name), name.replace("_", "-"))))


def flattened(value: Any) -> Any:
    """A JSON:API record as one flat object; a flat object stays as it is."""
    if not isinstance(value, Mapping) or not isinstance(value.get("attributes"), Mapping):
        return value
    own = {name: value[name] for name in ("id", "relationships") if name in value}
    return {**value["attributes"], **own}


class Record(Model):
    """An object of any family."""

    model_config = ConfigDict(alias_generator=AliasGenerator(validation_alias=spellings))

    @model_validator(mode="before")
    @classmethod
    def _flat(cls, value: Any) -> Any:
        return flattened(value)


class Meta(Record):
    """The meta object of a list in the spellings of the families, with the counts of `count=true`."""

    total: int | None = Field(default=None, validation_alias=AliasChoices("total", "num", "totalCount", "total_count"))
    page: int | None = None
    per_page: int | None = None
    total_pages: int | None = None
    has_more: bool | None = None
    group_by: dict[str, int] = Field(default_factory=dict)

    @field_validator("group_by", mode="before")
    @classmethod
    def _counts(cls, value: Any) -> Any:
        return value if isinstance(value, dict) and all(isinstance(n, int) for n in value.values()) else {}


class Listed(Model, Generic[R]):
    """A page of a list; a bare array is read as its rows."""

    data: Many[R]
    meta: Meta = Field(default_factory=Meta)
    included: Many[dict[str, Any]] = Field(default_factory=list)

    @model_validator(mode="before")
    @classmethod
    def _enveloped(cls, value: Any) -> Any:
        if isinstance(value, list):
            return {"data": value}
        if isinstance(value, dict) and "data" not in value and value.get("meta") and len(value) == 1:
            return {**value, "data": []}  # the answer to `count=true`
        return value

    @field_validator("meta", mode="before")
    @classmethod
    def _meta(cls, value: Any) -> Any:
        return value if isinstance(value, dict | Meta) else {}


class Nothing(Model):
    """An answer of which nothing is read: 204, `{}`, or the id of a deleted thing."""

    @model_validator(mode="before")
    @classmethod
    def _any(cls, value: Any) -> Any:
        return {}


class Login(Model):
    """The answer of a login."""

    may_be_empty = True

    jwt: str | None = Field(None, exclude=True, repr=False)


class ChangeSession(Model):
    """A new change session."""

    hash: str | None = Field(None, exclude=True)
