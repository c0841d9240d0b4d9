"""The held contract with Testomat.io: an operation, a call of it, and the request that it sends."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
from pydantic import SecretStr

from tools.kit.network import Account, Network
from tools.testomatio.client.credentials import TOKEN
from tools.testomatio.client.testomatio import Testomatio

BEARER = "Bearer testomat_general0token"
JWT = "Bearer eyJ.one.two"
V2 = "/api/v2/{project_id}"
PAGE = [("page", "2"), ("per_page", "100")]


@dataclass(frozen=True)
class Row:
    """A call, and the request that the vendor's documents want for it."""

    operation: str
    call: Callable[[Testomatio], Awaitable[Any]]
    path: str
    query: list[tuple[str, str]] = field(default_factory=list)
    body: Any = None
    authorization: str | None = BEARER

    def compare(self, request: httpx.Request) -> None:
        """Compare a request with this one."""
        assert request.method == self.operation.split()[0]
        assert request.url.path == self.path
        assert list(request.url.params.multi_items()) == self.query
        if isinstance(self.body, str):
            assert request.headers["content-type"] == "multipart/form-data; boundary=cut"
            assert request.content.decode() == self.body
        else:
            assert (json.loads(request.content) if request.content else None) == self.body
        assert request.headers.get("authorization") == self.authorization


async def sent_by(
    call: Callable[[Testomatio], Awaitable[Any]], answered: Callable[[httpx.Request], httpx.Response]
) -> httpx.Request:
    """The last request of a call to a host that logs everybody in."""
    arrived: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        arrived.append(request)
        if request.url.path == "/api/login":
            return httpx.Response(200, json={"jwt": "eyJ.one.two"})
        return answered(request)

    network = Network(httpx.MockTransport(answer))
    held = {TOKEN: SecretStr("testomat_general0token")}
    try:
        await call(Testomatio(Account("Testomat.io", "https://host.example", network, held)))
    finally:
        await network.close()
    return arrived[-1]
