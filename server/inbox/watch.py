"""Notifies subscribers of new events, including those that another process received."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

import anyio
from mcp import MCPError
from mcp.server import MCPServer
from mcp.server.connection import Connection
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.subscriptions import ResourceUpdated, SubscriptionBus
from mcp.types import INTERNAL_ERROR, EmptyResult, SubscribeRequestParams, UnsubscribeRequestParams

from server.inbox.store import Store
from server.store.engine import StoreError
from server.team.session import session_number
from server.team.withdrawal import LISTEN
from tools.kit.platform import Platform

if TYPE_CHECKING:
    from server.team.shared_sessions import SharedSessions

logger = logging.getLogger(__name__)

SECONDS = 0.5
"""Seconds between polls of the store; a poll takes a fraction of a millisecond."""
FIRST_SECONDS = 1.0
"""How long a new subscriber waits for the first of them."""


def changed_resources(platform: str, item: str) -> tuple[str, str]:
    """The resources that an event changes."""
    return f"{platform}://inbox", f"{platform}://inbox/{item}"


class Watch:
    """Looks at the store, and notifies subscribers of both protocol eras."""

    def __init__(
        self,
        store: Store,
        bus: SubscriptionBus,
        platforms: Sequence[Platform],
        shared: "SharedSessions | None" = None,
        *,
        is_open: Callable[[str], bool] = lambda _: True,
    ) -> None:
        """`is_open` tells of a platform's inbox whether whoever calls may read it."""
        self._store, self._bus, self._shared, self._is_open = store, bus, shared, is_open
        self._platforms = {platform.key: platform for platform in platforms}
        # Weak references: ended connections drop out.
        self._listeners: dict[str, WeakSet[Connection]] = {}
        self._has_looked = anyio.Event()

    def serve_subscriptions(self, server: MCPServer[Any]) -> None:
        """Handle `resources/subscribe`, which handshake clients send; modern ones listen through the SDK's bus."""
        low = server._lowlevel_server  # private; there is no public way to add these two
        low.add_request_handler("resources/subscribe", SubscribeRequestParams, self._subscribe)
        low.add_request_handler("resources/unsubscribe", UnsubscribeRequestParams, self._unsubscribe)

    async def follow(self) -> None:
        """Look for new events until cancelled; existing ones are not reported."""
        last: int | None = None
        is_away = False
        while True:
            try:
                if self._store.is_there:
                    if last is None:
                        last, _ = await self._store.arrived_since(0)
                    last, came = await self._store.arrived_since(last)
                    for platform, item in came:
                        if self._pushes(platform):
                            await self._tell(platform, item)
                elif last is None:
                    last = 0  # a store created from now on has only new events
                is_away = False
            except StoreError as error:
                if not is_away:  # once, however long it is away
                    logger.error("the inbox cannot be looked at: %s", error)
                is_away = True
            except Exception:
                # A temporarily unreadable store must not end the server.
                logger.exception("the inbox could not be looked at")
            self._has_looked.set()
            await self._store.heard(SECONDS)

    async def _looked(self) -> None:
        """Wait for the first look: an event that arrived before it is an existing one, and not reported."""
        with anyio.move_on_after(FIRST_SECONDS):
            await self._has_looked.wait()

    def _pushes(self, key: str) -> bool:
        """Whether a platform pushes events; asked only where one matters, since it loads the platform."""
        return key in self._platforms and bool(self._platforms[key].webhooks)

    async def _tell(self, platform: str, item: str) -> None:
        for uri in changed_resources(platform, item):
            await self._bus.publish(ResourceUpdated(uri=uri))
            if self._shared is not None:
                await self._shared.tell(uri)
            for connection in list(self._listeners.get(uri, ())):
                try:
                    await connection.send_resource_updated(uri)
                except Exception:  # noqa: BLE001 - its client has gone; the others are still notified
                    self._listeners[uri].discard(connection)

    async def limit(self, ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        """Middleware: nobody listens to an inbox that they may not read."""
        params = ctx.params if isinstance(ctx.params, Mapping) else {}
        wanted = params.get("notifications")
        if ctx.method == LISTEN and isinstance(wanted, Mapping):
            uris = wanted.get("resourceSubscriptions")
            if isinstance(uris, list):
                await self._looked()
                heard = [uri for uri in uris if not isinstance(uri, str) or self._may_hear(uri)]
                ctx = replace(ctx, params={**params, "notifications": {**wanted, "resourceSubscriptions": heard}})
        return await call_next(ctx)

    def _may_hear(self, uri: str) -> bool:
        platform, is_inbox, _ = uri.partition("://inbox")
        return not is_inbox or self._is_open(platform)

    async def _subscribe(self, ctx: ServerRequestContext[Any, Any], params: SubscribeRequestParams) -> EmptyResult:
        platform, is_ours, _ = str(params.uri).partition("://inbox")
        if is_ours and self._pushes(platform) and self._is_open(platform):  # other resources do not change
            await self._looked()
            number = session_number(ctx)
            if self._shared is not None and number is not None:
                await _stored(self._shared.subscribe(number, str(params.uri)))
            else:
                self._listeners.setdefault(str(params.uri), WeakSet()).add(_connection(ctx))
        return EmptyResult()

    async def _unsubscribe(self, ctx: ServerRequestContext[Any, Any], params: UnsubscribeRequestParams) -> EmptyResult:
        number = session_number(ctx)
        if self._shared is not None and number is not None:
            await _stored(self._shared.unsubscribe(number, str(params.uri)))
        self._listeners.get(str(params.uri), WeakSet()).discard(_connection(ctx))
        return EmptyResult()


async def _stored(change: Awaitable[None]) -> None:
    try:
        await change
    except StoreError as error:
        logger.error("a subscription could not be stored: %s", error)
        raise MCPError(INTERNAL_ERROR, "The subscription could not be stored just now.") from error


def _connection(ctx: ServerRequestContext[Any, Any]) -> Connection:
    """The client's connection; `ctx.session` is another object in each request."""
    return ctx.session._connection  # private; nothing else outlives the request
