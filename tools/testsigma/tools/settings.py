"""Lists of the workspace: names of priorities, types and statuses, users, labels."""

from typing import Annotated, get_args

from pydantic import Field

from tools.kit.model import Answer
from tools.kit.page import Cursor, Limit, Page, Selection
from tools.kit.text import Key, Untrusted
from tools.kit.toolset import Toolset
from tools.testsigma.client.settings import LookupKind
from tools.testsigma.client.testsigma import Testsigma
from tools.testsigma.models.settings import Label, User
from tools.testsigma.tools.identity import alphabetical_key, sort_key

tool = Toolset(Testsigma)


class LookupNames(Answer):
    """The names in one lookup, in their order."""

    kind: LookupKind
    words: list[Key]
    note: str | None = None


class Lookups(Answer):
    """The names that other tools take; they differ between accounts."""

    lookups: list[LookupNames]


@tool.reads()
async def list_lookups(
    api: Testsigma, kind: Annotated[LookupKind | None, Field(description="Default: all five.")] = None
) -> Lookups:
    """List the valid priorities, case types, case statuses, automation types and result statuses."""
    lookups = []
    for one in get_args(LookupKind) if kind is None else (kind,):
        listed = await api.lookups(one, fresh=True)
        rows = sorted(listed.rows, key=lambda row: row.order or 0)
        lookups.append(LookupNames(kind=one, words=[row.name or row.id for row in rows], note=listed.coverage.why))
    return Lookups(lookups=lookups)


class UserRow(Answer):
    """A user of the workspace."""

    name: Untrusted | None = None
    email: Untrusted | None = None
    status: Key | None = None
    id: Key


@tool.reads()
async def list_users(
    api: Testsigma,
    text: Annotated[str | None, Field(description="Part of name or e-mail.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[UserRow]:
    """List the users of the workspace, whom results and test cases are assigned to by e-mail or full name."""
    selection: Selection[User] = Selection(
        lambda one: (alphabetical_key(one.full_name), *sort_key(None, one.id)), limit=limit, cursor=cursor, text=text
    )
    listed = await api.users(fresh=True)
    for one in listed.rows:
        if not text or text.casefold() in f"{one.full_name} {one.email or ''}".casefold():
            selection.offer(one)
    coverage = listed.coverage.model_copy(update={"matched": selection.matched})
    return selection.page(
        lambda one: UserRow(name=one.full_name, email=one.email, status=one.status, id=one.id), coverage
    )


class LabelRow(Answer):
    """A label."""

    name: Untrusted | None = None


@tool.reads()
async def list_labels(api: Testsigma, limit: Limit = 100, cursor: Cursor = None) -> Page[LabelRow]:
    """List the labels of the workspace; new ones are made in the web app."""
    selection: Selection[Label] = Selection(
        lambda one: (alphabetical_key(one.name), *sort_key(None, one.id)), limit=limit, cursor=cursor
    )
    listed = await api.labels(fresh=True)
    for one in listed.rows:
        selection.offer(one)
    return selection.page(lambda one: LabelRow(name=one.name), listed.coverage)
