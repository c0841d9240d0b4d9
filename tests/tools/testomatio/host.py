"""A host of Testomat.io as a test writes it, for what the sandbox does not do: old servers, lies, broken answers."""

from collections.abc import Callable
from typing import Any

import httpx
from pydantic import SecretStr

from tools.kit.network import Account, Network
from tools.testomatio.client.credentials import PROJECT, TOKEN
from tools.testomatio.client.testomatio import Testomatio

Told = dict[str, Any] | list[Any] | int | None
Answer = Callable[[httpx.Request], Told]
"""What is answered to a request; a number is a status without words."""


class Host:
    """Answers each request by its method and the end of its path; the longest end that fits wins."""

    def __init__(self, **answers: Told | Answer) -> None:
        self._answers: dict[str, Told | Answer] = {}
        self.arrived: list[httpx.Request] = []
        for name, told in answers.items():
            self.says(name, told)

    def says(self, request: str, told: Told | Answer) -> None:
        """Say what is answered to a request such as `GET /runs`."""
        self._answers[request] = told

    def api(self, *, token: str = "tstmt_project0token", project: str = "shop") -> Testomatio:
        network = Network(httpx.MockTransport(self._answer))
        held = {TOKEN: SecretStr(token)}
        return Testomatio(Account("Testomat.io", "https://host.example", network, held, {PROJECT: project}))

    def sent(self, method: str = "") -> list[str]:
        return [f"{r.method} {r.url.path.rsplit('/api/', 1)[-1]}" for r in self.arrived if r.method.startswith(method)]

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.arrived.append(request)
        fits = [name for name in self._answers if f"{request.method} {request.url.path}".endswith(_end(name, request))]
        assert fits, f"no answer to {request.method} {request.url.path}"
        told = self._answers[max(fits, key=len)]
        if callable(told):
            told = told(request)
        if isinstance(told, int):
            return httpx.Response(told, json={"error": "no"})
        return httpx.Response(200, json=told)


def _end(name: str, request: httpx.Request) -> str:
    method, _, end = name.partition(" ")
    return end if method == request.method else "\0"


def page_of(rows: list[Any], request: httpx.Request, *, size: int = 100, meta: bool = True) -> dict[str, Any]:
    """The page of a list that a request asks for."""
    number = int(request.url.params.get("page", "1"))
    shown = rows[size * (number - 1) : size * number]
    told = {"total": len(rows), "page": number, "per_page": size} if meta else {}
    return {"data": shown, "meta": told}
