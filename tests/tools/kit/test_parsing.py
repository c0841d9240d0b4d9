"""One odd entry does not spoil the rest of an answer: it is left out, counted and named; what must be there must be."""

import json
from typing import Annotated, Any

import pytest
from pydantic import AliasPath, BaseModel, BeforeValidator, Field, RootModel, ValidationError, model_validator

from tests.tools.kit.wire import Wire, says
from tools.kit.errors import UnexpectedShape
from tools.kit.missing import Missing, collect_missing, note_missing
from tools.kit.model import Many, Model
from tools.kit.parsing import NotJson, is_blank, load_json, parse_answer
from tools.kit.walk import Batch, Walk


class Note(Model):
    text: str | None = None


class Row(Model):
    id: int
    flag: bool | None = None
    notes: Many[Note] = Field(default_factory=list)
    author: str | None = Field(None, validation_alias=AliasPath("author", "name"))
    steps: Annotated[Many[str], BeforeValidator(lambda v: v.splitlines() if isinstance(v, str) else v)] = Field(
        default_factory=list
    )
    below: Many["Row"] = Field(default_factory=list)


class Rows(Model):
    rows: Many[Row]
    total: int | None = None

    @model_validator(mode="before")
    @classmethod
    def _unwrapped(cls, value: Any) -> Any:
        return value["data"] if isinstance(value, dict) and "data" in value else value


class Bare(RootModel[Many[Row]]):
    pass


def read(body: Any, into: Any = Rows) -> tuple[Any, str | None]:
    model, missing = parse_answer(json.dumps(body).encode(), into, None)
    return model, missing.sentence


@pytest.mark.parametrize("odd", [None, "x", 7, [], {}, {"id": "seven"}, {"id": None}])
@pytest.mark.parametrize("wrap", [lambda rows: {"rows": rows}, lambda rows: {"data": {"rows": rows}}])
def test_an_odd_row_is_left_out_and_counted(odd: Any, wrap: Any) -> None:
    told, missing = read(wrap([{"id": 1}, odd, {"id": 2}]))
    assert [row.id for row in told.rows] == [1, 2]
    assert missing == "1 row could not be read"
    bare, missing = read([odd, {"id": 2}], Bare)
    assert [row.id for row in bare.root] == [2]
    assert missing == "1 row could not be read"


def test_a_list_of_which_nothing_can_be_read_is_another_list() -> None:
    for body in ({"rows": [None]}, {"rows": [{"title": "x"}, {"title": "y"}]}):
        with pytest.raises(ValidationError):
            read(body)
    with pytest.raises(ValidationError):
        read(["x"], Bare)
    assert read({"rows": []})[0].rows == read({"rows": None})[0].rows == []
    with pytest.raises(ValidationError):
        read({})


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"flag": "maybe"}, "flag"),
        ({"notes": [None]}, "notes"),
        ({"notes": {"1": "a"}}, "notes"),
        ({"author": {"name": ["A"]}}, "author"),
        ({"steps": ["a", None]}, "steps"),
        ({"below": [{"id": 2}, "x"]}, "below"),
        ({"below": [{"id": 2, "flag": "maybe", "notes": [1]}, {"flag": "maybe", "notes": [1]}]}, "below"),
    ],
)
def test_an_odd_part_is_left_out_of_its_row_and_named(fields: dict[str, Any], place: str) -> None:
    told, missing = read({"rows": [{"id": 1} | fields, {"id": 3}], "total": 2})
    assert [row.id for row in told.rows] == [1, 3]
    assert missing is not None
    assert place in missing
    assert "part" in missing
    assert told.total == 2


def test_what_is_left_out_is_counted_once_and_not_by_its_parts() -> None:
    _, missing = read({"rows": [{"id": 1}, {"flag": "maybe", "notes": [1, 2, 3]}]})
    assert missing == "1 row could not be read"
    _, missing = read({"rows": [{"id": n, "flag": "maybe"} for n in range(3)]})
    assert missing == "3 parts of what came could not be read (flag)"


