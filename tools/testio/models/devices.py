"""Entries of the public device catalogue: categories, operating systems and their versions."""

import re

from pydantic import Field

from tools.kit.model import Many, Model
from tools.kit.text import Key, word


class Entry(Model):
    """An entry of the catalogue; keys are singular, names often plural, and versions have no key."""

    id: int
    key: Key | None = None
    name: Key | None = None

    @property
    def label(self) -> str:
        return self.name or self.key or str(self.id)

    @property
    def marked(self) -> str:
        """Its label for a sentence of ours."""
        return word(self.label)

    def is_called(self, wanted: str) -> bool:
        """Whether a text means this: by name or key, in any case, singular or plural, with or without hyphens."""
        return _plain(wanted) in {_plain(own) for own in (self.key, self.name) if own}

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers in a version's name, to sort by."""
        return tuple(int(part) for part in re.findall(r"\d{1,9}", self.name or ""))


def _plain(word: str) -> str:
    return re.sub(r"[\W_]+", "", word.casefold()).removesuffix("s")


class Pagination(Model):
    total: int | None = None
    limit: int | None = None
    offset: int | None = None


class Categories(Model):
    categories: Many[Entry]


class OperatingSystems(Model):
    operating_systems: Many[Entry]


class VersionsPage(Model):
    operating_system_versions: Many[Entry]
    pagination: Pagination = Field(default_factory=Pagination)
