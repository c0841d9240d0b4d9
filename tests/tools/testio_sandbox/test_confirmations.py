"""The fake API of test IO: asking testers to reproduce a bug and to check a fix."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.tools.testio_sandbox.requests import error, get_json
from tools.kit.sandbox.sandbox import Sandbox

REPRODUCE = {"product_id": 71, "bug_id": 88101, "bug_report_confirmation_requirement_attributes": {}}
STAGING = {"id": 31}


def later(sandbox: Sandbox, **span: float) -> None:
    sandbox.clock.advance(timedelta(**span))


async def checked(http: httpx.AsyncClient, *entries: dict[str, object]) -> Any:
    answer = await http.post("/bug_fix_confirmations/bulk", json={"bug_fix_confirmations": entries})
    assert answer.status_code == 201, answer.text
    return answer.json()["results"]


# Reproducing


@pytest.mark.anyio
async def test_asking_to_reproduce_answers_the_flags_under_another_name(http: httpx.AsyncClient) -> None:
    attributes = {"question_enabled": True, "question": "On 5G too?", "logs_enabled": True}
    sent = {
        **REPRODUCE,
        "bug_report_confirmation_requirement_attributes": attributes,
        "requirements": [{"operating_system": {"id": 1}}],
        "allow_device_clouds": True,
    }
    answer = await http.post("/bug_report_confirmations", json=sent)
    data = answer.json()["bug_report_confirmation"]
    assert answer.status_code == 201
    assert (data["id"], data["status"], data["allow_device_clouds"]) == (801, "pending", True)
    flags = data["bug_report_confirmation_requirement"]
    assert (flags["question"], flags["question_enabled"], flags["logs_enabled"]) == ("On 5G too?", True, True)
    assert flags["camera_enabled"] is False
    assert data["requirements"][0]["operating_system"]["name"] == "Android"
    assert (data["created_at"], data["expired_at"]) == ("2026-04-03T07:00:00.000Z", "2026-04-04T07:00:00.000Z")


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"bug_id": None}, 400, "bug_id is missing"),
        ({"bug_report_confirmation_requirement_attributes": None}, 400, "_attributes is missing"),
        ({"bug_report_confirmation_requirement_attributes": "all"}, 400, "_attributes is invalid"),
        ({"product_id": 999}, 404, "Product not found"),
        ({"bug_id": 1}, 404, "Bug not found"),
        ({"product_id": 72}, 422, "Bug must belong to the product"),
        ({"section_id": 721}, 422, "Bug must belong to the product"),
        ({"bug_id": 88103}, 422, "A bug that is accepted"),
        ({"bug_report_confirmation_requirement_attributes": {"question_enabled": True}}, 422, "Question"),
        ({"requirements": [{"type": "os", "value": "ios"}]}, 400, "requirements is invalid"),
    ],
)
async def test_an_unsound_request_to_reproduce_is_refused(
    http: httpx.AsyncClient, changes: dict[str, object], status: int, words: str
) -> None:
    assert words in await error(await http.post("/bug_report_confirmations", json={**REPRODUCE, **changes}), status)


@pytest.mark.anyio
async def test_a_second_request_to_reproduce_waits_for_the_first(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    assert (await http.post("/bug_report_confirmations", json=REPRODUCE)).status_code == 201
    assert "pending" in await error(await http.post("/bug_report_confirmations", json=REPRODUCE), 422)
    later(sandbox, hours=24)
    assert (await http.post("/bug_report_confirmations", json=REPRODUCE)).status_code == 201


# Fixes


@pytest.mark.anyio
async def test_the_bulk_call_is_201_and_each_entry_tells_for_itself(http: httpx.AsyncClient) -> None:
    results = await checked(
        http,
        {"bug_id": 88101, "customer_test_environment": STAGING, "additional_requirement": "In Germany"},
        {"bug_id": 88101, "customer_test_environment": STAGING},
        {"bug_id": 88103, "customer_test_environment": STAGING},
        {"bug_id": 1, "customer_test_environment": STAGING},
        {"bug_id": 88107, "customer_test_environment": {"id": 35}},
        {"bug_id": 88108, "customer_test_environment": {"title": "PR 12", "url": "https://pr12.example.test"}},
    )
    assert [result["status"] for result in results] == ["created"] + ["error"] * 5
    made = results[0]["bug_fix_confirmation"]
    assert (made["id"], made["status"], made["additional_requirement"]) == (651, "pending", "In Germany")
    assert [result["error"] for result in results[1:]] == [
        "Bug Fix Confirmation pending already exists",
        "Bug Fix Confirmation pending already exists",
        "Bug not found",
        "Customer test environment is invalid",
        "Customer test environment is invalid",
    ]
    assert [result["bug_id"] for result in results] == [88101, 88101, 88103, 1, 88107, 88108]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({}, "bug_fix_confirmations is missing"),
        ({"bug_fix_confirmations": []}, "bug_fix_confirmations is missing"),
        ({"bug_ids": [88101], "customer_test_environment": STAGING}, "bug_fix_confirmations is missing"),
        ({"bug_fix_confirmations": [{"bug_id": 88101}]}, "[0][customer_test_environment] is missing"),
        ({"bug_fix_confirmations": [{"customer_test_environment": STAGING}]}, "[0][bug_id] is missing"),
        ({"bug_fix_confirmations": [{"bug_id": 1, "customer_test_environment": STAGING}] * 51}, "more than 50"),
    ],
)
async def test_what_no_entry_can_be_read_from_is_400(http: httpx.AsyncClient, sent: object, words: str) -> None:
    assert words in await error(await http.post("/bug_fix_confirmations/bulk", json=sent), 400)


@pytest.mark.anyio
async def test_fifty_entries_are_taken(http: httpx.AsyncClient) -> None:
    bugs = await get_json(http, "/bugs?filter_test_cycle_ids=5512&page=1&per_page=50", "bugs")
    results = await checked(http, *({"bug_id": b["id"], "customer_test_environment": STAGING} for b in bugs))
    assert sum(result["status"] == "created" for result in results) >= 49


@pytest.mark.anyio
async def test_requirements_are_those_of_the_test_unless_others_are_sent(http: httpx.AsyncClient) -> None:
    kiosk = (await get_json(http, "/bugs?filter_product_ids=73", "bugs"))[0]["id"]
    entry = {"bug_id": kiosk, "customer_test_environment": {"id": 36}}
    (result,) = await checked(http, entry)
    assert result["bug_fix_confirmation"]["requirements"] == [{"type": "device_type", "value": "tablet"}]
    (result,) = await checked(
        http, {"bug_id": 88101, "customer_test_environment": STAGING, "requirements": [{"id": 4}]}
    )
    assert result["bug_fix_confirmation"]["requirements"] == [{"id": 4}]


@pytest.mark.anyio
async def test_checks_of_a_bug_are_listed_with_what_became_of_them(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    path, name = "/bug_fix_confirmations?bug_id=88103", "bug_fix_confirmations"
    assert [(row["id"], row["status"]) for row in await get_json(http, path, name)] == [
        (641, "blocked"),
        (642, "pending"),
    ]
    later(sandbox, hours=24)
    assert [row["status"] for row in await get_json(http, path, name)] == ["blocked", "passed"]
    (result,) = await checked(http, {"bug_id": 88103, "customer_test_environment": STAGING})
    assert result["status"] == "created"
    assert len(await get_json(http, path, name)) == 3


@pytest.mark.anyio
async def test_in_a_day_every_check_is_decided_and_some_expire(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    bugs = await get_json(http, "/bugs?filter_test_cycle_ids=5512&page=1&per_page=20", "bugs")
    await checked(http, *({"bug_id": b["id"], "customer_test_environment": STAGING} for b in bugs))
    later(sandbox, hours=24)
    rows = [await get_json(http, f"/bug_fix_confirmations?bug_id={b['id']}", "bug_fix_confirmations") for b in bugs]
    assert {row[-1]["status"] for row in rows if row} == {"passed", "failed", "blocked", "expired"}


@pytest.mark.anyio
async def test_the_list_of_checks_needs_a_bug(http: httpx.AsyncClient) -> None:
    assert await error(await http.get("/bug_fix_confirmations"), 400) == "bug_id is missing"
    assert await error(await http.get("/bug_fix_confirmations?bug_id=1"), 404) == "Bug not found"
    assert await get_json(http, "/bug_fix_confirmations?bug_id=88101") == {"bug_fix_confirmations": []}
