"""What the conformance suite expects to find on a server under test: contents, logs, questions, resources, prompts."""

import json
from typing import Any

import anyio
from mcp import MCPError
from mcp.server import MCPServer
from mcp.server.context import ServerRequestContext
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.prompts.base import UserMessage
from mcp.types import (
    AudioContent,
    EmbeddedResource,
    EmptyResult,
    ImageContent,
    SamplingMessage,
    SetLevelRequestParams,
    SubscribeRequestParams,
    TextContent,
    TextResourceContents,
    UnsubscribeRequestParams,
)
from mcp_types import (
    MISSING_REQUIRED_CLIENT_CAPABILITY,
    ClientCapabilities,
    MissingRequiredClientCapabilityErrorData,
    SamplingCapability,
)
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=="
SILENCE = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAAAAA=="
MOMENT = 0.05  # seconds between two notifications, as the suite words it

Ctx = Context[Any, Any]


def text(words: str) -> TextContent:
    return TextContent(type="text", text=words)


def image() -> ImageContent:
    return ImageContent(type="image", data=PIXEL, mime_type="image/png")


def embedded(uri: str, words: str, mime_type: str = "text/plain") -> EmbeddedResource:
    return EmbeddedResource(type="resource", resource=TextResourceContents(uri=uri, mime_type=mime_type, text=words))


def add_contents(server: MCPServer[Any]) -> None:
    """Tools that answer with each kind of content."""

    @server.tool(name="test_simple_text")
    async def simple_text() -> str:
        """Answer with a text."""
        return "This is a simple text response for testing."

    @server.tool(name="test_image_content")
    async def image_content() -> list[ImageContent]:
        """Answer with an image."""
        return [image()]

    @server.tool(name="test_audio_content")
    async def audio_content() -> list[AudioContent]:
        """Answer with a sound."""
        return [AudioContent(type="audio", data=SILENCE, mime_type="audio/wav")]

    @server.tool(name="test_embedded_resource")
    async def embedded_resource() -> list[EmbeddedResource]:
        """Answer with a resource."""
        return [embedded("test://embedded-resource", "This is an embedded resource content.")]

    @server.tool(name="test_multiple_content_types")
    async def multiple_content_types() -> list[TextContent | ImageContent | EmbeddedResource]:
        """Answer with three kinds of content."""
        data = json.dumps({"test": "data", "value": 123})
        mixed = embedded("test://mixed-content-resource", data, "application/json")
        return [text("Multiple content types test:"), image(), mixed]

    @server.tool(name="test_error_handling")
    async def error_handling() -> str:
        """Fail."""
        raise ToolError("This tool intentionally returns an error for testing")


def add_notices(server: MCPServer[Any]) -> None:
    """Tools that say something while they run, and the switches of the handshake era for it."""

    @server.tool(name="test_tool_with_progress")
    async def tool_with_progress(ctx: Ctx) -> str:
        """Report progress three times."""
        for done in (0, 50, 100):
            await ctx.report_progress(done, 100)
            await anyio.sleep(MOMENT)
        return "Done."

    @server.tool(name="test_tool_with_logging")
    async def tool_with_logging(ctx: Ctx) -> str:
        """Log three times."""
        for words in ("Tool execution started", "Tool processing data", "Tool execution completed"):
            await ctx.info(words)
            await anyio.sleep(MOMENT)
        return "Done."

    @server.tool(name="test_logging_tool")
    async def logging_tool(ctx: Ctx) -> str:
        """Log once, which nobody hears who did not ask for it."""
        await ctx.info("Nobody asked for this line.")
        return "Done."

    @server.tool(name="test_trigger_tool_change")
    async def trigger_tool_change(ctx: Ctx) -> str:
        """Tell the listeners that the list of tools has changed."""
        await ctx.notify_tools_changed()
        return "Told."

    @server.tool(name="test_trigger_prompt_change")
    async def trigger_prompt_change(ctx: Ctx) -> str:
        """Tell the listeners that the list of prompts has changed."""
        await ctx.notify_prompts_changed()
        return "Told."

    async def acknowledge(_: ServerRequestContext[Any, Any], __: Any) -> EmptyResult:
        return EmptyResult()

    low = server._lowlevel_server  # the SDK has no other way to serve these three
    low.add_request_handler("logging/setLevel", SetLevelRequestParams, acknowledge)
    low.add_request_handler("resources/subscribe", SubscribeRequestParams, acknowledge)
    low.add_request_handler("resources/unsubscribe", UnsubscribeRequestParams, acknowledge)


class Person(BaseModel):
    """A form with two questions."""

    username: str = Field(description="The person's name")
    email: str = Field(description="The person's address")


class Defaults(BaseModel):
    """A form with a default for each kind of value (SEP-1034)."""

    name: str = "John Doe"
    age: int = 30
    score: float = 95.5
    status: str = Field(default="active", json_schema_extra={"enum": ["active", "inactive", "pending"]})
    verified: bool = True


def titled(*options: str) -> list[Any]:
    return [{"const": option, "title": option.title()} for option in options]


