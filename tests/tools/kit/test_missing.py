"""What could not be read is counted in every open block, and told in one clause."""

from collections import Counter

import pytest

from tools.kit.errors import Refused
from tools.kit.missing import Missing, collect_missing, missing_so_far, note_missing, refuse_if_missing


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        (Missing(), None),
        (Missing(1), "1 row could not be read"),
        (Missing(0, Counter(tags=1)), "1 part of what came could not be read (tags)"),
        (
            Missing(2, Counter(tags=1, steps=3)),
            "2 rows could not be read; 4 parts of what came could not be read (steps, tags)",
        ),
        (
            Missing(0, Counter(dict(zip("abcdefg", range(9, 0, -1), strict=False)))),
            "42 parts of what came could not be read (a, b, c, d, e and 2 more)",
        ),
    ],
)
def test_what_is_missing_is_one_clause(missing: Missing, sentence: str | None) -> None:
    assert missing.sentence == sentence
    assert bool(missing) is (sentence is not None)


def test_every_open_block_counts_and_one_alone_keeps_it_to_itself() -> None:
    note_missing(Missing(9))
    with collect_missing() as outer:
        with collect_missing() as inner:
            note_missing(Missing(1, Counter(tags=2)))
            note_missing(Missing(1, Counter(tags=1)))
            assert missing_so_far() is inner
        with collect_missing(alone=True) as alone:
            note_missing(Missing(5))
        note_missing(Missing(1))
    assert (inner, alone, outer) == (Missing(2, Counter(tags=3)), Missing(5), Missing(3, Counter(tags=3)))
    assert missing_so_far() == Missing()


def test_what_was_not_read_whole_is_not_written_back() -> None:
    with collect_missing():
        refuse_if_missing("The list of tags")
        note_missing(Missing(1))
        with pytest.raises(Refused) as refused:
            refuse_if_missing("The list of tags")
    assert refused.value.sentence == (
        "The list of tags would be written back as a whole, but 1 row could not be read, and would be lost. Change it "
        "in the web app, or give the whole text."
    )
