"""Ids that may also be given as names."""

import pytest

from tools.kit.errors import Refused
from tools.kit.naming import Choice, matching, pick

SHOP = [
    Choice(71, "Harbour Web"),
    Choice(72, "Harbour App"),
    Choice(73, "Harbour-Kiosk"),
    Choice(74, "App"),
    Choice(75, None),
    Choice(76, "Zep\u200bpelin"),
]


@pytest.mark.parametrize(
    ("word", "ids"),
    [
        ("harbour web", [71]),
        ("HARBOUR  WEB", [71]),
        ("harbour kiosk", [73]),
        ("app", [74]),  # the whole name goes before a part of one
        ("web", [71]),
        ("app harbour", [72]),
        ("harbour", [71, 72, 73]),
        ("zeppelin", [76]),
        ("75", [75]),
        ("-", []),
        ("elsewhere", []),
    ],
)
def test_a_word_fits_the_whole_name_or_else_its_parts(word: str, ids: list[int]) -> None:
    assert [choice.id for choice in matching(word, SHOP)] == ids


def test_an_act_takes_no_part_of_a_name() -> None:
    with pytest.raises(Refused, match="whole name") as refused:
        pick("web", SHOP, what="product", shows="testio_list_products", parts=False)
    assert "There are: 71" in str(refused.value), "what comes nearest is named first"


def test_a_name_of_several_is_refused_with_them_and_only_them() -> None:
    with pytest.raises(Refused) as refused:
        pick("harbour", SHOP, what="product", shows="testio_list_products")
    said = str(refused.value)
    assert "more than one product" in said
    assert all(str(number) in said for number in (71, 72, 73))
    assert "74" not in said


def test_a_long_list_of_choices_is_cut_with_a_word_on_the_rest() -> None:
    many = [Choice(number, f"Suite {number}") for number in range(1, 60)]
    with pytest.raises(Refused, match=r"and 39 more; testery_list_projects lists them\. Nothing was sent\."):
        pick("nothing like it", many, what="suite", shows="testery_list_projects")
