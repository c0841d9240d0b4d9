"""Test cases and their steps (API reference: Test cases)."""

from pydantic import AliasChoices, Field

from tools.kit.text import Key
from tools.testsigma.models.fields import Id, Item, Prose, Step
from tools.testsigma.models.listing import Listed


class CaseStep(Step):
    """A step of a test case, or a step group embedded in it."""

    step_type: Key | None = None
    step_group_id: Id = None


class TestCase(Item):
    """A test case: either two texts (`TCD`) or a list of steps (`STEPS`)."""

    __test__ = False

    preconditions: Prose = None
    template_type: Key | None = None
    steps: Prose = None
    expected_results: Prose = Field(None, validation_alias=AliasChoices("expected_results", "expected_result"))
    individual_steps: list[CaseStep] | None = Field(None, description="None: not in the answer.")
    owner_id: Id = None
    reviewer_id: Id = None
    type_id: Id = None
    status_id: Id = None
    automation_type_id: Id = None
    priority_id: Id = None
    folder_id: Id = None

    @property
    def ordered_steps(self) -> list[CaseStep]:
        return sorted(self.individual_steps or (), key=lambda step: step.order or 0)


class TestCases(Listed[TestCase]):
    __test__ = False

    under = ("test_cases",)
