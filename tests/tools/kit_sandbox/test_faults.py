"""Faults that a test orders: which requests meet them, and how often."""

import json

import httpx
import pytest

from tests.tools.kit_sandbox.shelf import API
from tools.kit.sandbox.faults import BadFault, Faults


@pytest.mark.anyio
async def test_a_fault_hits_as_often_as_ordered_and_is_gone(http: httpx.AsyncClient) -> None:
    order = {"platform": "shelf", "method": "GET", "path": "/things*", "status": 503, "times": 2}
    assert (await http.post("/_sandbox/faults", json=order)).status_code == 201
    statuses = [(await http.get(f"{API}/things/1")).status_code for _ in range(3)]
    assert statuses == [503, 503, 200]
    assert (await http.get("/_sandbox/faults")).json() == {"faults": []}


@pytest.mark.anyio
async def test_a_fault_keeps_to_its_platform_method_and_path(http: httpx.AsyncClient) -> None:
    order = {"platform": "shelf", "method": "POST", "path": "/things", "status": 429, "headers": {"Retry-After": "7"}}
    await http.post("/_sandbox/faults", json=order)
    assert (await http.get(f"{API}/things")).status_code == 200
    assert (await http.get("/other/things")).status_code == 404
    refused = await http.post(f"{API}/things", json={"name": "bag"})
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "7")


@pytest.mark.anyio
async def test_a_status_comes_before_the_work_and_after_it_when_so_ordered(http: httpx.AsyncClient) -> None:
    for applied, count in ((False, 2), (True, 3)):
        await http.post("/_sandbox/faults", json={"platform": "shelf", "status": 502, "applied": applied})
        assert (await http.post(f"{API}/things", json={"name": "bag"})).status_code == 502
        assert len((await http.get(f"{API}/things")).json()["things"]) == count


@pytest.mark.anyio
async def test_a_status_can_have_a_body_of_its_own(http: httpx.AsyncClient) -> None:
    for body, kind in (("<h1>524</h1>", "text/html; charset=utf-8"), ({"error": "no"}, "application/json")):
        await http.post("/_sandbox/faults", json={"platform": "shelf", "status": 524, "body": body})
        answer = await http.get(f"{API}/things")
        assert answer.headers["content-type"] == kind
        assert answer.text == (body if isinstance(body, str) else '{"error": "no"}')


@pytest.mark.anyio
async def test_garbage_is_200_with_broken_json(http: httpx.AsyncClient) -> None:
    await http.post("/_sandbox/faults", json={"platform": "shelf", "garbage": True})
    answer = await http.get(f"{API}/things")
    assert answer.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        answer.json()


@pytest.mark.anyio
async def test_a_redirect_leads_where_it_was_told(http: httpx.AsyncClient) -> None:
    await http.post("/_sandbox/faults", json={"platform": "shelf", "redirect": "https://elsewhere.example/x"})
    answer = await http.get(f"{API}/things")
    assert (answer.status_code, answer.headers["location"]) == (302, "https://elsewhere.example/x")


@pytest.mark.anyio
async def test_a_huge_body_is_json_of_exactly_its_size(http: httpx.AsyncClient) -> None:
    await http.post("/_sandbox/faults", json={"platform": "shelf", "huge": 3_000_001})
    answer = await http.get(f"{API}/things")
    assert len(answer.content) == 3_000_001
    assert set(answer.json()) == {"padding"}


@pytest.mark.anyio
async def test_a_fault_on_a_door_beside_the_api_names_the_whole_path(http: httpx.AsyncClient) -> None:
    await http.post("/_sandbox/faults", json={"platform": "shelf", "path": "/shelf/files/*", "status": 403})
    assert (await http.get("/shelf/files/a.txt")).status_code == 403


@pytest.mark.anyio
async def test_the_journal_says_which_fault_a_request_met(http: httpx.AsyncClient) -> None:
    await http.post("/_sandbox/faults", json={"platform": "shelf", "status": 500})
    await http.get(f"{API}/things")
    (entry,) = (await http.get("/_sandbox/requests")).json()["requests"]
    assert (entry["status"], entry["fault"]) == (500, "status")


@pytest.mark.parametrize(
    ("order", "problem"),
    [
        ("all", "a fault is a JSON object"),
        ({"status": 500, "platform": "moon"}, "platform is one of"),
        ({"status": 500, "platform": ["shelf"]}, "platform is one of"),
        ({"status": 500, "delay": 1}, "exactly one of"),
        ({}, "exactly one of"),
        ({"status": 99}, "HTTP status"),
        ({"status": 500, "times": 0}, "times is an integer"),
        ({"status": 500, "path": "things"}, "path is a glob"),
        ({"status": 500, "methd": "GET"}, "unknown field 'methd'"),
        ({"status": 500, "method": "BREW"}, "method is one of"),
        ({"status": 500, "headers": {"a": "b\r\nc: d"}}, "one-line ASCII"),
        ({"delay": -1}, "number of seconds"),
        ({"delay": float("inf")}, "number of seconds"),
        ({"cut": -1}, "number of bytes"),
        ({"huge": 10**12}, "number of bytes"),
        ({"garbage": "yes"}, "garbage is true"),
        ({"redirect": "elsewhere"}, "redirect is a URL or a path"),
        ({"delay": 1, "body": "x"}, "go with status only"),
        ({"status": 500, "applied": "no"}, "applied is true or false"),
    ],
)
def test_an_order_that_makes_no_sense_is_refused_with_the_reason(order: object, problem: str) -> None:
    with pytest.raises(BadFault, match=problem):
        Faults(["shelf"]).add(order)


@pytest.mark.anyio
async def test_a_refused_order_is_422_with_every_problem(http: httpx.AsyncClient) -> None:
    answer = await http.post("/_sandbox/faults", json={"platform": "shelf", "status": 1, "times": "often"})
    assert answer.status_code == 422
    assert len(answer.json()["problems"]) == 2


def test_a_cut_after_no_byte_is_an_order() -> None:
    assert Faults(["shelf"]).add({"cut": 0}).kind == "cut"
