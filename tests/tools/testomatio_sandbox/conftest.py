"""Sandboxes whose clock stands still, of the story and of a small project, and clients of them."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.tools.testomatio_sandbox.small import pipeline, small, web
from tests.tools.testomatio_sandbox.v2 import account, stopped_sandbox
from tools.kit.sandbox.sandbox import Sandbox


@pytest.fixture
def story() -> Sandbox:
    return stopped_sandbox()


@pytest.fixture
async def shop(story: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    async with account(story) as client:
        yield client


@pytest.fixture
def sandbox() -> Sandbox:
    return small()


@pytest.fixture
async def client(sandbox: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    async with web(sandbox) as logged_in:
        yield logged_in


@pytest.fixture
async def ci(sandbox: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    async with pipeline(sandbox) as client:
        yield client
