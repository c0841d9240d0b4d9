"""What a process of a test prints until it is ready."""

import re

import pytest
from anyio.abc import Process
from anyio.streams.text import TextReceiveStream


async def printed_until(process: Process, pattern: str) -> tuple[re.Match[str], str]:
    """Read standard error until a pattern is there; the match, and all that was read."""
    assert process.stderr is not None
    text = ""
    async for piece in TextReceiveStream(process.stderr):
        text += piece
        if found := re.search(pattern, text):
            return found, text
    pytest.fail(text)
