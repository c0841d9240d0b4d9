"""`testdesk_list_acts` and `testdesk://acts`: what this session did, from the ledger."""

import json
import time
from typing import Annotated, Any, Final, Literal

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ResourceError
from mcp.server.mcpserver.tools import Tool as McpTool
from mcp.types import CallToolResult, TextContent, ToolAnnotations
from pydantic import Field

from server import callers
from server.catalogue import own_tool
from server.guards.addressed import addresses_reader
from server.guards.redact import Redactor
from server.guards.shape import ADDRESSED, ADDRESSES, MOST_ADDRESSED, STRANGERS
from server.store.engine import Engine, StoreError
from server.store.reading import RecordedAct, acts
from tools.kit.caller import ONLY, current
from tools.kit.shortened import LEFT_OUT
from tools.kit.text import cut

Outcome = Literal["done", "failed", "unknown", "under way"]
LIST_ACTS: Final = "testdesk_list_acts"
HINT: Final = "what did you do today, what was changed, history of your own actions, audit, ledger, undo, who approved"
ACTS: Final = "testdesk://acts"
MOST: Final = 100
SHORTER: Final = (50, 20, 10, 3)
MOST_WHAT: Final = 300
"""Characters of what an act was about."""


def acts_tool(engine: Engine, redact: Redactor, most: int) -> McpTool:
    """The tool that lists the acts of whoever asks, in at most so many characters."""

    async def testdesk_list_acts(
        hours: Annotated[int, Field(ge=1, le=720, description="How far back.")] = 24,
        outcome: Annotated[Outcome | None, Field(description="Only these.")] = None,
    ) -> CallToolResult:
        try:
            answer = await _answer(engine, redact, most, hours, outcome)
        except StoreError as error:
            return CallToolResult(content=[TextContent(type="text", text=str(error))], is_error=True)
        return CallToolResult(content=[TextContent(type="text", text=_line(answer))], structured_content=answer)

    return own_tool(
        testdesk_list_acts,
        "Testdesk: list acts",
        "What you changed, ordered or deleted here, newest first, with outcome and who confirmed it.",
        ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False),
        hint=HINT,
    )


def add_acts_page(server: MCPServer[Any], engine: Engine, redact: Redactor, most: int) -> None:
    """Register the page of the same acts."""

    @server.resource(
        ACTS,
        name="testdesk_acts",
        title="Testdesk: acts",
        description="What this session changed, ordered or deleted in the last 24 hours, newest first.",
        mime_type="application/json",
    )
    async def read() -> str:
        try:
            return _line(await _answer(engine, redact, most))
        except StoreError as error:
            raise ResourceError(str(error)) from error


async def _answer(
    engine: Engine, redact: Redactor, most: int, hours: int = 24, outcome: str | None = None
) -> dict[str, Any]:
    """The newest acts that fit."""
    rows = await _rows(engine, hours, outcome)
    for count in (MOST, *SHORTER):
        shown = _redacted(rows[-count:][::-1], redact)
        answer = _left_out(shown) if redact.leaves_out else _announced(shown)
        if len(rows) > count:
            answer["shortened"] = f"The newest {count} of {len(rows)}; `testdesk ledger` in a terminal has all."
        if callers.principal.get() == callers.OVER_HTTP and current.get() is None:
            answer["note"] = "This connection has no session, so which acts are its own is not known."
        if len(_line(answer)) <= most:
            break
    return answer


def _line(answer: dict[str, Any]) -> str:
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":"))


async def _rows(engine: Engine, hours: int, outcome: str | None) -> list[dict[str, Any]]:
    """The acts of the caller: of a person, of the user of this machine, or of one session over HTTP."""
    if not engine.exists:
        return []
    who, session, since = callers.principal.get(), current.get(), time.time() - hours * 3600
    someone = callers.person.get()
    is_person = someone is not None and someone.is_team  # whose sessions all are

    def is_own(act: RecordedAct) -> bool:
        if act.at < since or act.sent["who"] != who or (outcome is not None and act.outcome != outcome):
            return False
        return is_person or session == ONLY or (session is not None and act.sent["session"] == session)

    return [_row(act) for act in await engine.read(acts) if is_own(act)]


def _row(act: RecordedAct) -> dict[str, Any]:
    row = act.row()
    what = row["what"] if isinstance(row["what"], str) else json.dumps(row["what"], ensure_ascii=False)
    return row | {"what": cut(what, MOST_WHAT)}


def _announced(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The rows, after the names of the fields in which questions and arguments quote others."""
    if not rows:
        return {"items": []}
    addressed = [
        number for number, row in enumerate(rows) if addresses_reader(json.dumps(row.get("what"), ensure_ascii=False))
    ]
    notes = {ADDRESSED: [ADDRESSES.format(f"items[{number}].what") for number in addressed[:MOST_ADDRESSED]]}
    return {STRANGERS: ["items[].what"]} | (notes if addressed else {}) | {"items": rows}


def _left_out(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The rows of a lockdown, without what quotes others."""
    return {"items": [row | {"what": LEFT_OUT} for row in rows]}


def _redacted(value: Any, redact: Redactor) -> Any:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        return {key: _redacted(one, redact) for key, one in value.items() if one is not None}
    return [_redacted(one, redact) for one in value] if isinstance(value, list) else value