def test_the_rest_of_a_part_is_read() -> None:
    told, _ = read({"rows": [{"id": 1, "steps": ["a", None, "b"], "notes": [{"text": "x"}, 7]}]})
    assert told.rows[0].steps == ["a", "b"]
    assert [one.text for one in told.rows[0].notes] == ["x"]


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (rb'"x\ud83d"', "x\ufffd"),
        (rb'"\ude00x"', "\ufffdx"),
        (rb'"\ud83d\ud83d\ude00"', "\ufffd\U0001f600"),
        (rb'"\\ud83d \ud83d"', "\\ud83d \ufffd"),
        (b'"x\xed\xa0\xbd"', "x\ufffd\ufffd\ufffd"),
        (b'\xef\xbb\xbf"x"', "x"),
    ],
)
def test_what_is_no_unicode_does_not_spoil_the_document(raw: bytes, text: str) -> None:
    assert load_json(raw) == text
    told, missing = parse_answer(
        b'{"rows": [{"id": 1, "notes": [{"text": ' + raw.removeprefix(b"\xef\xbb\xbf") + b"}]}]}", Rows, None
    )
    assert told.rows[0].notes[0].text == text
    assert not missing


@pytest.mark.parametrize("raw", [b"{", b"[" * 100_000, b"\xff\xfe", b"\\ud83d", b'"\\ud83d'])
def test_what_is_no_json_stays_none(raw: bytes) -> None:
    with pytest.raises(NotJson):
        load_json(raw)


@pytest.mark.anyio
async def test_a_client_says_what_it_left_out_to_whoever_counts() -> None:
    api = Wire(says(json={"rows": [{"id": 1}, None]})).client()
    with collect_missing() as outer, collect_missing() as inner:
        await api.get("/rows", into=Rows)
    assert (outer.rows, inner.rows) == (1, 1)
    with collect_missing() as outer, collect_missing(alone=True) as inner:
        await api.get("/rows", into=Rows)
    assert (outer.rows, inner.rows) == (0, 1)
    with pytest.raises(UnexpectedShape):
        await Wire(says(json={"rows": [None]})).client().get("/rows", into=Rows)


@pytest.mark.anyio
async def test_a_walk_counts_rows_it_could_not_read_and_misses_none_behind_them() -> None:
    async def fetch(page: int, size: int) -> Batch[int]:
        rows = list(range(45))[(page - 1) * size : page * size]
        if page == 1:
            note_missing(Missing(rows=2))
            rows = rows[2:]
        return Batch(rows)

    kept: list[int] = []
    walked = await Walk(fetch, kept.append, key=lambda row: row, sizes=(10,), broken=frozenset()).run()
    assert kept == list(range(2, 45))
    assert walked.coverage(43).why == "2 rows could not be read"


@pytest.mark.parametrize(
    ("body", "envelope", "text"),
    [
        (b'{"data": {"note": {"text": "tea"}}}', "data.note", "tea"),
        (b'{"data": {"text": "tea"}}', "data", "tea"),
        (b'{"text": "tea"}', "data.note", "tea"),
        (b'{"data": "x", "text": "tea"}', "data", "tea"),
        (b'{"data": {"text": "tea"}}', None, None),
        (b'{"": {"text": "tea"}}', None, None),
        (b'{"text": "tea"}', None, "tea"),
        (b" \r\n", "data", None),
        (b" \r\n", None, None),
    ],
)
def test_an_envelope_is_taken_off_where_there_is_one(body: bytes, envelope: str | None, text: str | None) -> None:
    note, missing = parse_answer(body, Note, envelope)
    assert (note.text, missing) == (text, Missing())
    assert is_blank(note) is (text is None)


def test_an_answer_is_blank_where_none_of_its_fields_came() -> None:
    class Nothing(Model):
        pass

    class Perhaps(Model):
        may_be_empty = True
        text: str | None = None

    class Plain(BaseModel):
        text: str | None = None

    assert is_blank(Note())
    assert is_blank(Plain())
    assert not any(map(is_blank, (Note(text=None), Nothing(), Perhaps(), Bare([]))))


def test_a_bare_list_stands_for_the_only_field_that_is_required() -> None:
    assert [row.id for row in read([{"id": 1}, {"id": 2}])[0].rows] == [1, 2]
    assert parse_answer(b'[{"id": 1}]', Rows, "data")[0].rows[0].id == 1
    with pytest.raises(ValidationError):
        read([{"id": 1}], Note)
