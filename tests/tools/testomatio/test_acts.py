"""The acts of the demonstration do what they claim, played against the fake API in this process."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from server.app import build
from server.demo import Performance
from server.sandbox import SandboxTransport
from tests.desk import sandboxes, settings
from tools.kit.network import Network
from tools.testomatio.sandbox.acts import ACTS

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("act", ACTS, ids=[act.__name__ for act in ACTS])
async def test_an_act_does_what_it_claims(
    act: Callable[[Any], Awaitable[None]], capsys: pytest.CaptureFixture[str]
) -> None:
    stage = Performance("http://sandbox.invalid", Path())
    server = build(settings(), network=Network(SandboxTransport(sandboxes())))
    async with Client(server, elicitation_callback=stage.person, raise_exceptions=True) as client:
        stage.client = client
        await act(stage)
    told = capsys.readouterr().out
    assert "Testomat.io" in told
    assert "tstmt_" not in told
