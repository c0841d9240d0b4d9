"""The suite's fixtures that need an answer before they can finish: the rounds of the 2026-07-28 revision (SEP-2322)."""

from typing import Any, TypeVar

from mcp import MCPError
from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.prompts.base import UserMessage
from mcp.types import (
    INVALID_PARAMS,
    CreateMessageRequest,
    CreateMessageRequestParams,
    CreateMessageResult,
    ElicitRequest,
    ElicitRequestFormParams,
    ElicitResult,
    ListRootsRequest,
    ListRootsResult,
    SamplingMessage,
    TextContent,
)
from mcp_types import InputRequest, InputRequiredResult

Ctx = Context[Any, Any]
Result = TypeVar("Result")


def form(message: str, field: str, kind: str = "string") -> ElicitRequest:
    """A question with one field."""
    schema = {"type": "object", "properties": {field: {"type": kind}}, "required": [field]}
    return ElicitRequest(params=ElicitRequestFormParams(message=message, requested_schema=schema))


def sample(prompt: str) -> CreateMessageRequest:
    """A question to the client's model."""
    message = SamplingMessage(role="user", content=TextContent(type="text", text=prompt))
    return CreateMessageRequest(params=CreateMessageRequestParams(messages=[message], max_tokens=100))


def need(state: str | None = None, /, **requests: InputRequest) -> InputRequiredResult:
    return InputRequiredResult(input_requests=dict(requests), request_state=state)


def answer(ctx: Ctx, key: str, kind: type[Result]) -> Result | None:
    """What the client sent for this request, if it is of the right kind."""
    given = (ctx.input_responses or {}).get(key)
    return given if isinstance(given, kind) else None


def filled(ctx: Ctx, key: str, field: str) -> Any:
    """What a person put into the one field of a form."""
    given = answer(ctx, key, ElicitResult)
    return (given.content or {}).get(field) if given is not None and given.action == "accept" else None


def add_single_rounds(server: MCPServer[Any]) -> None:
    """Tools and a prompt with one question."""

    @server.tool(name="test_input_required_result_elicitation")
    async def by_elicitation(ctx: Ctx) -> str | InputRequiredResult:
        """Ask for a name."""
        name = filled(ctx, "user_name", "name")
        return f"Hello, {name}!" if name else need(user_name=form("What is your name?", "name"))

    @server.tool(name="test_input_required_result_sampling")
    async def by_sampling(ctx: Ctx) -> str | InputRequiredResult:
        """Ask the client's model."""
        said = answer(ctx, "capital_question", CreateMessageResult)
        if said is None:
            return need(capital_question=sample("What is the capital of France?"))
        return said.content.text if said.content.type == "text" else said.content.type

    @server.tool(name="test_input_required_result_list_roots")
    async def by_roots(ctx: Ctx) -> str | InputRequiredResult:
        """Ask for the roots."""
        roots = answer(ctx, "client_roots", ListRootsResult)
        if roots is None:
            return need(client_roots=ListRootsRequest())
        return ", ".join(str(root.uri) for root in roots.roots)

    @server.tool(name="test_streaming_elicitation")
    async def streaming(ctx: Ctx) -> str | InputRequiredResult:
        """Ask on a stream, in the answer and never as a request of its own."""
        return "Confirmed." if filled(ctx, "confirm", "ok") else need(confirm=form("Go on?", "ok", "boolean"))

    @server.tool(name="test_input_required_result_capabilities")
    async def as_declared(ctx: Ctx) -> str | InputRequiredResult:
        """Ask only in ways that the client has declared."""
        if ctx.input_responses:
            return "Answered."
        can = ctx.client_capabilities
        ways: dict[str, InputRequest] = {}
        if can is not None and can.elicitation is not None:
            ways["user_name"] = form("What is your name?", "name")
        if can is not None and can.sampling is not None:
            ways["greeting"] = sample("Generate a greeting")
        if can is not None and can.roots is not None:
            ways["client_roots"] = ListRootsRequest()
        return need(None, **ways) if ways else "The client has declared nothing that could be asked."

    @server.prompt(name="test_input_required_result_prompt")
    async def by_prompt(ctx: Ctx) -> list[UserMessage] | InputRequiredResult:
        """Ask before a prompt is written."""
        context = filled(ctx, "user_context", "context")
        if context is None:
            return need(user_context=form("What context should the prompt use?", "context"))
        return [UserMessage(f"Work with this context: {context}")]


def add_rounds_with_state(server: MCPServer[Any]) -> None:
    """Tools whose state travels with the client and comes back sealed."""

    async def confirm(ctx: Ctx) -> str | InputRequiredResult:
        if filled(ctx, "confirm", "ok") is None:
            return need("asked", confirm=form("Please confirm", "ok", "boolean"))
        if ctx.request_state != "asked":
            raise MCPError(code=INVALID_PARAMS, message="The answer came without the state of its question.")
        return "state-ok"

    for name in ("test_input_required_result_request_state", "test_input_required_result_tampered_state"):
        server.add_tool(confirm, name=name, description="Ask, and check that the state comes back unchanged.")

    @server.tool(name="test_input_required_result_multiple_inputs")
    async def by_all(ctx: Ctx) -> str | InputRequiredResult:
        """Ask in three ways at once."""
        name = filled(ctx, "user_name", "name")
        said = answer(ctx, "greeting", CreateMessageResult)
        roots = answer(ctx, "client_roots", ListRootsResult)
        if name is None or said is None or roots is None:
            return need(
                "asked",
                user_name=form("What is your name?", "name"),
                greeting=sample("Generate a greeting"),
                client_roots=ListRootsRequest(),
            )
        return f"{name} has {len(roots.roots)} roots and a greeting."

    @server.tool(name="test_input_required_result_multi_round")
    async def in_rounds(ctx: Ctx) -> str | InputRequiredResult:
        """Ask twice, the second time knowing the first answer."""
        step, _, name = (ctx.request_state or "").partition(":")
        if step == "named":
            color = filled(ctx, "step2", "color")
            if color is not None:
                return f"{name} likes {color}."
        elif step == "begun":
            name = filled(ctx, "step1", "name")
        if name:
            return need(f"named:{name}", step2=form("Step 2: What is your favorite color?", "color"))
        return need("begun", step1=form("Step 1: What is your name?", "name"))


def furnish(server: MCPServer[Any]) -> None:
    """Put in all fixtures of this module."""
    add_single_rounds(server)
    add_rounds_with_state(server)
