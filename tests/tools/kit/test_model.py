"""What a platform answers is read leniently; what a caller sends is held to its fields."""

import pytest
from pydantic import Field, ValidationError

from tools.kit.model import Many, Model, Sent, not_none


class Bug(Model):
    id: int
    title: str | None = Field(None, validation_alias="name")
    tags: Many[str] = Field(default_factory=list)


class Step(Sent):
    text: str


class Order(Sent):
    title: str
    steps: list[Step] = Field(default_factory=list)


def test_an_answers_unknown_fields_are_not_kept() -> None:
    assert Bug.model_validate({"id": 7, "colour": "red"}).model_dump() == {"id": 7, "title": None, "tags": []}


def test_a_vendors_name_is_read_and_ours_is_shown() -> None:
    bug = Bug.model_validate({"id": 7, "name": "Crash"})
    assert bug == Bug(id=7, title="Crash")
    assert bug.model_dump(by_alias=True)["title"] == "Crash"
    assert "name" not in Bug.model_json_schema(mode="serialization")["properties"]


def test_a_number_is_read_where_a_text_was_meant() -> None:
    assert Bug.model_validate({"id": "7", "name": 12}) == Bug(id=7, title="12")


@pytest.mark.parametrize("tags", [None, []])
def test_a_list_that_is_null_is_empty(tags: list[str] | None) -> None:
    assert Bug.model_validate({"id": 7, "tags": tags}).tags == []


def test_a_list_keeps_its_rows_and_refuses_what_is_none() -> None:
    assert Bug.model_validate({"id": 7, "tags": ["a", 1]}).tags == ["a", "1"]
    with pytest.raises(ValidationError):
        Bug.model_validate({"id": 7, "tags": "a"})


@pytest.mark.parametrize(
    ("sent", "place"),
    [
        ({"title": "x", "titel": "y"}, ("titel",)),
        ({"title": "x", "steps": [{"text": "a"}, {"text": "b", "txet": "c"}]}, ("steps", 1, "txet")),
    ],
)
def test_a_misspelt_field_is_refused_by_name_also_deep_inside(sent: object, place: tuple[str | int, ...]) -> None:
    with pytest.raises(ValidationError) as caught:
        Order.model_validate(sent)
    assert [(error["type"], error["loc"]) for error in caught.value.errors()] == [("extra_forbidden", place)]


def test_only_none_counts_as_not_given() -> None:
    assert not_none(title="", known=False, hours=0, goal=None) == {"title": "", "known": False, "hours": 0}
