"""Records every act: before its first request leaves, and with its outcome; an equal call gets the first answer."""

import hashlib
import json
import logging
import secrets
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any, Final

import anyio
from pydantic_core import to_jsonable_python

from server import callers
from server.configuration import DEFAULT_ACCOUNT
from server.guards.consent import Question
from server.guards.patterns import secrets_in
from server.guards.redact import Redactor
from server.guards.shape import ADDRESSED, STRANGERS
from server.observing import events, note_outcome
from server.store.acts import Acts, Earlier, NewAct, Outcome, TakenOver
from server.store.engine import Engine, StoreError
from server.store.ledger import current_act
from tools.kit.caller import current
from tools.kit.errors import OutcomeUnknown, Refused, TestdeskError
from tools.kit.platform import ToolSource
from tools.kit.sending import sending
from tools.kit.text import cut
from tools.kit.toolset import Tool

logger = logging.getLogger(__name__)

ALREADY_DONE: Final = "already_done"
NOT_RECORDED: Final = "not_recorded"
MOST_CHARACTERS: Final = 2_000
"""Characters of one text in a record."""
PATIENCE_SECONDS: Final = 30.0
"""How long an equal call waits for the first one."""
CATCH_UP_SECONDS: Final = 5.0


class Recording:
    """Makes the record of each act."""

    def __init__(self, engine: Engine, redact: Redactor, fingerprint: Callable[[str, str | None], str]) -> None:
        self.engine, self._acts = engine, Acts(engine)
        self._redact, self._fingerprint = redact, fingerprint

    def act(
        self,
        platform: ToolSource,
        tool: Tool,
        arguments: Mapping[str, Any],
        *,
        account: str | None = None,
        another: bool = False,
        round_key: str | None = None,
        is_shared: bool = False,
        question: Question | None = None,
    ) -> "Act":
        """The act of a call that may change something; nothing is recorded yet. `account` is one of several.

        Where its round is shared by processes, its answer is kept for whoever brings the same yes again.
        """
        plain = to_jsonable_python(dict(arguments), fallback=repr, serialize_unknown=True)
        has_secrets = any(secrets_in(arguments))
        who = callers.principal.get() or callers.local_user()
        held = _digest(who, account, self._fingerprint(platform.key, account), platform.name_of(tool), plain)
        new = NewAct(
            key=round_key or secrets.token_hex(12),
            same=held,
            principal=who,
            platform=platform.key,
            account=account or DEFAULT_ACCOUNT,
            tool=platform.name_of(tool),
            # Secrets are not compared: a digest of them would have to be stored.
            once=tool.once and not another and not has_secrets,
        )
        hide = self._redact.hiding(secrets_in(arguments))
        keeps = new.once or (is_shared and round_key is not None)
        return Act(self._acts, new, platform, tool, _redacted(plain, hide), question, hide, keeps_answer=keeps)

    async def catch_up(self) -> None:
        """Record the outcomes that could not be recorded, if the store is there again."""
        with suppress(StoreError):
            await self._acts.catch_up()

    async def follow(self) -> None:
        """Do so now and then, until cancelled."""
        while True:
            await anyio.sleep(CATCH_UP_SECONDS)
            await self.catch_up()


