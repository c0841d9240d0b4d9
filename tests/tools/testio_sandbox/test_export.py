"""The fake API of test IO: the click on Export, which really posts a bug to a listener on this machine."""

from typing import Any

import httpx
import pytest

from server.settings import SANDBOX_ORIGIN
from tests.tools.kit_sandbox.test_hook import listening
from tests.tools.testio_sandbox.requests import error, get_json

EXPORT = f"{SANDBOX_ORIGIN}/_sandbox/testio/export"


async def connected(http: httpx.AsyncClient, url: str, **fields: object) -> int:
    answer = await http.post("/connections", json={"name": "Here", "url": url, **fields})
    assert answer.status_code == 201, answer.text
    number: int = answer.json()["connection"]["id"]
    return number


async def clicked(http: httpx.AsyncClient, bug_id: int, **fields: object) -> Any:
    answer = await http.post(EXPORT, json={"bug_id": bug_id, **fields})
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.anyio
async def test_an_exported_bug_arrives_under_the_names_of_the_event(http: httpx.AsyncClient) -> None:
    with listening(200) as listener:
        await connected(http, listener.url, product_ids=[71])
        result = await clicked(http, 88101)
    assert result == {
        "bug_id": 88101,
        "connection_id": 25,
        "url": listener.url,
        "delivered": True,
        "status": 200,
        "tries": 1,
        "problem": None,
        "exported_at": "2026-04-03T07:00:00.000Z",
    }
    (event,) = listener.bodies
    assert isinstance(event, dict)
    attachments = event["bug"].pop("attachments")
    assert event == {
        "event": "bug.exported",
        "exported_at": "2026-04-03T07:00:00.000Z",
        "bug": {
            "id": 88101,
            "title": "Coupon field accepts expired code",
            "description": "10 % granted (https://shop.example.test/cart)",
            "steps_to_reproduce": ["Open the cart", "Enter OLD10", "Press Apply"],
            "expected_result": "Code refused",
            "actual_result": "10 % granted",
            "severity": "high",
            "priority": "p2",
            "status": "forwarded",
            "device": {"device_type": "smartphone", "os": "Android", "os_version": "10", "browser": "Chrome"},
            "reporter": {"id": 1001, "name": "nightowl"},
            "test_cycle_id": 5512,
            "product_id": 71,
            "link": "https://harbour.example.test/products/71/test_cycles/5512/bugs/88101",
        },
    }
    assert [attachment["type"] for attachment in attachments] == ["image/png"] * 2
    del http.headers["Authorization"]
    assert (await http.get(attachments[0]["url"])).headers["content-type"] == "image/png"


@pytest.mark.anyio
async def test_a_delivered_bug_is_exported_and_its_status_is_not_touched(http: httpx.AsyncClient) -> None:
    with listening(204) as listener:
        await connected(http, listener.url, product_ids=[71])
        await clicked(http, 88109)
    bug = await get_json(http, "/bugs/88109", "bug")
    assert (bug["exported_at"], bug["status"]) == ("2026-04-03T09:00:00.000+02:00", "forwarded")
    assert (await get_json(http, "/bugs?export_status=export_requested", "meta"))["record_count"] == 2


@pytest.mark.anyio
async def test_the_connection_of_the_section_comes_before_that_of_the_product(http: httpx.AsyncClient) -> None:
    bug_id = (await get_json(http, "/bugs?filter_test_cycle_ids=5507", "bugs"))[0]["id"]
    with listening(200) as listener:
        for_all = await connected(http, listener.url, product_ids=[72])
        for_one = await connected(http, listener.url, section_ids=[721])
        other = await connected(http, listener.url)
        assert (await clicked(http, bug_id))["connection_id"] == for_one
        assert (await clicked(http, bug_id, connection_id=other))["connection_id"] == other
        await http.delete(f"/connections/{for_one}")
        assert (await clicked(http, bug_id))["connection_id"] == for_all


@pytest.mark.anyio
async def test_a_custom_report_is_exported_without_steps_and_device(http: httpx.AsyncClient) -> None:
    bugs = await get_json(http, "/bugs?filter_test_cycle_ids=5490", "bugs")
    report = next(bug for bug in bugs if bug["severity"] == "custom")
    with listening(200) as listener:
        await connected(http, listener.url, product_ids=[71])
        await clicked(http, report["id"])
    (event,) = listener.bodies
    assert isinstance(event, dict)
    sent = event["bug"]
    assert (sent["title"], sent["device"], sent["steps_to_reproduce"]) == (report["title"], None, [])
    assert sent["priority"] == "p4"


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("statuses", "delivered", "tries"), [((503, 200), True, 2), ((500,), False, 3), ((404,), False, 1)]
)
async def test_only_an_error_of_the_listener_is_tried_again(
    http: httpx.AsyncClient, statuses: tuple[int, ...], delivered: bool, tries: int
) -> None:
    with listening(*statuses) as listener:
        await connected(http, listener.url, product_ids=[71])
        result = await clicked(http, 88101)
    assert (result["delivered"], result["tries"], result["status"]) == (delivered, tries, statuses[-1])
    assert (result["exported_at"] is not None) == delivered
    status = "exported" if delivered else "export_requested"
    listed = await get_json(http, f"/bugs?filter_test_cycle_ids=5512&export_status={status}", "bugs")
    assert 88101 in {bug["id"] for bug in listed}


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({}, "bug_id is the ID of a bug"),
        ({"bug_id": 1}, "bug_id is the ID of a bug"),
        ({"bug_id": 88101}, "no connection"),
        ({"bug_id": 88101, "connection_id": 999}, "No connection has this ID"),
        (
            {"bug_id": 88101, "connection_id": 15},
            "Nothing was sent: connection 15 has the URL https://tracker.example.test",
        ),
    ],
)
async def test_what_cannot_be_sent_is_422_with_a_sentence(
    http: httpx.AsyncClient, sent: object, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tools.kit.sandbox.hook._post", lambda *_: pytest.fail("something was sent"))
    assert words in await error(await http.post(EXPORT, json=sent), 422)
    assert (await get_json(http, "/bugs/88101", "bug"))["exported_at"] is None


@pytest.mark.anyio
async def test_accepting_a_bug_exports_nothing(http: httpx.AsyncClient) -> None:
    with listening(200) as listener:
        await connected(http, listener.url, product_ids=[71])
        await http.put("/bugs/88101/accept")
    assert listener.bodies == []
