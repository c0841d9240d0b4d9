"""Imports of JUnit files into runs (API reference: JUnit import)."""

from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field

from tools.kit.model import Many, Model
from tools.kit.text import Key, Untrusted
from tools.kit.words import as_words
from tools.testsigma.models.fields import Id, Moment

ENDED: Final = frozenset({"completed", "failed"})


def _texts(value: Any) -> Any:
    """Errors as texts; each may be a text or an object with a message."""
    if isinstance(value, str):
        return [value] if value.strip() else []
    if not isinstance(value, list):
        return value
    return [
        as_words(one.get("message") or one.get("error") or one) if isinstance(one, dict) else as_words(one)
        for one in value
        if one not in (None, "")
    ]


def _details(value: Any) -> Any:
    """Details as an object; the documents' example has one, their text says "messages or logs"."""
    return {"errors": value} if isinstance(value, str | list) else value


class ImportDetails(Model):
    imported_count: int | None = None
    failed_count: int | None = None
    errors: Annotated[Many[Untrusted], BeforeValidator(_texts)] = Field(default_factory=list)


class JUnitImport(Model):
    """An import and its status; the status endpoint leaves out the id."""

    id: Id = None
    status: Key | None = None
    run: Id = Field(None, validation_alias="test_run_id", description="As the path named it.")
    created_at: Moment = None
    details: Annotated[ImportDetails | None, BeforeValidator(_details)] = None

    @property
    def has_ended(self) -> bool:
        return (self.status or "").casefold() in ENDED
