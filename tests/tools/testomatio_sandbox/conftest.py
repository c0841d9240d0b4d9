"""The story with a clock that stands still, and a client for its project."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.tools.testomatio_sandbox.v2 import account, still
from tools.kit.sandbox.sandbox import Sandbox


@pytest.fixture
def story() -> Sandbox:
    return still()


@pytest.fixture
async def shop(story: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    async with account(story) as client:
        yield client
