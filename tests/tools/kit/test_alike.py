"""Texts that are alike: rare words count, order and case do not, and a common word makes no pair."""

import time

from tools.kit.alike import Texts


def texts(*lines: str) -> Texts[int]:
    found = Texts[int]()
    for key, line in enumerate(lines):
        found.add(key, line)
    return found


def test_the_most_alike_comes_first_with_the_words_they_share() -> None:
    found = texts(
        "Voucher is not applied to the total",
        "Total ignores an applied voucher",
        "Voucher is not applied",
        "Login fails with an umlaut in the password",
    )
    assert [match.key for match in found.like(0, least=0.2)] == [2, 1]
    (first, *_) = found.like(0)
    assert first.key == 2
    assert set(first.words) == {"voucher", "is", "not", "applied"}


def test_case_punctuation_and_invisible_characters_make_no_difference() -> None:
    found = texts("Coupon CREW20: rounded up!", "coupon crew\u200b20 ROUNDED up")
    assert [match.score for match in found.like(0)] == [1.0]


def test_what_shares_only_common_words_is_not_alike() -> None:
    found = texts(*(f"The page {word} is slow" for word in ("cart", "search", "login", "account", "payment")))
    assert found.like(0, least=0.75) == []


def test_a_text_without_words_is_like_none() -> None:
    assert texts("!!!", "!!!").like(0) == []


def test_twenty_thousand_titles_are_searched_in_time() -> None:
    found = texts(*(f"Discount {n % 997} of code {n % 89} is rounded in area {n % 53}" for n in range(20_000)))
    start = time.perf_counter()
    for key in range(50):
        found.like(key)
    assert time.perf_counter() - start < 5
