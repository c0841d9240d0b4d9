"""A bug with an odd part is read but for that part, which is counted and named."""

from typing import Any

import pytest

from tools.kit.parsing import parse_answer, validate_leniently
from tools.testio.models.bugs import Bug, BugScan, RejectReasons

BUG: dict[str, Any] = {"id": 88101, "title": "Coupon", "steps": ["a"], "severity": "high"}


@pytest.mark.parametrize(
    ("odd", "place"),
    [
        ({"comments": [None]}, "comments"),
        ({"steps": ["a", None]}, "steps"),
        ({"test": "T"}, "test"),
        ({"product": "Shop"}, "product"),
        ({"known": "maybe"}, "known"),
        ({"fixed": "maybe"}, "fixed"),
        ({"report": {"content": {"data": ["a text", {"name": "n", "value": "v"}]}}}, "data"),
        ({"attachments": [7], "section": "Cart"}, "attachments"),
    ],
)
@pytest.mark.parametrize("model", [Bug, BugScan])
def test_the_rest_of_an_odd_bug_is_read(odd: dict[str, Any], place: str, model: Any) -> None:
    told, missing = validate_leniently(BUG | odd, model)
    assert (told.id, told.title, told.severity, told.steps) == (88101, "Coupon", "high", ["a"])
    assert place in missing.parts or place not in model.model_fields


def test_numbered_steps_are_steps() -> None:
    told, missing = validate_leniently(BUG | {"steps": {"1": "a", "2": "b"}}, Bug)
    assert (told.steps, bool(missing)) == (["a", "b"], False)


@pytest.mark.parametrize(
    ("fixed", "meant"), [("2026-04-01", True), ("no", False), ("false", False), (True, True), (None, None)]
)
def test_fixed_is_a_date_or_a_word(fixed: Any, meant: bool | None) -> None:
    assert Bug.model_validate(BUG | {"fixed": fixed}).fixed is meant


def test_answers_of_a_report_are_in_words() -> None:
    data = [{"name": "n", "value": value} for value in (["red", "blue"], False, True, 3, {"label": "x"})]
    told, _ = validate_leniently(BUG | {"report": {"content": {"data": data}}}, Bug)
    assert told.report is not None
    assert [one.value for one in told.report.data] == ["red, blue", "no", "yes", "3", "x"]


@pytest.mark.parametrize("shape", ['{"reject_reasons": [%s]}', "[%s]"])
def test_reject_reasons_come_with_or_without_their_envelope(shape: str) -> None:
    told, missing = parse_answer((shape % '{"key": "invalid", "name": "Invalid"}').encode(), RejectReasons, None)
    assert [one.key for one in told.reject_reasons] == ["invalid"]
    assert not missing
