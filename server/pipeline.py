"""The request pipeline: call, redact, shape; the only place where a tool's failure becomes a sentence."""

import json
import logging
import math
import secrets
from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping
from contextlib import nullcontext
from functools import cache
from http import HTTPStatus
from inspect import signature
from typing import Any, TypeVar, cast

import anyio
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import CallToolResult, ContentBlock, ImageContent, TextContent
from pydantic import BaseModel

from server.callers import shows_views
from server.clients import Clients
from server.configuration import Way
from server.guards.budgets import Budgets
from server.guards.consent import OpenAct, Question, bounded
from server.guards.fence import quote_others, render_for_model, render_question
from server.guards.mentions import permitted
from server.guards.patterns import secrets_in
from server.guards.recording import NOT_RECORDED, Act, Recording, repeated
from server.guards.redact import Redactor
from server.guards.shape import CONFIRMED, LONG_TEXT, MOST, MOST_OF_A_WRITE, shape
from server.observing import note_failure
from server.settings import ANSWER_CHARACTERS
from server.store.acts import Earlier
from tools.kit.asking import Ask, answer_of
from tools.kit.difference import only_changed
from tools.kit.errors import ACCEPTED, OutcomeUnknown, Refused, TestdeskError, Unauthorized
from tools.kit.kept import ListCall, listing
from tools.kit.missing import collect_missing, note_missing
from tools.kit.naming import with_ids
from tools.kit.page import Page
from tools.kit.picture import Album
from tools.kit.platform import ToolSource
from tools.kit.shortened import LEFT_OUT
from tools.kit.text import learn_secrets, quote
from tools.kit.toolset import Effect, Progress, Tool
from tools.kit.webhook import Inbox

T = TypeVar("T")

logger = logging.getLogger(__name__)

ACCOUNT = "account"
OF_INBOX = "; the inbox is that of all accounts"
LONGEST_NAME = 300
"""Characters of a name that a user is asked to type."""


