"""Test plans (API reference: Test plans)."""

from tools.kit.text import Key
from tools.testsigma.models.fields import Item, Moment
from tools.testsigma.models.listing import Listed


class TestPlan(Item):
    """A test plan; it has no test cases of its own, runs name it."""

    __test__ = False

    status: Key | None = None
    start_date: Moment = None
    end_date: Moment = None
    test_runs_count: int | None = None
    test_cases_count: int | None = None
    completed_at: Moment = None

    @property
    def is_completed(self) -> bool:
        return (self.status or "").casefold() == "completed"


class TestPlans(Listed[TestPlan]):
    __test__ = False

    under = ("test_plans",)
