"""The fake API of Testomat.io: what its query language finds, and what it refuses."""

from typing import Any

import httpx
import pytest

from tests.tools.testomatio_sandbox.v2 import create, data, error, meta, read_data

pytestmark = pytest.mark.anyio

HOTFIX, BY_HAND, APP = "9a01f1x0", "9a01aa01", "9a4c0003"


async def total(shop: httpx.AsyncClient, path: str, query: str) -> int:
    return int(meta(await shop.get(path, params={"tql": query}))["total"])


async def found(shop: httpx.AsyncClient, path: str, query: str) -> set[str]:
    answer = await shop.get(path, params={"tql": query, "per_page": "100"})
    return {row["id"] for row in data(answer)}


async def everything(shop: httpx.AsyncClient, path: str) -> list[dict[str, Any]]:
    pages = [await read_data(shop, f"{path}?per_page=100&page={page}") for page in range(1, 5)]
    return [row for page in pages for row in page]


# Tests


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ("state == 'manual'", lambda t: t["state"] == "manual"),
        ("state != 'manual'", lambda t: t["state"] != "manual"),
        ("state in ['manual', 'detached']", lambda t: t["state"] != "automated"),
        ("state IN ('manual', 'detached')", lambda t: t["state"] != "automated"),
        ("state == 'unsync'", lambda t: t["sync"] is False),
        ("priority >= 'high'", lambda t: t["priority"] in {"high", "critical"}),
        ("priority < \"normal\"", lambda t: t["priority"] == "low"),
        ("tag == 'smoke'", lambda t: "smoke" in t["self_tags"]),
        ("tag == '@smoke'", lambda t: "smoke" in t["self_tags"]),
        ("not tag == 'smoke'", lambda t: "smoke" not in t["self_tags"]),
        ("title % 'gift card'", lambda t: "gift card" in t["title"].lower()),
        ("label == 'Severity'", lambda t: "Severity" in [x["title"] for x in t["labels"]]),
        ("label == 'Severity:🔥Critical'", lambda t: "🔥Critical" in [x.get("value") for x in t["labels"]]),
        ("label == 'severity-f124r:Minor'", lambda t: "Minor" in [x.get("value") for x in t["labels"]]),
        ("assigned_to == 'Iris Okafor'", lambda t: t["assigned_to"] == "iris.okafor@shop.example.test"),
        (
            "priority >= 'high' and not (tag == 'wip')",
            lambda t: t["priority"] in {"high", "critical"} and "wip" not in t["self_tags"],
        ),
        (
            "(tag == 'smoke' or tag == 'coupons') AND state == 'automated'",
            lambda t: bool({"smoke", "coupons"} & set(t["self_tags"])) and t["state"] == "automated",
        ),
        (
            "tag == 'wip' or tag == 'smoke' and state == 'manual'",
            lambda t: "wip" in t["self_tags"] or ("smoke" in t["self_tags"] and t["state"] == "manual"),
        ),
    ],
)  # fmt: skip
async def test_a_query_finds_exactly_the_tests_that_fit(shop: httpx.AsyncClient, query: str, fits: Any) -> None:
    expected = {test["id"] for test in await everything(shop, "/tests") if fits(test)}
    assert 0 < len(expected) < 400
    assert await total(shop, "/tests", query) == len(expected)
    assert await found(shop, "/tests", query) <= expected


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("test == 'c0de0010'", {"c0de0010"}),
        ("test == 'An expired code is refused'", {"c0de0010"}),
        ("test % 'expired code'", {"c0de0010"}),
        ("jira == 'SHOP-398'", {"c0de0010"}),
        ("issue == 'SHOP-412'", {"c0de0013"}),
        ("issue == 'https://github.example.test/harbour/shop/issues/77'", {"c0de0014"}),
        ("milestone == 'Release 9.0.1'", {"c0de0010", "c0de0013"}),
        ("suite == 'Refusals' and status == 'failed'", {"c0de0013", "c0de0032"}),
        ("custom_status == 'Blocked'", {"c0de0031"}),
        ("custom_status % 'block'", {"c0de0031"}),
        ("created_by == 'Mara Lindt' and suite == 'c0ffee01' and title % 'bundle'", {"c0de0021"}),
        ("executed_by == 'Jonas Petersen' and executed_at >= today() and status == 'skipped'", {"c0de0031"}),
    ],
)
async def test_a_query_finds_single_tests(shop: httpx.AsyncClient, query: str, ids: set[str]) -> None:
    assert await found(shop, "/tests", query) == ids


