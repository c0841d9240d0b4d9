"""Test plans (API reference: Test plans)."""

from pydantic import AliasChoices, Field

from tools.kit.model import Model
from tools.kit.text import Key, Untrusted
from tools.testsigma.models.fields import Id, Moment, Names, Prose
from tools.testsigma.models.listing import Listed


class TestPlan(Model):
    """A test plan; it has no test cases of its own, runs name it."""

    __test__ = False

    id: Key
    human_id: Id = None
    title: Untrusted | None = Field(None, validation_alias=AliasChoices("title", "name"))
    description: Prose = None
    status: Key | None = None
    start_date: Moment = None
    end_date: Moment = None
    labels: Names = Field(default_factory=list, validation_alias=AliasChoices("labels", "label_names"))
    test_runs_count: int | None = None
    test_cases_count: int | None = None
    completed_at: Moment = None
    created_at: Moment = None
    updated_at: Moment = None

    @property
    def key(self) -> str:
        return self.human_id or self.id

    @property
    def is_completed(self) -> bool:
        return (self.status or "").casefold() == "completed"


class TestPlans(Listed[TestPlan]):
    __test__ = False

    under = ("test_plans",)
