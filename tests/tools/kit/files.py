"""Files in a directory that an operator allows, for claims about uploads."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tools.kit.upload import OpenFile, open_upload

MOST = 10 * 2**20


@asynccontextmanager
async def open_in(
    builds: Path, name: str | Path = "shop.apk", *, allowed: str | None = None
) -> AsyncIterator[OpenFile]:
    listed = str(builds) if allowed is None else allowed
    async with open_upload(str(builds / name), allowed=listed, extensions=(".apk", ".zip"), at_most=MOST) as file:
        yield file
