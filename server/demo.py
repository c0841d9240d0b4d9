"""`testdesk demo`: a real MCP client runs each platform's acts against the sandbox and checks every step.

Four processes: this client, the server it spawns over stdio, the sandbox on a port, and the inbox that receives events.
"""

import json
import os
import re
import sys
import textwrap
import time
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from subprocess import DEVNULL, PIPE, STDOUT
from tempfile import TemporaryDirectory
from typing import Any

import anyio
import anyio.to_thread
import httpx
from mcp import Client, StdioServerParameters
from mcp.client import ClientRequestContext
from mcp.types import ElicitRequestParams, ElicitResult, TextContent

from server.approve import run_approve
from server.faces import CALL, CALL_READ, FIND, FINDERS
from server.guards.scope import offers
from server.store.place import STORE
from server.terminal import Person
from tools.platforms import PLATFORMS
from tools.trackers.source import trackers

ROOT = Path(__file__).parent.parent
# -P: do not import from the current folder, which may have a tools/ of its own.
COMMAND = ["-P", "-m", "server"]
# No greeter: the port of each run would be another situation to record. No configuration file: it could refuse an act.
ENVIRONMENT = {
    **os.environ,
    "PYTHONPATH": str(ROOT),
    "PYTHONUNBUFFERED": "1",
    "TESTDESK_GREETER": "0",
    "TESTDESK_CONFIG": "",
    "TESTDESK_STORE": "",
    "TESTDESK_STORE_FILE": "",
}
HOURS_A_SECOND = 3600
TRACKER = "github"
WIDTH = 100
READING = 0.4  # seconds before a no; a faster answer counts as that of an unattended client


class FailedStep(Exception):
    """A step did not do what it was supposed to do."""