async def test_a_folder_counts_as_the_suite_of_what_is_below_it(shop: httpx.AsyncClient) -> None:
    assert await total(shop, "/tests", "suite == 'Discounts'") == 36
    assert await total(shop, "/tests", "suite == 'f01de004'") == 36


async def test_a_suite_that_is_contained_is_the_first_that_matches(shop: httpx.AsyncClient) -> None:
    assert await total(shop, "/tests", "suite % 'pass'") == await total(shop, "/tests", "suite == 'Password'") == 8
    several = await total(shop, "/tests", "suite % 'Cart'")
    assert several in {
        await total(shop, "/tests", f"suite == '{title}'")
        for title in ("Cart", "Cart persistence", "Cart gestures", "Scan and cart")
    }


async def test_shared_is_a_word_that_stands_alone(shop: httpx.AsyncClient) -> None:
    assert await total(shop, "/tests", "shared") == 0
    assert await total(shop, "/tests", "not shared") == 400


async def test_one_result_must_fit_both_when_person_and_time_are_joined_by_and(shop: httpx.AsyncClient) -> None:
    """Iris tried it on Thursday and Jonas on Friday: nobody's result is Iris's of Friday."""
    test = await create(shop, "/tests", title="Joined", suite_id="c0ffee01")
    for run_id, person in (("9a090012", "testomat_iris"), (BY_HAND, "testomat_jonas")):
        header = {"Authorization": f"Bearer {person}"}
        sent = {"run_id": run_id, "test_id": test["id"], "status": "passed"}
        data(await shop.post("/testruns", json=sent, headers=header), 201)
    only = f"test == '{test['id']}' and "
    assert await total(shop, "/tests", only + "executed_by == 'Iris Okafor' and executed_at >= today()") == 1
    assert await total(shop, "/tests", only + "executed_by == 'Iris Okafor' and executed_at < today()") == 0
    assert await total(shop, "/tests", only + "(executed_by == 'Ann Weber' or executed_at >= today())") == 1


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("created_at == today()", 1),
        ("created_at >= '2026-04-03'", 1),
        ("created_at > '2026-04-03'", 0),
        ("created_at <= '2026-04-03'", 1),
        ("created_at < '2026-04-03'", 0),
        ("created_at == '2026-04-03'", 1),
        ("created_at > 1.hour_ago", 1),
        ("created_at < 1.day_ago", 0),
        ("updated_at in ['2026-04-02', '2026-04-03']", 1),
        ("created_at > 2.weeks_ago", 1),
        ("last_run_at > 1.month_ago", 0),
    ],
)
async def test_dates_are_days_or_distances(shop: httpx.AsyncClient, query: str, count: int) -> None:
    test = await create(shop, "/tests", title="Today", suite_id="c0ffee01")
    assert await total(shop, "/tests", f"test == '{test['id']}' and {query}") == count