class Pipeline:
    """Runs every tool, question and resource; nothing leaves it unredacted."""

    def __init__(
        self,
        clients: Clients,
        redact: Redactor,
        inboxes: Mapping[str, Inbox],
        recording: Recording,
        budgets: Budgets,
        *,
        most: int = MOST,
    ) -> None:
        self.clients, self.redact, self.inboxes, self.most = clients, redact, inboxes, most
        self.recording, self.budgets = recording, budgets

    async def __call__(
        self,
        platform: ToolSource,
        tool: Tool,
        arguments: dict[str, Any],
        *,
        account: str | None = None,
        act: OpenAct | None = None,
        record: Act | None = None,
        longest: int = LONG_TEXT,
        start: int = 0,
    ) -> CallToolResult:
        """Run a tool, or continue a confirmed act, and shape its answer.

        `account` is the one to work in where the platform has several, `record` that of a tool that changes.
        """
        name = platform.name_of(tool)
        self.hand_in(arguments)
        most = self.most if tool.effect is Effect.READS else max(self.most, MOST_OF_A_WRITE)
        continues = arguments.get("cursor") is not None
        of_list = ListCall(most, continues, tool=name, account=account or "") if self._has_pages(tool) else None
        try:
            with learn_secrets(self.redact.learn), collect_missing() as missing, listing(of_list):
                async with nullcontext() if record is None else record.under_way():
                    if act is not None:
                        note_missing(act.missing)
                        answer = await answer_of(act.act)
                    else:
                        api = self.clients.of(platform.key, account)
                        function = cast(Callable[..., Awaitable[Any]], tool.function)
                        # Writes take whole names: part of a name may match something else later.
                        named = await with_ids(function, api, arguments, parts=tool.effect is Effect.READS)
                        answer = await function(api, **named)
            if tool.effect is not Effect.READS:
                self.redact.was_sent()
                answer = only_changed(answer)
            if tool.effect is not Effect.READS and anyio.current_effective_deadline() == -math.inf:
                logger.warning("%s was carried out, though its caller had gone by then", name)
            how = "pass text_from={start}" if tool.long_text else ""
            if tool.full_text_in:
                how = f"{platform.name_of(tool.full_text_in)} has it"
            extra: dict[str, Any] = {CONFIRMED: act.question.confirmed} if act is not None and act.question else {}
            extra |= {ACCOUNT: account + (OF_INBOX if self._has_inbox(tool) else "")} if account else {}
            extra |= {"source": "sandbox, invented data"} if self.clients.is_sandbox else {}
            if missing.sentence:
                extra |= not_read(answer, missing.sentence)
            more = self._more(tool)
            shaped = shape(
                answer, self.redact, extra=extra, longest=longest, start=start, how=how, more=more, most=most
            )
            if record is not None and (unrecorded := await record.done(shaped.data)):
                extra |= {NOT_RECORDED: unrecorded}
                shaped = shape(
                    answer, self.redact, extra=extra, longest=longest, start=start, how=how, more=more, most=most
                )
        except Exception as error:  # noqa: BLE001 - said to the model as a sentence, logged where it is unforeseen
            if record is not None:
                await record.done(None)  # the act was carried out, and its answer could not be made
            has_changed = record is not None and record.has_changed
            sentence = self.sentence(error, platform, tool, arguments, account=account, has_changed=has_changed)
            return CallToolResult(content=[TextContent(type="text", text=sentence)], is_error=True)
        content: list[ContentBlock] = [TextContent(type="text", text=shaped.text)]
        if isinstance(answer, Album) and self.redact.leaves_out and not answer.is_drawn:
            return CallToolResult(content=[*content, TextContent(type="text", text=f"{LEFT_OUT}: pictures")])
        if isinstance(answer, Album):
            # No structured content: some hosts would then hide the pictures.
            for picture in answer.pictures:
                data = b64encode(picture.data).decode()
                content.append(ImageContent(type="image", data=data, mime_type=picture.mime))
            return CallToolResult(content=content)
        if tool.view is not None and shows_views.get():
            # The page has the rows, and the model need not pay for them.
            content = [TextContent(type="text", text=permitted(tool.view.says(shaped.data)))]
        return CallToolResult(content=content, structured_content=shaped.data)

    def repeated(self, earlier: Earlier, tool: Tool) -> CallToolResult:
        """The answer of an equal act, which is not carried out a second time."""
        data = repeated(earlier, once=tool.once)
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        return CallToolResult(content=[TextContent(type="text", text=text)], structured_content=data)

    @staticmethod
    @cache
    def _has_pages(tool: Tool) -> bool:
        """Whether a tool answers a page of a list."""
        return tool.effect is Effect.READS and "cursor" in signature(tool.function).parameters

    @staticmethod
    @cache
    def _has_inbox(tool: Tool) -> bool:
        """Whether a tool works with what a platform has pushed, which names no account."""
        return any(p.annotation is Inbox for p in signature(tool.function, eval_str=True).parameters.values())

    @staticmethod
    @cache
    def _more(tool: Tool) -> str:
        """Say how to get the rest of an answer without a cursor."""
        bounds = [
            name for name in ("limit", "at_most", "groups", "depth") if name in signature(tool.function).parameters
        ]
        smaller = f"ask with a smaller {bounds[0]}, or " if bounds and tool.effect is Effect.READS else ""
        return f"For the rest {smaller}set {ANSWER_CHARACTERS} higher than {MOST}."

    def hand_in(self, arguments: Mapping[str, Any]) -> None:
        """Hide the secrets in a caller's arguments, before anything in this call can repeat them."""
        self.redact.hand_in(secrets_in(arguments))

    async def guarded(self, platform: ToolSource, read: Callable[[], Awaitable[T]], *, account: str | None = None) -> T:
        """Read something for a call outside of it, such as its question.

        Raises:
            ToolError: with a redacted sentence, whatever failed.
        """
        try:
            with learn_secrets(self.redact.learn):
                return await read()
        except Exception as error:
            raise ToolError(self.sentence(error, platform, account=account)) from error

    def for_person(self, words: str) -> str:
        """Render a question: redacted, with quotation marks around others' texts."""
        source = " [sandbox: nothing real happens]" if self.clients.is_sandbox else ""
        return render_question(words, self.redact) + source

    def question(self, asked: Ask, by: Way = "ask") -> Question:
        """The question of an act, as it is put to the user, or as the host may show it."""
        if by == "client":
            return Question(self.for_person(asked.question or ""), "host")
        name = quote(asked.typed or "", at_most=LONGEST_NAME)
        shown = render_question(name, self.redact)[1:-1].strip()
        if not shown:
            return Question(bounded(self.for_person(asked.question or "")))
        words = bounded(self.for_person(f"{asked.question} To confirm, type its name: {name}"))
        return Question(words, names=frozenset({shown, (asked.typed or "").strip()}))

    def progress(self, report: Progress) -> Progress:
        """Wrap a Progress so that its messages are redacted."""

        async def say(done: float, total: float | None = None, message: str | None = None) -> None:
            await report(done, total, message and self.redact(quote_others(message, self.redact)))

        return say

    def sentence(
        self,
        error: Exception,
        platform: ToolSource | None = None,
        tool: Tool | None = None,
        arguments: Mapping[str, Any] | None = None,
        *,
        account: str | None = None,
        has_changed: bool = False,
    ) -> str:
        """The sentence for a failure; an unexpected one is logged and gets a reference number.

        It says so if the platform has accepted a change of the same call before.
        """
        note_failure(error)
        if not isinstance(error, TestdeskError):
            reference = secrets.token_hex(4)
            logger.error("unexpected failure %s", reference, exc_info=error)
            # A write may have taken effect before the failure.
            settle = self._settled(platform, tool)
            return f"Unexpected error in Testdesk; see {reference} in its log.{settle}"
        sentence = str(error)
        if isinstance(error, Unauthorized) and platform is not None:
            credential = self.clients.credential_of(platform.key)
            is_right = error.status == HTTPStatus.FORBIDDEN  # a valid credential whose user may not do this
            advice = (
                f" It was asked with {credential}." if is_right else f" Check {credential}; `testdesk doctor` tests it."
            )
            sentence += advice if credential else ""
        if isinstance(error, OutcomeUnknown):
            sentence += self._settled(platform, tool)
        elif has_changed and ACCEPTED not in sentence:
            sentence = error.sentence if isinstance(error, Refused) else sentence
            shows = f"; {platform.name_of(tool.verify_with)} shows it" if platform and tool and tool.verify_with else ""
            sentence += f" Before that, the platform accepted a change of this call{shows}. Do not send it again."
        sentence += f" Account: {account}." if account else ""
        # A platform may repeat an argument in its error.
        return render_for_model(sentence, self.redact, theirs=self.redact.hiding(secrets_in(arguments)))

    @staticmethod
    def _settled(platform: ToolSource | None, tool: Tool | None) -> str:
        if platform is None or tool is None or tool.effect is Effect.READS:
            return ""
        if tool.verify_with is None:
            return " The API does not show whether it was done: check in the platform's web app before trying again."
        return f" {platform.name_of(tool.verify_with)} shows whether it was done; check before trying again."


def not_read(answer: BaseModel, missing: str) -> dict[str, str]:
    """Report what could not be read: in the coverage of a list, or in a field of any other answer."""
    if isinstance(answer, Page):
        answer.coverage.lacks(missing)
        return {}
    return {"not_read": missing}
