"""Lookups, users and labels over HTTP: what a workspace has for all projects, to be read only."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final, Literal

from tools.kit.client import ApiClient, QueryParams
from tools.kit.walk import Walked
from tools.testsigma.client.memory import Kept, Memory
from tools.testsigma.client.paging import PageTurner
from tools.testsigma.models.listing import Listed
from tools.testsigma.models.settings import (
    AutomationTypes,
    CaseStatuses,
    CaseTypes,
    Label,
    Labels,
    Lookup,
    Priorities,
    ResultStatuses,
    User,
    Users,
)

LookupKind = Literal["priority", "type", "status", "automation", "result_status"]
LONG_PAGE: Final = 200
"""Users come without a word on how many there are, so that as many as may be are asked for at once."""


class SettingsCalls(ApiClient):
    """The calls around settings; each list is read once in a few minutes."""

    known_lookups: Mapping[LookupKind, Memory[Lookup]]
    known_users: Memory[User]
    known_labels: Memory[Label]

    async def automation_types_page(self, query: QueryParams) -> AutomationTypes:
        """GET /test_cases/automation_types"""
        return await self.get("/test_cases/automation_types", query=query, into=AutomationTypes)

    async def case_types_page(self, query: QueryParams) -> CaseTypes:
        """GET /test_cases/types"""
        return await self.get("/test_cases/types", query=query, into=CaseTypes)

    async def case_statuses_page(self, query: QueryParams) -> CaseStatuses:
        """GET /test_cases/statuses"""
        return await self.get("/test_cases/statuses", query=query, into=CaseStatuses)

    async def priorities_page(self, query: QueryParams) -> Priorities:
        """GET /test_cases/priorities"""
        return await self.get("/test_cases/priorities", query=query, into=Priorities)

    async def result_statuses_page(self, query: QueryParams) -> ResultStatuses:
        """GET /test_runs/statuses, the statuses of results, not those of runs"""
        return await self.get("/test_runs/statuses", query=query, into=ResultStatuses)

    async def users_page(self, query: QueryParams) -> Users:
        """GET /users"""
        return await self.get("/users", query=query, into=Users)

    async def labels_page(self, query: QueryParams) -> Labels:
        """GET /labels"""
        return await self.get("/labels", query=query, into=Labels)

    async def lookups(self, kind: LookupKind, *, anew: bool = False) -> Kept[Lookup]:
        """The rows of one list, in the order in which people see them."""
        pages: dict[LookupKind, Callable[[QueryParams], Awaitable[Listed[Lookup]]]] = {
            "priority": self.priorities_page,
            "type": self.case_types_page,
            "status": self.case_statuses_page,
            "automation": self.automation_types_page,
            "result_status": self.result_statuses_page,
        }

        async def walk(keep: Callable[[Lookup], None]) -> Walked:
            return await PageTurner(pages[kind], keep, key=lambda row: row.id).run()

        return await self.known_lookups[kind].recall(walk, anew=anew)

    async def users(self, *, anew: bool = False) -> Kept[User]:
        """The users of the workspace."""

        async def walk(keep: Callable[[User], None]) -> Walked:
            return await PageTurner(self.users_page, keep, key=lambda user: user.id, size=LONG_PAGE).run()

        return await self.known_users.recall(walk, anew=anew)

    async def labels(self, *, anew: bool = False) -> Kept[Label]:
        """The labels of the workspace."""

        async def walk(keep: Callable[[Label], None]) -> Walked:
            return await PageTurner(self.labels_page, keep, key=lambda label: label.id, size=LONG_PAGE).run()

        return await self.known_labels.recall(walk, anew=anew)
