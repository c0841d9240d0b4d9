"""What proved who somebody is, and the credentials that they sent, end at authentication: no handler sees them."""

from typing import Any

import httpx2
import pytest
from mcp.server import MCPServer
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext

from server.http_app import HttpApp
from tests.server.served import bearer
from tests.team.roles import Roles
from tests.team.serving import envelope

pytestmark = pytest.mark.anyio


async def test_no_handler_sees_a_key_or_a_credential_of_a_header() -> None:
    seen: list[dict[str, str]] = []

    async def note(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        assert ctx.request is not None
        seen.append(dict(ctx.request.headers))
        return await call_next(ctx)

    server: MCPServer[Any] = MCPServer("stub")
    server.middleware.insert(0, note)
    app = HttpApp(server, authenticator=Roles())
    body, headers = envelope("tools/list", {})
    sent = {
        **headers,
        **bearer("reader"),
        "Accept": "application/json, text/event-stream",
        "Testdesk-Testio-Token": "tio-1Qa2Ws3Ed",
        "Testdesk-Anything": "x",
    }
    wire = httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://127.0.0.1:1")
    async with app.open(), wire as http:
        answered = await http.post("/mcp", json=body, headers=sent)
    assert answered.status_code == 200, answered.text
    assert seen
    for one in seen:
        assert "mcp-method" in one
        assert not [name for name in one if name == "authorization" or name.startswith("testdesk-")]
