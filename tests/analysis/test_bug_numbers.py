"""Bugs in numbers: what counts for a rate, for a time and for a part."""

import pytest

from tests.analysis.fakes import Held, view
from tests.desk import desk
from tools.analysis.bug_numbers import bug_statistics, values_of
from tools.kit.evidence import BugReport, Device, Outcome
from tools.kit.toolset import no_progress

pytestmark = pytest.mark.anyio

PHONE, TABLET = Device("Pixel 4", "Android 10", "Chrome"), Device("iPad", "iOS 17", "Safari")


def bug(number: int, outcome: Outcome, *, decided: int | None = None, day: int = 1, **more: object) -> BugReport:
    at = f"2026-04-{day:02}T00:00:00Z"
    by = f"2026-04-{day + decided // 24:02}T{decided % 24:02}:00:00Z" if decided is not None else None
    return BugReport("toys", str(number), "Bug", outcome=outcome, reported_at=at, decided_by=by, **more)  # type: ignore[arg-type]


BUGS = [
    bug(1, "accepted", decided=10, devices=(PHONE,), tester="ada", said="high", run="Release 9"),
    bug(2, "accepted", decided=48, is_automatic=True, devices=(PHONE, TABLET), tester="ada", said="high"),
    bug(3, "rejected", decided=20, devices=(TABLET,), tester="kim", said="low", run="Release 9.0.1"),
    bug(4, "accepted", tester="kim", said="low"),
    bug(5, "open", day=9, devices=(PHONE,), tester="kim", said="low"),
]


async def test_rates_are_of_the_decided_and_times_of_those_that_people_decided() -> None:
    numbers = (found := await bug_statistics(view(toys=Held(reports=BUGS)), no_progress)).numbers
    assert (numbers.reported, numbers.open, numbers.accepted, numbers.rejected) == (5, 1, 3, 1)
    assert (numbers.acceptance_rate, numbers.accepted_by_time_limit) == (0.75, 1)
    assert numbers.triage is not None
    assert (numbers.triage.bugs, numbers.triage.median_hours, numbers.triage.longest_hours) == (2, 15.0, 20.0)
    assert found.waiting is not None
    assert (found.waiting.bugs, found.waiting.median_hours) == (1, 48.0)
    assert "upper" in found.rule or "at most" in found.rule or "earlier" in found.rule


async def test_a_bug_counts_for_each_of_its_devices_and_one_without_any_for_the_unknown() -> None:
    found = await bug_statistics(view(toys=Held(reports=BUGS)), no_progress, by=["browser", "tester"], limit=2)
    browsers, testers = found.breakdowns
    assert [(part.value, part.reported, part.acceptance_rate) for part in browsers.parts] == [
        ("Chrome", 3, 1.0),
        ("Safari", 2, 0.5),
    ]
    assert browsers.more == 1
    assert [(part.value, part.reported, part.open) for part in testers.parts] == [("kim", 3, 1), ("ada", 2, 0)]
    assert list(values_of(BUGS[3], "device")) == [""]


async def test_bugs_are_narrowed_by_time_and_by_the_title_of_their_test() -> None:
    toys = view(toys=Held(reports=BUGS))
    assert (await bug_statistics(toys, no_progress, since="2026-04-05")).numbers.reported == 1
    found = await bug_statistics(toys, no_progress, text="release 9")
    assert (found.coverage.loaded, found.coverage.matched) == (5, 2)


async def test_without_bugs_there_are_no_rates() -> None:
    found = await bug_statistics(view(toys=Held(reports=[])), no_progress)
    assert (found.numbers.acceptance_rate, found.numbers.triage, found.waiting) == (None, None, None)


async def test_over_the_server_the_numbers_add_up_to_the_lists() -> None:
    async with desk() as d:
        answer = await d.answer("across_bug_statistics", by=["severity", "system"])
        listed = await d.answer("testio_list_bugs", limit=1)
        rejected = await d.answer("testio_list_bugs", status=["rejected"], limit=1)
    numbers = answer["numbers"]
    assert numbers["reported"] == listed["coverage"]["loaded"]
    assert numbers["rejected"] == rejected["coverage"]["matched"]
    assert numbers["reported"] == numbers["open"] + numbers["accepted"] + numbers["rejected"]
    severities, systems = answer["breakdowns"]
    assert sum(part["reported"] for part in severities["parts"]) == numbers["reported"]
    assert "Android" in str(systems["parts"])
    assert numbers["triage"]["bugs"] > 200
