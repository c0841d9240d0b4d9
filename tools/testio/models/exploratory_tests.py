"""Exploratory tests and test templates (API reference: Exploratory Tests, Test Templates).

A test cycle, an exploratory test and a test are the same thing with the same number.
"""

from typing import Annotated, Any

from pydantic import Field, WrapValidator, model_validator

from tools.kit.editing import Rendered, keep_stored
from tools.kit.model import Many, Model
from tools.kit.text import Key, Untrusted
from tools.testio.models.environments import TestEnvironment
from tools.testio.models.products import ProductName, Section

Prose = Annotated[Untrusted | None, WrapValidator(keep_stored)]

ENDED = frozenset({"archived", "cancelled", "completed", "locked"})
"""Statuses of a test that testers no longer work on; `completed` is only in the guide."""
NOT_STARTED = frozenset({"initialized"})
"""A draft, or a test that was sent back: testers do not work on it yet."""


class Named(Model):
    id: int | None = None
    name: Untrusted | None = None
    key: Key | None = None


class Requirement(Model):
    """Which devices testers use, as the platform's device catalogue names them."""

    id: int | None = None
    category: Named | None = None
    vendor: Named | None = None
    operating_system: Named | None = None
    min_operating_system_version: Named | None = None
    max_operating_system_version: Named | None = None
    devices: Many[Named] = Field(default_factory=list)
    browsers: Many[Named] = Field(default_factory=list)

    def __str__(self) -> str:
        def name(thing: Named | None) -> str:
            return "" if thing is None else (thing.name or (f"#{thing.id}" if thing.id else ""))

        system = name(self.operating_system)
        low, high = name(self.min_operating_system_version), name(self.max_operating_system_version)
        versions = f"{low}-{high}" if low and high else f"{low} and newer" if low else f"up to {high}" if high else ""
        browsers = "/".join(filter(None, map(name, self.browsers)))
        devices = "/".join(filter(None, map(name, self.devices)))
        parts = (name(self.category), name(self.vendor), devices, f"{system} {versions}".strip(), browsers)
        return ", ".join(filter(None, parts)) or "any device"


class TestFeature(Model):
    """A feature as it was when the test was created; `id` is that of the snapshot, `feature_id` that of the product."""

    __test__ = False

    id: int | None = None
    feature_id: int | None = None
    title: Untrusted | None = None
    description: Untrusted | None = None
    howtofind: Untrusted | None = None
    execution_status: Key | None = None
    tester_count: int | None = None
    bugs_found: int | None = None


class Analytics(Model):
    """Numbers of a test, counted from reviewed results only."""

    testers_count: int | None = None
    devices_count: int | None = None
    total_features: int | None = None
    tested_features: int | None = None
    passed_features: int | None = None
    failed_features: int | None = None
    total_user_stories: int | None = None
    tested_user_stories: int | None = None
    passed_user_stories: int | None = None
    failed_user_stories: int | None = None
    blocked_user_stories: int | None = None
    total_bugs: int | None = None


class ExploratoryTest(Model):
    """A crowd test."""

    id: int
    title: Untrusted | None = Field(None, validation_alias="test_title")
    status: Key | None = None
    review_status: Key | None = None
    testing_type: Key | None = None
    product: ProductName | None = None
    section: Section | None = None
    start_at: Key | None = None
    end_at: Key | None = None
    goal: Prose = None
    out_of_scope: Prose = None
    instructions: Prose = None
    report_language: Key | None = None
    test_environment: TestEnvironment | None = None
    features: Many[TestFeature] = Field(default_factory=list)
    requirements: Many[Requirement] = Field(default_factory=list)
    enable_low: bool | None = None
    enable_high: bool | None = None
    enable_critical: bool | None = None
    allow_device_clouds: bool | None = Field(None, validation_alias="allow_device_clouds_test_scenario")
    created_by: Untrusted | None = None
    analytics: Analytics | None = None
    link: Key | None = None

    @model_validator(mode="before")
    @classmethod
    def _plain_texts(cls, data: Any) -> Any:
        """Take the plain-text version of a text where it exists, and the title under either of its names."""
        if isinstance(data, dict):
            data = dict(data)
            for name in ("goal", "out_of_scope", "instructions"):
                plain, stored = data.get(f"{name}_text"), data.get(name)
                both = isinstance(plain, str) and isinstance(stored, str) and plain and plain != stored
                data[name] = Rendered.of(plain, stored) if both else plain or stored
            data["test_title"] = data.get("test_title") or data.get("title")
        return data

    @property
    def is_draft(self) -> bool:
        return self.status in NOT_STARTED

    @property
    def has_ended(self) -> bool:
        return self.status in ENDED


class TestRow(Model):
    """A test as a list shows it."""

    __test__ = False

    id: int
    title: Untrusted | None = None
    status: Key | None = None
    review_status: Key | None = None
    testing_type: Key | None = None
    section_id: int | None = None
    start_at: Key | None = None
    end_at: Key | None = None
    link: Key | None = None


class ExploratoryTests(Model):
    exploratory_tests: Many[ExploratoryTest]


class TestTemplate(Model):
    """A test saved as a template; what it prescribes has been seen as an object and is documented as a word."""

    __test__ = False

    id: int
    title: Untrusted | None = None
    min_test_duration: float | None = Field(None, description="Hours.")
    max_test_duration: float | None = Field(None, description="Hours.")
    default_test_duration: float | None = Field(None, description="Hours.")
    prescribes: ExploratoryTest | None = Field(None, validation_alias="test_scenario_template")

    @model_validator(mode="before")
    @classmethod
    def _word_or_object(cls, data: Any) -> Any:
        if isinstance(data, dict) and not isinstance(data.get("test_scenario_template"), dict):
            data = {name: value for name, value in data.items() if name != "test_scenario_template"}
        return data


class TestTemplates(Model):
    __test__ = False

    test_templates: Many[TestTemplate]
