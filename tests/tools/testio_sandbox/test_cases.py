"""The fake API of test IO: test cases, and the scripted runs that use them."""

from collections import Counter
from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.tools.testio_sandbox.requests import error, get_json
from tools.kit.sandbox.sandbox import Sandbox

STEPS = [{"description": "Open the cart"}, {"description": "Press Pay", "target_idx": "S-2"}]
CASE = {"title": "Pay by invoice", "feature_id": 304, "test_case_steps": STEPS}
RUN = {"test_cases": [{"id": 7312}, {"id": 7311}], "test_environment": {"id": 31}}


async def made(http: httpx.AsyncClient, *cases: dict[str, object], product_id: int = 71) -> Any:
    answer = await http.post(f"/products/{product_id}/test_cases", json={"test_cases": cases})
    assert answer.status_code == 201, answer.text
    return answer.json()["test_cases"]


async def run(http: httpx.AsyncClient, **fields: object) -> Any:
    answer = await http.post("/products/71/test_case_test", json={"test_case_test": {**RUN, **fields}})
    assert answer.status_code == 201, answer.text
    return answer.json()["test_case_test"]


# Test cases


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("query", "page", "per_page", "rows"),
    [("", 1, 500, 7), ("?page=1", 1, 25, 7), ("?page=2&per_page=5", 2, 5, 2), ("?per_page=900", 1, 500, 7)],
)
async def test_test_cases_are_paged_like_bugs(
    http: httpx.AsyncClient, query: str, page: int, per_page: int, rows: int
) -> None:
    body = await get_json(http, f"/products/72/test_cases{query}")
    assert body["meta"] == {"record_count": 7, "page": page, "per_page": per_page}
    assert len(body["test_cases"]) == rows


@pytest.mark.anyio
async def test_page_zero_of_test_cases_is_refused(http: httpx.AsyncClient) -> None:
    await error(await http.get("/products/72/test_cases?page=0"), 400)


@pytest.mark.anyio
async def test_a_test_case_has_steps_of_its_own(http: httpx.AsyncClient) -> None:
    case = await get_json(http, "/products/72/test_cases/7303", "test_case")
    assert (case["title"], case["feature_id"], case["requirements"]) == (
        "Pay with Apple Pay",
        313,
        "A card in Apple Wallet",
    )
    assert case["steps"][0] == {
        "id": 73031, "description": "Open a filled cart", "test_case_id": 7303, "target_idx": None,
    }  # fmt: skip


@pytest.mark.anyio
async def test_test_cases_are_made_in_bulk_and_answer_their_steps(http: httpx.AsyncClient) -> None:
    first, second = await made(http, CASE, {**CASE, "title": "Again", "target_idx": "X-1", "requirements": "Account"})
    assert (first["id"], second["id"], second["target_idx"], second["requirements"]) == (7401, 7402, "X-1", "Account")
    assert [step["description"] for step in first["steps"]] == ["Open the cart", "Press Pay"]
    assert first["steps"][1]["target_idx"] == "S-2"
    assert "test_case_steps" not in first
    assert (await get_json(http, "/products/71/test_cases", "test_cases"))[-2:] == [first, second]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("sent", "status", "words"),
    [
        ([], 400, "test_cases is missing"),
        ([{}], 400, "test_cases[0][title] is missing, test_cases[0][feature_id] is missing, test_cases[0][test_case_"),
        ([CASE, {**CASE, "test_case_steps": [{}]}], 400, "test_cases[1][test_case_steps][0][description] is missing"),
        ([CASE, {**CASE, "feature_id": 311}], 422, "Feature must exist"),
    ],
)
async def test_one_unsound_test_case_stops_all(http: httpx.AsyncClient, sent: object, status: int, words: str) -> None:
    assert words in await error(await http.post("/products/71/test_cases", json={"test_cases": sent}), status)
    assert (await get_json(http, "/products/71/test_cases", "meta"))["record_count"] == 4


