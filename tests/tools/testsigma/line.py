"""Testsigma's side of the wire as a test writes it, with the client in front of it."""

from collections.abc import Mapping
from typing import Any

import httpx
from pydantic import SecretStr

from tests.desk import Desk
from tests.tools.kit.wire import Answer, Wire
from tools.kit.network import Account, Network
from tools.testsigma.client.testsigma import Testsigma
from tools.testsigma.client.variables import TOKEN
from tools.testsigma.models.projects import Project

BASE = "https://arcus.example.test/api/v1"
TOKEN_VALUE = "eyJhbGciOiJIUzI1NiJ9.line.signature"

PROJECT = "4685e597-2b1f-570b-946b-6f97d7a24384"
ONE = "07d1d045-f23c-529b-8b40-dcc14013594e"
OTHER = "3207916f-0120-59d4-adc7-d9b2e47d2899"

SHOP = Project.model_validate({"id": "p", "name": "Shop", "prefix": "SHP"})
SUMMED = {
    "id": "r",
    "human_id": "SHP-R-1",
    "title": "Nightly",
    "description": "All of it",
    "status": "ACTIVE",
    "assignee_id": "ann",
    "labels": ["Web"],
    "test_run_status_summary": [{"status": "Passed", "count": 1}],
}
USERS = [{"id": "ann", "email": "ann@shop.example.test"}, {"id": "bob", "email": "bob@shop.example.test"}]


def sent(d: Desk, method: str) -> Any:
    """The body of the last request of a method."""
    return [entry.body for entry in d.sandboxes.journal.entries(platform="testsigma") if entry.method == method][-1]


async def run_ids(d: Desk, **filters: Any) -> list[str]:
    """The ids of the runs in a list of the project HRB."""
    return [row["id"] for row in (await d.answer("testsigma_list_test_runs", project="HRB", **filters))["items"]]


def front(wire: Wire, base_url: str = BASE) -> Testsigma:
    """A client whose requests a wire answers."""
    network = Network(httpx.MockTransport(wire.answer))
    return Testsigma(Account("Testsigma", base_url, network, {TOKEN: SecretStr(TOKEN_VALUE)}))


def told(*answers: Answer) -> tuple[Wire, Testsigma]:
    """A wire with its answers in order, the last one for ever, and the client in front of it."""
    wire = Wire(*answers)
    return wire, front(wire)


def listing(name: str, *rows: Mapping[str, Any], **info: Any) -> dict[str, Any]:
    return {"data": {name: list(rows)}, "page_info": {"next": None} | info}


def wired(**answers: Any) -> tuple[Wire, Testsigma]:
    """A workspace with one project and one run, and what else is answered by the end of a path."""
    known = {
        "projects": listing("projects", {"id": "p", "name": "Shop", "prefix": "SHP"}),
        "users": listing("users", *USERS),
        "SHP-R-1": {"data": {"test_run": SUMMED}},
        "test_runs": {"data": {"test_run": SUMMED}},
        "folders": listing("folders", {"id": "f", "name": "Cart"}),
    }
    known |= answers

    def answer(request: httpx.Request) -> httpx.Response:
        body = known.get(request.url.path.rsplit("/", 1)[-1])
        body = body(request) if callable(body) else body
        return httpx.Response(404, json={}) if body is None else httpx.Response(200, json=body)

    return told(answer)


def case(number: int, **fields: Any) -> dict[str, Any]:
    return {"id": f"uuid-{number}", "human_id": f"SHP-{number}", "folder_id": "f"} | fields
