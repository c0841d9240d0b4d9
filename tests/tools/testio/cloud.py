"""The platform and its storage of apps, as a test of uploads writes them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx

from tests.desk import Desk, desk, live_client, settings
from tools.kit.network import Network
from tools.kit.sandbox.composition import Composition
from tools.kit.toolset import no_progress
from tools.testio.client.testio import TestIO
from tools.testio.tools import binary_apps
from tools.testio.tools.binary_apps import upload_binary_app

TOOL = "testio_upload_binary_app"
STORAGE = "https://bucket.s3.example/"
PLACE: dict[str, Any] = {
    "binary_app_id": 77,
    "url": STORAGE,
    "fields": {
        "key": "uploads/binary_app/package/77/${filename}",
        "success_action_status": "201",
        "policy": "geheime-policy",
        "x-amz-signature": "geheime-signatur",
    },
}


@asynccontextmanager
async def open_desk(builds: Path, mode: str = "auto", *, world: Composition | None = None) -> AsyncIterator[Desk]:
    async with desk(mode, told=settings({"TESTDESK_UPLOAD_DIRS": str(builds)}), world=world) as d:
        yield d


class Cloud:
    """The platform and its storage as a test writes them; each answer stands under its method and address."""

    def __init__(self, **answers: httpx.Response | Exception) -> None:
        self._answers: dict[str, httpx.Response | Exception] = {
            "place": httpx.Response(200, json=PLACE),
            "storage": httpx.Response(201, content=b"<PostResponse/>"),
            "finalize": httpx.Response(200, json={"binary_app": {"id": 77, "status": "new"}}),
            **answers,
        }
        self.arrived: list[httpx.Request] = []

    async def answer(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        self.arrived.append(request)
        step = {"GET": "place", "POST": "storage", "PUT": "finalize"}[request.method]
        given = self._answers[step]
        if isinstance(given, Exception):
            raise given
        return given

    @asynccontextmanager
    async def client(self, builds: Path) -> AsyncIterator[TestIO]:
        async with live_client(TESTDESK_UPLOAD_DIRS=str(builds)) as api:
            network = Network(httpx.MockTransport(self.answer))
            told = replace(api.account, base_url="https://api.test.io/customer/v2", network=network)
            yield TestIO(told)

    @property
    def steps(self) -> list[str]:
        return [f"{request.method} {request.url.host}{request.url.path}" for request in self.arrived]


async def upload(cloud: Cloud, builds: Path, **more: Any) -> binary_apps.Uploaded:
    async with cloud.client(builds) as api:
        return await upload_binary_app(api, no_progress, str(builds / "shop 4.2.apk"), presigned=True, **more)