PLAIN: list[Any] = ["option1", "option2", "option3"]
LEGACY: list[Any] = ["opt1", "opt2", "opt3"]
TITLED = titled("value1", "value2", "value3")


class Choices(BaseModel):
    """A form with each spelling of a choice (SEP-1330)."""

    model_config = ConfigDict(alias_generator=to_camel)

    untitled_single: str = Field(json_schema_extra={"enum": PLAIN})
    titled_single: str = Field(json_schema_extra={"oneOf": TITLED})
    untitled_multi: list[str] = Field(json_schema_extra={"items": {"type": "string", "enum": PLAIN}})
    titled_multi: list[str] = Field(json_schema_extra={"items": {"anyOf": TITLED}})
    legacy_enum: str = Field(
        json_schema_extra={"enum": LEGACY, "enumNames": ["Option One", "Option Two", "Option Three"]}
    )


def add_questions(server: MCPServer[Any]) -> None:
    """Tools that turn to the client in the handshake era, and one that needs what the client never declared."""

    async def ask(ctx: Ctx, message: str, form: type[BaseModel]) -> str:
        answer = await ctx.elicit(message, form)
        content = answer.data.model_dump_json() if answer.action == "accept" else "{}"
        return f"Elicitation completed: action={answer.action}, content={content}"

    @server.tool(name="test_elicitation")
    async def elicitation(message: str, ctx: Ctx) -> str:
        """Ask two things."""
        return await ask(ctx, message, Person)

    @server.tool(name="test_elicitation_sep1034_defaults")
    async def elicitation_defaults(ctx: Ctx) -> str:
        """Ask with defaults."""
        return await ask(ctx, "Are these right?", Defaults)

    @server.tool(name="test_elicitation_sep1330_enums")
    async def elicitation_enums(ctx: Ctx) -> str:
        """Ask for choices."""
        return await ask(ctx, "Which of these?", Choices)

    @server.tool(name="test_sampling")
    async def sampling(prompt: str, ctx: Ctx) -> str:
        """Let the client's model answer."""
        message = SamplingMessage(role="user", content=text(prompt))
        said = await ctx.session.create_message([message], max_tokens=100, related_request_id=ctx.request_id)
        return f"LLM response: {said.content.text if said.content.type == 'text' else said.content.type}"

    @server.tool(name="test_missing_capability")
    async def missing_capability(ctx: Ctx) -> str:
        """Need sampling, also of a client without it."""
        if ctx.client_capabilities is None or ctx.client_capabilities.sampling is None:
            needed = ClientCapabilities(sampling=SamplingCapability())
            data = MissingRequiredClientCapabilityErrorData(required_capabilities=needed)
            raise MCPError(
                code=MISSING_REQUIRED_CLIENT_CAPABILITY,
                message="This tool needs sampling.",
                data=data.model_dump(by_alias=True, exclude_none=True),
            )
        return "The client can sample."


def add_resources(server: MCPServer[Any]) -> None:
    """Resources of each kind."""

    @server.resource("test://static-text", mime_type="text/plain")
    def static_text() -> str:
        """A text."""
        return "This is the content of the static text resource."

    @server.resource("test://static-binary", mime_type="image/png")
    def static_binary() -> bytes:
        """An image."""
        return bytes.fromhex("89504e470d0a1a0a")

    @server.resource("test://watched-resource", mime_type="text/plain")
    def watched_resource() -> str:
        """Something to subscribe to."""
        return "Watched resource content."

    @server.resource("test://template/{id}/data", mime_type="application/json")
    def template(id: str) -> str:  # noqa: A002 - the suite's word
        """Something with a variable in its address."""
        return json.dumps({"id": id, "templateTest": True, "data": f"Data for ID: {id}"})


def add_prompts(server: MCPServer[Any]) -> None:
    """Prompts of each kind."""

    @server.prompt(name="test_simple_prompt")
    def simple_prompt() -> list[UserMessage]:
        """Say one thing."""
        return [UserMessage("This is a simple prompt for testing.")]

    @server.prompt(name="test_prompt_with_arguments")
    def prompt_with_arguments(arg1: str, arg2: str) -> list[UserMessage]:
        """Say what was given."""
        return [UserMessage(f"Prompt with arguments: arg1='{arg1}', arg2='{arg2}'")]

    @server.prompt(name="test_prompt_with_embedded_resource")
    def prompt_with_embedded_resource(resourceUri: str) -> list[UserMessage]:  # noqa: N803 - the suite's word
        """Show a resource."""
        shown = embedded(resourceUri, "Embedded resource content for testing.")
        return [UserMessage(shown), UserMessage("Please process the embedded resource above.")]

    @server.prompt(name="test_prompt_with_image")
    def prompt_with_image() -> list[UserMessage]:
        """Show an image."""
        return [UserMessage(image()), UserMessage("Please analyze the image above.")]


def furnish(server: MCPServer[Any]) -> None:
    """Put in all fixtures of this module."""
    for add in (add_contents, add_notices, add_questions, add_resources, add_prompts):
        add(server)
