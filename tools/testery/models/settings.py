"""Environments, pipeline stages and the variables they hand to tests (API reference: Environments, Pipeline stages)."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, RootModel, model_validator

from tools.kit.model import Many, Model
from tools.kit.text import Key, Secret, Untrusted


def _text(value: Any) -> Any:
    return str(value) if isinstance(value, int | float) else value


def _kept(data: Any) -> Any:
    return {**data, "as_read": data} if isinstance(data, dict) else data


class Variable(Model):
    """A variable; an encrypted one is read as an empty text, whatever it holds."""

    key: Key
    value: Annotated[Secret | None, BeforeValidator(_text)] = None
    encrypted: bool | None = None
    is_file: bool | None = Field(None, validation_alias="file")


class Holder(Model):
    """What holds variables. A change sends back the whole as it was read, fields we do not know included."""

    id: int
    name: Untrusted | None = None
    variables: Many[Variable] = Field(default_factory=list)
    as_read: dict[str, Any] = Field(default_factory=dict, exclude=True, repr=False)

    @model_validator(mode="before")
    @classmethod
    def _keep(cls, data: Any) -> Any:
        return _kept(data)

    @property
    def tells_variables(self) -> bool:
        """Whether the list of variables was there at all; where it was not, nobody knows what there is."""
        return isinstance(self.as_read.get("variables"), list)

    def with_changes(self, changed: Mapping[str, Any], variables: list[dict[str, Any]]) -> dict[str, Any]:
        """The whole as it was read, with what changes in it; variables that were not told are not sent."""
        body = {**self.as_read, **changed, "variables": variables}
        if not self.tells_variables:
            del body["variables"]
        return body

    def variables_with(self, changed: Mapping[str, dict[str, Any]], removed: frozenset[str]) -> list[dict[str, Any]]:
        """The list that replaces the one there is: untouched variables as they were read, then changes, then new ones.

        An untouched encrypted variable goes back with the empty value it was read with, as the vendor's own client
        sends it; the platform keeps what it has stored.
        """
        kept: list[Any] = []
        there: set[str] = set()
        for one in self.as_read.get("variables") or ():
            if not isinstance(one, dict):
                kept.append(one)  # whatever it is, leaving it out would delete it
                continue
            there.add(str(one.get("key")))
            if one.get("key") not in removed:
                kept.append({**one, **changed.get(str(one.get("key")), {})})
        return kept + [one for key, one in changed.items() if key not in there]


class Environment(Holder):
    key: Key | None = None
    url: Untrusted | None = None
    stage_id: int | None = Field(None, validation_alias="pipelineStageId")
    at_once: int | None = Field(None, validation_alias="maximumParallelTestRuns")
    archived: bool | None = None

    def is_where(self, environment_key: str | None, environment_id: int | None) -> bool:
        """Whether a run that tells one of these, or both, is on it."""
        return self.id == environment_id if environment_id is not None else self.key == environment_key


class Environments(RootModel[Many[Environment]]):
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
            **({"variables": variables} if self.tells_variables else {}),
        }


class Stages(RootModel[Many[Stage]]):
    """A bare list."""
