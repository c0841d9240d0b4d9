"""Questions by a link, for a client on this machine that opens pages and shows no forms."""

import secrets
from typing import Any

from mcp import MCPError
from mcp.server.mcpserver import Context

from server import callers
from server.guards import consent
from server.guards.approval import Approving
from server.guards.waiting import person_asked
from server.store.approvals import Approval
from tools.kit.errors import Refused

UNANSWERED = "The user did not answer the question on the page."


def can_open(ctx: Context[Any, Any]) -> bool:
    """Whether the client brings a link to its user, who is at this machine.

    The SDK has no links among the questions of a modern connection.
    """
    capabilities = ctx.client_capabilities
    elicitation = capabilities.elicitation if capabilities is not None else None
    if elicitation is None or elicitation.url is None or elicitation.form is not None:
        return False
    is_local = callers.person.get() is None
    return is_local and not consent.is_modern(ctx) and ctx.session.can_send_request


async def ask(ctx: Context[Any, Any], asked: Approval, approving: Approving) -> None:
    """Ask on a page of this machine; only the client gets its link.

    Raises:
        Refused: when the user did not answer.
    """
    from server.approval_page import answer_on_page  # most clients need no page

    async def opened(link: str) -> bool:
        message = f"{asked.tool} needs your yes. The page shows what would be done, and takes your answer."
        try:
            result = await ctx.session.elicit_url(message, link, secrets.token_urlsafe(16), ctx.request_id)
        except MCPError:
            return False
        return bool(result.action == "accept")

    async with person_asked():
        said = await answer_on_page(asked, opened)
    if said is None:
        raise Refused(UNANSWERED)
    await approving.answer(asked, yes=said, by=asked.principal)
