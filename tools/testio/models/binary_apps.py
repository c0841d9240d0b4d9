"""Apps that were uploaded for testers, and the target of an upload (API reference: Binary Apps)."""

from pydantic import Field

from tools.kit.model import Model
from tools.kit.text import Key, Untrusted


class UploadedApp(Model):
    """An uploaded app; which fields an answer has depends on how it was uploaded."""

    id: int
    filename: Untrusted | None = None
    file_size: int | None = None
    content_type: Key | None = None
    bundle_identifier: Untrusted | None = None
    bundle_version: Untrusted | None = None
    status: Key | None = None


class UploadPlace(Model):
    """Where a file may be sent within an hour; the fields are its credential."""

    binary_app_id: int
    url: str = Field(exclude=True, repr=False)
    fields: dict[str, str] = Field(default_factory=dict, exclude=True, repr=False)

    def fields_for(self, filename: str) -> dict[str, str]:
        """The fields of the form, with the file's name in its key."""
        return {
            name: value.replace("${filename}", filename) if name == "key" else value
            for name, value in self.fields.items()
        }
