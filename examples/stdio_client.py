"""List open bugs and reject one, over stdio: python examples/stdio_client.py

The client starts the server on its sandbox. The server asks the user to confirm the rejection; answer on the terminal.
"""

import anyio
import anyio.to_thread
from mcp import Client, StdioServerParameters
from mcp.client import ClientRequestContext
from mcp.types import ElicitRequestParams, ElicitResult

SERVER = StdioServerParameters(command="testdesk", args=["serve", "--sandbox"])


async def confirm(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
    """Show the server's question on the terminal. Only the answer `yes` confirms, or the name where it asks for one."""
    answer = await anyio.to_thread.run_sync(input, f"{params.message}\nyes, no, or the name: ")
    return ElicitResult(action="accept", content={"answer": answer})


async def main() -> None:
    async with Client(SERVER, elicitation_callback=confirm) as client:
        bugs = await client.call_tool("testio_list_bugs", {"status": ["forwarded"], "text": "voucher"})
        for bug in (bugs.structured_content or {})["items"]:
            print(bug["id"], bug["title"])

        decision = await client.call_tool("testio_reject_bug", {"bug_id": 88107, "reason": "not_reproducible"})
        for block in decision.content:
            print(block.text if block.type == "text" else block)


if __name__ == "__main__":
    anyio.run(main)
