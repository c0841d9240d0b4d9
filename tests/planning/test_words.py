"""The words of a change: split, without what every change has, and weighted by where they are."""

import pytest

from tools.planning.words import MOST_WORDS, is_generated, split_words, stem_of, terms_of


def weights(text: str, *paths: str) -> dict[str, float]:
    return {term.word: term.weight for term in terms_of(text, paths)}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("savedCardForm", ["saved", "card", "form"]),
        ("HTTPServerError", ["http", "server", "error"]),
        ("gift_card-total.test", ["gift", "card", "total", "test"]),
        ("Rücksendung größer", ["rücksendung", "größer"]),
        ("vou\u200bcher", ["voucher"]),
        ("OLD10", ["old10"]),
    ],
)
def test_names_of_code_are_several_words(text: str, words: list[str]) -> None:
    assert split_words(text) == words


@pytest.mark.parametrize(
    "words",
    [
        ("coupon", "coupons"),
        ("code", "codes", "coded"),
        ("expires", "expired", "expire"),
        ("category", "categories"),
        ("address", "addresses"),
        ("save", "saved", "saving"),
    ],
)
def test_forms_of_a_word_have_one_stem(words: tuple[str, ...]) -> None:
    assert len(set(map(stem_of, words))) == 1


def test_a_platform_is_searched_for_what_all_forms_of_a_word_have() -> None:
    (term,) = terms_of("categories", ())
    assert all(term.part in form for form in ("category", "categories"))


def test_what_every_change_and_every_path_has_is_left_out() -> None:
    found = weights("Fix the bug in the voucher tests and update 3 files (#4711)", "src/components/index.ts")
    assert set(found) == {"voucher"}


def test_a_word_counts_by_the_best_place_it_is_found_in() -> None:
    found = weights("Voucher reasons", "src/checkout/CouponField.tsx", "src/checkout/voucher.ts")
    assert found["voucher"] == found["reasons"] == 1.0
    assert found["coupon"] == found["field"] == 0.8
    assert found["checkout"] == 0.5


def test_a_folder_that_most_paths_have_says_little() -> None:
    paths = [f"shop/{name}/x.ts" for name in ("cart", "search", "login", "orders", "start")]
    assert weights("", *paths)["shop"] == 0.25
    assert weights("", *paths)["cart"] == 0.5


def test_generated_files_and_digests_give_no_words() -> None:
    assert is_generated("web/package-lock.json")
    assert is_generated("node_modules/left-pad/index.js")
    assert not is_generated("src/lock/door.ts")
    assert weights("", "web/package-lock.json", "a/" + "f" * 40 + ".txt") == {}


def test_of_many_words_the_weightiest_are_taken_in_the_same_order_each_time() -> None:
    text = " ".join(f"w{chr(97 + n // 26)}{chr(97 + n % 26)}x" for n in range(200))
    first, again = terms_of(text, ["coupon.ts"]), terms_of(text, ["coupon.ts"])
    assert first == again
    assert len(first) == MOST_WORDS
    assert "coupon" not in {term.word for term in first}, "a file's name counts less than the text"
