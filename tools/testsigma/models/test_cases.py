"""Test cases and their steps (API reference: Test cases)."""

from pydantic import AliasChoices, Field

from tools.kit.model import Model
from tools.kit.text import Key, Untrusted
from tools.testsigma.models.fields import Id, Moment, Names, Order, Prose
from tools.testsigma.models.listing import Listed


class CaseStep(Model):
    """A step of a test case, or a step group embedded in it."""

    description: Prose = Field(None, validation_alias=AliasChoices("step_description", "description"))
    expected: Prose = Field(None, validation_alias=AliasChoices("expected_results", "expected_result"))
    order: Order = None
    step_type: Key | None = None
    step_group_id: Id = None


class TestCase(Model):
    """A test case: either two texts (`TCD`) or a list of steps (`STEPS`)."""

    __test__ = False

    id: Key
    human_id: Id = None
    title: Untrusted | None = Field(None, validation_alias=AliasChoices("title", "name"))
    description: Prose = None
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
    labels: Names = Field(default_factory=list, validation_alias=AliasChoices("labels", "label_names"))
    created_at: Moment = None
    updated_at: Moment = None

    @property
    def key(self) -> str:
        """Its human id, or its UUID where the answer has none."""
        return self.human_id or self.id

    @property
    def ordered_steps(self) -> list[CaseStep]:
        return sorted(self.individual_steps or (), key=lambda step: step.order or 0)


class TestCases(Listed[TestCase]):
    __test__ = False

    under = ("test_cases",)
