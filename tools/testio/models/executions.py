"""Executions of user stories by testers (API reference: User Story Version Executions)."""

from pydantic import AliasPath, Field

from tools.kit.model import Many, Model
from tools.kit.text import Key, Untrusted
from tools.testio.models.bugs import Device, Meta


class Execution(Model):
    """One tester's result of one user story on one device; it does not name the story."""

    id: int
    status: Key | None = None
    comment: Untrusted | None = None
    executed_by: Untrusted | None = None
    devices: Many[Device] = Field(default_factory=list, validation_alias="device_reports")
    test_id: int | None = Field(None, validation_alias=AliasPath("test_cycle", "id"))
    test_title: Untrusted | None = Field(None, validation_alias=AliasPath("test_cycle", "title"))
    test_environment: Untrusted | None = Field(
        None, validation_alias=AliasPath("test_cycle", "test_environment", "title")
    )
    executed_at: Key | None = None


class ExecutionsPage(Model):
    """Its meta has record_count only."""

    meta: Meta = Field(default_factory=Meta)
    user_story_version_executions: Many[Execution]
