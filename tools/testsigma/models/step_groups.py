"""Step groups: lists of steps that test cases share (API reference: Step groups)."""

from pydantic import AliasChoices, Field

from tools.kit.model import Many, Model
from tools.kit.text import Key, Untrusted
from tools.testsigma.models.fields import Id, Moment, Names, Order, Prose
from tools.testsigma.models.listing import Listed


class GroupStep(Model):
    """A step; the API takes `expected_result` and answers `expected_results`."""

    description: Prose = Field(None, validation_alias=AliasChoices("step_description", "description"))
    expected: Prose = Field(None, validation_alias=AliasChoices("expected_results", "expected_result"))
    order: Order = None


class StepGroup(Model):
    """A step group; lists leave out its steps."""

    id: Key
    human_id: Id = None
    title: Untrusted | None = Field(None, validation_alias=AliasChoices("title", "name"))
    description: Prose = None
    steps: Many[GroupStep] = Field(default_factory=list)
    labels: Names = Field(default_factory=list, validation_alias=AliasChoices("labels", "label_names"))
    created_at: Moment = None
    updated_at: Moment = None

    @property
    def key(self) -> str:
        return self.human_id or self.id

    @property
    def ordered_steps(self) -> list[GroupStep]:
        return sorted(self.steps, key=lambda step: step.order or 0)


class StepGroups(Listed[StepGroup]):
    under = ("step_groups",)
