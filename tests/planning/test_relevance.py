"""What matches a change: by rare words, in titles before descriptions, and each word of the change has some."""

from tools.planning.relevance import Relevance, Texts, varied
from tools.planning.words import terms_of


def relevance(change: str, **lists: list[tuple[str, str, str]]) -> Relevance:
    found = Relevance(terms_of(change, ()))
    for name, rows in lists.items():
        found.add(name, rows, lambda row: Texts(*row))
    found.finish()
    return found


def titles(found: Relevance, name: str = "rows") -> list[str]:
    return [match.what[0] for match in found.matches(name, tuple)]


def test_a_rare_word_counts_more_than_a_common_one() -> None:
    rows = [(f"checkout {n}", "", "") for n in range(30)] + [("voucher", "", "")]
    found = relevance("checkout voucher", rows=rows)
    assert titles(found)[0] == "voucher"
    assert max(match.score for match in found.matches("rows", tuple)) == 100


def test_a_title_counts_more_than_a_place_and_that_more_than_a_description() -> None:
    rows = [("a", "", "voucher"), ("b", "voucher", ""), ("voucher", "", ""), ("c", "voucher", "voucher")]
    found = relevance("voucher", rows=rows)
    assert titles(found) == ["voucher", "b", "c"], "a description alone is not enough"


def test_lists_share_one_measure() -> None:
    found = relevance("voucher reason", a=[("voucher reason", "", "")], b=[("voucher", "", "")])
    assert [match.score for match in found.matches("a", tuple)] == [100]
    assert found.matches("b", tuple)[0].score < 60


def test_what_matches_much_less_than_the_best_is_left_out() -> None:
    rows = [("voucher reason expiry", "", ""), *((f"checkout {n}", "", "") for n in range(50))]
    assert titles(relevance("voucher reason expiry checkout", rows=rows)) == ["voucher reason expiry"]


def test_each_word_of_a_change_has_some() -> None:
    rows = [(f"saved card {n}", "", "") for n in range(5)] + [
        ("coupon", "", ""),
        *((f"other {n}", "", "") for n in range(40)),
    ]
    found = relevance("saved card coupon", rows=rows)
    assert titles(found)[-1] == "coupon"
    assert "coupon" in [match.what[0] for match in varied(found.matches("rows", tuple), 3)]


def test_nothing_that_matches_is_no_failure() -> None:
    found = relevance("zebra", rows=[("voucher", "", "")])
    assert found.matches("rows", tuple) == []
    assert varied(found.matches("rows", tuple), 5) == []
