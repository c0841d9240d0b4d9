"""What a wheel knows of its tools before they are imported: a start lists them from it, a call loads their platform."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Self

import anyio
from pydantic_core import from_json, to_json

from server.records import DECLARED, SCHEMAS, Archive, may_use_records
from tools.kit.declared import Declared
from tools.kit.platform import Platform

logger = logging.getLogger(__name__)

PAUSE: Final = 1.0
"""Seconds before each platform is loaded in the background; loading one takes up to a tenth of a second."""


@dataclass(frozen=True)
class Known:
    """The declarations of platforms, by their keys, and the schemas of tools' parameters, by the tools' names."""

    declared: Mapping[str, Declared] = field(default_factory=dict)
    schemas: Mapping[str, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def shipped(cls, environment: Mapping[str, str]) -> Self:
        """What this installation brings; nothing in a checkout."""
        return cls.read(Archive()) if may_use_records(environment) else cls()

    @classmethod
    def read(cls, archive: Archive) -> Self:
        """What an archive has."""
        declared, schemas = archive.read(DECLARED), archive.read(SCHEMAS)
        if declared is None or schemas is None:
            return cls()
        return cls({key: Declared.from_json(record) for key, record in from_json(declared).items()}, from_json(schemas))

    @property
    def records(self) -> dict[str, bytes]:
        """The contents of an archive."""
        return {
            DECLARED: to_json({key: declared.as_json for key, declared in self.declared.items()}),
            SCHEMAS: to_json(self.schemas),
        }

    def of(self, platforms: Sequence[Platform]) -> list[Platform]:
        """The platforms, with what is known of them."""
        return [replace(platform, record=self.declared.get(platform.key)) for platform in platforms]


async def load_rest(platforms: Sequence[Platform]) -> None:
    """Load the platforms that a start left out, so that a first call does not wait, nor an update come in between."""
    for platform in platforms:
        await anyio.sleep(PAUSE)
        try:
            is_current = platform.record == platform.declaration()
        except ImportError:
            logger.exception("%s could not be loaded", platform.title)
            continue
        if not is_current:
            logger.warning("the record of %s is out of date: run `testdesk reference --first-answers`", platform.title)
