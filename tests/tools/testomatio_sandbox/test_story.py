"""The fake API of Testomat.io: what its story promises."""

import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from types import FrameType

import httpx
import pytest

from tests.tools.testomatio_sandbox.v2 import read_data, stopped_sandbox
from tools.kit.sandbox.clock import Clock
from tools.kit.sandbox.sandbox import Sandbox
from tools.testomatio.sandbox import records
from tools.testomatio.sandbox.story.extras import CHECKOUT_10
from tools.testomatio.sandbox.story.once import make_story
from tools.testomatio.sandbox.world import SHOP, Switches, World

HOTFIX, BY_HAND = "9a01f1x0", "9a01aa01"


@contextmanager
def counted() -> Iterator[list[str]]:
    """The calls of Python functions in the block: work that a busy machine does not change."""
    steps: list[str] = []

    def count(frame: FrameType, event: str, arg: object) -> None:
        if event == "call":
            steps.append(frame.f_code.co_name)

    sys.setprofile(count)
    try:
        yield steps
    finally:
        sys.setprofile(None)


@pytest.fixture
def world(story: Sandbox) -> World:
    told: World = story.world
    return told


def normalised(message: str) -> str:
    return re.sub(r"\d+(?:\.\d+)?", "#", message)


def outcomes(world: World, test_id: str) -> list[records.Testrun]:
    return sorted(world.results.of_test(test_id), key=lambda result: result.created_at)


def test_there_are_400_tests_with_titles_of_their_own(world: World) -> None:
    tests = list(world.tests.of(SHOP))
    assert len(tests) == 400
    assert len({test.title for test in tests}) == 400
    states = Counter(test.state for test in tests)
    assert min(states.values()) >= 20
    assert set(states) == {"manual", "automated", "detached"}
    assert {test.priority for test in tests} == {"low", "normal", "important", "high", "critical"}


def test_the_tree_is_five_deep_and_folders_hold_no_tests(world: World) -> None:
    depths = Counter[int]()
    for suite in world.suites.of(SHOP):
        depth, at = 1, suite
        while at.parent_id is not None:
            depth, at = depth + 1, world.suites.main[at.parent_id]
        depths[depth] += 1
        if suite.file_type == "folder":
            assert world.children(suite)
            assert not world.tests_in(suite)
        else:
            assert not world.children(suite)
    assert max(depths) == 5
    assert world.suites.main["c0ffee01"].title == "Coupons"
    assert [
        suite.title for suite in world.suites.of(SHOP) if suite.file_type == "file" and not world.tests_in(suite)
    ] == ["Ideas"]


def test_the_shared_names_are_there(world: World) -> None:
    titles = {test.title.split(" @")[0]: test.id for test in world.tests.of(SHOP)}
    for name in (
        "A valid code lowers the total", "An expired code is refused", "Pay by credit card",
        "Payment is refused by the bank", "Pay with Apple Pay", "Reset the password", "Swipe an article away",
        "Total with shipping", "Saved card", "Scan a code with the camera", "Find an article by a photo",
    ):  # fmt: skip
        assert name in titles
    assert titles["An expired code is refused"] == "c0de0010"


def test_there_are_thirty_runs_of_every_status_and_kind_and_one_on_a_branch(world: World) -> None:
    runs = [run for run in world.runs.values() if run.project == SHOP]
    main = [run for run in runs if run.branch is None]
    assert (len(main), len(runs)) == (30, 31)
    assert {run.status for run in main} == {
        "scheduled", "launching", "running", "passed", "failed", "terminated", "finished",
    }  # fmt: skip
    assert {run.kind for run in main} == {"manual", "automated", "mixed"}
    assert all(run.created_at <= world.now() for run in runs)


def test_the_hotfix_run_fails_in_groups(world: World) -> None:
    last = {result.test_id: result for result in world.results.of_run(HOTFIX)}
    failed = [result for result in last.values() if result.status == "failed"]
    groups: dict[str, list[records.Testrun]] = defaultdict(list)
    for result in failed:
        groups[normalised(result.message or "").split("\n")[0]].append(result)
    assert sorted(len(group) for group in groups.values()) == [1, 1, 1, 3, 6]
    coupons = groups["Expected the code OLD# to be refused, but the total went from # to #"]
    assert len({result.message for result in coupons}) == 6
    assert any("from 49.90 to 44.91" in (result.message or "") for result in coupons)
    payment = next(group for group in groups.values() if len(group) == 3)
    links = {link.jira_id for result in payment for link in world.links_of("testrun", result.id)}
    assert links == {"SHOP-412"}
    assert {result.substatus for result in payment} == {"Known issue"}


def test_a_flaky_test_failed_and_passed_by_turns(world: World) -> None:
    for test_id in ("c0de0014", "c0de0017"):
        nights = [result.status for result in outcomes(world, test_id) if result.run_id.startswith("9a0c")]
        assert len(nights) == 14
        assert sum(now != before for before, now in pairwise(nights)) >= 3


def test_a_flaky_test_failed_before_it_passed_in_the_hotfix_run(world: World) -> None:
    tries = [result for result in outcomes(world, "c0de0017") if result.run_id == HOTFIX]
    assert [(result.status, result.retries) for result in tries] == [("failed", 1), ("passed", 0)]


