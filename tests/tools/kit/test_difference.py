"""Before and after of a change hold the fields that differ."""

from pydantic import BaseModel

from tools.kit.difference import only_changed


class Cup(BaseModel):
    size: int
    id: int | None = None
    tea: str | None = None
    note: str | None = None


class Changed(BaseModel):
    before: Cup | None = None
    now: Cup | None = None
    other: str = "stays"


class Twice(BaseModel):
    before: Cup
    now: Cup
    then: Cup


OLD, NEW = Cup(size=3, id=7, tea="green", note="hot"), Cup(size=3, id=7, tea="black", note="hot")


def test_what_is_the_same_is_left_out_but_for_required_fields_and_names() -> None:
    answer = only_changed(Changed(before=OLD, now=NEW))
    assert answer.before == Cup(size=3, tea="green")
    assert answer.now == Cup(size=3, id=7, tea="black")
    assert answer.other == "stays"


def test_an_answer_without_both_sides_stays_as_it_is() -> None:
    for answer in (Changed(before=OLD), Changed(now=NEW), Twice(before=OLD, now=NEW, then=NEW)):
        assert only_changed(answer.model_copy()) == answer
    assert only_changed(OLD) is OLD
