"""Which reports are alike, and what of them."""

from tools.analysis.alike import Index
from tools.analysis.terms import Numbers, ending_off, words_of
from tools.kit.evidence import BugReport, Device


def report(number: int, title: str, *steps: str, **more: str) -> BugReport:
    return BugReport("toys", str(number), title, steps, **more)  # type: ignore[arg-type]


def others(count: int) -> list[BugReport]:
    """Reports that share nothing with each other but the words of every report."""
    return [report(100 + n, f"Open page{n}x and see thing{n}x broken", f"Press the knob{n}x") for n in range(count)]


EXPIRED = report(1, "Expired coupon is accepted", "Open the cart", "Enter OLD10", feature="Coupons")
AGAIN = report(2, "Shop takes vouchers that have expired", "Enter OLD10 in the basket", feature="Coupons")


def test_a_report_in_other_words_comes_first_and_what_shares_little_not_at_all() -> None:
    index = Index([EXPIRED, *others(50), AGAIN])
    found = index.similar_to(51, at_most=5)
    assert [match.place for match in found] == [0]
    assert 0.22 <= found[0].score <= 1


def test_a_report_is_not_like_itself_and_one_without_words_like_none() -> None:
    index = Index([EXPIRED, report(3, ""), report(4, "!?")])
    assert index.similar_to(0, at_most=5) == []
    assert index.similar_to(1, at_most=5) == []
    assert Index([]).earlier([], at_most=3).found == {}


def test_only_earlier_reports_are_candidates_when_all_are_compared() -> None:
    index = Index([EXPIRED, *others(50), AGAIN])
    earlier = index.earlier(range(52), at_most=3)
    assert {place: [m.place for m in found] for place, found in earlier.found.items()} == {51: [0]}
    assert earlier.left_out is None


def test_words_that_were_not_looked_up_are_said() -> None:
    same = [report(n, "Cart total is wrong after reload", f"Step{n}x") for n in range(3_000)]
    earlier = Index(same).earlier(range(3_000), at_most=3)
    assert earlier.left_out == 3_000


def test_the_evidence_names_shared_words_as_they_are_spelled_and_what_is_the_same() -> None:
    phone = Device("Pixel 4", "Android 10", "Chrome")
    one = BugReport("toys", "1", "Coupon OLD10 accepted", ("Open",), "Refused", "Taken", where="7", devices=(phone,))
    two = BugReport("toys", "2", "Vouchers: OLD10 is accepted", where="7", devices=(Device("Pixel 4", "Android 10"),))
    evidence = Index([one, two, *others(5)]).evidence(0, 1)
    assert set(evidence.words) == {"coupon", "old10", "accepted"}
    assert evidence.same == ["product", "device"]
    assert (evidence.steps, evidence.results) == (None, None)
    assert evidence.title == 100, "the words of the shorter title are all in the other"


def test_words_lose_case_endings_invisible_characters_and_small_numbers() -> None:
    assert words_of("The Code's: ÜBER_größe o\u200bne") == ["the", "code", "s", "über", "grösse", "one"]
    assert [ending_off(word) for word in ("applied", "applies", "apply", "7", "404", "a")] == [
        "appli", "appli", "appli", "", "404", "",
    ]  # fmt: skip
    numbers = Numbers()
    assert numbers["vouchers"] == numbers["coupon"] != numbers["cart"]
    assert numbers["7"] == 0


def test_the_same_reports_give_the_same_scores() -> None:
    reports = [EXPIRED, AGAIN, *others(20)]
    assert Index(reports).similar_to(0, at_most=5) == Index(reports).similar_to(0, at_most=5)
