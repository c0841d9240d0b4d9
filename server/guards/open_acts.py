"""Closes the acts that a call has begun, so that an unconfirmed one releases what it holds open."""

import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any

import anyio

logger = logging.getLogger(__name__)

_acts: ContextVar[list[AsyncGenerator[Any, None]] | None] = ContextVar("acts", default=None)


@asynccontextmanager
async def closing_acts() -> AsyncIterator[None]:
    """Close all acts that were begun inside the block at its end."""
    acts: list[AsyncGenerator[Any, None]] = []
    token = _acts.set(acts)
    try:
        yield
    finally:
        _acts.reset(token)
        with anyio.CancelScope(shield=True):
            for act in acts:
                try:
                    await act.aclose()
                except Exception:
                    # The call has its answer by now, and the other acts are still open.
                    logger.exception("an act could not be closed")


def close_later(act: AsyncGenerator[Any, None]) -> None:
    """Close an act when the call that began it ends."""
    acts = _acts.get()
    if acts is not None:
        acts.append(act)
