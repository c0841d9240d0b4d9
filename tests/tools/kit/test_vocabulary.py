"""Words that callers filter by are known in any spelling, and an unknown one is refused with the known ones."""

from collections.abc import Sequence

import pytest

from tools.kit.errors import Refused
from tools.kit.text import quote
from tools.kit.vocabulary import WordFilter, describe_available, folded, instead_of, shared_word


def test_a_platforms_word_has_its_shared_one_in_any_spelling() -> None:
    words = {"inprogress": "running"}
    assert [shared_word(word, words, "unknown") for word in ("IN_PROGRESS", "in progress", "done", None)] == [
        "running",
        "running",
        "unknown",
        "unknown",
    ]
    assert [folded(word) for word in ("In-Review", "\u00c4", "!?")] == ["inreview", "\u00e4", "!?"]


@pytest.mark.parametrize(
    ("given", "is_name", "key"),
    [
        (None, False, []),
        ("New, in review;new", False, ["inreview", "new"]),
        (["New", "b,c"], False, ["b", "c", "new"]),
        (["New", "b,c"], True, ["bc", "new"]),
        ([" ", ""], False, []),
        ("broken", False, ["failed"]),
    ],
)
def test_several_words_may_come_as_one_text_but_a_name_keeps_its_commas(
    given: Sequence[str] | str | None, is_name: bool, key: list[str]
) -> None:
    wanted = WordFilter("status", given, meant={"broken": "Failed"}, is_name=is_name)
    assert wanted.key == key
    assert bool(wanted) is bool(key)


def test_a_row_fits_by_its_word_and_any_row_fits_without_a_filter() -> None:
    wanted = WordFilter("status", "new")
    assert [wanted.fits(word) for word in ("NEW", "old", None, "")] == [True, False, False, False]
    assert WordFilter("status", None).fits(None)


def test_an_unknown_word_is_refused_with_the_known_ones_and_those_that_were_seen() -> None:
    wanted = WordFilter(
        "status", ["New", "broken", "hihg" + "h" * 90], ["New", "Failed"], meant={"broken": "failed"}, fields={}
    )
    wanted.fits("High")
    wanted.fits("HIGH")
    wanted.see([None, "", "Odd"])
    said = f"There is no status {'hihg' + 'h' * 56!r}. There are: "
    assert wanted.unknown is not None
    assert wanted.unknown.startswith(said)
    assert all(
        word in wanted.unknown for word in (quote("High", at_most=60), quote("Odd", at_most=60), "New", "Failed")
    )
    with pytest.raises(Refused, match="There is no status"):
        wanted.check()
    seen = WordFilter("status", "high", ["New"])
    assert seen.unknown == "There is no status 'high'. There are: New."
    seen.fits("High")
    seen.check()


def test_a_word_of_another_filter_is_refused_with_that_filter() -> None:
    wanted = WordFilter("status", "High", ["New"], fields={"high": "It is a severity."})
    assert wanted.unknown == "There is no status 'High'. It is a severity. There are: New."


def test_the_closest_word_is_named_first_and_the_rest_counted() -> None:
    words = {f"word{number}": f"Word {number}" for number in range(30)}
    assert describe_available("WORD-7", words).startswith("There are: Word 7, Word 0, Word 1, ")
    assert "more" not in describe_available("x", words)
    assert describe_available("x", words | {"last": "Last"}).endswith(", Word 29 and 1 more.")
    assert describe_available("x", {}) == "There is none at all."
    assert instead_of("blak", ["green", None, "black", ""]) == (
        f"There are: {quote('black', at_most=60)}, {quote('green', at_most=60)}."
    )
