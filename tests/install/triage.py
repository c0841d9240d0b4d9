"""A first triage over stdio, by the entry of a host: list the open bugs, read some, reject one, with a person's yes."""

import json
import logging
import time
from pathlib import Path
from typing import Any, Final

import anyio
from mcp import Client, StdioServerParameters
from mcp.client import ClientRequestContext
from mcp.types import ElicitRequestParams, ElicitResult

from tests.install.person import Failed

PATIENCE: Final = 60.0
READING: Final = 0.4
"""Seconds before the yes; a faster answer counts as that of an unattended client."""


def triage(file: Path, environment: dict[str, str], section: str = "mcpServers", name: str = "testdesk-sandbox") -> str:
    """Triage with the server that a host's file names; a line on what came of it.

    Raises:
        Failed: a step did not do what it should.
    """
    entry = json.loads(file.read_text(encoding="utf-8"))[section][name]
    variables = {key: environment[key] for key in ("HOME", "PATH")} | entry.get("env", {})
    start = StdioServerParameters(command=entry["command"], args=entry["args"], env=variables)
    logging.getLogger("client").setLevel(logging.ERROR)  # it warns of a call of what is not listed
    begun = time.monotonic()
    outcome = anyio.run(_triage, start)
    return f"{outcome} ({time.monotonic() - begun:.1f} s)"


def tools_of(command: list[str], environment: dict[str, str]) -> list[str]:
    """The names of the tools that a command lists once it is started."""

    async def listed() -> list[str]:
        with anyio.fail_after(PATIENCE):
            async with Client(StdioServerParameters(command=command[0], args=command[1:], env=environment)) as client:
                return [tool.name for tool in (await client.list_tools()).tools]

    return anyio.run(listed)


async def _triage(start: StdioServerParameters) -> str:
    questions: list[str] = []

    async def confirm(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        questions.append(params.message)
        await anyio.sleep(READING)
        return ElicitResult(action="accept", content={"answer": "yes"})

    with anyio.fail_after(PATIENCE):
        async with Client(start, elicitation_callback=confirm) as client:
            prompt = await client.get_prompt("triage_bugs", {"product_id": "71"})
            if "Triage crowd-test bugs" not in str(prompt.messages):
                raise Failed("the prompt triage_bugs is missing")
            bugs = await _called(client, "testio_list_bugs", product_ids=[71], status=["forwarded", "question"])
            chosen = next(bug for bug in bugs["items"] if bug["status"] == "forwarded")
            await _called(client, "testio_get_bugs", bug_ids=[bug["id"] for bug in bugs["items"]][:10])
            await _called(client, "testio_reject_bug", bug_id=chosen["id"], reason="not_reproducible")
            again = await _called(client, "testio_get_bug", bug_id=chosen["id"])
    if not questions or again["status"] != "rejected":
        raise Failed(f"bug {chosen['id']} is {again['status']} after {len(questions)} questions")
    return f"{len(bugs['items'])} open bugs listed and read, bug {chosen['id']} rejected with a yes"


async def _called(client: Client, tool: str, **arguments: Any) -> Any:
    answer = await client.call_tool(tool, arguments)
    if answer.is_error:
        raise Failed(f"{tool}: {answer.content}")
    return answer.structured_content or {}
