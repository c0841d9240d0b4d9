"""A transport in front of the sandbox that spoils one list of a call, and what stands in a list of any platform."""

import inspect
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
from pydantic import BaseModel, TypeAdapter

from server.guards.scope import offers
from server.pipeline import not_read
from tests.desk import settings
from tools.kit.errors import PlatformError, TestdeskError
from tools.kit.missing import collect_missing
from tools.kit.network import Account, Network
from tools.kit.platform import ToolSource
from tools.kit.sandbox.composition import Composition
from tools.kit.toolset import Progress, Tool, no_progress
from tools.platforms import PLATFORMS
from tools.view import View

SIZES = ("per_page", "limit", "page_size")
COUNTS = ("total", "record_count", "total_count", "totalCount", "num")
JSON = {"content-type": "application/json"}
MORE = (*COUNTS, "has_more", "total_pages", "totalPages", "next", "per_page", "perPage", "limit")
TOOLS: dict[str, tuple[ToolSource, Tool]] = {
    offer.name_of(t): (offer, t) for offer in offers(PLATFORMS) for t in offer.tools
}

Spoil = Callable[[httpx.Request, Any], bytes]
"""Takes the request and the document that it would get, and answers the body to be sent instead."""


def rows_of(document: Any) -> list[Any] | None:
    """The rows of a listing, to be changed in place; None for any other document."""
    if isinstance(document, list):
        return document
    if not isinstance(document, dict) or "id" in document:
        return None
    inside = document.get("data")
    if isinstance(inside, dict) and len(inside) == 1:
        document = inside
    lists = [value for name, value in document.items() if isinstance(value, list) and name != "included"]
    return lists[0] if len(lists) == 1 and len(document) <= 4 else None


def said_of(document: Any) -> list[dict[str, Any]]:
    """What a listing says about itself."""
    if not isinstance(document, dict):
        return []
    return [document[name] for name in ("meta", "page_info", "pagination") if isinstance(document.get(name), dict)]


class Remembering(httpx.AsyncBaseTransport):
    """Asks the sandbox once for what is only read: nothing changes there, and each call reads much of it again."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        self._answers: dict[tuple[str, str, bytes], tuple[int, bytes]] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        key = request.method, str(request.url), await request.aread()
        if key not in self._answers:
            response = await self._inner.handle_async_request(request)
            self._answers[key] = response.status_code, await response.aread()
        status, body = self._answers[key]
        return httpx.Response(status, content=body, headers=JSON)


@dataclass
class Spoiling(httpx.AsyncBaseTransport):
    """Hands requests on, and spoils the lists that one path answers; without one it notes all lists."""

    inner: httpx.AsyncBaseTransport
    path: str = ""
    spoil: Spoil | None = None
    listings: dict[str, Any] = field(default_factory=dict)
    """The document of each path that answered with a list of rows."""
    paged: set[str] = field(default_factory=set)
    """Those of them that were asked for by pages."""
    asked: list[httpx.Request] = field(default_factory=list)
    """The requests that were answered with something spoiled."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self.inner.handle_async_request(request)
        where = f"{request.method} {request.url.path}"
        if not response.is_success or (self.spoil is not None and where != self.path):
            return response
        body = await response.aread()
        try:
            document = json.loads(body)
        except ValueError:
            return response
        if rows_of(document) is None:
            return response
        if self.spoil is not None:
            self.asked.append(request)
            return httpx.Response(response.status_code, content=self.spoil(request, document), headers=JSON)
        self.listings.setdefault(where, document)
        if {"page", "offset", *SIZES} & set(request.url.params):
            self.paged.add(where)
        return response


@dataclass
class Outcome:
    """What came of a call: an answer, or the sentence of an error; `text` is either."""

    answer: BaseModel | None
    text: str
    shape: bool
    """Whether the platform's answer was refused for its shape."""


async def outcome(name: str, arguments: dict[str, Any], world: Composition, transport: Spoiling) -> Outcome:
    """Call a tool with clients that remember nothing."""
    offer, tool = TOOLS[name]
    network = Network(transport)
    clients: dict[str, Any] = {}

    def client_of(key: str) -> Any:
        if key not in clients:
            platform, told = next(p for p in PLATFORMS if p.key == key), settings().platforms[key]
            clients[key] = platform.client(
                Account(platform.title, told.base_url, network, told.credentials, told.values)
            )
        return clients[key]

    client = View({p.key: p for p in PLATFORMS}, client_of) if offer.key == "across" else client_of(offer.key)
    taken = inspect.signature(tool.function, eval_str=True).parameters
    given = {n: TypeAdapter(taken[n].annotation).validate_python(value) for n, value in arguments.items()}
    given |= {p.name: no_progress for p in taken.values() if p.annotation is Progress}
    try:
        with collect_missing() as missing:
            read: Any = tool.function
            answer = await read(client, **given)
        extra = not_read(answer, missing.sentence) if missing.sentence else {}
        return Outcome(answer, answer.model_dump_json() + json.dumps(extra), shape=False)
    except TestdeskError as error:
        shape = isinstance(error, PlatformError) and "in a shape we do not know" in str(error)
        return Outcome(None, str(error), shape=shape)
    finally:
        await network.close()
