"""Testery's client over answers written by a test."""

from typing import Any

from pydantic import SecretStr

from tests.tools.kit.wire import Wire
from tools.kit.network import Account
from tools.testery.client.credentials import TOKEN
from tools.testery.client.testery import Testery

BASE = "https://testery.example/api"
HELD = "pat_held_by_the_server"


def client_over(wire: Wire, *, token: str = HELD, base: str = BASE, **settings: str) -> Testery:
    """A client that gets these answers."""
    account = wire.account(base)
    return Testery(Account("Testery", base, account.network, {TOKEN: SecretStr(token)}, settings))


def run_as_read(run_id: int = 902114, **fields: Any) -> dict[str, Any]:
    """A run as in the official example, without nullable fields."""
    return {"id": run_id, "status": "PASS", "passCount": 1, "failCount": 0, "ignoredCount": 0, "totalCount": 1} | fields
