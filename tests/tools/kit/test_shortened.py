"""A shortened text says how much is missing; one that lost its line breaks is recognized."""

import pytest

from tools.kit.shortened import find_cut, has_escaped_breaks, piece, with_real_breaks


@pytest.mark.parametrize(
    ("start", "at_most", "shown"),
    [
        (0, 10, "0123456789"),
        (0, 4, "0123… [6 more characters: pass text_from=4]"),
        (4, 4, "[4 characters before this]…4567… [2 more characters: pass text_from=8]"),
        (8, 4, "[8 characters before this]…89"),
        (4, 6, "[4 characters before this]…456789"),
        (10, 10, "0123456789"),
        (11, 4, "0123… [6 more characters: pass text_from=4]"),
    ],
)
def test_a_piece_counts_what_is_before_and_behind_it(start: int, at_most: int, shown: str) -> None:
    assert piece("0123456789", start, at_most, "pass text_from={start}") == shown
    assert (find_cut(shown) is not None) is ("[" in shown)


def test_a_piece_without_a_way_to_the_rest_names_none() -> None:
    assert piece("0123456789", 0, 4) == "0123… [6 more characters]"
    assert find_cut("0123… [6 more characters]") == "… [6 more characters]"
    assert find_cut("[7 more left out]") == "[7 more left out]"
    assert find_cut("a [7 more left out]") is None


@pytest.mark.parametrize(
    ("text", "real"),
    [
        (r"Tea\n\nCup", "Tea\n\nCup"),
        (r"Tea\r\n- green\r\n- black", "Tea\n- green\n- black"),
        (r"Open it.\nPay.\nLeave.", "Open it.\nPay.\nLeave."),
        (r"Open it.\nPay.", r"Open it.\nPay."),
        (r"C:\new\news", r"C:\new\news"),
        ("Tea\n" + r"\n\nCup", "Tea\n" + r"\n\nCup"),
        ("Tea", "Tea"),
    ],
)
def test_line_breaks_that_became_two_characters_are_put_back(text: str, real: str) -> None:
    assert with_real_breaks(text) == real
    assert has_escaped_breaks(text) is (text != real)
