"""Environments, pipeline stages and their variables (API reference: Environments, Pipeline stages)."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, RootModel, model_validator

from tools.kit.model import Many, Model
from tools.kit.text import Key, Secret, Untrusted


def _text(value: Any) -> Any:
    return str(value) if isinstance(value, int | float) else value


class Variable(Model):
    """A variable; an encrypted one is read as an empty text."""

    key: Key
    value: Annotated[Secret | None, BeforeValidator(_text)] = None
    encrypted: bool | None = None
    is_file: bool | None = Field(None, validation_alias="file")


class Holder(Model):
    """Something with variables. A change sends back everything that was read, unknown fields included."""

    id: int
    name: Untrusted | None = None
    variables: Many[Variable] = Field(default_factory=list)
    as_read: dict[str, Any] = Field(default_factory=dict, exclude=True, repr=False)

    @model_validator(mode="before")
    @classmethod
    def _keep_as_read(cls, data: Any) -> Any:
        return {**data, "as_read": data} if isinstance(data, dict) else data

    @property
    def shows_variables(self) -> bool:
        """Whether the platform showed the list of variables; without it the stored ones are unknown."""
        return isinstance(self.as_read.get("variables"), list)

    def with_changes(self, changed: Mapping[str, Any], variables: list[dict[str, Any]]) -> dict[str, Any]:
        """Everything that was read, with the changes; variables that were not shown are not sent."""
        body = {**self.as_read, **changed, "variables": variables}
        if not self.shows_variables:
            del body["variables"]
        return body

    def variables_with(self, changed: Mapping[str, dict[str, Any]], removed: frozenset[str]) -> list[dict[str, Any]]:
        """The list that replaces the stored one: variables as they were read or changed, then new ones.

        An unchanged encrypted variable is sent back with the empty value it was read with, as the vendor's own client
        does; the platform keeps what it has stored.
        """
        variables: list[Any] = []
        known: set[str] = set()
        for one in self.as_read.get("variables") or ():
            if not isinstance(one, dict):
                variables.append(one)  # leaving it out would delete it
                continue
            known.add(str(one.get("key")))
            if one.get("key") not in removed:
                variables.append({**one, **changed.get(str(one.get("key")), {})})
        return variables + [one for key, one in changed.items() if key not in known]


class Environment(Holder):
    key: Key | None = None
    url: Untrusted | None = None
    stage_id: int | None = Field(None, validation_alias="pipelineStageId")
    at_once: int | None = Field(None, validation_alias="maximumParallelTestRuns")
    archived: bool | None = None

    def is_where(self, environment_key: str | None, environment_id: int | None) -> bool:
        """Whether a run with this key or id is on it; the id counts if there is one."""
        return self.id == environment_id if environment_id is not None else self.key == environment_key


Environments = RootModel[Many[Environment]]
"""A bare list, archived ones included."""


class Stage(Holder):
    """A pipeline stage; of the runs that wait, the one with the lowest `run_priority` goes first."""

    priority: int | None = None
    run_priority: int | None = Field(None, validation_alias="testRunPriority")
    windows_pool: int | None = Field(None, validation_alias="windowsRunnerPoolId")
    linux_pool: int | None = Field(None, validation_alias="linuxRunnerPoolId")

    def with_changes(self, changed: Mapping[str, Any], variables: list[dict[str, Any]]) -> dict[str, Any]:
        """The fields to send, unchanged ones included: the platform resets what is left out.

        Variables that the platform did not show are not sent, since a list would replace them.
        """
        return {
            "name": self.name,
            "priority": self.priority,
            "testRunPriority": self.run_priority,
            "windowsRunnerPoolId": self.windows_pool,
            "linuxRunnerPoolId": self.linux_pool,
            **changed,
            **({"variables": variables} if self.shows_variables else {}),
        }


Stages = RootModel[Many[Stage]]
