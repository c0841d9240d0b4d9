"""Turns a declared tool into an MCP tool: the same parameters without the client, plus the question."""

import inspect
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Annotated, Any, Literal

from mcp.server.mcpserver import AcceptedElicitation, Context, ElicitationResult, Resolve
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.tools import Tool as McpTool
from mcp.types import CallToolResult, ToolAnnotations
from pydantic import Field, TypeAdapter

from server.arguments import Arguments
from server.configuration import Way
from server.exposed_tool import ExposedTool, hint_meta
from server.guards import consent, links, stored_texts
from server.guards.approval import ApprovalNeeded, Approving
from server.guards.consent import OpenAct, Verdict
from server.guards.open_acts import close_later
from server.guards.rights import check_still
from server.guards.rounds import Rounds
from server.guards.shape import ADDRESSED, CONFIRMED, LONG_TEXT, SHORTENED, STRANGERS
from server.guards.visible import check_visible
from server.pipeline import ACCOUNT, Pipeline
from server.schemas import slim
from server.store.acts import Earlier
from tools.kit.asking import question_of
from tools.kit.declared import DeclaredTool
from tools.kit.errors import Refused
from tools.kit.missing import collect_missing
from tools.kit.naming import published_type, with_ids
from tools.kit.page import Page
from tools.kit.picture import Album
from tools.kit.platform import ToolSource
from tools.kit.toolset import Effect, Progress, Tool
from tools.kit.webhook import Inbox

MaxText = Annotated[int, Field(ge=200, le=30_000, description="Longer texts are cut.")]
TextFrom = Annotated[int, Field(ge=0, description="Offset that a cut text names.")]
ANOTHER = "another"
Another = Annotated[bool, Field(description="Even if the same call was just made.")]
OF_TEXTS = frozenset({"max_text", "text_from"})
"""Parameters for long texts, which the pipeline handles."""


class CheckedArguments(Arguments):
    """Arguments with a check that runs right after validation, before any question."""

    look: Callable[[dict[str, Any]], None] | None = None

    def validate_arguments(self, arguments_to_validate: dict[str, Any]) -> dict[str, Any]:
        arguments = super().validate_arguments(arguments_to_validate)
        if self.look is not None:
            try:
                self.look(arguments)
            except Refused as refused:
                raise ToolError(str(refused)) from refused
        return arguments


def annotations(tool: DeclaredTool) -> ToolAnnotations:
    """The hints of a tool, for its worst case."""
    return ToolAnnotations(
        read_only_hint=tool.effect is Effect.READS,
        destructive_hint=tool.effect is not Effect.READS and tool.asks,
        idempotent_hint=tool.idempotent,
        open_world_hint=True,
    )


def expose(
    platform: ToolSource,
    tool: DeclaredTool,
    pipeline: Pipeline,
    rounds: Rounds,
    approving: Approving,
    *,
    by: Way,
    output_schema: bool,
    parameters: dict[str, Any] | None = None,
) -> McpTool:
    """Offer a declared tool as an MCP tool; `parameters` is its schema, where it is known from a record."""
    return ExposedTool.later(
        platform.name_of(tool),
        _title(platform, tool.name),
        tool.sentence,
        annotations(tool),
        partial(_build, platform, tool.name, pipeline, rounds, approving, by=by, output_schema=output_schema),
        hint=tool.hint,
        parameters=None if output_schema else parameters,
    )


def _title(platform: ToolSource, name: str) -> str:
    return f"{platform.short_title or platform.title}: {name.replace('_', ' ')}"


