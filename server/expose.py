"""A declared tool becomes an MCP tool: same parameters, less the client, plus the question."""

import inspect
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

from mcp.server.mcpserver import AcceptedElicitation, Context, ElicitationResult, Resolve
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.tools import Tool as McpTool
from mcp.types import CallToolResult, ToolAnnotations
from pydantic import Field, TypeAdapter

from server.arguments import Arguments
from server.exposed_tool import ExposedTool
from server.guards import consent, leaving
from server.guards.consent import Asking, Verdict
from server.guards.rounds import Rounds
from server.guards.shape import ADDRESSED, CONFIRMED, LONG_TEXT, SHORTENED, STRANGERS
from server.guards.visible import check_visible
from server.pipeline import Pipeline
from server.schemas import slim
from tools.kit.errors import Refused
from tools.kit.naming import published_type, with_ids
from tools.kit.page import Page
from tools.kit.picture import Album
from tools.kit.platform import ToolSource
from tools.kit.toolset import Effect, Progress, Question, Tool
from tools.kit.webhook import Inbox

MaxText = Annotated[int, Field(ge=200, le=30_000, description="Longest text to return uncut.")]
TextFrom = Annotated[int, Field(ge=0, description="Characters to skip, as a cut text says.")]
OF_TEXTS = frozenset({"max_text", "text_from"})
"""How much of long texts to answer; no tool sees these."""


class Looked(Arguments):
    """Arguments that are looked at as soon as they are valid, before anybody is asked."""

    look: Callable[[dict[str, Any]], None] | None = None

    def validate_arguments(self, arguments_to_validate: dict[str, Any]) -> dict[str, Any]:
        arguments = super().validate_arguments(arguments_to_validate)
        if self.look is not None:
            try:
                self.look(arguments)
            except Refused as refused:
                raise ToolError(str(refused)) from refused
        return arguments


def annotations(tool: Tool) -> ToolAnnotations:
    """All hints of a tool, those of its worst case."""
    return ToolAnnotations(
        read_only_hint=tool.effect is Effect.READS,
        destructive_hint=tool.effect is not Effect.READS and tool.question is not None,
        idempotent_hint=tool.idempotent,
        open_world_hint=True,
    )


def expose(
    platform: ToolSource, tool: Tool, pipeline: Pipeline, rounds: Rounds, *, ask_person: bool, output_schema: bool
) -> McpTool:
    """Offer a declared tool as an MCP tool."""
    return ExposedTool.later(
        platform.name_of(tool),
        f"{platform.title}: {tool.name.replace('_', ' ')}",
        tool.sentence,
        annotations(tool),
        partial(_built, platform, tool, pipeline, rounds, ask_person=ask_person, output_schema=output_schema),
    )


def _built(
    platform: ToolSource, tool: Tool, pipeline: Pipeline, rounds: Rounds, *, ask_person: bool, output_schema: bool
) -> McpTool:
    """Build the MCP tool of a declared one."""
    parameters, answer = _signature(tool)
    progress = next((p.name for p in parameters if p.annotation is Progress), None)
    inbox = next((p.name for p in parameters if p.annotation is Inbox), None)
    shown = [p for p in parameters if p.name not in {progress, inbox}]
    if tool.long_text:
        shown.append(_parameter("max_text", MaxText, LONG_TEXT))
        shown.append(_parameter("text_from", TextFrom, 0))
    context = _parameter("ctx", Context, None, keyword_only=True)

    async def call(**given: Any) -> CallToolResult:
        ctx, verdict = given.pop("ctx"), given.pop("consent", None)
        longest, start = given.pop("max_text", LONG_TEXT), given.pop("text_from", 0)
        try:
            leaving.check(platform, tool, given, pipeline.redact)
            asking = _pass(verdict, rounds)
        except Refused as refused:
            raise ToolError(pipeline.sentence(refused)) from refused
        if progress is not None:
            given[progress] = pipeline.progress(ctx.report_progress)
        if inbox is not None:
            given[inbox] = pipeline.inboxes[platform.key]
        confirmed = None if asking is None else asking.confirmed
        return await pipeline(platform, tool, given, longest=longest, start=start, confirmed=confirmed)

    hidden = [context]
    if tool.question is not None:
        hidden.append(_consent(platform, tool, tool.question, shown, pipeline, rounds, ask_person=ask_person))
    built = _as_function(call, platform.name_of(tool), [*shown, *hidden], CallToolResult)
    # Not structured: the pipeline makes the structured part, and `answer_schema` its schema.
    exposed = McpTool.from_function(built, structured_output=False)
    exposed.parameters = slim({"additionalProperties": False} | exposed.parameters)
    asks, is_sandbox = tool.question is not None, pipeline.clients.is_sandbox
    exposed.fn_metadata = Looked(
        arg_model=exposed.fn_metadata.arg_model,
        output_schema=answer_schema(answer, sandbox=is_sandbox, asks=asks) if output_schema else None,
        takes=exposed.parameters,
        filters=tool.effect is Effect.READS,
        look=None if tool.effect is Effect.READS else partial(check_visible, holds=pipeline.redact.holds),
    )
    return exposed


