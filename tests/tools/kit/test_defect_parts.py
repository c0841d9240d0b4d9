"""What a defect is made of: its marker, its item, its files, and which result an item names."""

from dataclasses import dataclass

import httpx
import pytest

from tests.tools.kit.wire import Answer, Wire, fails, says
from tools.kit.defect import Content, Defect, DefectFile, facts_of
from tools.kit.defect_files import file_name_of, load_file
from tools.kit.errors import NotFound, PlatformError, Refused, Unavailable
from tools.kit.failure_defect import (
    FailureFinder,
    FailureItem,
    describe_seconds,
    marker_of,
    title_of_failure,
    with_stack,
)
from tools.kit.picture import Pictures
from tools.kit.vocabulary import Status

pytestmark = pytest.mark.anyio

HOST = "https://files.example.com"
DEFECT = Defect(
    platform="shop",
    title_of_platform="Shop",
    item="7",
    kind="bug",
    marker="shop-bug-7",
    title="T",
    level="normal",
    files=(DefectFile("walk.mp4", "video/mp4"),),
)


@dataclass(frozen=True)
class Row:
    id: str | None
    title: str
    status: Status = "failed"
    file: str = "a.py"


FINDER = FailureFinder[Row](
    id_of=lambda row: row.id,
    title_of=lambda row: row.title,
    status_of=lambda row: row.status,
    same=lambda row: (row.file, row.title),
    lister="shop_list_results",
)


def test_a_marker_stays_what_it_was_in_earlier_versions() -> None:
    """Another marker for the same failure would make a second issue of it."""
    error = "Error: order 812 took 31.5 s at 2026-04-03T06:05:27Z (id 0x7f3a)"
    assert marker_of("testery", "shop\nsrc/pay.py\nPay", error) == "testery-failure-70e1972ff387"


def test_numbers_ids_and_times_do_not_change_a_marker_and_words_do() -> None:
    one = marker_of("shop", "t", "Timeout after 31 s at 2026-04-03T06:05:27Z, request 7b6f84b7e33b")
    assert one == marker_of("shop", "t", "\x1b[31mTimeout after 2,5 s at 2026-05-01T00:00:00Z,  request 1234567890abc")
    assert one != marker_of("shop", "t", "Refused after 31 s")
    assert one != marker_of("shop", "u", "Timeout after 31 s at 2026-04-03T06:05:27Z, request 7b6f84b7e33b")
    assert marker_of("shop", "t", None) == marker_of("shop", "t", " ")


@pytest.mark.parametrize(
    ("item", "run", "test"),
    [("12/34", "12", "34"), (" 12/a title / with slashes ", "12", "a title / with slashes")],
)
def test_an_item_names_a_run_and_a_test(item: str, run: str, test: str) -> None:
    assert FailureItem.of(item, "1/2") == FailureItem(run, test)
    assert str(FailureItem(run, test)) == f"{run}/{test}"


def test_a_run_of_a_named_project_has_a_slash() -> None:
    assert FailureItem.of("shop/12/34", "1/2", run_has_slash=True) == FailureItem("shop/12", "34")


@pytest.mark.parametrize("item", ["", "12", "/34", "12/", " / "])
@pytest.mark.parametrize("run_has_slash", [True, False])
def test_an_item_without_both_parts_is_refused_with_an_example(item: str, run_has_slash: bool) -> None:
    with pytest.raises(Refused, match=r"such as 1/2.*across_get_run"):
        FailureItem.of(item, "1/2", run_has_slash=run_has_slash)


def test_a_result_is_found_by_its_id_and_else_by_its_title() -> None:
    rows = [Row("1", "Pay"), Row("2", "1"), Row(None, "Ship")]
    assert FINDER.failed_result(rows, FailureItem("r", "1")) is rows[0]
    assert FINDER.failed_result(rows, FailureItem("r", "Ship\u200b")) is rows[2]


def test_the_last_failed_try_of_a_test_is_taken() -> None:
    rows = [Row("1", "Pay"), Row("2", "Pay"), Row("3", "Pay", "passed")]
    assert FINDER.failed_result(rows, FailureItem("r", "Pay")) is rows[1]


