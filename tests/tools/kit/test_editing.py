"""Changing a part of a stored text."""

import re
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, WrapValidator

from server.guards.redact import Redactor
from tools.kit.editing import (
    MOST_CHARACTERS,
    Rendered,
    TextEdit,
    apply_edits,
    describe_edits,
    keep_stored,
    stored_form,
)
from tools.kit.errors import Refused
from tools.kit.shortened import MASK, find_cut, piece

STORED = "Open the shop.\r\nLog in, password: Hafen-4711, as demo.\r\nOrder\u200b tea. Order tea.\n"


def bound(field: str, old: str, new: str) -> TextEdit:
    edit = TextEdit(field=field, old=old, new=new)
    edit.bind(Redactor())
    return edit


def test_a_piece_is_replaced_and_the_rest_stays_byte_for_byte() -> None:
    after = apply_edits({"goal": STORED}, [bound("goal", "shop.\nLog in", "store.\nSign in")])
    assert after == {"goal": STORED.replace("shop.\r\nLog in", "store.\nSign in")}


def test_a_piece_that_ends_with_a_line_break_takes_all_of_it() -> None:
    after = apply_edits({"goal": STORED}, [bound("goal", "shop.\n", "shop; ")])
    assert after == {"goal": STORED.replace("shop.\r\n", "shop; ")}


def test_the_stored_form_of_a_text_is_its_own_where_reads_show_all_of_it() -> None:
    assert stored_form(Rendered.of("tea", "<b>tea</b>")) == "<b>tea</b>"
    assert (stored_form("tea"), stored_form(None)) == ("tea", None)


def test_a_field_of_a_model_keeps_the_stored_form_of_its_text() -> None:
    field = TypeAdapter(Annotated[str | None, WrapValidator(keep_stored)])
    tea = field.validate_python(Rendered.of("tea", "<b>tea</b>"))
    assert (tea, stored_form(tea)) == ("tea", "<b>tea</b>")
    assert (field.validate_python("tea"), field.validate_python(None)) == ("tea", None)


def test_a_text_may_be_edited_to_the_longest_that_is_sent_and_no_longer() -> None:
    longest = {"goal": "x" * (MOST_CHARACTERS - 1) + "end"}
    assert len(apply_edits(longest, [bound("goal", "end", "!")])["goal"]) == MOST_CHARACTERS
    with pytest.raises(Refused, match="goal would have 200001 characters; 200000 can be sent"):
        apply_edits(longest, [bound("goal", "end", "!!")])


def test_a_piece_is_not_found_in_markup_that_reads_leave_out() -> None:
    text = Rendered.of("green tea", "green <b>tea</b>")
    with pytest.raises(Refused, match="is stored with markup that reads leave out"):
        apply_edits({"goal": text}, [bound("goal", "green tea", "mint")])
    with pytest.raises(Refused, match="does not occur in goal"):
        apply_edits({"goal": text}, [bound("goal", "black tea", "mint")])


def test_an_unknown_field_is_refused_with_the_first_twelve_that_there_are() -> None:
    names = [f"steps[{number}]" for number in range(13)]
    with pytest.raises(Refused, match=r"are steps\[0\], .*, steps\[11\] and 1 more"):
        apply_edits(dict.fromkeys(names, "x"), [bound("goal", "x", "y")])
    with pytest.raises(Refused, match=r", steps\[11\]\. "):
        apply_edits(dict.fromkeys(names[:12], "x"), [bound("goal", "x", "y")])


def test_a_piece_is_found_as_reads_show_it_also_where_invisible_characters_stand() -> None:
    after = apply_edits({"goal": STORED}, [bound("goal", "as demo.\nOrder tea. O", "as demo. Never o")])
    assert after == {"goal": STORED.replace("as demo.\r\nOrder\u200b tea. O", "as demo. Never o")}


def test_edits_of_one_field_follow_each_other_and_others_stay_out() -> None:
    edits = [bound("goal", "Open", "Close"), bound("goal", "Close the", "Shut a"), bound("title", "x", "")]
    assert apply_edits({"goal": STORED, "title": "ax", "other": "x"}, edits) == {
        "goal": "Shut a" + STORED.removeprefix("Open the"),
        "title": "a",
    }