def answer_schema(answer: type[Any], *, sandbox: bool = False, asks: bool = False) -> dict[str, Any] | None:
    """The schema of a tool's structured answers, as they leave; an album has none, its pictures are content."""
    if isinstance(answer, type) and issubclass(answer, Album):
        return None
    schema = TypeAdapter(answer).json_schema(mode="serialization")
    texts = {"type": "array", "items": {"type": "string"}}
    schema["properties"] = {STRANGERS: texts, ADDRESSED: texts} | schema.get("properties", {}) | {SHORTENED: texts}
    if not issubclass(answer, Page):
        schema["properties"]["not_read"] = {"type": "string", "description": "What of it could not be read."}
    if asks:
        schema["properties"][CONFIRMED] = {
            "type": "object",
            "properties": {"how": {"enum": ["form", "approval", "host"]}, "what": {"type": "string"}},
            "required": ["how", "what"],
        }
    if sandbox:
        schema["properties"]["source"] = {"type": "string"}
    return slim(schema, answer=True)


def _pass(verdict: Any, rounds: Rounds) -> Asking | None:
    """Let a call through only with a yes that was not used before, and answer to what.

    Raises:
        Refused: otherwise.
    """
    if verdict is None:
        return None  # a tool that never asks
    judged = verdict.data if isinstance(verdict, AcceptedElicitation) else None
    if not isinstance(judged, Verdict) or not judged.passed:
        raise Refused(judged.how if isinstance(judged, Verdict) else consent.NOBODY)
    rounds.use()
    return judged.asking


def _consent(
    platform: ToolSource,
    tool: Tool,
    question: Question,
    shown: list[inspect.Parameter],
    pipeline: Pipeline,
    rounds: Rounds,
    *,
    ask_person: bool,
) -> inspect.Parameter:
    """The hidden parameter that only a person's yes can fill: the chain said, asked, still."""
    asked_with = inspect.signature(question, eval_str=True).parameters
    takes = set(asked_with)
    inbox = {p.name: pipeline.inboxes[platform.key] for p in asked_with.values() if p.annotation is Inbox}
    may_skip = tool.unasked_when
    skip_takes = set(inspect.signature(may_skip).parameters) if may_skip is not None else set()

    async def read(ctx: Context[Any, Any], given: dict[str, Any]) -> Asking | None:
        pipeline.hand_in(given)
        if may_skip is not None and may_skip(**{name: given[name] for name in skip_takes}):
            # The arguments alone make it harmless; what the question's function refuses is the tool's own check too.
            return None
        leaving.check(platform, tool, given, pipeline.redact)
        askable = not ask_person or consent.can_ask(ctx)
        if not askable and tool.effect is not Effect.WRITES:
            raise consent.cannot_ask(platform.name_of(tool))  # before any request
        api = pipeline.clients[platform.key]
        given = await with_ids(tool.function, api, given, parts=False)
        arguments = {name: value for name, value in given.items() if name in takes}
        told = await question(api, **arguments, **inbox)
        if told is None:
            return None
        if not askable:
            raise consent.cannot_ask(platform.name_of(tool))
        words = pipeline.for_person(told)
        return Asking(consent.bounded(words)) if ask_person else Asking(words, "host")

    async def said(**given: Any) -> Asking | None:
        ctx = given.pop("ctx")
        return await pipeline.guarded(platform, lambda: read(ctx, given))

    async def asked(ctx: Context[Any, Any], words: Any) -> Any:
        return await consent.ask(ctx, words, rounds)

    async def still(**given: Any) -> Verdict:
        ctx, words, answer = given.pop("ctx"), given.pop("words"), given.pop("answer")
        return await consent.still(ctx, words, answer, lambda: pipeline.guarded(platform, lambda: read(ctx, given)))

    plain = [p.replace(default=inspect.Parameter.empty) for p in shown if p.name not in OF_TEXTS]
    context = _parameter("ctx", Context, None, keyword_only=True)
    read_words = _as_function(said, "said", [*plain, context], Any)
    words = _parameter("words", Annotated[Any, Resolve(read_words)], None)
    put = _as_function(asked, "asked", [context, words], Any)
    answer = _parameter("answer", Annotated[ElicitationResult[Any], Resolve(put)], None)
    judged = _as_function(still, "still", [*plain, context, words, answer], Any)
    return _parameter("consent", Annotated[ElicitationResult[Any], Resolve(judged)], None, keyword_only=True)


def _signature(tool: Tool) -> tuple[list[inspect.Parameter], type[Any]]:
    """A tool's parameters, less the client, and the type of its answer."""
    signature = inspect.signature(tool.function, eval_str=True)
    parameters = list(signature.parameters.values())[1:]
    return [p.replace(annotation=published_type(p.annotation)) for p in parameters], signature.return_annotation


def _parameter(name: str, annotation: Any, default: Any, *, keyword_only: bool = False) -> inspect.Parameter:
    kind = inspect.Parameter.KEYWORD_ONLY if keyword_only else inspect.Parameter.POSITIONAL_OR_KEYWORD
    return inspect.Parameter(
        name, kind, annotation=annotation, default=inspect.Parameter.empty if default is None else default
    )


def _as_function(function: Any, name: str, parameters: list[inspect.Parameter], answer: Any) -> Any:
    """Give a function that takes anything the signature that the SDK is to see; it reads each of these somewhere."""

    async def built(**given: Any) -> Any:
        return await function(**given)

    keyword = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in parameters]
    built.__name__ = built.__qualname__ = name
    built.__annotations__ = {p.name: p.annotation for p in keyword} | {"return": answer}
    built.__signature__ = inspect.Signature(keyword, return_annotation=answer)  # type: ignore[attr-defined]  # read by inspect
    return built