class Act:
    """One act, from its beginning to its outcome; follows the requests that it sends."""

    def __init__(
        self,
        acts: Acts,
        new: NewAct,
        platform: ToolSource,
        tool: Tool,
        arguments: Any,
        question: Question | None,
        hide: Callable[[str], str],
        *,
        keeps_answer: bool,
    ) -> None:
        self._keeps_answer = keeps_answer
        self._acts, self._new, self._platform, self._tool = acts, new, platform, tool
        self._arguments, self._question, self._hide = arguments, question, hide
        self._left = self._answered = self._accepted = 0
        self._is_over = False

    @property
    def has_left(self) -> bool:
        """Whether any of its requests was sent, or may have been."""
        return self._left > 0

    async def begin(self) -> Earlier | None:
        """Enter the act, or return an equal one whose answer stands; an equal one under way is waited for.

        Raises:
            Refused: when it cannot be entered, or the equal one's outcome is unknown.
        """
        try:
            return _settled(await self._waited(await self._acts.begin(self._new)), self._tool, self._platform)
        except StoreError as error:
            raise _cannot_record(error) from error

    async def begun_before(self) -> Earlier | None:
        """The act that the same yes began, in whichever process, with its answer; one under way is waited for.

        Raises:
            Refused: when its outcome is unknown.
        """
        try:
            return _settled(await self._waited(await self._acts.look(self._new.key)), self._tool, self._platform)
        except StoreError as error:
            raise _cannot_record(error) from error

    async def repeats(self) -> Earlier | None:
        """The equal act whose answer stands, looked for before any question.

        Raises:
            Refused: when its outcome is unknown.
        """
        if not self._new.once:
            return None
        try:
            return _settled(await self._waited(await self._acts.equal(self._new)), self._tool, self._platform)
        except StoreError as error:
            raise _cannot_record(error) from error

    async def repetition(self) -> str:
        """What a question says first where it is about another one of what was just done; else empty."""
        try:
            earlier = await self._acts.equal(self._new)
        except StoreError as error:
            raise _cannot_record(error) from error
        return "" if earlier is None else f"The same call was made at {_clock(earlier)}; this is another one. "

    async def _waited(self, earlier: Earlier | None) -> Earlier | None:
        until = time.monotonic() + PATIENCE_SECONDS
        while earlier is not None and earlier.state != "ended" and time.monotonic() < until:
            await anyio.sleep(0.1)
            earlier = await self._acts.look(earlier.key)
        return earlier

    @asynccontextmanager
    async def under_way(self) -> AsyncIterator[None]:
        """Follow the requests that are sent inside, and record a failure as the outcome."""
        token, act = sending.set(self), current_act.set(self._new.key)
        try:
            yield
        except BaseException as error:
            with anyio.CancelScope(shield=True):
                await self._end(self._outcome_of(error), error)
            raise
        finally:
            current_act.reset(act)
            sending.reset(token)

    async def done(self, answer: Mapping[str, Any] | None) -> str | None:
        """Record that it was carried out, and return a sentence if that could not be recorded."""
        with anyio.CancelScope(shield=True):
            note = await self._end("done", None, answer)
        return note  # noqa: RET504 - returning inside would make the scope's exit part of the type

    async def leaves(self) -> None:
        self._left += 1
        if self._left > 1:
            return
        try:
            await self._acts.sent(self._new.key, self._first_record())
        except TakenOver as error:
            self._left = 0
            raise Refused(f"{error} Nothing was sent; read the state, then call again.") from error
        except StoreError as error:
            self._left = 0
            raise _cannot_record(error) from error

    def answered(self, *, accepted: bool) -> None:
        self._answered += 1
        self._accepted += accepted

    @property
    def has_changed(self) -> bool:
        return self._accepted > 0

    def _outcome_of(self, error: BaseException) -> Outcome:
        if not self._left:
            return "not sent"
        if isinstance(error, OutcomeUnknown) or self._answered < self._left:
            return "unknown"
        if self._accepted == self._left or not isinstance(error, Exception):
            return "done"  # what failed was only the reading of the answer, or a read that followed
        return "unknown" if self._accepted else "failed"

    async def _end(
        self, outcome: Outcome, error: BaseException | None, answer: Mapping[str, Any] | None = None
    ) -> str | None:
        if self._is_over:
            return None
        self._is_over = True
        record = self._last_record(outcome, error, answer) if self._left else None
        outcome = outcome if self._left or outcome != "done" else "not sent"
        events.get().act_ended(self._new.platform, outcome)
        if outcome == "unknown":
            note_outcome("unknown")
        try:
            await self._acts.ended(self._new.key, outcome, record=record, answer=answer if self._keeps_answer else None)
            if outcome == "done" and self._tool.removes:
                await self._acts.destroyed(self._new.platform, self._new.account)
        except StoreError as failure:
            logger.error("the outcome of %s could not be recorded: %s", self._new.tool, failure)
            return f"{failure} The act itself was carried out; `testdesk ledger` shows it without its outcome."
        return None

    def _first_record(self) -> dict[str, Any]:
        record = {
            "kind": "sent",
            "when": _now(),
            "who": self._new.principal,
            "session": current.get() or "",
            "client": callers.program.get(),
            "request": callers.request.get(),
            "platform": self._new.platform,
            "account": self._new.account,
            "tool": self._new.tool,
            "effect": self._tool.effect.value,
            "arguments": self._arguments,
        }
        if self._question is not None:
            words = self._question.words
            record["consent"] = {
                "how": self._question.by,
                "by": self._question.person or self._new.principal,
                "digest": hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest(),
                "question": cut(words, MOST_CHARACTERS),
            }
        return record

    def _last_record(
        self, outcome: Outcome, error: BaseException | None, answer: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        record: dict[str, Any] = {"kind": "ended", "when": _now(), "outcome": outcome, "requests": self._left}
        if error is not None:
            text = str(error) if isinstance(error, TestdeskError) else type(error).__name__
            record["error"] = cut(self._hide(text), MOST_CHARACTERS)
        if answer is not None and (before := answer.get("before")):
            record["before"] = _shortened(before)
        if outcome == "unknown" and self._tool.verify_with is not None:
            record["settle_with"] = self._platform.name_of(self._tool.verify_with)
        return record


def _settled(earlier: Earlier | None, tool: Tool, platform: ToolSource) -> Earlier | None:
    """An earlier act whose answer can be given; None if there is none in the way.

    Raises:
        Refused: when it is still under way or its outcome is unknown.
    """
    if earlier is None or earlier.outcome == "not sent":
        return None
    when = _clock(earlier)
    if earlier.state != "ended":
        raise Refused(f"The same call of {when} is still under way; wait for it and read the state first.")
    if earlier.outcome == "done" and earlier.answer is not None:
        return earlier
    read = f"{platform.name_of(tool.verify_with)} shows whether it was done" if tool.verify_with else "check it"
    again = " Pass another: true to send it again." if tool.once else ""
    raise Refused(f"The same call was sent at {when} and its outcome is {earlier.outcome}: {read}.{again}")


def repeated(earlier: Earlier, *, once: bool) -> dict[str, Any]:
    """The answer of an equal act, marked as such; `once` where a second one may be wanted."""
    note = f"The same call of {_clock(earlier)} gave this answer; nothing was sent again."
    note += " Pass another: true for a second one." if once else ""
    answer = earlier.answer or {}
    first = {name: answer[name] for name in (STRANGERS, ADDRESSED) if name in answer}
    return {**first, ALREADY_DONE: note, **answer}


def _clock(earlier: Earlier) -> str:
    return datetime.fromtimestamp(earlier.begun_at, UTC).strftime("%H:%M:%S UTC")


def _cannot_record(error: StoreError) -> Refused:
    return Refused(
        f"{error} Acts are recorded before they are sent, so only reading works until then; the operator can name "
        "another store with TESTDESK_STORE, and `testdesk doctor` tests it."
    )


def _digest(*parts: Any) -> str:
    text = json.dumps(parts, ensure_ascii=True, sort_keys=True, separators=(",", ":"), default=repr)
    return hashlib.sha256(text.encode()).hexdigest()


def _redacted(value: Any, hide: Callable[[str], str]) -> Any:
    """The arguments as they are recorded: no secrets, and texts cut."""
    if isinstance(value, str):
        return cut(hide(value), MOST_CHARACTERS)
    if isinstance(value, Mapping):
        return {str(key): _redacted(item, hide) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_redacted(item, hide) for item in value]
    return value


def _shortened(value: Any) -> Any:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return value if len(text) <= MOST_CHARACTERS else cut(text, MOST_CHARACTERS)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