def _build(
    platform: ToolSource,
    name: str,
    pipeline: Pipeline,
    rounds: Rounds,
    approving: Approving,
    *,
    by: Way,
    output_schema: bool,
) -> McpTool:
    """Build the MCP tool of a declared one, which loads its platform."""
    tool = platform.tool(name)
    parameters = _parameters(tool)
    progress = next((p.name for p in parameters if p.annotation is Progress), None)
    inbox = next((p.name for p in parameters if p.annotation is Inbox), None)
    public = [p for p in parameters if p.name not in {progress, inbox}]
    if tool.long_text:
        public.append(_parameter("max_text", MaxText, LONG_TEXT))
        public.append(_parameter("text_from", TextFrom, 0))
    if tool.once:
        public.append(_parameter(ANOTHER, Another, False))
    if accounts := pipeline.clients.accounts(platform.key):
        public.append(_of_account(accounts, tool.effect))
    context = _parameter("ctx", Context)

    def injected(ctx: Any) -> dict[str, Any]:
        extra: dict[str, Any] = {} if progress is None else {progress: pipeline.progress(ctx.report_progress)}
        return extra if inbox is None else extra | {inbox: pipeline.inboxes[platform.key]}

    async def call(**given: Any) -> CallToolResult:
        ctx, verdict, account = given.pop("ctx"), given.pop("consent", None), given.pop(ACCOUNT, None)
        longest, start = given.pop("max_text", LONG_TEXT), given.pop("text_from", 0)
        another, record = tool.once and given.pop(ANOTHER, False), None
        try:
            check_still(tool)
            pipeline.clients.check_access(platform.key, account, tool.needs)
            stored_texts.check_texts(platform, tool, given, pipeline.redact)
            if isinstance(verdict, AcceptedElicitation) and isinstance(verdict.data, Earlier):
                return pipeline.repeated(verdict.data, tool)
            pipeline.budgets.check_size(platform, tool, given, account=account)
            act = await _confirmed_act(verdict, rounds) if tool.asks else None
            if tool.effect is not Effect.READS:
                await pipeline.budgets.take_write(platform, account=account)
                question = None if act is None else act.question
                record = pipeline.recording.act(
                    platform,
                    tool,
                    given,
                    account=account,
                    another=another,
                    round_key=rounds.current_key(),
                    is_shared=rounds.shared is not None,
                    question=question,
                )
                if (earlier := await record.begin()) is not None:
                    return pipeline.repeated(earlier, tool)
        except Refused as refused:
            raise ToolError(pipeline.sentence(refused)) from refused
        pipeline.budgets.keep()
        answer = await pipeline(
            platform,
            tool,
            given | injected(ctx),
            account=account,
            act=act,
            record=record,
            longest=longest,
            start=start,
        )
        if record is not None and not record.has_left:
            pipeline.budgets.keep(is_kept=False)
        return answer

    hidden = [context]
    if tool.asks:
        hidden.append(_consent(platform, tool, public, injected, pipeline, rounds, approving, by=by))
    built = _as_function(call, [*public, *hidden])
    # Not structured: the pipeline makes the structured part, and `answer_schema` its schema.
    declared = DeclaredTool.of(tool, platform.hints.get(name, ""))
    exposed = McpTool.from_function(
        built,
        title=_title(platform, name),
        description=declared.sentence,
        annotations=annotations(declared),
        meta=hint_meta(declared.hint),
        structured_output=False,
    )
    exposed.parameters = slim({"additionalProperties": False} | exposed.parameters)
    asks, is_sandbox = tool.asks, pipeline.clients.is_sandbox
    exposed.fn_metadata = CheckedArguments(
        arg_model=exposed.fn_metadata.arg_model,
        output_schema=answer_schema(tool.answer, sandbox=is_sandbox, asks=asks, accounts=bool(accounts))
        if output_schema
        else None,
        takes=exposed.parameters,
        filters=tool.effect is Effect.READS,
        look=None if tool.effect is Effect.READS else partial(check_visible, holds=pipeline.redact.holds),
    )
    return exposed


def answer_schema(
    answer: type[Any], *, sandbox: bool = False, asks: bool = False, accounts: bool = False
) -> dict[str, Any] | None:
    """The schema of a tool's structured answers as they are sent; None for an album, whose pictures are content."""
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
            "properties": {"how": {"enum": ["form", "typed", "approval", "host"]}, "what": {"type": "string"}},
        }
    if accounts:
        schema["properties"][ACCOUNT] = {"type": "string"}
    if sandbox:
        schema["properties"]["source"] = {"type": "string"}
    return slim(schema, answer=True)


async def _confirmed_act(verdict: Any, rounds: Rounds) -> OpenAct:
    """The act of a call whose question was answered with a yes that was not used before.

    Raises:
        Refused: otherwise.
    """
    judged = verdict.data if isinstance(verdict, AcceptedElicitation) else None
    if not isinstance(judged, Verdict) or not judged.passed or judged.act is None:
        await rounds.end()
        raise Refused(judged.reason if isinstance(judged, Verdict) else consent.NOBODY)
    await rounds.use()
    return judged.act


