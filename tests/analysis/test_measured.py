"""Look-alikes, measured on the labelled set, and the page that has the figures."""

from tests.analysis.labelled import labelled
from tests.analysis.measure import BEGIN, END, PAGE, index, markdown, score
from tools.testio.sandbox.story.key_bugs import COUPON, DUPLICATE


def test_of_the_first_five_look_alikes_hardly_one_is_another_defect() -> None:
    assert score("measuring", reworded=True).precision >= 0.9
    assert score("measuring", reworded=False).precision >= 0.99


def test_the_set_is_as_large_as_the_figures_need() -> None:
    data = labelled()
    assert len(data.reports) >= 800
    assert len(data.reworded) >= 60
    assert min(score(half, reworded=True).reports for half in ("building", "measuring")) >= 25


def test_the_expired_coupon_is_found_under_its_other_name() -> None:
    places = {report.bug_id: place for place, report in enumerate(labelled().reports)}
    first, *_ = index().similar_to(places[str(COUPON)], at_most=5)
    assert labelled().reports[first.place].bug_id == str(DUPLICATE)


def test_the_page_has_the_figures_of_this_code() -> None:
    written = PAGE.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]
    assert written.strip() == markdown(), "make duplicates writes them"
