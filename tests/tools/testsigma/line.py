"""Testsigma's side of the wire as a test writes it, with the client in front of it."""

import httpx
from pydantic import SecretStr

from tests.tools.kit.wire import Answer, Wire
from tools.kit.network import Account, Network
from tools.testsigma.client.testsigma import Testsigma
from tools.testsigma.client.variables import TOKEN

BASE = "https://arcus.example.test/api/v1"
TOKEN_VALUE = "eyJhbGciOiJIUzI1NiJ9.line.signature"

PROJECT = "4685e597-2b1f-570b-946b-6f97d7a24384"
ONE = "07d1d045-f23c-529b-8b40-dcc14013594e"
OTHER = "3207916f-0120-59d4-adc7-d9b2e47d2899"


def front(wire: Wire, base_url: str = BASE) -> Testsigma:
    """A client whose requests a wire answers."""
    network = Network(httpx.MockTransport(wire.answer))
    return Testsigma(Account("Testsigma", base_url, network, {TOKEN: SecretStr(TOKEN_VALUE)}))


def told(*answers: Answer) -> tuple[Wire, Testsigma]:
    """A wire with its answers in order, the last one for ever, and the client in front of it."""
    wire = Wire(*answers)
    return wire, front(wire)
