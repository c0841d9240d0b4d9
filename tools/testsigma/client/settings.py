"""Lookups, users and labels over HTTP: lists of the workspace, read-only."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final, Literal

from tools.kit.client import ApiClient
from tools.kit.request import QueryParams
from tools.testsigma.client.cache import CachedList, ListCache
from tools.testsigma.models.settings import Label, Labels, Lookup, Lookups, User, Users

LookupKind = Literal["priority", "type", "status", "automation", "result_status"]
LONG_PAGE: Final = 200
"""Lists of users do not tell their length, so they are read in large pages."""


class SettingsCalls(ApiClient):
    """The endpoints of settings; each list is cached for a few minutes."""

    lookup_caches: Mapping[LookupKind, ListCache[Lookup]]
    user_cache: ListCache[User]
    label_cache: ListCache[Label]

    async def automation_types_page(self, query: QueryParams) -> Lookups:
        """GET /test_cases/automation_types"""
        return await self.get("/test_cases/automation_types", query=query, into=Lookups)

    async def case_types_page(self, query: QueryParams) -> Lookups:
        """GET /test_cases/types"""
        return await self.get("/test_cases/types", query=query, into=Lookups)

    async def case_statuses_page(self, query: QueryParams) -> Lookups:
        """GET /test_cases/statuses"""
        return await self.get("/test_cases/statuses", query=query, into=Lookups)

    async def priorities_page(self, query: QueryParams) -> Lookups:
        """GET /test_cases/priorities"""
        return await self.get("/test_cases/priorities", query=query, into=Lookups)

    async def result_statuses_page(self, query: QueryParams) -> Lookups:
        """GET /test_runs/statuses, which are the statuses of results, not of runs"""
        return await self.get("/test_runs/statuses", query=query, into=Lookups)

    async def users_page(self, query: QueryParams) -> Users:
        """GET /users"""
        return await self.get("/users", query=query, into=Users)

    async def labels_page(self, query: QueryParams) -> Labels:
        """GET /labels"""
        return await self.get("/labels", query=query, into=Labels)

    async def lookups(self, kind: LookupKind, *, fresh: bool = False) -> CachedList[Lookup]:
        """The rows of one lookup."""
        pages: dict[LookupKind, Callable[[QueryParams], Awaitable[Lookups]]] = {
            "priority": self.priorities_page,
            "type": self.case_types_page,
            "status": self.case_statuses_page,
            "automation": self.automation_types_page,
            "result_status": self.result_statuses_page,
        }
        return await self.lookup_caches[kind].read(pages[kind], fresh=fresh)

    async def users(self, *, fresh: bool = False) -> CachedList[User]:
        """The users of the workspace."""
        return await self.user_cache.read(self.users_page, size=LONG_PAGE, fresh=fresh)

    async def labels(self, *, fresh: bool = False) -> CachedList[Label]:
        """The labels of the workspace."""
        return await self.label_cache.read(self.labels_page, size=LONG_PAGE, fresh=fresh)
