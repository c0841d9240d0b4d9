"""Guards the account: what a person of a shared server has no right to is not there, in lists, calls and answers."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, Final

from mcp.server.context import CallNext, HandlerResult, ServerRequestContext

from server import callers
from server.faces import CALL
from server.guards.mentions import hiding
from server.team import present
from server.team.person import Person
from server.team.rights import ALL, Right, right_of
from server.team.withdrawal import LISTEN
from tools.kit.declared import DeclaredTool
from tools.kit.errors import Refused
from tools.kit.platform import Platform, ToolSource
from tools.kit.toolset import Tool

MOST_SECONDS: Final = 300
"""How long a client may keep a list: after that a right that was given or withdrawn is seen."""
WITHDRAWN: Final = "Nothing was sent: the right to do this was withdrawn meanwhile."
CHANGES: Final = ALL - {"read"}
SUBSCRIBE: Final = frozenset({"resources/subscribe", "resources/unsubscribe"})


class Rights:
    """Which right each tool takes, and what the person of the present request may do."""

    def __init__(
        self,
        sources: Sequence[ToolSource],
        own: Collection[str],
        instructions: Callable[[], str],
        lacking: Callable[[], frozenset[str]] = frozenset,
    ) -> None:
        """`own` are the server's own tools, which read; `instructions` makes the words for the present person.

        `lacking` are the platforms for which the person has no credential, while others have one.
        """
        self._sources, self._own, self._instructions, self.lacking = sources, own, instructions, lacking
        self._hidden: dict[frozenset[Right], frozenset[str]] = {}

    @cached_property
    def _needed(self) -> Mapping[str, Collection[Right]]:
        """Of each tool the rights of which one is enough; a server without people never looks."""
        needed: dict[str, Collection[Right]] = {name: {"read"} for name in self._own}
        needed |= {source.name_of(tool): {right_of(tool)} for source in self._sources for tool in source.declared.tools}
        # Tools that only read are called through another one.
        return needed | {CALL: CHANGES}

    def may(self, name: str) -> bool:
        """Whether the person may call a tool, as far as rights go."""
        return name not in self.hidden()

    def hidden(self) -> frozenset[str]:
        """The tools that are not there for the person."""
        someone = _limited()
        if someone is None:
            return frozenset()
        rights = someone.rights & ALL  # a token may name any number of others
        if rights not in self._hidden:
            self._hidden[rights] = frozenset(
                name for name, any_of in self._needed.items() if not _gives(rights, any_of)
            )
        return self._hidden[rights]

    def unlisted(self) -> frozenset[str]:
        """The tools that lists leave out for the person: what is not there, and what could only be refused.

        The latter can be called, and the refusal says who adds the credential that is missing.
        """
        lacking = self.lacking()
        if not lacking:
            return self.hidden()
        sources = (source for source in self._sources if source.key in lacking)
        return self.hidden() | {source.name_of(tool) for source in sources for tool in source.declared.tools}

    def lists(self, name: str) -> bool:
        """Whether the person is listed a tool, or finds it."""
        return name not in self.unlisted()

    async def apply(self, ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        """Middleware: nothing that is said in a request names what its person may not call."""
        someone = callers.person.get()
        if someone is None or not someone.is_team:
            return await call_next(ctx)
        if not may_read():
            if ctx.method in SUBSCRIBE:
                return {}
            if ctx.method == LISTEN and isinstance(ctx.params, Mapping):
                ctx = replace(ctx, params={**ctx.params, "notifications": {}})
        with hiding(self.hidden()):
            result = await call_next(ctx)
            if not isinstance(result, dict):
                return result
            if ctx.method in {"initialize", "server/discover"} and "instructions" in result:
                result["instructions"] = self._instructions()
        if isinstance(keeps := result.get("ttlMs"), int):
            result["ttlMs"] = min(keeps, MOST_SECONDS * 1000)
        return result


def may_read() -> bool:
    """Whether the person of the present request may read; without that right nothing is there."""
    someone = _limited()
    return someone is None or someone.may("read")


def may_change() -> bool:
    """Whether the person of the present request may do more than read."""
    someone = _limited()
    return someone is None or bool(CHANGES & someone.rights)


def may_use(tool: DeclaredTool) -> bool:
    """Whether the person of the present request has the right that a tool takes."""
    someone = _limited()
    return someone is None or _gives(someone.rights, {right_of(tool)})


def has_own_account(platform: Platform) -> bool:
    """Whether the person of the present request works on a platform with a credential of their own."""
    someone = callers.person.get()
    return someone is not None and bool(someone.own(frozenset(one.variable for one in platform.credentials)))


def check_still(tool: Tool) -> None:
    """Look at the rights as they are now: a question may have waited for its answer.

    Raises:
        Refused: when the right was withdrawn since the call came.
    """
    someone = callers.person.get()
    if someone is None or not someone.is_team:
        return
    if not _gives(present.rights_of(someone), {right_of(tool)}):
        raise Refused(WITHDRAWN)


def _limited() -> Person | None:
    """The person of the present request, unless every right is there."""
    someone = callers.person.get()
    return None if someone is None or not someone.is_team or someone.rights >= ALL else someone


def _gives(rights: frozenset[Right], any_of: Iterable[Right]) -> bool:
    """Whether rights suffice for what takes any of these; nobody acts on what they may not read."""
    return "read" in rights and not rights.isdisjoint(any_of)