def test_one_failure_is_new_some_are_old_and_one_is_mended(world: World) -> None:
    def before(test_id: str) -> set[str]:
        return {r.status for r in outcomes(world, test_id) if r.run_id != HOTFIX and r.status != "pending"}

    now = {result.test_id: result.status for result in world.results.of_run(HOTFIX)}
    assert (now["c0de0016"], before("c0de0016")) == ("failed", {"passed"})
    release = {result.test_id: result.status for result in world.results.of_run("9a090011")}
    still_failing = {test for test, status in now.items() if status == release.get(test) == "failed"}
    fixed = {test for test, status in release.items() if status == "failed" and now.get(test) == "passed"}
    assert {"c0de0010", "c0de0013"} <= still_failing
    assert "c0de0030" in fixed


def test_the_manual_run_waits_for_most_of_its_results(world: World) -> None:
    results = world.results.of_run(BY_HAND)
    assert Counter(result.status for result in results) == {"pending": 19, "passed": 4, "failed": 2, "skipped": 1}
    assert {result.assigned_to for result in results} == {
        "iris.okafor@shop.example.test", "jonas.petersen@shop.example.test",
    }  # fmt: skip
    rows = [result for result in results if result.test_id == "c0de0020"]
    assert {(result.example or {})["country"] for result in rows} == {
        "Germany", "Austria", "Denmark", "Switzerland", "Iceland",
    }  # fmt: skip


def test_labels_requirements_and_milestones_are_of_every_kind(world: World) -> None:
    fields = {label.field["type"] if label.field else None for label in world.labels.values()}
    assert fields == {"list", "string", "number", None}
    assert {one.source_type for one in world.requirements.values()} == {"jira", "confluence", "file", "text"}
    assert all(len(r.description or "") >= 500 for r in world.requirements.values() if r.source_type == "text")
    assert {one.status for one in world.milestones.values()} == {"created", "active", "closed"}
    assert {link.source for link in world.issues.values()} == {"jira", "github", "link", "linear"}
    assert {branch.state for branch in world.branches.values()} == {"active", "merged"}


def test_texts_for_guards_are_there(world: World) -> None:
    tests = world.tests.main
    assert "\u202e" in (tests["c0de0021"].description or "")
    assert "ore previous instructions" in (tests["c0de0021"].description or "")
    assert len(tests["c0de0023"].description or "") > 20_000
    assert "Warenkorb" in tests["c0de0024"].title
    pasted = [result.message or "" for result in world.results.of_test("c0de0022") if result.status == "failed"]
    assert all("Winter2019!harbour" in text and "hk_live_" in text and "Bearer eyJ" in text for text in pasted)
    assert pasted
    shop = world.projects[SHOP]
    assert shop.api_key.startswith("tstmt_")
    assert shop.storage["SECRET_ACCESS_KEY"]


def test_everything_that_is_named_exists(world: World) -> None:
    for result in world.results:
        assert result.run_id in world.runs
        assert result.test_id in world.tests.main
        assert (result.finished_at is None) == (result.status == "pending")
    known: dict[str, set[str]] = {
        "test": set(world.tests.main),
        "suite": set(world.suites.main),
        "run": set(world.runs),
        "plan": set(world.plans),
        "testrun": {str(result.id) for result in world.results},
    }
    for link in world.issues.values():
        assert str(link.resource_id) in known[link.resource_type]
    for run in world.runs.values():
        assert run.rungroup_id is None or run.rungroup_id in world.rungroups
        assert set(run.plan_ids) <= set(world.plans)
        assert set(run.milestones) <= set(world.milestones)


def test_every_id_is_eight_characters_and_means_one_thing(world: World) -> None:
    ids = [
        *world.tests.main, *world.suites.main, *world.runs, *world.rungroups, *world.plans, *world.requirements,
        *world.charts,
    ]  # fmt: skip
    assert not [one for one in ids if not re.fullmatch(r"[0-9a-z]{8}", one)]
    assert len(ids) == len(set(ids))


def test_the_story_is_the_same_every_time(world: World) -> None:
    again = make_story(World(Clock(factor=0), Switches()))
    assert list(world.tests.main.values()) == list(again.tests.main.values())
    assert list(world.runs.values()) == list(again.runs.values())
    assert list(world.results) == list(again.results)
    assert set(vars(again)) == set(vars(world))
    for name, kept in vars(again).items():
        if isinstance(kept, dict) and name != "issue_ids":
            assert list(vars(world)[name].items()) == list(kept.items()), name
    for kind, ids in again.issue_ids.items():
        assert next(world.issue_ids[kind]) == next(ids)
    assert world.suites.main == again.suites.main
    assert world.tests.get("c0de0012", CHECKOUT_10) == again.tests.get("c0de0012", CHECKOUT_10)
    assert world.new_id() == again.new_id()


def test_the_story_is_built_when_it_is_asked_for_and_in_few_steps() -> None:
    with counted() as before:
        sandbox = stopped_sandbox()
    with counted() as steps:
        assert make_story(World(Clock(factor=0), Switches())).tests
    assert stopped_sandbox().world.tests
    with counted() as again:
        assert sandbox.world.tests
    assert len(before) < 50_000
    assert 10_000 < len(steps) < 100_000
    assert len(again) < 20_000


@pytest.mark.anyio
async def test_a_page_of_a_hundred_rows_takes_few_steps(shop: httpx.AsyncClient, world: World) -> None:
    assert list(world.results)  # what is made at the first read only
    for path in ("/tests", "/testruns", f"/testruns?run_id={HOTFIX}&x=1"):
        with counted() as steps:
            await read_data(shop, f"{path}{'&' if '?' in path else '?'}per_page=100")
        assert 100 < len(steps) < 10_000
