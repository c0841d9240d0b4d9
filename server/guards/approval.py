"""Guards the data and the money where the client cannot ask: a person approves one exact call outside of it."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from pydantic_core import to_jsonable_python

from server import callers
from server.configuration import DEFAULT_ACCOUNT
from server.guards.consent import Question
from server.guards.patterns import secrets_in
from server.store.approvals import MOST_PENDING, VALID_SECONDS, Approval, Approvals, NewApproval
from server.store.engine import Engine, StoreError
from tools.kit.errors import Refused
from tools.kit.invisible import clean
from tools.kit.platform import ToolSource
from tools.kit.toolset import Tool

MOST_NAME: Final = 60


class ApprovalNeeded(Refused):
    """A person has to answer a question first; the text says where."""

    def __init__(self, tool: str, asked: Approval) -> None:
        self.asked = asked
        super().__init__(
            f"{tool} needs the user's yes, and this client cannot ask for it. {_who()} to run `testdesk approve "
            f"{asked.number}` in a terminal of their own on this server's machine within "
            f"{VALID_SECONDS / 60:.0f} minutes: it shows what would be done and asks. Only a person can answer there. "
            "Then call again with the same arguments."
        )


def _who() -> str:
    """Who is at this server's machine."""
    person = callers.person.get()
    is_shared = person is not None and person.is_team
    return "Tell the user to ask whoever runs this server" if is_shared else "Tell the user"


class Approving:
    """Asks for the approval of a call, and uses it up when the call comes again."""

    def __init__(self, engine: Engine, fingerprint: Callable[[str, str | None], str]) -> None:
        self._engine, self._approvals, self._fingerprint = engine, Approvals(engine), fingerprint
        self._own = secrets.token_bytes(32)
        """Never stored, so that what is stored says nothing about a short secret among the arguments."""

    @property
    def is_reachable(self) -> bool:
        """Whether `testdesk approve` can reach the store of this server."""
        return self._engine.is_shared

    async def answer(self, asked: Approval, *, yes: bool, by: str) -> None:
        """Record what a person answered to this process itself."""
        await self._approvals.answer(asked.number, yes=yes, by=by)

    async def approved(
        self,
        platform: ToolSource,
        tool: Tool,
        arguments: Mapping[str, Any],
        question: Question,
        *,
        account: str | None = None,
    ) -> Question:
        """The question of a call as a person has approved it; that approval is used up.

        Raises:
            ApprovalNeeded: when nobody has answered it yet.
            Refused: when the answer was no, or nobody can be asked.
        """
        who, name = callers.principal.get() or callers.local_user(), platform.name_of(tool)
        new = NewApproval(
            binding=self.binding(who, platform.key, name, arguments, question.words, account=account),
            words=question.words,
            # A name that is shown otherwise than it is would be stored with what was masked in it.
            names=tuple(sorted(name for name in question.names if name in question.words)),
            principal=who,
            client=clean(callers.program.get())[:MOST_NAME],
            tool=name,
            account=account or DEFAULT_ACCOUNT,
        )
        try:
            if (person := await self._approvals.use(new.binding, who)) is not None:
                return replace(question, by="approval", person=person)
            asked = await self._approvals.ask(new)
        except StoreError as error:
            raise Refused(
                f"{error} An approval is kept there; the operator can name another store with TESTDESK_STORE."
            ) from error
        if asked is None:
            raise Refused(
                f"{name} needs the user's yes, and {MOST_PENDING} other questions wait for one already. The user "
                "answers them with `testdesk approve` in a terminal."
            )
        if asked.state == "declined":
            raise Refused("The user said no to this call.")
        raise ApprovalNeeded(name, asked)

    def binding(
        self,
        who: str,
        platform: str,
        tool: str,
        arguments: Mapping[str, Any],
        words: str,
        *,
        account: str | None = None,
    ) -> str:
        """A digest of all that an approval is for; the words carry the state of the object."""
        plain = to_jsonable_python(dict(arguments), fallback=repr, serialize_unknown=True)
        hidden = [
            hmac.new(self._own, secret.encode("utf-8", "surrogatepass"), "sha256").hexdigest()
            for secret in secrets_in(arguments)
        ]
        bound = [who, account, self._fingerprint(platform, account), tool, plain, hidden, words]
        text = json.dumps(bound, ensure_ascii=True, sort_keys=True, separators=(",", ":"), default=repr)
        return hashlib.sha256(text.encode()).hexdigest()
