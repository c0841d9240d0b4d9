"""Maintenance is shown where it matters; the status page gets no credential, and its failures fail no call."""

import httpx
import pytest

from tests.desk import desk
from tests.tools.kit.wire import Wire, fails, says
from tests.tools.testery.wired import client_over
from tools.kit.network import Account, Network
from tools.testery.client import status_page
from tools.testery.client.status_page import StatusPage
from tools.testery.platform import probe

pytestmark = pytest.mark.anyio

START = {"project_key": "harbour-web", "environment_key": "staging", "branch": "main"}
ASKING = [
    ("start_test_run", START),
    ("rerun_test_run", {"run_id": 902114}),
    ("create_deploy", {"project_key": "harbour-web", "environment_key": "staging"}),
    ("create_schedule", {"name": "N", "project_key": "harbour-web", "environment_key": "staging", "cron": "0 1 * * *"}),
    ("start_test_plan", {"plan_key": "smoke"}),
]
PAGE = "/testery/status/api/v2/scheduled-maintenances/active.json"


@pytest.mark.parametrize(("name", "arguments"), ASKING, ids=[name for name, _ in ASKING])
async def test_a_person_who_is_asked_about_a_start_hears_of_maintenance(
    name: str, arguments: dict[str, object]
) -> None:
    async with desk() as d:
        await d.control("testery/maintenance", hours=2)
        await d.answer(f"testery_{name}", **arguments)
    (question,) = d.asked
    assert "under maintenance until '2026-04-03T09:0" in question
    assert "its status page says: 'Move of the runners !won'" in question
    assert "\u202e" not in question
    assert "previous instructions" not in question


async def test_the_account_tells_of_maintenance_as_others_words() -> None:
    async with desk() as d:
        await d.control("testery/maintenance", hours=2)
        body = await d.answer("testery_get_account")
    assert body["maintenance"][0]["until"].startswith("2026-04-03T09:0")
    assert {"maintenance[].name", "maintenance[].until"} <= set(body["written_by_others"])


async def test_the_status_page_is_told_no_credential() -> None:
    async with desk() as d:
        await d.answer("testery_get_account")
        (asked,) = [e for e in d.sandboxes.journal.entries(platform="testery") if "maintenances" in e.path]
    assert asked.headers["authorization"] == "absent"
    assert client_over(Wire(says(json={}))).status_page.account.credentials == {}


@pytest.mark.parametrize(
    "fault", [{"status": 500}, {"status": 503}, {"garbage": True}, {"cut": 3}, {"redirect": "https://x.example/"}]
)
async def test_its_failure_fails_nothing_and_is_not_taken_for_good_news(fault: dict[str, object]) -> None:
    async with desk() as d:
        await d.fault(platform="testery", method="GET", path=PAGE, times=50, **fault)
        body = await d.answer("testery_get_account")
        assert body["maintenance_known"] is False
        await d.answer("testery_start_test_run", **START)


def page(wire: Wire) -> StatusPage:
    """The status page outside of a sandbox."""
    network = Network(httpx.MockTransport(wire.answer))
    network.is_sandbox = False
    return StatusPage(Account("Testery", "https://api.testery.io/api", network))


async def test_it_stands_on_a_host_of_its_own_and_is_followed_to_tls_there_and_nowhere_else() -> None:
    found = {"page": {}, "scheduled_maintenances": [{"scheduled_until": "2026-03-01T04:00:00.000Z"}]}
    wire = Wire(says(301, headers={"location": "https://elsewhere.example/"}), says(json=found))
    (window,) = await page(wire).maintenances() or []
    assert window.until == "2026-03-01T04:00:00+00:00"
    assert [str(request.url) for request in wire.arrived] == [
        "http://status.testery.io/api/v2/scheduled-maintenances/active.json",
        "https://status.testery.io/api/v2/scheduled-maintenances/active.json",
    ]


@pytest.mark.parametrize(
    "answer", [fails(httpx.ConnectError), says(301), says(json=[1]), says(json={}), says(content=b"<html>")]
)
async def test_what_it_cannot_say_is_not_known(answer: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(status_page, "SECONDS", 0.5)
    assert await page(Wire(answer)).maintenances() is None  # type: ignore[arg-type]  # an answer of the wire


@pytest.mark.parametrize("told", [{"scheduled_maintenances": None}, {"scheduled_maintenances": []}])
async def test_an_empty_page_is_no_maintenance(told: dict[str, object]) -> None:
    assert await page(Wire(says(json=told))).maintenances() == []


async def test_a_page_that_never_answers_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(status_page, "SECONDS", 0.01)
    async with desk() as d:
        await d.fault(platform="testery", method="GET", path=PAGE, times=5, delay=20)
        assert (await d.answer("testery_get_account"))["maintenance_known"] is False


async def test_the_probe_says_whose_account_it_is_and_whether_the_platform_is_worked_on() -> None:
    account = {"id": 481, "name": "harbour-qa"}
    quiet = client_over(Wire(says(json=account), says(json={})))
    assert await probe(quiet) == "account harbour-qa"
    busy = client_over(Wire(says(json=account), says(json={"scheduled_maintenances": [{"name": "x"}]})))
    assert await probe(busy) == "account harbour-qa; under maintenance, its status page says"
