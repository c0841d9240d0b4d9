"""Projects and their configuration (API reference: Project info, Login and projects)."""

from typing import Any

from pydantic import Field, field_validator

from tools.kit.model import Many
from tools.kit.text import Key, Untrusted
from tools.testomatio.models.documents import Record


class Project(Record):
    """A project as family B lists it; its API key is not read."""

    id: Key
    title: Untrusted | None = None
    status: Key | None = None
    lang: Key | None = None
    framework: Key | None = None
    tests_count: int | None = None
    created_at: Key | None = None
    environments: Many[Untrusted] = Field(default_factory=list)
    run_replies: dict[str, list[Untrusted]] = Field(
        default_factory=dict, description="Custom statuses a result may have, by status."
    )

    @field_validator("run_replies", mode="before")
    @classmethod
    def _replies(cls, value: Any) -> Any:
        return {k: v for k, v in value.items() if isinstance(v, list)} if isinstance(value, dict) else {}

    @field_validator("environments", mode="before")
    @classmethod
    def _named(cls, value: Any) -> Any:
        return [str(one) for one in value if isinstance(one, str | int)] if isinstance(value, list) else None


class LabelName(Record):
    """A label by its title and slug."""

    title: Untrusted | None = None
    slug: Key | None = None


class CiProfile(Record):
    """A profile that starts runs in CI; its settings can contain secrets and are not read."""

    profile_name: Untrusted | None = None
    service: Key | None = None


class ProjectInfo(Record):
    """The configuration of a project."""

    title: Untrusted | None = None
    project_id: Key | None = None
    framework: Key | None = None
    language: Key | None = None
    status: Key | None = None
    subscription: Key | None = None
    repository_url: Untrusted | None = None
    environments: Many[Untrusted] = Field(default_factory=list)
    labels: Many[LabelName] = Field(default_factory=list)
    tags: Many[Untrusted] = Field(default_factory=list)
    features: Many[Key] = Field(default_factory=list)
    ci_profiles: Many[CiProfile] = Field(default_factory=list)
    created_at: Key | None = None
    updated_at: Key | None = None
