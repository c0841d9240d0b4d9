"""Requests: a client of the fake API, and the requests that most tests here make."""

from typing import Any

import httpx

from server.sandbox import SandboxTransport
from server.settings import SANDBOX_ORIGIN
from tools.kit.sandbox.composition import compose
from tools.kit.sandbox.sandbox import Sandbox
from tools.testio.sandbox.build import MOUNT


def account(sandbox: Sandbox) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=SandboxTransport(compose({"testio": sandbox})),
        base_url=SANDBOX_ORIGIN + MOUNT,
        headers={"Authorization": "Token demo"},
    )


async def get_json(http: httpx.AsyncClient, path: str, name: str | None = None) -> Any:
    answer = await http.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json() if name is None else answer.json()[name]


async def error(answer: httpx.Response, status: int) -> str:
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert list(body) == ["error"]
    return str(body["error"])
