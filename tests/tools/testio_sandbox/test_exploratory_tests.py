"""The fake API of test IO: exploratory tests are read in every status, and run their course."""

from collections import Counter

import httpx
import pytest

from tests.tools.testio_sandbox.orders import ordered
from tests.tools.testio_sandbox.requests import error, get_json
from tools.kit.sandbox.clock import parse_duration
from tools.kit.sandbox.sandbox import Sandbox


def later(sandbox: Sandbox, by: str) -> None:
    sandbox.clock.advance(parse_duration(by))


@pytest.mark.anyio
async def test_the_story_has_twelve_tests_in_every_status(http: httpx.AsyncClient) -> None:
    lists = [await get_json(http, f"/products/{p}/exploratory_tests", "exploratory_tests") for p in (71, 72, 73)]
    tests = [test for tests in lists for test in tests]
    assert Counter(test["status"] for test in tests) == {
        "archived": 5,
        "initialized": 2,
        "locked": 2,
        "running": 1,
        "waiting": 1,
        "cancelled": 1,
    }
    assert {"external", None} < {test["testing_type"] for test in tests}
    assert {"review_failed", "not_finalized"} < {test["review_status"] for test in tests}
    assert [test["id"] for test in lists[0]] == [5521, 5523, 5519, 5512, 5498, 5490, 5471]


@pytest.mark.anyio
async def test_the_list_has_no_metrics_and_no_meta(http: httpx.AsyncClient) -> None:
    body = await get_json(http, "/products/71/exploratory_tests?includes[]=user_stories")
    assert list(body) == ["exploratory_tests"]
    release = next(test for test in body["exploratory_tests"] if test["id"] == 5512)
    assert "analytics" not in release
    assert "bugs_found" not in release["features"][0]
    assert set(release["features"][0]["user_stories"][0]) == {
        "id",
        "path",
        "title",
        "feature_id",
        "user_story_version_id",
    }


@pytest.mark.anyio
async def test_without_a_page_the_last_150_tests_come_and_per_page_is_ignored(http: httpx.AsyncClient) -> None:
    for _ in range(150):
        await ordered(http, auto_launch=False)
    path = "/products/71/exploratory_tests"
    assert len(await get_json(http, f"{path}?per_page=3", "exploratory_tests")) == 150
    assert len(await get_json(http, f"{path}?page=1", "exploratory_tests")) == 25
    assert len(await get_json(http, f"{path}?page=2&per_page=100", "exploratory_tests")) == 57
    assert await get_json(http, f"{path}?page=3&per_page=100", "exploratory_tests") == []


@pytest.mark.anyio
async def test_one_test_shows_what_was_found(http: httpx.AsyncClient) -> None:
    test = await get_json(http, "/exploratory_tests/5512?includes[]=user_stories", "exploratory_test")
    analytics, features = test["analytics"], test["features"]
    assert (test["title"], test["test_title"], test["status"]) == ("Release 9", "Release 9", "locked")
    assert analytics["total_bugs"] == 118
    assert sum(feature["bugs_found"] for feature in features) == 118
    coupons = next(feature for feature in features if feature["id"] == 40)
    assert {88101, 88107} <= set(coupons["bug_ids"])
    assert coupons["execution_status"] == "failed"
    refusal = next(s for s in coupons["user_stories"] if 88101 in s["bug_ids"])
    assert (refusal["execution_status"], refusal["user_story_version_id"]) == ("failed", refusal["id"] * 10 + 1)
    assert analytics["total_user_stories"] == sum(len(feature["user_stories"]) for feature in features)
    assert analytics["passed_features"] + analytics["failed_features"] <= analytics["tested_features"]


@pytest.mark.anyio
async def test_a_draft_has_no_dates_and_nothing_tested(http: httpx.AsyncClient) -> None:
    test = await get_json(http, "/exploratory_tests/5521", "exploratory_test")
    assert (test["start_at"], test["end_at"]) == (None, None)
    assert test["analytics"]["total_features"] == 7
    assert test["analytics"]["tested_features"] == test["analytics"]["testers_count"] == 0


@pytest.mark.anyio
async def test_dates_come_in_three_spellings(http: httpx.AsyncClient) -> None:
    test = await get_json(http, "/exploratory_tests/5512", "exploratory_test")
    bug = await get_json(http, "/bugs/88101", "bug")
    assert test["start_at"] == "2026-04-01T10:00:00+02:00"
    assert bug["reported_at"] == "2026-04-02T11:20:01.000+02:00"
    assert test["reviews"][-1]["reviewed_at"] == "2026-03-31T08:20:00.000Z"


@pytest.mark.anyio
async def test_texts_come_raw_and_plain(http: httpx.AsyncClient) -> None:
    test = await get_json(http, "/exploratory_tests/5512", "exploratory_test")
    assert test["goal"].startswith("<p>Find what keeps people from <b>paying</b>.")
    assert test["goal_text"].startswith("Find what keeps people from paying. Start")
    assert test["instructions_text"].endswith("Do not order on production.")


@pytest.mark.anyio
async def test_a_test_runs_its_course_as_time_goes_by(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    test = await ordered(http, testing_type="rapid")
    seen = [(test["status"], 0)]
    for leap in ("25m", "1h", "2h", "11d"):
        later(sandbox, leap)
        test = await get_json(http, f"/exploratory_tests/{test['id']}", "exploratory_test")
        seen.append((test["status"], test["analytics"]["total_bugs"]))
    statuses, bugs = zip(*seen, strict=True)
    assert statuses == ("customer_finalized", "waiting", "running", "locked", "archived")
    assert 0 == bugs[1] < bugs[2] < bugs[3] == bugs[4]


@pytest.mark.anyio
async def test_a_running_test_gains_bugs(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    counts = []
    for _ in range(5):
        counts.append((await get_json(http, "/bugs?filter_test_cycle_ids=5519", "meta"))["record_count"])
        later(sandbox, "6h")
    assert counts[0] == 9
    assert counts == sorted(counts)
    assert counts[-1] == 26


@pytest.mark.anyio
async def test_a_test_without_auto_launch_is_a_draft_until_it_is_launched(http: httpx.AsyncClient) -> None:
    test = await ordered(http, auto_launch=False)
    assert (test["status"], test["review_status"], test["start_at"]) == ("initialized", "not_finalized", None)
    answer = await http.post(f"/exploratory_tests/{test['id']}/launch")
    assert answer.status_code == 200
    assert answer.json()["exploratory_test"]["status"] == "customer_finalized"
    again = await http.post(f"/exploratory_tests/{test['id']}/launch")
    assert "customer_finalized" in await error(again, 422)


@pytest.mark.anyio
async def test_a_duplicate_is_a_draft_of_its_own(http: httpx.AsyncClient) -> None:
    answer = await http.post("/exploratory_tests/5512/duplicate")
    twin, original = (
        answer.json()["exploratory_test"],
        await get_json(http, "/exploratory_tests/5512", "exploratory_test"),
    )
    assert answer.status_code == 200
    assert twin["status"] == "initialized"
    assert twin["title"] == "Release 9"
    assert twin["start_at"] is None
    assert twin["test_environment"]["url"] == original["test_environment"]["url"]
    assert [f["feature_id"] for f in twin["features"]] == [f["feature_id"] for f in original["features"]]
    assert not {f["id"] for f in twin["features"]} & {f["id"] for f in original["features"]}
