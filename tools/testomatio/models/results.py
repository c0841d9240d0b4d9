"""Results of tests in runs, which the platform calls testruns (API reference: Testruns)."""

from typing import Any

from pydantic import AliasChoices, Field, field_validator, model_validator

from tools.kit.text import Key, Untrusted
from tools.kit.words import as_words
from tools.testomatio.models.documents import Record, flattened
from tools.testomatio.models.labels import several
from tools.testomatio.models.values import Addresses, Person, Words

MILLISECONDS = "Milliseconds if whole; with a fraction it may be seconds: reporters differ."
UNCLEAR = "As the reporter sent it, in seconds or milliseconds: the platform does not say which."


def known_ms(run_time: float | None) -> float | None:
    """A run time in milliseconds, or None where the unit is not known.

    The platform stores what reporters send: the JavaScript reporter sends whole milliseconds, the pytest reporter
    seconds with a fraction. A value with a fraction can be either.
    """
    return run_time if run_time is not None and float(run_time).is_integer() else None


def unclear_run_time(run_time: float | None) -> float | None:
    """A run time whose unit is not known."""
    return None if run_time is None or known_ms(run_time) is not None else run_time


class ResultFacts(Record):
    """The fields of a result that families A and B both have."""

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


class Result(ResultFacts):
    """One result. A test with retries, or with several examples, has several in a run."""

    artifacts: Addresses = Field(default_factory=list)
    created_at: Key | None = None
    finished_at: Key | None = None
    stack: Words = None


class FullResult(Result):
    """A result with the text of its test, in which parameters are not filled in."""

    description: Untrusted | None = None
    test_version: Words = None


class WebResult(ResultFacts):
    """A result as the web app shows it, with the priority and tags of its test, its values and its files."""

    priority: Key | None = None
    tags: list[Untrusted] = Field(default_factory=list)
    example: dict[Untrusted, Untrusted] | None = Field(default=None, description="Values, by the test's parameters.")
    extras: dict[Untrusted, Untrusted] | None = Field(default=None, description="Values that people added to it.")
    files: Addresses = Field(default_factory=list, validation_alias=AliasChoices("attachments", "files"))
    steps: int | None = Field(default=None, description="How many steps it has.")
    finished_at: Key | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_its_test(cls, value: Any) -> Any:
        flat = flattened(value)
        if not isinstance(flat, dict):
            return flat
        record = dict(flat)
        test = flattened(record.pop("test", None))
        test = test if isinstance(test, dict) else {}
        record.setdefault("test_id", test.get("id") or _related(record, "test"))
        record.setdefault("run_id", _related(record, "run"))
        record["test_title"] = record.get("test-title") or record.get("test_title") or test.get("title")
        record["priority"] = record.get("priority") or test.get("priority")
        record["tags"] = several(record.get("tags") or test.get("tags"))
        record["example"] = _by_name(record.get("example"), test.get("params"))
        record["extras"] = _extras(record.get("extras"))
        record["steps"] = _steps(record)
        return record

    @field_validator("tags", mode="before")
    @classmethod
    def _tags(cls, value: Any) -> Any:
        return value if isinstance(value, list) else []


def _related(record: dict[str, Any], name: str) -> Any:
    """The id of a related record of a JSON:API record."""
    relationships = record.get("relationships")
    related = relationships.get(name) if isinstance(relationships, dict) else None
    data = related.get("data") if isinstance(related, dict) else None
    return data.get("id") if isinstance(data, dict) else None


def _by_name(cells: Any, params: Any) -> dict[str, str] | None:
    """Values by their names; cells are in the order of the test's parameters."""
    if isinstance(cells, dict):
        return {str(name): as_words(value) for name, value in cells.items()} or None
    if not isinstance(cells, list) or not cells:
        return None
    names = [as_words(name) for name in params] if isinstance(params, list) else []
    names += [str(number) for number in range(len(names) + 1, len(cells) + 1)]
    return {name: as_words(cell) for name, cell in zip(names, cells, strict=False)}


def _extras(value: Any) -> dict[str, str] | None:
    """The values that people added to a result, without those of the platform."""
    rows = [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
    return {
        as_words(row.get("key")): as_words(row.get("value")) for row in rows if row.get("source") != "system"
    } or None


def _steps(record: dict[str, Any]) -> int | None:
    """The number of steps: manual results list them, automated ones only count them."""
    sections, steps = record.get("sections"), record.get("steps")
    if isinstance(steps, list):
        return len(steps) or None
    counted = sections.get("steps") if isinstance(sections, dict) else None
    return counted.get("count") or None if isinstance(counted, dict) else None
