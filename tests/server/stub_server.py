"""A small server to try the transports on; run as a program it serves itself, and tells a file what it did."""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import anyio
from anyio.lowlevel import checkpoint
from mcp.server import MCPServer
from mcp.server.mcpserver import AcceptedElicitation, Context, Elicit, ElicitationResult, Resolve
from pydantic import BaseModel, Field

from server.http_server import run_http
from server.stdio import run_stdio

DIARY = "STUB_DIARY"  # names the file
GATE = ".gate"  # what the pipe is called beside it, which a test opens to let a write go on


def note(line: str) -> None:
    """Write down what happened, for the test to read."""
    with Path(os.environ[DIARY]).open("a", encoding="utf-8") as diary:
        diary.write(line + "\n")


async def greet(name: str) -> str:
    """Answer at once."""
    return f"Hello, {name}"


async def write(ctx: Context[Any]) -> str:
    """Do something that cannot be called back once it has begun."""
    with anyio.CancelScope(shield=True):
        await ctx.report_progress(0)
        await anyio.to_thread.run_sync(Path(os.environ[DIARY] + GATE).read_bytes)
        note("written")
    return "written"


async def linger(ctx: Context[Any]) -> str:
    """Wait for what never happens."""
    await ctx.report_progress(0)
    await anyio.sleep_forever()
    return "never"


async def print_and_listen() -> str:
    """Do what a careless library does: print, and ask at the terminal."""
    print("a stray line")
    os.write(1, b"another, past the buffer\n")
    return f"heard {sys.stdin.read()!r}"


class Sure(BaseModel):
    """What a person answers."""

    sure: bool = Field(description="Are you sure?")


async def ask() -> Elicit[Sure]:
    return Elicit("Are you sure?", Sure)


async def decide(answer: Annotated[ElicitationResult[Sure], Resolve(ask)]) -> str:
    """Ask a person first."""
    return "agreed" if isinstance(answer, AcceptedElicitation) and answer.data.sure else "refused"


@asynccontextmanager
async def lifespan(_: MCPServer[Any]) -> AsyncIterator[None]:
    note("open")
    yield
    await checkpoint()  # as everything that closes a connection does; a cancelled lifespan ends here
    note("closed")


def build() -> MCPServer[Any]:
    server: MCPServer[Any] = MCPServer("stub", version="1", log_level="WARNING", lifespan=lifespan)
    for tool in (greet, write, linger, print_and_listen, decide):
        server.add_tool(tool)
    return server


async def main() -> int:
    """`stdio`, or `http` with what `run_http` takes as name=value."""
    transport, *options = sys.argv[1:]
    if transport == "stdio":
        return await run_stdio(build())
    given: dict[str, Any] = {"port": 0, "key": None}
    for option in options:
        name, _, value = option.partition("=")
        given[name] = int(value) if name == "port" else value
    return await run_http(build(), **given)


if __name__ == "__main__":
    sys.exit(anyio.run(main))
