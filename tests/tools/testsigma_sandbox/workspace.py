"""What the tests of the fake API share: a caller without any client of ours, and the story's ids."""

from typing import Any

import httpx

from server.sandbox import SandboxTransport
from server.settings import SANDBOX_ORIGIN
from tools.kit.sandbox.clock import parse_duration
from tools.kit.sandbox.composition import compose
from tools.kit.sandbox.sandbox import Sandbox
from tools.testsigma.sandbox.build import MOUNT
from tools.testsigma.sandbox.identity import uuid_of

HRB = f"/projects/{uuid_of('project/HRB')}"
KSK = f"/projects/{uuid_of('project/KSK')}"
NOBODY = "0b5e8a3e-6c2f-4f0e-9d5e-7a1f9c1d2b3a"
"""A UUID that belongs to nothing."""
BAD_ID = "Invalid ID format: "


def account(sandbox: Sandbox, token: str = "Bearer demo") -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=SandboxTransport(compose({"testsigma": sandbox})),
        base_url=SANDBOX_ORIGIN + MOUNT,
        headers={"Authorization": token},
    )


async def get_json(http: httpx.AsyncClient, path: str, name: str | None = None, /, **params: str | int) -> Any:
    """The whole answer, or what stands under `data` by this name."""
    answer = await http.get(path, params=params)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    return body if name is None else body["data"][name]


async def error(answer: httpx.Response, status: int) -> str:
    """The details of an error of the API proper."""
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert list(body) == ["message", "errors"]
    assert set(body["errors"]) == {"code", "message", "details"}
    assert body["errors"]["code"] == status
    return str(body["errors"]["details"])


async def set_switches(http: httpx.AsyncClient, **switches: bool) -> None:
    answer = await http.post(f"{SANDBOX_ORIGIN}/_sandbox/testsigma/switches", json=switches)
    assert answer.status_code == 200, answer.text


def advance(sandbox: Sandbox, by: str) -> None:
    sandbox.clock.advance(parse_duration(by))


def case_id(number: int) -> str:
    return uuid_of(f"case/HRB-{number}")


def user_id(key: str) -> str:
    return uuid_of(f"user/{key}")


def label_id(name: str) -> str:
    return uuid_of(f"label/{name}")


def folder_id(key: str) -> str:
    return uuid_of(f"folder/HRB/{key}")


def lookup_id(kind: str, name: str) -> str:
    return uuid_of(f"lookup/{kind}/{name}")


def new_case(**fields: object) -> dict[str, object]:
    """The body of a test case; `...` leaves a field out."""
    body: dict[str, object] = {
        "title": "The cart says hello",
        "folder_id": folder_id("cart"),
        "type_id": lookup_id("types", "Functional"),
        "status_id": lookup_id("statuses", "Draft"),
        "automation_type_id": lookup_id("automation_types", "Not Automated"),
        "priority_id": lookup_id("priorities", "Minor"),
        "owner_id": user_id("mara"),
        **fields,
    }
    return {name: value for name, value in body.items() if value is not ...}


def new_run(title: str, *numbers: int, **fields: object) -> dict[str, object]:
    """The body of a run of some test cases."""
    values = [case_id(number) for number in numbers]
    filters = [{"field": "id", "operator": "IN", "values": values}]
    return {
        "title": title,
        "status": "ACTIVE",
        "selection_type": "STATIC",
        "static_selection_filters": filters,
        **fields,
    }


async def created(answer: httpx.Response, name: str, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert set(body) == {"message", "data"}
    assert list(body["data"]) == [name]
    return body["data"][name]
