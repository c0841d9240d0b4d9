"""Results of single tests (API reference: Test result objects). Errors may contain terminal colours."""

from typing import Annotated, Any

from pydantic import AliasChoices, BeforeValidator, Field, RootModel

from tools.kit.model import Many, Model
from tools.kit.text import Key, Untrusted
from tools.kit.vocabulary import Status
from tools.testery.models.words import status_of


def _object(value: Any) -> Any:
    return value if isinstance(value, dict | ProjectTest) else None


def _addresses(value: Any) -> Any:
    """Addresses as texts; the vendor's clients read texts, and objects with a `url` occur too."""
    if not isinstance(value, list):
        return None
    found = [one.get("url") if isinstance(one, dict) else one for one in value]
    return [one for one in found if isinstance(one, str)]


Addresses = Annotated[Many[str], BeforeValidator(_addresses)]


def _first_line(text: str | None) -> str:
    return next((line.strip() for line in (text or "").splitlines() if line.strip()), "")


class ProjectTest(Model):
    """The test in the project's code; any part may be missing."""

    name: Untrusted | None = None
    file_filter: Untrusted | None = Field(None, validation_alias="fileFilter")
    file: Untrusted | None = None


class Result(Model):
    """One try of one test; only the detail has output and media."""

    id: int | None = None
    said: Key | None = Field(None, validation_alias="status")
    duration_ms: float | None = Field(None, validation_alias="duration")
    error: Untrusted | None = None
    stack_trace: Untrusted | None = Field(None, validation_alias="stackTrace")
    project_test: Annotated[ProjectTest | None, BeforeValidator(_object)] = Field(None, validation_alias="projectTest")
    own_name: Untrusted | None = Field(None, validation_alias="name")
    own_file_filter: Untrusted | None = Field(None, validation_alias="fileFilter")
    own_file: Untrusted | None = Field(None, validation_alias="file")
    output: Untrusted | None = Field(None, validation_alias=AliasChoices("processOutput", "output"))
    screenshots: Addresses = Field(default_factory=list, validation_alias="screenShots", exclude=True, repr=False)
    """Signed addresses, which are secret."""
    videos: Addresses = Field(default_factory=list, exclude=True, repr=False)

    @property
    def status(self) -> Status:
        return status_of(self.said)

    @property
    def name(self) -> str | None:
        return (self.project_test.name if self.project_test is not None else None) or self.own_name

    @property
    def file(self) -> str | None:
        test = self.project_test
        file = (test.file_filter or test.file) if test is not None else None
        return file or self.own_file_filter or self.own_file

    @property
    def what(self) -> str:
        """The error, or the first line of the stack if there is no error."""
        return self.error or _first_line(self.stack_trace)

    @property
    def test(self) -> tuple[str, str]:
        """The identity of a test in any run: its file and its name."""
        return self.file or "", self.name or f"#{self.id}"


Results = RootModel[Many[Result]]
"""A bare list of all results of a run."""