# Runs


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("title == 'Nightly 2026-04-01'", {"9a0c0401"}),
        ("title % 'hotfix'", {HOTFIX}),
        ("rungroup == 'Release 9.0.1' and failed", {HOTFIX}),
        ("rungroup == '9a010002'", {"9a01cb01", "9a01cb02"}),
        ("plan == 'Smoke'", {"9a01e0d0"}),
        ("env in ['Safari', 'Firefox']", {"9a01cb01", "9a01cb02"}),
        ("label == 'Hotfix'", {HOTFIX}),
        ("jira == 'SHOP-420'", {HOTFIX}),
        ("milestone == 'Release 9.0'", {"9a090010", "9a090011"}),
        ("failed_count >= 12", {"9a090011", "9a0c0402", HOTFIX}),
        ("failed_count == 13", {"9a090011"}),
        ("failed_count >= 12 and failed_count <= 12", {"9a0c0402", HOTFIX}),
        ("failed_count > 12", {"9a090011"}),
        ("failed_count < 1 and manual and unfinished", set[str]()),
        ("has_message % '49.90 to 44.91'", {HOTFIX}),
        ("has_custom_status == 'Blocked'", {BY_HAND}),
        ("has_retries > 0", {HOTFIX}),
        ("has_defect == 'SHOP-412'", {HOTFIX}),
        ("with_defect", {HOTFIX}),
        ("archived", {"9a070001"}),
        ("mixed", {APP}),
        ("terminated", {"9a4c0001"}),
        ("has_test == 'c0de0020'", {BY_HAND}),
        ("unfinished", {"9a01cb01", "9a01cb02", "9a01e0d0", BY_HAND}),
        ("launched_at == '2026-04-03' and finished", {HOTFIX, "9a01f1a0"}),
        ("has_assigned_to == 'Jonas Petersen' and unfinished", {BY_HAND}),
        ("has_suite % 'Refusals' and manual and unfinished", {BY_HAND}),
        ("duration > 2.hours and terminated", {"9a4c0001"}),
        ("duration == 10800 and mixed", {APP}),
        ("has_test_duration > 4.minutes and mixed", {APP}),
        ("created_at > '2026-04-02' and automated and finished and passed", {"9a01f1a0"}),
        ("private or published", set[str]()),
    ],
)
async def test_a_query_finds_runs(shop: httpx.AsyncClient, query: str, ids: set[str]) -> None:
    assert await found(shop, "/runs", query) == ids


@pytest.mark.parametrize(
    "query",
    ["tag == 'nightly'", "failed and has_test_tag == 'regression'", "has_test_label == 'Severity'",
     "has_priority >= 'high'", "passed_count > 100", "skipped_count == 0", "unarchived",
     "finished_at >= '2026-03-01' and env in ['staging', 'Chrome']", "updated_at < 1.week_ago"],
)  # fmt: skip
async def test_every_other_field_of_a_run_parts_the_list(shop: httpx.AsyncClient, query: str) -> None:
    number = await total(shop, "/runs", query)
    assert 0 < number < 30
    assert number + await total(shop, "/runs", f"not ({query})") == 30


# What cannot be read


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("tag = 'smoke'", "single ="),
        ("tag == smoke", "quotes"),
        ("tag ==", "at the end"),
        ("tag", "needs a comparison"),
        ("mood == 'good'", "unknown field mood"),
        ("sunny", "unknown field sunny"),
        ("shared == 'yes'", "compared with nothing"),
        ("(tag == 'smoke'", "')' is missing"),
        ("tag == 'smoke')", "unexpected ')'"),
        ("tag == 'smoke' state == 'manual'", "unexpected 'state'"),
        ("tag in 'smoke'", "brackets"),
        ("tag in ['smoke'", "']' is missing"),
        ("tag == 'smoke' and", "ends too early"),
        ("tag > 'smoke'", "> is not for tag"),
        ("state % 'man'", "% is not for state"),
        ("priority == 'urgent'", "no priority"),
        ("created_at > 'yesterday'", "2026-04-01"),
        ("created_at > 3.fortnights_ago", "no time"),
        ("tag == 7", "quotes"),
        ("tag == 'smoke", "unexpected"),
        ("§", "unexpected"),
    ],
)
async def test_a_query_that_cannot_be_read_is_422_with_the_reason(
    shop: httpx.AsyncClient, query: str, words: str
) -> None:
    reason = error(await shop.get("/tests", params={"tql": query}), 422)
    assert reason.startswith("TQL: ")
    assert words in reason


async def test_the_fields_of_tests_are_not_those_of_runs(shop: httpx.AsyncClient) -> None:
    assert "unknown field" in error(await shop.get("/runs", params={"tql": "state == 'manual'"}), 422)
    assert "unknown field" in error(await shop.get("/tests", params={"tql": "failed"}), 422)
    assert "number" in error(await shop.get("/runs", params={"tql": "failed_count > 'many'"}), 422)