@pytest.mark.parametrize(
    ("field", "old", "why"),
    [
        ("goal", "Order tea", "occurs 2 times"),
        ("note", "===", "occurs 2 times"),
        ("goal", "order TEA", "does not occur"),
        ("goal", "Hafen", "does not occur"),
        ("goal", "password: H", "does not occur"),
        ("goal", "password: [hidden], as", "masked secret"),
        ("gaol", "Open", "texts are goal, title"),
        ("title", "Open", "is empty"),
    ],
)
def test_a_piece_that_does_not_fit_is_refused_and_says_nothing_of_what_is_masked(
    field: str, old: str, why: str
) -> None:
    with pytest.raises(Refused, match=why) as refused:
        apply_edits({"goal": STORED, "title": None, "note": "===="}, [bound(field, old, "")])
    assert "Nothing was sent." in str(refused.value)
    assert "4711" not in str(refused.value)


def test_a_piece_that_also_stands_inside_a_secret_counts_where_it_is_shown() -> None:
    stored = "token: abc47edge12 and edge"
    assert apply_edits({"goal": stored}, [bound("goal", "edge", "rim")]) == {"goal": "token: abc47edge12 and rim"}


def test_a_text_that_has_the_characters_of_a_mask_itself_can_be_edited() -> None:
    stored = "See a[hidden] and password: Hafen-4711."
    after = apply_edits({"goal": stored}, [bound("goal", "See a[hidden] and", "Look at b[hidden],")])
    assert after == {"goal": "Look at b[hidden], password: Hafen-4711."}
    after = apply_edits({"goal": "a[hidden][hidden]b"}, [bound("goal", "[hidden][hidden]", "-")])
    assert after == {"goal": "a-b"}


def test_a_piece_between_two_masks_is_looked_up_behind_the_text_before_them() -> None:
    edit = TextEdit(field="goal", old="ab", new=" and ")
    edit.bind(lambda text: text.replace("b-4711", MASK).replace("c-4712", MASK))
    assert apply_edits({"goal": "ab-4711abc-4712"}, [edit]) == {"goal": "ab-4711 and c-4712"}


def test_a_field_is_given_whole_or_edited() -> None:
    with pytest.raises(Refused, match="or edit it, not both"):
        apply_edits({"goal": STORED}, [bound("goal", "Open", "Close")], ["goal"])


def test_a_question_says_what_an_edit_does() -> None:
    told = list(describe_edits([bound("goal", "Open", "Close"), bound("goal", "tea", "")]))
    assert ["becomes" in told[0], "is removed" in told[1]] == [True, True]


@given(
    before=st.text(alphabet="ab \r\n\u200b", max_size=30),
    secret=st.from_regex(r"[A-Za-z]{4}\d{4}", fullmatch=True),
    after=st.text(alphabet="cd \r\n\u200b", max_size=30),
)
def test_whatever_stands_around_it_a_piece_is_all_that_changes(before: str, secret: str, after: str) -> None:
    stored = f"{before}\ntoken: {secret} <here>{after}"
    assert apply_edits({"goal": stored}, [bound("goal", "<here>", "[there]")]) == {
        "goal": f"{before}\ntoken: {secret} [there]{after}"
    }


@given(text=st.text(max_size=400), size=st.integers(min_value=1, max_value=50))
def test_the_pieces_of_a_text_join_to_the_whole(text: str, size: int) -> None:
    start, pieces = 0, []
    while True:
        got = piece(text, start, size, "pass text_from={start}")
        pieces.append(got.removeprefix(f"[{start} characters before this]…")[:size] if start else got[:size])
        assert (find_cut(got) is not None) is (len(text) > size)
        if (mark := re.search(r"text_from=(\d+)\]\Z", got)) is None:
            break
        start = int(mark[1])
    assert "".join(pieces) == text
    assert (len(pieces) > 1) is (len(text) > size)
