"""History: nightly and release runs, in which tests become flaky, break and are fixed."""

from datetime import datetime, timedelta
from random import Random

from tools.testomatio.sandbox.records import Labelled, Run, Rungroup, Test, Testrun
from tools.testomatio.sandbox.story.extras import RELEASE_90, SPRINT, date
from tools.testomatio.sandbox.story.key_tests import (
    APPLE_PAY,
    EXPIRED,
    MAIL,
    OLD10,
    PASTED,
    REFUSED,
    SAVED,
    SECRETS,
    ZERO,
)
from tools.testomatio.sandbox.world import SHOP, World

SEED = 901
NIGHTS = 14

R9, R90, R901, CROSS, NIGHTLY, R8, R84, OLD_GROUP = (
    "9a090000", "9a090001", "9a010001", "9a010002", "9a0c0001", "9a080000", "9a084000", "9a070000",
)  # fmt: skip
_GROUPS = (
    (OLD_GROUP, None, "2025", "passed"), (R8, None, "Release 8", "passed"), (R84, R8, "Release 8.4", "failed"),
    (NIGHTLY, None, "Nightly", "running"), (R9, None, "Release 9", "running"), (R90, R9, "Release 9.0", "failed"),
    (R901, R9, "Release 9.0.1", "running"), (CROSS, R901, "Cross-browser", "running"),
)  # fmt: skip
BROKEN_SINCE_9 = (EXPIRED, *OLD10, REFUSED, MAIL, "c0de0032", PASTED, ZERO)
"""Tests that fail since release 9.0 was deployed to staging on 1 April; the hotfix fixes the last of them."""
FLAKY = {APPLE_PAY: (1, 4, 5, 8, 11, 12), SAVED: (2, 6, 7, 10, 13)}
"""The nights in which flaky tests failed."""


def add_rungroups(world: World) -> None:
    """Add the tree of run groups."""
    for number, (group_id, parent_id, title, status) in enumerate(_GROUPS):
        made = date(1, 12) + timedelta(days=number)
        world.rungroups[group_id] = Rungroup(group_id, SHOP, title, made, date(4, 3, 6), parent_id, status=status)
    old = world.rungroups[OLD_GROUP]
    old.archived_at = old.finished_at = date(1, 15)
    world.rungroups[R901].pin = True
    world.rungroups[R901].description = "The checkout hotfix, asked for on 2 April."


def add_runs(world: World) -> None:
    """Add the runs of the last weeks."""
    random = Random(SEED)  # noqa: S311 - a story, not a secret
    automated = [test for test in world.tests.of(SHOP) if test.state == "automated"]
    checked = [test for test in automated if test.id.startswith("c0de")] + [
        test for number, test in enumerate(automated) if number % 2 and not test.id.startswith("c0de")
    ]
    finished_run(world, "9a083000", "Release 8.3 regression", date(2, 23), checked[:90], R8, random)
    finished_run(
        world, "9a084001", "Release 8.4 regression", date(3, 16), checked[:110], R84, random, failing={checked[60].id}
    )
    for night in range(NIGHTS):
        day = date(3, 20, 1) + timedelta(days=night)
        failing = {test_id for test_id, nights in FLAKY.items() if night in nights}
        if day >= date(4, 1):
            failing |= set(BROKEN_SINCE_9)
        run_id = f"9a0c{day.month:02}{day.day:02}"
        run = finished_run(world, run_id, f"Nightly {day:%Y-%m-%d}", day, checked, NIGHTLY, random, failing=failing)
        run.linked_tags.append("nightly")
    finished_run(
        world,
        "9a090010",
        "Release 9.0 smoke",
        date(4, 1, 6),
        [test for test in automated if "smoke" in test.tags],
        R90,
        random,
    )
    finished_run(world, "9a090011", "Release 9.0 regression", date(4, 2, 8), checked, R90, random,
            failing={*BROKEN_SINCE_9, SAVED, checked[75].id})  # fmt: skip
    for run_id in ("9a090010", "9a090011"):
        world.runs[run_id].milestones.append(RELEASE_90)
    finished_run(world, "9a070001", "Spring clean-up of the old checkout", date(1, 14), checked[:20], OLD_GROUP, random)
    world.runs["9a070001"].archived_at = date(1, 15)


def finished_run(
    world: World,
    run_id: str,
    title: str,
    start: datetime,
    tests: list[Test],
    group_id: str | None,
    random: Random,
    *,
    failing: set[str] | None = None,
) -> Run:
    """Add a finished automated run, with a result for each test."""
    run = Run(run_id, SHOP, title, start, start)
    run.env, run.rungroup_id, run.created_by = ["staging", "Chrome"], group_id, "mara.lindt@shop.example.test"
    run.launched_at = start + timedelta(minutes=1)
    run.ci_build_url = f"https://ci.example.test/harbour/shop/{4000 + len(world.runs)}"
    world.runs[run.id] = run
    moment = run.launched_at
    for test in tests:
        duration = _duration(test, random)
        moment += timedelta(milliseconds=duration / 8)  # eight parallel workers
        status = "failed" if test.id in (failing or ()) else "skipped" if test.position == 17 else "passed"
        add_result(world, run, test, status, moment, run_time=duration, message=_message(test, status, random))
    run.finished_at = moment + timedelta(seconds=40)
    run.updated_at = run.finished_at
    run.status = "failed" if failing else "passed"
    return run


def add_result(
    world: World,
    run: Run,
    test: Test,
    status: str,
    moment: datetime,
    *,
    run_time: float | None = None,
    message: str | None = None,
) -> Testrun:
    """Add a result to a run."""
    result = Testrun(
        next(world.result_ids),
        SHOP,
        run.id,
        test.id,
        test.title,
        world.suites.main[test.suite_id].title,
        status,
        moment,
        moment,
        message=message,
        run_time=run_time,
        automated=run.kind == "automated",
        executed_by=None if status == "pending" else "mara.lindt@shop.example.test",
        finished_at=None if status == "pending" else moment,
    )
    return world.results.add(result)


def _duration(test: Test, random: Random) -> int:
    """A run time in milliseconds; a few tests are always slow."""
    return random.randint(28_000, 64_000) if "slow" in test.tags else random.randint(900, 9_500)


def _message(test: Test, status: str, random: Random) -> str | None:
    return failure_message(test, random) if status == "failed" else None


def failure_message(test: Test, random: Random) -> str:
    """The message of a failure: the same text for the same fault, with varying numbers."""
    price = random.randint(1500, 9900) / 100
    if test.id in (EXPIRED, *OLD10):
        return (
            f"Expected the code OLD10 to be refused, but the total went from {price:.2f} to {price * 0.9:.2f}\n"
            f"    at coupons.spec.ts:{random.randint(20, 90)}:{random.randint(5, 30)}"
        )
    if test.id in (REFUSED, MAIL, "c0de0032"):
        return f"Order {random.randint(200_000, 209_999)} was confirmed by mail although the bank refused the payment"
    if test.id == PASTED:
        return SECRETS
    if test.id == ZERO:
        return f"Expected a payment, but order {random.randint(200_000, 209_999)} went through with a total of 0.00"
    if test.id in FLAKY:
        return f"Timeout 30000ms exceeded while waiting for the payment sheet ({random.randint(30_001, 30_900)} ms)"
    return f"Expected the page to be ready, but {random.randint(2, 9)} requests were open after 5000 ms"


def add_sprint_labels(world: World) -> None:
    """Add the sprint label to the runs of a release."""
    for run in world.runs.values():
        if run.rungroup_id in {R90, R901}:
            run.labels.append(Labelled(SPRINT, "12"))
