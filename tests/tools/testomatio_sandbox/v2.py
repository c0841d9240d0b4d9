"""Raw HTTP for the public API v2: clients with a token, answers taken apart, switches thrown."""

from typing import Any

import httpx

from server.sandbox import SandboxTransport
from server.settings import SANDBOX_ORIGIN
from tools.kit.sandbox.clock import Clock, parse_duration
from tools.kit.sandbox.composition import compose
from tools.kit.sandbox.sandbox import Sandbox
from tools.testomatio.sandbox.build import MOUNT, build
from tools.testomatio.sandbox.world import SHOP, Switches

SWITCHES = f"{SANDBOX_ORIGIN}/_sandbox/testomatio/switches"


def stopped_sandbox(switches: Switches | None = None) -> Sandbox:
    """The story with a clock that stands still."""
    return build(clock=Clock(factor=0), switches=switches)


def account(sandbox: Sandbox, token: str = "testomat_demo", project: str = SHOP) -> httpx.AsyncClient:
    """A client for one project."""
    return httpx.AsyncClient(
        transport=SandboxTransport(compose({"testomatio": sandbox})),
        base_url=f"{SANDBOX_ORIGIN}{MOUNT}/api/v2/{project}",
        headers={"Authorization": f"Bearer {token}"},
    )


def advance(sandbox: Sandbox, by: str) -> None:
    sandbox.clock.advance(parse_duration(by))


def body_of(answer: httpx.Response, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json()


def data(answer: httpx.Response, status: int = 200) -> Any:
    return body_of(answer, status)["data"]


def meta(answer: httpx.Response) -> Any:
    return body_of(answer)["meta"]


def error(answer: httpx.Response, status: int) -> str:
    assert answer.status_code == status, answer.text
    return str(answer.json()["error"])


def assert_gone(answer: httpx.Response) -> None:
    assert (answer.status_code, answer.content) == (204, b"")


async def read_data(http: httpx.AsyncClient, path: str) -> Any:
    return data(await http.get(path))


async def create(http: httpx.AsyncClient, path: str, **fields: object) -> Any:
    return data(await http.post(path, json=fields), 201)


async def set_switches(http: httpx.AsyncClient, **switches: object) -> Any:
    return body_of(await http.post(SWITCHES, json=switches))
