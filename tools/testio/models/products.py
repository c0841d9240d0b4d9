"""Products and their sections, features and user stories (API reference: Products, Features, User Stories)."""

from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from tools.kit.model import Many, Model
from tools.kit.text import Key, Untrusted
from tools.testio.models.connections import Connection


def _empty(value: Any) -> Any:
    return "" if value is None else value


Title = Annotated[Untrusted, BeforeValidator(_empty)]
"""A title; null counts as an empty one."""


class Section(Model):
    """A part of a product; sections have no endpoint and are inside of products and tests."""

    id: int
    name: Untrusted | None = None


def _object(value: Any) -> Any:
    return value if isinstance(value, dict | Connection) else None


Connected = Annotated[Connection | None, BeforeValidator(_object)]


class ProductSection(Section):
    """A section as its product shows it."""

    connection: Connected = None


class Product(Model):
    """A product under test."""

    id: int
    name: Untrusted | None = None
    description: Untrusted | None = None
    type: Key | None = None
    default_section_id: int | None = None
    sections: Many[ProductSection] = Field(default_factory=list)
    sections_with_default: Many[ProductSection] = Field(default_factory=list, exclude=True)
    connection: Connected = Field(None, description="Where its exported bugs are sent.")
    remote_device_testing: bool | None = None

    @model_validator(mode="after")
    def _sections_of_either_list(self) -> Self:
        """Some products list their sections only together with the default one, which then counts as one of them."""
        if not self.sections and len(self.sections_with_default) > 1:
            self.sections = self.sections_with_default
        return self

    @property
    def is_sectioned(self) -> bool:
        """A product with nothing but its hidden default section has none in the sense of the API."""
        return len(self.sections) > 0

    @property
    def section_ids(self) -> list[int]:
        return [section.id for section in (self.sections or self.sections_with_default)]


class ProductName(Model):
    """The product of a test or a bug, where it may be cut down to its name."""

    id: int
    name: Untrusted | None = None


class Products(Model):
    products: Many[Product]


class UserStory(Model):
    """A user story; lists of features have only its text unless they are expanded."""

    id: int | None = None
    path: Untrusted | None = None
    title: Untrusted | None = Field(None, description="Only where it differs from path.")

    @field_validator("title")
    @classmethod
    def _said_once(cls, title: str | None, info: ValidationInfo) -> str | None:
        return None if title == info.data.get("path") else title


def _story(value: Any) -> Any:
    return {"path": value} if isinstance(value, str) else value


class Feature(Model):
    """A feature that testers examine."""

    id: int
    title: Title
    description: Untrusted | None = None
    howtofind: Untrusted | None = None
    user_stories: Many[Annotated[UserStory, BeforeValidator(_story)]] = Field(default_factory=list)


class Features(Model):
    features: Many[Feature]
