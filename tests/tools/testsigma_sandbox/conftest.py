"""A workspace whose clock stands still, and a caller."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.tools.testsigma_sandbox.workspace import account
from tools.kit.sandbox.clock import Clock
from tools.kit.sandbox.sandbox import Sandbox
from tools.testsigma.sandbox.build import build


@pytest.fixture
def sandbox() -> Sandbox:
    return build(clock=Clock(factor=0))


@pytest.fixture
async def http(sandbox: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    async with account(sandbox) as client:
        yield client