def _consent(
    platform: ToolSource,
    tool: Tool,
    public: list[inspect.Parameter],
    injected: Callable[[Any], dict[str, Any]],
    pipeline: Pipeline,
    rounds: Rounds,
    approving: Approving,
    *,
    by: Way,
) -> inspect.Parameter:
    """The hidden parameter that only a yes can fill: begin the act, ask its question, judge the answer."""

    async def begin(ctx: Context[Any, Any], given: dict[str, Any]) -> OpenAct | Earlier:
        pipeline.hand_in(given)
        another, account = tool.once and given.pop(ANOTHER, False), given.pop(ACCOUNT, None)
        pipeline.clients.check_access(platform.key, account, tool.needs)
        stored_texts.check_texts(platform, tool, given, pipeline.redact)
        pipeline.budgets.check_size(platform, tool, given, account=account)
        used = rounds.current_key() if rounds.brings_shared_yes else None
        record = pipeline.recording.act(platform, tool, given, account=account, another=another, round_key=used)
        if used is not None and (first := await record.begun_before()) is not None:
            return first  # which has changed what would be read now
        if tool.once and (earlier := await record.repeats()) is not None:
            return earlier  # nobody is asked about what was done already
        name = platform.name_of(tool)
        elsewhere = by == "ask" and not consent.can_ask(ctx) and (approving.is_reachable or links.can_open(ctx))
        refusal = None if elsewhere else consent.refusal(ctx, name, tool.effect, by)
        if refusal is not None and tool.effect is not Effect.WRITES and not tool.is_unasked(given):
            raise refusal  # before any request
        api = pipeline.clients.of(platform.key, account)
        with collect_missing() as missing:
            act = tool.act(api, await with_ids(tool.function, api, given, parts=False) | injected(ctx))
            close_later(act)
            asked = await question_of(act)
        if asked.question is None:
            return OpenAct(act, None, missing)
        if refusal is not None:
            raise refusal
        if account is not None:
            asked = replace(asked, question=f"In account {account}: {asked.question}")
        if another:
            asked = replace(asked, question=f"{await record.repetition()}{asked.question}")
        if tool.effect is Effect.SPENDS and asked.order is not None:
            left = await pipeline.budgets.take(platform, asked.order, account=account)
            asked = replace(asked, question=f"{asked.question} {left}".rstrip())
        question = pipeline.question(asked, by)
        if elsewhere:
            whole = given | {ANOTHER: another}
            question = await approving.approved(platform, tool, whole, question, account=account)
        return OpenAct(act, question, missing)

    async def begin_or_ask(ctx: Context[Any, Any], given: dict[str, Any]) -> OpenAct | Earlier:
        try:
            return await begin(ctx, dict(given))
        except ApprovalNeeded as needed:
            if not links.can_open(ctx):
                raise
            await links.ask(ctx, needed.asked, approving)
        return await begin(ctx, dict(given))

    async def again(ctx: Context[Any, Any], given: dict[str, Any]) -> OpenAct:
        fresh = await begin(ctx, dict(given))
        if isinstance(fresh, Earlier):
            raise Refused("The same call was carried out while the user was asked.")
        return fresh

    async def begun(**given: Any) -> OpenAct | Earlier:
        ctx, account = given.pop("ctx"), given.get(ACCOUNT)
        return await pipeline.guarded(platform, lambda: begin_or_ask(ctx, given), account=account)

    async def asked(ctx: Context[Any, Any], act: Any) -> Any:
        return act if isinstance(act, Earlier) else await consent.ask(ctx, act, rounds)

    async def decided(**given: Any) -> Verdict | Earlier:
        ctx, act, answer = given.pop("ctx"), given.pop("act"), given.pop("answer")
        if isinstance(act, Earlier):
            return act
        account = given.get(ACCOUNT)
        return await consent.decide(
            ctx, act, answer, lambda: pipeline.guarded(platform, lambda: again(ctx, given), account=account)
        )

    plain = [p.replace(default=inspect.Parameter.empty) for p in public if p.name not in OF_TEXTS]
    context = _parameter("ctx", Context)
    act = _parameter("act", Annotated[Any, Resolve(_as_function(begun, [*plain, context]))])
    put = _as_function(asked, [context, act])
    answer = _parameter("answer", Annotated[ElicitationResult[Any], Resolve(put)])
    decide = _as_function(decided, [*plain, context, act, answer])
    return _parameter("consent", Annotated[ElicitationResult[Any], Resolve(decide)])


def _parameters(tool: Tool) -> list[inspect.Parameter]:
    """A tool's parameters without the client."""
    parameters = list(inspect.signature(tool.function, eval_str=True).parameters.values())[1:]
    return [p.replace(annotation=published_type(p.annotation)) for p in parameters]


def _of_account(names: tuple[str, ...], effect: Effect) -> inspect.Parameter:
    """The account that a call works in: reads have a default, acts have to name one."""
    choice: Any = Literal
    if effect is Effect.READS:
        described = Annotated[choice[names], Field(description=f"Default: {names[0]}.")]
        return _parameter(ACCOUNT, described, names[0])
    return _parameter(ACCOUNT, Annotated[choice[names], Field(description="Where to do it.")])


def _parameter(name: str, annotation: Any, default: Any = inspect.Parameter.empty) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)


def _as_function(function: Any, parameters: list[inspect.Parameter]) -> Any:
    """Give a function the signature that the SDK inspects, in each of the three places where it looks."""

    async def built(**given: Any) -> Any:
        return await function(**given)

    keyword = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in parameters]
    built.__name__ = built.__qualname__ = function.__name__
    built.__annotations__ = {p.name: p.annotation for p in keyword}
    built.__signature__ = inspect.Signature(keyword)  # type: ignore[attr-defined]  # read by inspect
    return built
