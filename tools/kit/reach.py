"""Some of a platform's products or projects: the only ones that an operator lets anything be read from or sent to.

Each platform has a table of its requests: which of them say their product, where, and which concern none. A request
that no row knows is refused, since it could concern any.
"""

import json
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tools.kit.errors import NotFound, Refused
from tools.kit.missing import Missing, note_missing
from tools.kit.network import Account
from tools.kit.parsing import load_json

Document = Any
Read = Callable[[str], Awaitable[Document]]
"""Reads a document, whatever may be reached."""
Owner = Callable[[Mapping[str, Any]], object]
"""The product or project of a row, by any of its names; None if it does not say."""


@dataclass(frozen=True)
class Rule:
    """Where the requests of one form say what they concern."""

    request: str
    """A pattern of method and path; its group `owner` is the product or project, `id` an object's id."""
    query: str = ""
    """The parameter that names it."""
    body: str = ""
    """The field of the body that names it."""
    look_up: str = ""
    """The path of the object that says it, with {} for each id: of `id`, or of `ids`."""
    ids: str = ""
    """The parameter, or the field of the body, that has ids; of rows, with [] between."""
    answers: bool = False
    """Whether the answer says it: rows of others are left out, an object of another is refused."""
    is_shared: bool = False
    """Whether it concerns none."""

    def match(self, request: str) -> re.Match[str] | None:
        return re.fullmatch(self.request, request)


@dataclass(frozen=True)
class Reachable:
    """How a platform's requests say their product or project."""

    rules: tuple[Rule, ...]
    owner: Owner
    names: Callable[[Mapping[str, Any]], Iterable[object]]
    """All names of a product or project, from its own row."""
    directory: str | None = None
    """The path of the list of all of them; None where a path says the name that people use."""


@dataclass
class Reach:
    """The products or projects that may be reached, of one account."""

    only: frozenset[str]
    how: Reachable
    word: str
    """What they are called, in the plural."""
    _known: dict[str, bool] = field(default_factory=dict)

    async def apply(
        self,
        request: str,
        query: Sequence[tuple[str, Any]],
        body: Any,
        read: Read,
        send: Callable[[], Awaitable[bytes]],
    ) -> bytes:
        """Send a request, if it concerns what may be reached; its answer without what belongs to others."""
        rule = await self.rule_for(request, query, body, read)
        return await self.within(rule, await send(), read)

    async def rule_for(self, request: str, query: Sequence[tuple[str, Any]], body: Any, read: Read) -> Rule:
        """Find how a request says what it concerns, and check it as far as the request says it.

        Raises:
            Refused: for one that concerns others, or may.
        """
        for rule in self.how.rules:
            if (match := rule.match(request)) is not None:
                await self._check(rule, match.groupdict(), query, body, read)
                return rule
        raise Refused(
            f"The operator allows some {self.word} only, and it is not known which of them this concerns "
            f"({request.partition(' ')[0]}); it is not available here."
        )

    async def _check(
        self, rule: Rule, named: Mapping[str, str], query: Sequence[tuple[str, Any]], body: Any, read: Read
    ) -> None:
        owners: list[object] = [named["owner"]] if "owner" in named else []
        if rule.query:
            owners += [value for name, value in query if name == rule.query] or [None]
        if rule.body:
            owners += values_at(body, rule.body) or [None]
        if rule.look_up:
            stated = [value for name, value in query if name == rule.ids] + values_at(body, rule.ids)
            ids = [named["id"]] if "id" in named else stated
            owners += [self.owner_of(await read(rule.look_up.format(one))) for one in ids] or [None]
        for owner in owners:
            if not await self.allows(owner, read):
                raise self.outside()

    async def allows(self, owner: object, read: Read) -> bool:
        """Whether a product or project may be reached, by any of its names."""
        name = str(owner).lower()
        if owner is None:
            return False
        if self.how.directory is None or name in self.only:
            return name in self.only
        if name not in self._known:
            for row in rows_of(await read(self.how.directory)) or []:
                names = {str(one).lower() for one in self.how.names(row) if one is not None}
                self._known |= dict.fromkeys(names, not names.isdisjoint(self.only))
        return self._known.setdefault(name, False)

    def owner_of(self, document: Document) -> object:
        """The product or project of an object, which may be in an envelope."""
        if not isinstance(document, dict):
            return None
        owner = self.how.owner(document)
        inner = next((value for value in document.values() if isinstance(value, dict)), None)
        return self.how.owner(inner) if owner is None and len(document) == 1 and inner is not None else owner

    async def within(self, rule: Rule, raw: bytes, read: Read) -> bytes:
        """An answer without the rows of others, which are counted as missing.

        Raises:
            NotFound: for an object of another.
        """
        if not rule.answers:
            return raw
        document = load_json(raw)
        rows = rows_of(document)
        if rows is None:
            if not await self.allows(self.owner_of(document), read):
                raise self.outside()
            return raw
        kept = [row for row in rows if await self.allows(self.how.owner(row), read)]
        if len(kept) == len(rows):
            return raw
        note_missing(Missing(beyond=len(rows) - len(kept)))
        rows[:] = kept
        return json.dumps(document).encode()

    def outside(self) -> NotFound:
        """The refusal of what belongs to others; what it is stays unknown."""
        return NotFound(
            f"This belongs to none of the {self.word} that the operator allows here ([budgets] in testdesk.toml).",
            status=404,
        )


def reach_of(account: Account, how: Reachable | None) -> Reach | None:
    """What may be reached of an account by requests that say their product or project; None: everything."""
    return Reach(account.only, how, account.containers) if how is not None and account.only else None


def rows_of(document: Document) -> list[dict[str, Any]] | None:
    """The rows of a list, bare or in an envelope; None for an object."""
    if isinstance(document, list):
        return document
    if not isinstance(document, dict):
        return None
    if "id" in document:
        return None
    lists = [value for value in document.values() if isinstance(value, list)]
    if len(lists) == 1 and all(isinstance(row, dict) for row in lists[0]):
        return lists[0]
    inner = [rows for value in document.values() if isinstance(value, dict) and (rows := rows_of(value)) is not None]
    return inner[0] if len(inner) == 1 and not lists else None


def values_at(body: Any, place: str) -> list[object]:
    """The values at a place in a body: `project`, `rows[].bug_id`."""
    first, _, rest = place.partition("[].")
    value = body.get(first) if isinstance(body, Mapping) else None
    if rest:
        return [one for row in value or [] for one in values_at(row, rest)] if isinstance(value, list) else []
    return [] if value is None else [value]