@pytest.mark.anyio
async def test_steps_are_edited_added_and_removed_in_one_change(http: httpx.AsyncClient) -> None:
    (case,) = await made(http, CASE)
    one, two = (step["id"] for step in case["steps"])
    steps = [
        {"id": one, "description": "Open the full cart", "target_idx": "ignored"},
        {"id": two, "_destroy": True},
        {"description": "Press Order", "target_idx": "S-3"},
    ]
    sent = {"test_case": {"title": "Order", "feature_id": 301, "target_idx": "T", "test_case_steps": steps}}
    answer = await http.put(f"/products/71/test_cases/{case['id']}", json=sent)
    changed = answer.json()["test_case"]
    assert answer.status_code == 200
    assert (changed["id"], changed["title"], changed["feature_id"], changed["target_idx"]) == (7401, "Order", 304, None)
    assert [(s["description"], s["target_idx"]) for s in changed["steps"]] == [
        ("Open the full cart", None),
        ("Press Order", "S-3"),
    ]
    assert await get_json(http, "/products/71/test_cases/7401", "test_case") == changed


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("case", "status", "words"),
    [
        ({"test_case_steps": [{"id": 1, "description": "x"}]}, 422, "step must exist"),
        ({"test_case_steps": [{"id": 73111, "_destroy": True}, {"id": 73112, "_destroy": True},
                              {"id": 73113, "_destroy": True}]}, 422, "can't be blank"),
        ({"test_case_steps": [{"target_idx": "x"}]}, 400, "test_case_steps[0][description] is missing"),
        ({"title": ""}, 400, "title is missing"),
        (None, 400, "test_case is missing"),
    ],
)  # fmt: skip
async def test_an_unsound_change_leaves_the_test_case_alone(
    http: httpx.AsyncClient, case: object, status: int, words: str
) -> None:
    before = await get_json(http, "/products/71/test_cases/7311", "test_case")
    assert words in await error(await http.put("/products/71/test_cases/7311", json={"test_case": case}), status)
    assert await get_json(http, "/products/71/test_cases/7311", "test_case") == before


@pytest.mark.anyio
async def test_steps_of_a_used_test_case_change_on_a_copy_with_another_id(http: httpx.AsyncClient) -> None:
    sent = {"test_case": {"test_case_steps": [{"id": 73011, "description": "Put three articles into the cart"}]}}
    answer = await http.put("/products/72/test_cases/7301", json=sent)
    copy = answer.json()["test_case"]
    assert copy["id"] == 7401
    assert copy["steps"][0]["description"] == "Put three articles into the cart"
    assert {step["test_case_id"] for step in copy["steps"]} == {7401}
    await error(await http.get("/products/72/test_cases/7301"), 404)
    await error(await http.put("/products/72/test_cases/7301", json=sent), 404)
    listed = await get_json(http, "/products/72/test_cases", "test_cases")
    assert {7401} == {case["id"] for case in listed} - set(range(7302, 7308))
    kept = await get_json(http, "/products/72/test_case_tests/5501", "test_case_test")
    assert kept["test_cases"][0]["steps"][0]["description"] == "Put two articles into the cart"
    again = await http.put("/products/72/test_cases/7401", json={"test_case": {"title": "Swipe"}})
    assert again.json()["test_case"]["id"] == 7401


@pytest.mark.anyio
async def test_the_title_of_a_used_test_case_changes_where_it_stands(http: httpx.AsyncClient) -> None:
    answer = await http.put("/products/72/test_cases/7301", json={"test_case": {"title": "Swipe"}})
    assert (answer.json()["test_case"]["id"], answer.json()["test_case"]["title"]) == (7301, "Swipe")


@pytest.mark.anyio
@pytest.mark.parametrize("case_id", [7301, 7307])
async def test_a_deleted_test_case_is_gone_without_a_word_used_or_not(http: httpx.AsyncClient, case_id: int) -> None:
    answer = await http.delete(f"/products/72/test_cases/{case_id}")
    assert (answer.status_code, answer.content) == (204, b"")
    await error(await http.get(f"/products/72/test_cases/{case_id}"), 404)
    await error(await http.delete(f"/products/72/test_cases/{case_id}"), 404)
    assert (await get_json(http, "/products/72/test_cases", "meta"))["record_count"] == 6
    test = await get_json(http, "/products/72/test_case_tests/5501", "test_case_test")
    assert len(test["test_cases"]) == 5


@pytest.mark.anyio
async def test_a_test_case_of_another_product_is_404(http: httpx.AsyncClient) -> None:
    assert await error(await http.get("/products/71/test_cases/7301"), 404) == "Test case not found"


# Scripted runs


