"""test IO's side of the wire as a test writes it: each path with its answer."""

import json
from typing import Any

import httpx
from pydantic import SecretStr

from tests.desk import settings
from tools.kit.network import Account, Network
from tools.testio.client.testio import TestIO

BUG: dict[str, Any] = {"id": 7, "title": "Cart is empty", "severity": "high", "status": "forwarded"}
REASONS = {"reject_reasons": [{"key": "known_bug", "default_comment": "Known."}, {"key": "irrelevant"}]}


class Host:
    """Answers each request by its method and path; a number is a status without words."""

    def __init__(self, **answers: Any) -> None:
        self.answers: dict[str, Any] = {"GET /bugs/reject_reasons": REASONS}
        self.arrived: list[httpx.Request] = []
        for number, fields in answers.items():
            self.bug(int(number.removeprefix("bug_")), **fields)

    def bug(self, number: int, **fields: Any) -> None:
        """A bug, which answers acts as it is read."""
        bug = {"bug": BUG | {"id": number} | fields}
        for act in ("accept", "reject", "mark_as_known", "mark_as_fixed", "mark_as_exported"):
            self.answers[f"PUT /bugs/{number}/{act}"] = bug
        self.answers[f"GET /bugs/{number}"] = bug

    def api(self) -> TestIO:
        told = settings().platforms["testio"]
        network = Network(httpx.MockTransport(self._answer))
        held = {name: SecretStr("held") for name in told.credentials}
        return TestIO(Account("test IO", "https://host.example/customer/v2", network, held, {}))

    def written(self) -> list[tuple[str, Any]]:
        """What was written: method and path, and the body."""
        writes = [request for request in self.arrived if request.method != "GET"]
        return [(_name(request), json.loads(request.content or "null")) for request in writes]

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.arrived.append(request)
        told = self.answers.get(_name(request), 404)
        told = told(request) if callable(told) else told
        if isinstance(told, int):
            return httpx.Response(told, json={"error": "no"})
        return httpx.Response(200, json=told)


def _name(request: httpx.Request) -> str:
    return f"{request.method} {request.url.path.removeprefix('/customer/v2')}"
