"""JUnit files on their way into a run (API reference: JUnit import)."""

from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field

from tools.kit.model import Many, Model
from tools.kit.text import Key, Untrusted
from tools.kit.words import as_words
from tools.testsigma.models.fields import Id, Moment

ENDED: Final = frozenset({"completed", "failed"})


def _texts(value: Any) -> Any:
    """What went wrong, whether each is a sentence or an object around one."""
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
    """An object in the documents' example, "messages or logs" in their words."""
    return {"errors": value} if isinstance(value, str | list) else value


class ImportDetails(Model):
    imported_count: int | None = None
    failed_count: int | None = None
    errors: Annotated[Many[Untrusted], BeforeValidator(_texts)] = Field(default_factory=list)


class JUnitImport(Model):
    """An import and how far it is; the answer to a look at it has no id."""

    id: Id = None
    status: Key | None = None
    run: Id = Field(None, validation_alias="test_run_id", description="As the path named it.")
    created_at: Moment = None
    details: Annotated[ImportDetails | None, BeforeValidator(_details)] = None

    @property
    def has_ended(self) -> bool:
        return (self.status or "").casefold() in ENDED
