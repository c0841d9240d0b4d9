"""Results of tests in runs, which the platform calls testruns (API reference: Testruns)."""

from typing import Any

from pydantic import AliasChoices, Field, field_validator, model_validator

from tools.kit.text import Key, Untrusted
from tools.kit.words import as_words
from tools.testomatio.models.documents import Record, flattened
from tools.testomatio.models.labels import several
from tools.testomatio.models.values import Addresses, Person, Words

MILLISECONDS = "Milliseconds where it is whole; with a fraction it may be seconds: reporters differ."
UNCLEAR = "As the reporter sent it: seconds or milliseconds, which the platform does not tell."


def known_ms(run_time: float | None) -> float | None:
    """A run time in milliseconds, where that is its unit.

    The platform keeps what reporters send: the one for JavaScript whole milliseconds, the one for pytest seconds with a
    fraction. What has a fraction is not known to be either.
    """
    return run_time if run_time is not None and float(run_time).is_integer() else None


def unclear_run_time(run_time: float | None) -> float | None:
    """A run time whose unit is not known."""
    return None if run_time is None or known_ms(run_time) is not None else run_time


class Result(Record):
    """One result; a test that was tried again, or that has several rows of values, has several in a run."""

    id: int
    run_id: Key | None = None
    test_id: Key | None = None
    test_title: Untrusted | None = None
    suite_title: Untrusted | None = None
    status: Key | None = None
    substatus: Untrusted | None = None
    message: Words = None
    run_time: float | None = Field(default=None, description=MILLISECONDS)
    automated: bool | None = None
    assigned_to: Person = None
    artifacts: Addresses = Field(default_factory=list)
    created_at: Key | None = None
    finished_at: Key | None = None
    stack: Words = None


class FullResult(Result):
    """A result with what its test says; the names of its values are not filled in there."""

    description: Untrusted | None = None
    test_version: Words = None


class WebResult(Record):
    """A result as the web app shows it: with its test's priority and tags, its values and its files."""

    id: int
    run_id: Key | None = None
    test_id: Key | None = None
    test_title: Untrusted | None = None
    suite_title: Untrusted | None = None
    status: Key | None = None
    substatus: Untrusted | None = None
    message: Words = None
    run_time: float | None = Field(default=None, description=MILLISECONDS)
    automated: bool | None = None
    assigned_to: Person = None
    priority: Key | None = None
    tags: list[Untrusted] = Field(default_factory=list)
    example: dict[Untrusted, Untrusted] | None = Field(default=None, description="Values, by the test's parameters.")
    extras: dict[Untrusted, Untrusted] | None = Field(default=None, description="Values people put beside it.")
    files: Addresses = Field(default_factory=list, validation_alias=AliasChoices("attachments", "files"))
    steps: int | None = Field(default=None, description="How many steps it has.")
    finished_at: Key | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_its_test(cls, value: Any) -> Any:
        told = flattened(value)
        if not isinstance(told, dict):
            return told
        told = dict(told)
        test = flattened(told.pop("test", None))
        test = test if isinstance(test, dict) else {}
        told.setdefault("test_id", test.get("id") or _related(told, "test"))
        told.setdefault("run_id", _related(told, "run"))
        told["test_title"] = told.get("test-title") or told.get("test_title") or test.get("title")
        told["priority"] = told.get("priority") or test.get("priority")
        told["tags"] = several(told.get("tags") or test.get("tags"))
        told["example"] = _by_name(told.get("example"), test.get("params"))
        told["extras"] = _extras(told.get("extras"))
        told["steps"] = _steps(told)
        return told

    @field_validator("tags", mode="before")
    @classmethod
    def _tags(cls, value: Any) -> Any:
        return value if isinstance(value, list) else []


def _related(told: dict[str, Any], name: str) -> Any:
    """The id of a record that a JSON:API record points to."""
    places = told.get("relationships")
    place = places.get(name) if isinstance(places, dict) else None
    data = place.get("data") if isinstance(place, dict) else None
    return data.get("id") if isinstance(data, dict) else None


def _by_name(cells: Any, params: Any) -> dict[str, str] | None:
    """Values by their names; cells come in the order of the test's parameters."""
    if isinstance(cells, dict):
        return {str(name): as_words(value) for name, value in cells.items()} or None
    if not isinstance(cells, list) or not cells:
        return None
    names = [as_words(name) for name in params] if isinstance(params, list) else []
    names += [str(number) for number in range(len(names) + 1, len(cells) + 1)]
    return {name: as_words(cell) for name, cell in zip(names, cells, strict=False)}


def _extras(value: Any) -> dict[str, str] | None:
    """What people put beside a result, without what the platform keeps there for itself."""
    rows = [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
    return {
        as_words(row.get("key")): as_words(row.get("value")) for row in rows if row.get("source") != "system"
    } or None


def _steps(told: dict[str, Any]) -> int | None:
    """How many steps it has: a list of a manual result, a number of an automated one."""
    sections = told.get("sections")
    steps = told.get("steps")
    if isinstance(steps, list):
        return len(steps) or None
    counted = sections.get("steps") if isinstance(sections, dict) else None
    return counted.get("count") or None if isinstance(counted, dict) else None
