"""What the tests of the fake API share: one that stands still in time, and its client."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.tools.testio_sandbox.requests import account
from tools.kit.sandbox.clock import Clock
from tools.kit.sandbox.sandbox import Sandbox
from tools.testio.sandbox.build import build


@pytest.fixture
def sandbox() -> Sandbox:
    return build(clock=Clock(factor=0))


@pytest.fixture
async def http(sandbox: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    async with account(sandbox) as client:
        yield client
