"""Test cases, tests made of them, and their results (API reference: Test Cases, Test Case Tests)."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from tools.kit.model import Many, Model
from tools.kit.text import Key, Untrusted
from tools.testio.models.bugs import Meta
from tools.testio.models.environments import TestEnvironment
from tools.testio.models.exploratory_tests import Requirement
from tools.testio.models.products import Title


class CaseStep(Model):
    """One step; changes refer to it by id."""

    id: int | None = None
    description: Untrusted | None = None
    target_idx: Untrusted | None = Field(None, description="Its id in another system.")


class TestCase(Model):
    """A test case of a product's feature."""

    __test__ = False

    id: int
    title: Title = ""
    requirements: Untrusted | None = None
    feature_id: int | None = None
    target_idx: Untrusted | None = Field(None, description="Its id in another system.")
    steps: Many[CaseStep] = Field(default_factory=list)


class TestCaseRow(Model):
    """A test case as a list shows it."""

    __test__ = False

    id: int
    title: Untrusted | None = None
    feature_id: int | None = None
    steps: int = Field(0, description="How many.")
    target_idx: Untrusted | None = None


class TestCasesPage(Model):
    """A page of test cases; its metadata was added in 2026."""

    __test__ = False

    meta: Meta = Field(default_factory=Meta)
    test_cases: Many[TestCase]


class TestCases(Model):
    """The test cases that one request created."""

    __test__ = False

    test_cases: Many[TestCase]


class TestCaseTest(Model):
    """A test of test cases, which is also the exploratory test with that id."""

    __test__ = False

    id: int | None = None
    title: Untrusted | None = Field(None, validation_alias="test_title")
    status: Key | None = None
    start_at: Key | None = None
    end_at: Key | None = None
    goal: Untrusted | None = None
    out_of_scope: Untrusted | None = None
    instructions: Untrusted | None = None
    report_language: Key | None = None
    test_environment: TestEnvironment | None = None
    requirements: Many[Requirement] = Field(default_factory=list)
    test_cases: Many[TestCase] = Field(default_factory=list)

    @model_validator(mode="before")
    @classmethod
    def _under_its_other_names(cls, data: Any) -> Any:
        """Take the title under either of its names, and the devices from either place."""
        if isinstance(data, dict):
            data = dict(data)
            if data.get("title") and not data.get("test_title"):
                data["test_title"] = data["title"]
            each = data.get("test_case_requirements")
            if not data.get("requirements") and isinstance(each, list):
                data["requirements"] = [
                    one["requirement"] for one in each if isinstance(one, dict) and one.get("requirement")
                ]
        return data


def _step(value: Any) -> Any:
    """No step of a result has been seen; a bare text is its description."""
    return {"description": value} if isinstance(value, str) else value


def _name(value: Any) -> Any:
    return value.get("name") if isinstance(value, dict) else value


class ResultStep(Model):
    """A step as a tester went through it."""

    id: int | None = None
    description: Untrusted | None = None
    status: Key | None = None
    comment: Untrusted | None = None


class CaseResult(Model):
    """What one tester found for one test case."""

    test_case_id: int | None = None
    status: Key | None = None
    tester: Annotated[Untrusted | None, BeforeValidator(_name)] = None
    steps: Many[Annotated[ResultStep, BeforeValidator(_step)]] = Field(default_factory=list)


class CaseResults(Model):
    """Results of a test: a list, which one client expects inside of an object."""

    test_case_results: Many[CaseResult]

    @model_validator(mode="before")
    @classmethod
    def _bare_list(cls, data: Any) -> Any:
        return {"test_case_results": data} if isinstance(data, list) else data
