"""Requirements, milestones, branches and queued shares (API reference: the sections of those names)."""

from typing import Annotated, Any

from pydantic import AliasChoices, BeforeValidator, Field

from tools.kit.text import Key, Untrusted
from tools.kit.words import as_words
from tools.testomatio.models.documents import Record
from tools.testomatio.models.labels import several
from tools.testomatio.models.values import Words


def _names(value: Any) -> list[str]:
    """Names of files, which are records or texts."""
    found = [
        next((one[key] for key in ("name", "filename", "url") if one.get(key)), None) if isinstance(one, dict) else one
        for one in (value if isinstance(value, list) else [])
    ]
    return [as_words(one) for one in found if one]


def _ids(value: Any) -> list[str]:
    found = [one.get("id") if isinstance(one, dict) else one for one in (value if isinstance(value, list) else [])]
    return [str(one) for one in found if one]


class Requirement(Record):
    """A requirement. Its answer is not documented, so the keys of its requests are read."""

    id: Key
    title: Untrusted | None = None
    source_type: Key | None = Field(
        default=None, validation_alias=AliasChoices("source_type", "sourceType", "source-type", "source")
    )
    description: Words = None
    details: Words = None
    active: bool | None = None
    is_global: bool | None = Field(default=None, validation_alias=AliasChoices("global", "is_global"))
    url: Untrusted | None = Field(
        default=None, validation_alias=AliasChoices("url", "confluence_url", "confluenceUrl", "jira_url")
    )
    files: Annotated[list[Untrusted], BeforeValidator(_names)] = Field(default_factory=list)
    suites: Annotated[list[Key], BeforeValidator(_ids)] = Field(
        default_factory=list, validation_alias=AliasChoices("suites", "suite_ids", "suiteIds")
    )
    created_at: Key | None = None
    updated_at: Key | None = None


class Milestone(Record):
    """A milestone; its id is its slug."""

    id: Key = Field(validation_alias=AliasChoices("slug", "id"))
    title: Untrusted | None = None
    type: Untrusted | None = None
    status: Key | None = None
    expired: bool | None = None
    description: Words = None
    start_at: Key | None = Field(default=None, validation_alias=AliasChoices("start_at", "startAt", "start_date"))
    release_at: Key | None = Field(
        default=None, validation_alias=AliasChoices("release_at", "releaseAt", "release_date", "due_date")
    )
    closed_at: Key | None = None


class Branch(Record):
    """A branch of the project's tests."""

    slug: Key = Field(validation_alias=AliasChoices("slug", "id"))
    title: Untrusted | None = None
    state: Key | None = None
    tests_count: int | None = None
    suites_count: int | None = None


class Queued(Record):
    """The answer to a share, which the platform queues."""

    status: Key | None = None
    skipped_test_ids: Annotated[list[Key], BeforeValidator(several)] = Field(default_factory=list)