class Performance:
    """The client side of an act: calls tools, prints them, and answers questions as the act says."""

    def __init__(self, sandbox: str, folder: Path) -> None:
        self.sandbox, self.folder = sandbox, folder
        self.client: Client | None = None
        self.answers: list[bool] = []
        self.asked: list[str] = []
        self.listed: set[str] = set()
        self.found: dict[str, str] = {}
        """How to call the tools that are not listed."""
        self.heard_of: set[str] = set()
        self.news = anyio.Event()

    async def person(self, context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        """Answers a question as the user."""
        self.asked.append(params.message)
        is_yes = bool(self.answers) and self.answers.pop(0)
        show(f"the user is asked:\n{params.message}", "?")
        if not is_yes:
            await anyio.sleep(READING)
        show(f"the user answers: {'yes' if is_yes else 'no'}", "!")
        name = re.search("type its name: '([^']*)'", params.message)
        answer = name[1] if name is not None else "yes"
        return ElicitResult(action="accept", content={"answer": answer}) if is_yes else ElicitResult(action="decline")

    @asynccontextmanager
    async def unable_to_ask(self) -> AsyncIterator["Performance"]:
        """Connect a client without forms to a server of its own, whose store `testdesk approve` can open."""
        other = Performance(self.sandbox, self.folder)
        async with Client(server_on(self.sandbox, TESTDESK_STORE=str(self.store))) as client:
            other.client = client
            yield other

    @property
    def store(self) -> Path:
        return self.folder / "testdesk.sqlite3"

    async def approve(self, refusal: str) -> str:
        """Run `testdesk approve` with the number of a refusal; its terminal is played, since a demo may have none."""
        found = re.search(r"`testdesk approve (\w+)`", refusal)
        if not found:
            raise FailedStep("the refusal has no number to approve")
        show(f"the user runs testdesk approve {found[1]} in a terminal, which this demo plays:", "~")
        terminal = PlayedTerminal()
        run = partial(run_approve, found[1], environment={STORE: str(self.store)}, terminal=terminal.opened)
        if await anyio.to_thread.run_sync(run):
            raise FailedStep(f"testdesk approve {found[1]} failed")
        return terminal.shown

    async def call(self, tool: str, /, *, quietly: bool = False, **arguments: Any) -> dict[str, Any]:
        result = await self._call(tool, arguments, quietly=quietly)
        if result.is_error:
            raise FailedStep(f"{tool} failed: {_text(result)}")
        data: dict[str, Any] = result.structured_content or {}
        return data

    async def refused(self, tool: str, /, **arguments: Any) -> str:
        result = await self._call(tool, arguments)
        if not result.is_error:
            raise FailedStep(f"{tool} should have been refused")
        refusal = _text(result)
        show(refusal, "<")
        return refusal

    async def pictures(self, tool: str, /, **arguments: Any) -> int:
        result = await self._call(tool, arguments)
        return sum(1 for block in result.content if block.type == "image")

    async def control(self, action: str, body: dict[str, Any]) -> dict[str, Any]:
        show(f"in the platform's web app: {action} {json.dumps(body)}", "~")
        async with httpx.AsyncClient(trust_env=False, timeout=30) as http:
            answer = await http.post(f"{self.sandbox}/_sandbox/{action}", json=body)
        if not answer.is_success:
            raise FailedStep(f"{action} failed: {answer.text[:300]}")
        state: dict[str, Any] = answer.json()
        return state

    async def listen(self, stream: AsyncIterable[Any]) -> None:
        """Record the resources that the server reports as changed."""
        async for event in stream:
            self.heard_of.add(str(event.uri))
            self.news.set()
            self.news = anyio.Event()

    async def heard(self, uri: str, *, seconds: float = 5) -> bool:
        with anyio.move_on_after(seconds):
            while uri not in self.heard_of:
                await self.news.wait()
        return uri in self.heard_of

    def person_will_say(self, *, yes: bool) -> None:
        self.answers.append(yes)

    def question(self) -> str:
        return self.asked[-1] if self.asked else ""

    def act(self, title: str) -> None:
        print(f"\n{title}\n{'-' * len(title)}")  # noqa: T201 - this is its output

    def show(self, line: str) -> None:
        show(line, indent=4)

    def claim(self, holds: bool, words: str) -> None:
        if not holds:
            raise FailedStep(f"this is not true: {words}")
        show(words, "*")

    async def _call(self, tool: str, arguments: dict[str, Any], *, quietly: bool = False) -> Any:
        """Call a tool; one that is not listed is found first and then called, as in a host that calls listed tools."""
        if self.client is None:
            raise FailedStep("no client is connected")
        if not quietly:
            show(f"assistant calls {tool}({', '.join(f'{k}={json.dumps(v)}' for k, v in arguments.items())})", ">")
        if tool in self.listed or CALL not in self.listed:
            return await self.client.call_tool(tool, arguments)
        if tool not in self.found:
            rows = await self.client.call_tool(FIND, {"text": tool.replace("_", " "), "limit": 10, "schemas": 10})
            only_reads = {row["name"]: row["only_reads"] for row in (rows.structured_content or {}).get("tools", [])}
            if tool not in only_reads:
                raise FailedStep(f"{FIND} does not find {tool}")
            self.found[tool] = CALL_READ if only_reads[tool] else CALL
        return await self.client.call_tool(self.found[tool], {"name": tool, "arguments": arguments})


class PlayedTerminal:
    """A terminal at which somebody types yes."""

    def __init__(self) -> None:
        self.shown = ""

    @contextmanager
    def opened(self) -> Iterator[Person]:
        yield self

    def show(self, text: str) -> None:
        self.shown += text
        show(text.strip(), "?", indent=4)

    def ask(self, question: str) -> str:
        show(f"{question} yes", "!", indent=4)
        return "yes"


def _text(result: Any) -> str:
    return " ".join(block.text for block in result.content if isinstance(block, TextContent))


def show(words: str, mark: str = " ", *, indent: int = 2) -> None:
    """Print a paragraph of the demo."""
    for number, line in enumerate(words.splitlines() or [""]):
        lead = f"{mark} " if number == 0 else "  "
        print(  # noqa: T201 - this is its output
            textwrap.fill(line, WIDTH, initial_indent=" " * indent + lead, subsequent_indent=" " * (indent + 4))
        )


async def run_demo() -> int:
    """Run all acts; 0 only if every step passed."""
    began = time.monotonic()
    try:
        with anyio.fail_after(150), TemporaryDirectory(prefix="testdesk-demo-") as folder:
            file = str(Path(folder) / "inbox.sqlite3")
            async with (
                running_command(
                    r"Sandboxes on (\S+),", "sandbox", "--port", "0", "--pace", str(HOURS_A_SECOND)
                ) as sandbox,
                running_command(r"listens on (\S+)", "inbox", "--port", "0", "--file", file),
            ):
                await _run_acts(Performance(sandbox, Path(folder)), ["--inbox-file", file])
    except BaseExceptionGroup as failed:
        return _failed(_innermost(failed))
    except (FailedStep, TimeoutError) as failure:
        return _failed(failure)
    print(f"\nDone: every step passed ({time.monotonic() - began:.1f} s).")  # noqa: T201 - its output
    return 0


def server_on(sandbox: str, *options: str, **environment: str) -> StdioServerParameters:
    """How a client starts a server on the sandbox of the demo."""
    args = [*COMMAND, "serve", "--sandbox", "--sandbox-at", sandbox, *options]
    return StdioServerParameters(command=sys.executable, args=args, env=ENVIRONMENT | environment)


async def _run_acts(stage: Performance, options: list[str]) -> None:
    server = server_on(stage.sandbox, *options, "--tracker", TRACKER)
    pages = [f"{platform.key}://inbox" for platform in PLATFORMS if platform.webhooks]
    async with Client(server, elicitation_callback=stage.person) as client:
        stage.client = client
        await _inbox_act(client, stage)
        async with client.listen(resource_subscriptions=pages) as stream, anyio.create_task_group() as group:
            group.start_soon(stage.listen, stream)
            for offer in (*offers(PLATFORMS), trackers):
                for act in offer.acts():
                    await act(stage)
            group.cancel_scope.cancel()


@asynccontextmanager
async def running_command(ready: str, *command: str) -> AsyncIterator[str]:
    """Run one of our commands until the block ends; yields the address that it prints."""
    async with await anyio.open_process(
        [sys.executable, *COMMAND, *command], stdin=DEVNULL, stdout=PIPE, stderr=STDOUT, env=ENVIRONMENT
    ) as process:
        try:
            output = ""
            if process.stdout is not None:
                async for piece in process.stdout:
                    output += piece.decode(errors="replace")
                    if found := re.search(ready, output):
                        yield found[1]
                        return
            raise FailedStep(f"testdesk {command[0]} did not start: {output.strip()}")
        finally:
            process.terminate()


async def _inbox_act(client: Client, stage: Performance) -> None:
    stage.act("A client connects over stdio")
    tools = (await client.list_tools()).tools
    stage.listed = {tool.name for tool in tools}
    asks = [tool.name for tool in tools if tool.annotations is not None and tool.annotations.destructive_hint]
    title = client.server_info.title or "" if client.server_info is not None else ""
    stage.claim("SANDBOX" in title, f"the server says what it is: {title}")
    stage.claim(len(asks) > 0, f"{len(tools)} tools are listed, of which {len(asks)} may ask the user first")
    stage.claim(CALL in stage.listed, f"the others are found and called through {', '.join(sorted(FINDERS))}")


def _innermost(failed: BaseException) -> BaseException:
    return _innermost(failed.exceptions[0]) if isinstance(failed, BaseExceptionGroup) else failed


def _failed(failure: BaseException) -> int:
    print(f"\ntestdesk demo: {failure or type(failure).__name__}", file=sys.stderr)  # noqa: T201 - its output
    return 1
