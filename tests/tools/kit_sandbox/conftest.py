"""What tests of the machinery share."""

from collections.abc import AsyncIterator

import httpx
import pytest

from server.sandbox import SandboxTransport
from server.settings import SANDBOX_ORIGIN
from tests.tools.kit_sandbox.shelf import shelf, shelf_elsewhere
from tools.kit.sandbox.composition import Composition, compose


@pytest.fixture
def app() -> Composition:
    return compose({"shelf": shelf(), "other": shelf_elsewhere()})


@pytest.fixture
async def http(app: Composition) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": "Key open-sesame"}
    async with httpx.AsyncClient(transport=SandboxTransport(app), base_url=SANDBOX_ORIGIN, headers=headers) as client:
        yield client
