"""Linked issues and attached files (API reference: the sections of those names)."""

from pydantic import AliasChoices, Field

from tools.kit.text import Key, Untrusted
from tools.testomatio.models.documents import Record


class Issue(Record):
    """A link to an issue of a tracker; its id is unique only together with its type."""

    id: int
    type: Key | None = None
    title: Untrusted | None = None
    url: Untrusted | None = None
    source: Key | None = None
    jira_id: Untrusted | None = None
    resource_type: Key | None = None
    resource_id: Key | None = None
    synced: bool | None = None

    @property
    def name(self) -> str:
        return self.jira_id or self.title or self.url or str(self.id)


class Attachment(Record):
    """A file. Its answer is not documented, so the likely keys are read."""

    id: Key | None = Field(
        default=None,
        validation_alias=AliasChoices("id", "uid"),
        description="Needed to delete it; the web API shows none.",
    )
    name: Untrusted | None = Field(
        default=None, validation_alias=AliasChoices("name", "filename", "file_name", "fileName", "title")
    )
    type: Key | None = Field(
        default=None,
        validation_alias=AliasChoices("content_type", "contentType", "content-type", "mime_type", "mimeType"),
    )
    size: int | None = Field(default=None, validation_alias=AliasChoices("size", "byte_size", "byteSize"))
    url: Untrusted | None = Field(default=None, validation_alias=AliasChoices("url", "display_url", "displayUrl"))
    created_at: Key | None = None


class WebFile(Record):
    """The answer of the web API to an upload: only the address of the file."""

    url: Untrusted | None = Field(default=None, validation_alias=AliasChoices("url", "display_url", "displayUrl"))
