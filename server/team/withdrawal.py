"""Streams end soon after their person's key or right is withdrawn: a request is checked once, a stream stays open."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import anyio

from server.team.authentication import Authenticator, NotAuthenticated
from server.team.person import Person

if TYPE_CHECKING:
    from starlette.types import Message, Receive, Scope, Send

logger = logging.getLogger(__name__)

LOOK_SECONDS: Final = 2.0
"""Between two looks at what the credentials of an open stream are still worth."""
LISTEN: Final = "subscriptions/listen"


def is_stream(scope: "Scope") -> bool:
    """Whether a request opens a stream for what the server says by itself.

    The SDK refuses a request whose header names another method than its body.
    """
    return scope["method"] == "GET" or (b"mcp-method", LISTEN.encode()) in scope["headers"]


async def allows(authenticator: Authenticator, scope: "Scope", before: Person) -> bool:
    """Whether the credentials of an open stream still stand for the same person with all of its rights."""
    try:
        now = await authenticator.authenticate(scope["headers"])
    except NotAuthenticated as refused:
        return refused.status >= 500  # nothing is withdrawn: it cannot be checked just now
    # Events are of the account that the person works with, so another credential ends the stream too.
    return replace(now, rights=before.rights) == before and before.rights <= now.rights


class Stream:
    """A response that stays open while it is allowed; then it ends as if its client had left."""

    def __init__(self, whose: str, receive: "Receive", send: "Send", is_allowed: Callable[[], Awaitable[bool]]) -> None:
        self._whose, self._receive, self._send, self._is_allowed = whose, receive, send, is_allowed
        self._is_open = False

    async def receive(self) -> "Message":
        """What the client sends; its end as soon as the stream is not allowed any more."""
        while True:
            with anyio.move_on_after(LOOK_SECONDS):
                return await self._receive()
            if not await self._is_allowed():
                logger.info("a stream of %s ends: its key, a right or a credential was withdrawn", self._whose)
                return {"type": "http.disconnect"}

    async def send(self, message: "Message") -> None:
        if message["type"] == "http.response.start":
            self._is_open = True
        elif message["type"] == "http.response.body":
            self._is_open = message.get("more_body", False)
        await self._send(message)

    async def end(self) -> None:
        """Complete a response that was begun: what ends for a client that has left sends no end."""
        if self._is_open:
            await self._send({"type": "http.response.body", "body": b""})
