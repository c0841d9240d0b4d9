"""Lookups, users and labels over HTTP: lists of the workspace, read-only."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final, Literal

from tools.kit.client import ApiClient, QueryParams
from tools.kit.walk import Walked
from tools.testsigma.client.cache import CachedList, ListCache
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
"""Lists of users do not tell their length, so they are read in large pages."""


class SettingsCalls(ApiClient):
    """The endpoints of settings; each list is cached for a few minutes."""

    lookup_caches: Mapping[LookupKind, ListCache[Lookup]]
    user_cache: ListCache[User]
    label_cache: ListCache[Label]

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
        """GET /test_runs/statuses, which are the statuses of results, not of runs"""
        return await self.get("/test_runs/statuses", query=query, into=ResultStatuses)

    async def users_page(self, query: QueryParams) -> Users:
        """GET /users"""
        return await self.get("/users", query=query, into=Users)

    async def labels_page(self, query: QueryParams) -> Labels:
        """GET /labels"""
        return await self.get("/labels", query=query, into=Labels)

    async def lookups(self, kind: LookupKind, *, fresh: bool = False) -> CachedList[Lookup]:
        """The rows of one lookup."""
        pages: dict[LookupKind, Callable[[QueryParams], Awaitable[Listed[Lookup]]]] = {
            "priority": self.priorities_page,
            "type": self.case_types_page,
            "status": self.case_statuses_page,
            "automation": self.automation_types_page,
            "result_status": self.result_statuses_page,
        }

        async def walk(on_row: Callable[[Lookup], None]) -> Walked:
            return await PageTurner(pages[kind], on_row, key=lambda row: row.id).run()

        return await self.lookup_caches[kind].read(walk, fresh=fresh)

    async def users(self, *, fresh: bool = False) -> CachedList[User]:
        """The users of the workspace."""

        async def walk(on_row: Callable[[User], None]) -> Walked:
            return await PageTurner(self.users_page, on_row, key=lambda user: user.id, size=LONG_PAGE).run()

        return await self.user_cache.read(walk, fresh=fresh)

    async def labels(self, *, fresh: bool = False) -> CachedList[Label]:
        """The labels of the workspace."""

        async def walk(on_row: Callable[[Label], None]) -> Walked:
            return await PageTurner(self.labels_page, on_row, key=lambda label: label.id, size=LONG_PAGE).run()

        return await self.label_cache.read(walk, fresh=fresh)
