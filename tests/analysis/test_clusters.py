"""The same error over runs and platforms: what is one cluster, when it was seen, and what was read."""

import pytest

from tests.analysis.fakes import Held, result, run, view
from tests.desk import desk
from tools.analysis.clusters import Failed, cluster_failures, headline
from tools.kit.toolset import no_progress

pytestmark = pytest.mark.anyio

TIMEOUT = "Timeout after {} ms waiting for order {}"


def toys() -> Held:
    return Held(
        {
            "1": [result("Pay", "failed", TIMEOUT.format(300, 11)), result("Search", "passed")],
            "2": [result("Pay", "failed", TIMEOUT.format(310, 12)), result("Order", "blocked", TIMEOUT.format(9, 13))],
            "3": [result("Pay", "failed", "Server error 500"), result("Search", "failed")],
        },
        [run("3", 9), run("2", 8), run("1", 7)],
    )


def games() -> Held:
    error = f"AssertionError: {TIMEOUT.format(1, 2)}\n  at pay (pay.js:10)"
    return Held({"g1": [result("Play", "failed", error)]}, [run("g1", 6, platform="games")])


async def test_errors_that_differ_in_numbers_and_in_the_name_of_an_exception_are_one_over_platforms() -> None:
    found = await cluster_failures(view(toys=toys(), games=games()), no_progress)
    first, second, last = found.items
    assert (first.failures, first.tests, first.runs, first.platforms) == (4, 3, 3, ["games", "toys"])
    assert (first.first_seen.run_id, first.last_seen.run_id) == ("g1", "2")
    assert first.error.startswith("Timeout after 3")
    assert (second.error, second.is_current) == ("Server error 500", True)
    assert (last.error, last.failures) == ("(no error text)", 1)
    assert (found.runs, found.failures) == (4, 6)
    assert found.coverage.complete


async def test_a_cluster_is_current_only_where_the_newest_run_of_its_kind_has_it() -> None:
    found = await cluster_failures(view(toys=toys(), games=Held()), no_progress)
    assert [cluster.is_current for cluster in found.items] == [False, True, True]
    other = run("4", 10, title="Smoke")
    alone = Held({"4": [result("Pay", "passed")], "3": [result("Pay", "failed", "x")]}, [other, run("3", 9)])
    found = await cluster_failures(view(toys=alone, games=Held()), no_progress)
    assert [cluster.is_current for cluster in found.items] == [True], "a run of another kind is not the next one"


async def test_only_the_last_try_of_a_test_counts() -> None:
    tries = [result("Pay", "failed", "x", test_id="7"), result("Pay", "passed", test_id="7")]
    found = await cluster_failures(view(toys=Held({"1": tries}, [run("1", 7)])), no_progress)
    assert (found.items, found.failures) == ([], 0)


async def test_what_was_not_read_is_said() -> None:
    held = Held(
        {str(n): [result("Pay", "failed", "x")] for n in range(1, 9)}, [run(str(n), n) for n in range(8, 0, -1)]
    )
    found = await cluster_failures(view(toys=held, games=Held(is_down=True)), no_progress, runs=2)
    assert found.items[0].runs == 2
    assert len(held.asked) <= 4, "runs past those that were asked for are hardly read"
    assert not found.coverage.complete
    assert found.coverage.why == ("Toys: only the newest 2 runs with results were read; raise runs; Games: It is down.")


@pytest.mark.parametrize(
    ("error", "line"),
    [
        ("Error: no code", "no code"),
        ("java.lang.AssertionError: no code", "no code"),
        ("\n  TimeoutException:\n  30 s", "30 s"),
        ("The Error: is here", "The Error: is here"),
        ("Error:", "Error:"),
        (None, None),
    ],
)
def test_the_headline_is_the_first_line_that_says_something(error: str | None, line: str | None) -> None:
    assert headline(Failed(run("1", 7), result("Pay", "failed", error))) == line


async def test_over_the_server_failures_of_all_platforms_are_read() -> None:
    async with desk() as d:
        answer = await d.answer("across_cluster_failures")
    assert {platform for row in answer["items"] for platform in row["platforms"]} > {"testomatio", "testery"}
    shared = [row for row in answer["items"] if len(row["platforms"]) > 1]
    assert shared, "the story's expired coupon fails on two platforms with one error"