@pytest.mark.anyio
async def test_a_scripted_run_is_made_under_one_path_and_read_under_another(http: httpx.AsyncClient) -> None:
    test = await run(
        http, test_title="Coupons", goal="All codes", duration="6", requirements=[{"browsers": [{"id": 2}]}]
    )
    assert (test["id"], test["test_title"], test["goal"], test["duration"]) == (5601, "Coupons", "All codes", "6")
    assert (test["start_at"], test["end_at"]) == ("2026-04-03T10:00:00+02:00", "2026-04-03T16:00:00+02:00")
    assert [case["id"] for case in test["test_cases"]] == [7312, 7311]
    assert [feature["feature_id"] for feature in test["test_case_features"]] == [302]
    requirement = test["test_case_requirements"][0]
    assert requirement["requirement"]["browsers"] == [{"id": 2, "name": "Chrome"}]
    assert await get_json(http, "/products/71/test_case_tests/5601", "test_case_test") == test
    await error(await http.get("/products/71/test_case_test/5601"), 404)
    listed = {t["id"]: t for t in await get_json(http, "/products/71/exploratory_tests", "exploratory_tests")}
    assert (listed[5601]["testing_type"], listed[5601]["status"]) == (None, "customer_finalized")


@pytest.mark.anyio
async def test_a_scripted_run_takes_an_environment_with_a_binary(http: httpx.AsyncClient) -> None:
    environment = {
        "title": "Beta",
        "binary_app_id": 511,
        "environment_test_information": {"data_type": "custom", "page_url": "https://shop.example.test/qa"},
    }
    test = await run(http, test_environment=environment)
    assert test["test_environment"]["binary_app"]["id"] == 511
    assert test["test_environment"]["environment_test_information"]["page_url"] == "https://shop.example.test/qa"
    assert test["duration"] == "24"


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"test_cases": None}, 400, "test_cases is missing"),
        ({"test_cases": [], "test_environment": None}, 400, "test_cases is missing, test_environment is missing"),
        ({"test_cases": [{"id": 7301}]}, 422, "Test case must exist"),
        ({"test_environment": {"id": 35}}, 422, "Test environment must exist"),
        ({"test_environment": {"title": "x"}}, 422, "Exactly one of url, binary_app_id"),
        ({"duration": "long"}, 422, "Duration"),
        ({"report_language": "fr"}, 400, "report_language"),
    ],
)
async def test_an_unsound_run_is_refused_and_leaves_nothing_behind(
    http: httpx.AsyncClient, changes: dict[str, object], status: int, words: str
) -> None:
    answer = await http.post("/products/71/test_case_test", json={"test_case_test": {**RUN, **changes}})
    assert words in await error(answer, status)
    assert len(await get_json(http, "/products/71/exploratory_tests", "exploratory_tests")) == 7
    assert len(await get_json(http, "/products/71/test_environments", "test_environments")) == 2


@pytest.mark.anyio
async def test_a_test_of_another_kind_or_product_is_no_scripted_run(http: httpx.AsyncClient) -> None:
    for path in ("/products/71/test_case_tests/5512", "/products/71/test_case_tests/5501"):
        assert await error(await http.get(path), 404) == "Test case test not found"
        await error(await http.get(f"{path}/results"), 404)


@pytest.mark.anyio
async def test_results_are_a_bare_array_with_a_row_for_each_tester(http: httpx.AsyncClient) -> None:
    rows = await get_json(http, "/products/72/test_case_tests/5501/results")
    assert {frozenset(row) for row in rows} == {frozenset({"test_case_id", "status", "tester", "steps"})}
    counts = Counter(row["test_case_id"] for row in rows)
    assert set(counts) == {7301, 7302, 7303, 7304, 7305}
    assert set(counts.values()) <= {2, 3}
    failed = {row["test_case_id"] for row in rows if row["status"] == "failed"}
    bugs = await get_json(http, "/bugs?filter_test_cycle_ids=5501", "bugs")
    assert {bug["test_case"]["id"] for bug in bugs} <= failed
    assert {row["status"] for row in rows} == {"passed", "failed"}


@pytest.mark.anyio
async def test_results_and_bugs_of_a_run_come_as_time_goes_by(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    test = await run(http)
    seen, counts = set[str](), []
    for _ in range(60):
        rows = await get_json(http, f"/products/71/test_case_tests/{test['id']}/results")
        seen |= {row["status"] for row in rows}
        counts.append(len(rows))
        sandbox.clock.advance(timedelta(minutes=25))
    assert counts[0] == 0
    assert counts == sorted(counts)
    assert seen >= {"pending", "passed"}
    sandbox.clock.advance(timedelta(days=2))
    bugs = await get_json(http, f"/bugs?filter_test_cycle_ids={test['id']}", "bugs")
    assert {(bug["severity"], bug["test_case"]["id"]) for bug in bugs} == {("test_case", 7311), ("test_case", 7312)}
