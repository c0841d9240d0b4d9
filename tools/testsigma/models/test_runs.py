"""Test runs, the cases in them and their results (API reference: Test runs)."""

from typing import Annotated, Any, Final

from pydantic import AliasChoices, BeforeValidator, Field, model_validator

from tools.kit.model import Many, Model
from tools.kit.text import Key, Untrusted
from tools.testsigma.models.fields import Id, Item, Moment, Names, Prose
from tools.testsigma.models.listing import Listed
from tools.testsigma.models.settings import User

CLOSED: Final = "closed"


class StatusCount(Model):
    """How many cases of a run have a status."""

    name: Key | None = Field(None, validation_alias=AliasChoices("status_name", "name", "status"))
    count: int = 0


def _counts(value: Any) -> Any:
    """The summary of a run: a list, or an object of counts; its shape is known from a client's types only."""
    return [{"name": name, "count": n} for name, n in value.items()] if isinstance(value, dict) else value


class Totals(Model):
    """The results of a run as the documents show them in a plan's runs."""

    total: int | None = None
    passed: int | None = None
    failed: int | None = None


def _object(value: Any) -> Any:
    """Elsewhere the documents have a list of results under this name, which the run's cases make redundant."""
    return value if isinstance(value, dict) else None


class TestRun(Item):
    """A test run; its status is active or closed, not a result."""

    __test__ = False

    status: Key | None = None
    selection_type: Key | None = None
    start_date: Moment = Field(None, validation_alias=AliasChoices("start_date", "started_at"))
    end_date: Moment = Field(None, validation_alias=AliasChoices("end_date", "ended_at"))
    assignee_id: Id = None
    labels: Names = Field(default_factory=list)
    label_names: Names = Field(default_factory=list)
    environments: Names = Field(default_factory=list)
    test_plan_id: Id = None
    test_cases_count: int | None = None
    summary: Annotated[Many[StatusCount], BeforeValidator(_counts)] = Field(
        default_factory=list, validation_alias="test_run_status_summary"
    )
    results: Annotated[Totals | None, BeforeValidator(_object)] = None
    closed_by: Id = None

    @property
    def is_closed(self) -> bool:
        return (self.status or "").casefold() == CLOSED

    @property
    def all_labels(self) -> list[str]:
        return self.labels or self.label_names


class TestRuns(Listed[TestRun]):
    __test__ = False

    under = ("test_runs",)


class CaseOfRun(Model):
    """The fields of a test case that a run shows."""

    id: Id = None
    human_id: Id = None
    title: Annotated[Untrusted | None, Field(validation_alias=AliasChoices("title", "name"))] = None
    folder_id: Id = None

    @property
    def key(self) -> str:
        return self.human_id or self.id or ""


def _user(value: Any) -> Any:
    return value if isinstance(value, User) or (isinstance(value, dict) and value.get("id")) else None


class RunCase(Model):
    """A test case in a run with its last result; results go by the case's id, not by its own."""

    id: Id = None
    status: Key | None = None
    status_id: Id = Field(None, validation_alias=AliasChoices("status_id", "test_run_status_id"))
    assignee_id: Id = Field(None, validation_alias=AliasChoices("assignee_id", "user_id"))
    assignee: Annotated[User | None, BeforeValidator(_user)] = None
    description: Prose = None
    test_case: CaseOfRun = CaseOfRun()
    updated_at: Moment = None

    @model_validator(mode="before")
    @classmethod
    def _with_case(cls, data: Any) -> Any:
        """Live answers nest the test case; the documents have its id and name beside the result."""
        if isinstance(data, dict) and not data.get("test_case"):
            # Without a name beside it, the id is not the case's.
            named = data.get("title") or data.get("name")
            case_id = data.get("test_case_id") or (data.get("id") if named else None)
            case = {"id": case_id, "human_id": data.get("human_id"), "title": named}
            return data | {"test_case": case}
        return data


class RunCases(Listed[RunCase]):
    under = ("test_run_cases", "test_cases")