def test_a_title_that_several_failing_tests_have_is_refused() -> None:
    with pytest.raises(Refused, match=r"Several failing tests.*shop_list_results"):
        FINDER.failed_result([Row("1", "Pay"), Row("2", "Pay", file="b.py")], FailureItem("r", "Pay"))


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("passed", "passed"),
        ("skipped", "was skipped"),
        ("queued", "has no result yet"),
        ("unknown", "has no known status"),
    ],
)
def test_only_a_failure_can_become_an_issue(status: Status, state: str) -> None:
    with pytest.raises(Refused, match=f"{state}; only a failure can become an issue"):
        FINDER.failed_result([Row("1", "Pay", status)], FailureItem("r", "1"))


def test_a_blocked_test_is_a_failure() -> None:
    assert FINDER.failed_result([Row("1", "Pay", "blocked")], FailureItem("r", "1")).id == "1"


def test_a_test_that_the_run_lacks_is_not_found() -> None:
    with pytest.raises(NotFound, match="across_get_run and shop_list_results show ids"):
        FINDER.failed_result([], FailureItem("r", "1"))


def test_the_texts_of_a_failure() -> None:
    assert title_of_failure("Pay", "7") == "Test failed: Pay"
    assert title_of_failure("  ", "7") == "Test failed: 7"
    assert with_stack("Boom", "Error: Boom\n  at x") == "Error: Boom\n  at x"
    assert with_stack("Boom", "  at x\n") == "Boom\n\n  at x"
    assert with_stack("Boom", None) == "Boom"
    assert with_stack(None, "  at x") == "  at x"
    assert describe_seconds(31_049) == "31 s"
    assert describe_seconds(0) == "0 s"
    assert describe_seconds(None) is None
    assert facts_of(("A", 1), ("B", None), ("C", " "), ("D", "d")) == (("A", "1"), ("D", "d"))


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://files.example.com/7/cart%20page-2.png?X-Amz-Signature=ab12", "cart page-2.png"),
        ("https://files.example.com/walk.webm#t=1", "walk.webm"),
        ("https://files.example.com/7/eyJhbGciOi", ""),
        ("https://files.example.com/7/..%2f..%2fpasswd.txt", ""),
        ("https://files.example.com/7/a%0Ab.png", ""),
        ("https://files.example.com/%ff.png", ""),
        ("https://files.example.com/", ""),
        ("https://[::1/1.png", ""),
        (None, ""),
        ({"url": "x"}, ""),
    ],
)
def test_the_name_of_a_file_is_taken_from_a_plain_path_only(address: object, name: str) -> None:
    assert file_name_of(address) == name


def pictures(*answers: Answer) -> Pictures:
    return Pictures(Wire(*answers).account(), hosts=("files.example.com",))


async def test_a_file_is_loaded_with_the_kind_that_is_known_best() -> None:
    loaded = await load_file(pictures(says(content=b"mp4")), DEFECT, 0, f"{HOST}/walk.mp4?sig=1")
    assert loaded == Content("walk.mp4", "video/mp4", b"mp4")
    assert "mp4'" not in repr(Content("a", "b", b"mp4"))


@pytest.mark.parametrize(
    ("answer", "address", "kind", "why"),
    [
        (says(content=b"x"), "https://evil.example/walk.mp4?sig=1", Refused, "TESTDESK_ATTACHMENT_HOSTS"),
        (says(302, headers={"location": "/"}), f"{HOST}/walk.mp4?sig=1", Refused, "redirect"),
        (says(content=b"<html>Log in"), f"{HOST}/walk.mp4?sig=1", Refused, "web page"),
        (says(403), f"{HOST}/walk.mp4?sig=1", Unavailable, "answered 403"),
        (fails(httpx.ConnectError), f"{HOST}/walk.mp4?sig=1", PlatformError, "could not be reached"),
        (says(content=b"x"), None, Refused, "no file number 1 any more"),
    ],
)
async def test_a_file_that_cannot_be_loaded_is_named_without_its_address(
    answer: Answer, address: str | None, kind: type[Exception], why: str
) -> None:
    with pytest.raises(kind, match=why) as caught:
        await load_file(pictures(answer), DEFECT, 0, address)
    assert "sig=1" not in str(caught.value)
    assert "7" in str(caught.value)


async def test_a_number_past_the_files_of_a_defect_is_refused() -> None:
    for number in (-1, 1):
        with pytest.raises(Refused, match="any more"):
            await load_file(pictures(says(content=b"x")), DEFECT, number, f"{HOST}/walk.mp4")
