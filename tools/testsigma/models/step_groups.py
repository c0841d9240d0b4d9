"""Step groups: lists of steps that test cases share (API reference: Step groups)."""

from pydantic import Field

from tools.kit.model import Many
from tools.testsigma.models.fields import Item, Step
from tools.testsigma.models.listing import Listed


class StepGroup(Item):
    """A step group; lists leave out its steps."""

    steps: Many[Step] = Field(default_factory=list)

    @property
    def ordered_steps(self) -> list[Step]:
        return sorted(self.steps, key=lambda step: step.order or 0)


class StepGroups(Listed[StepGroup]):
    under = ("step_groups",)
