"""Runs and their groups over family A."""

from typing import Any

from tools.kit.request import QueryParams
from tools.testomatio.client.families import Families
from tools.testomatio.models.documents import Listed, Nothing
from tools.testomatio.models.runs import Run, Rungroup, StatsRow

PER_PAGE = 100
"""The largest page of family A."""


def on(branch: str | None) -> list[tuple[str, str | int]]:
    """The branch as a query; the default is main."""
    return [("branch", branch)] if branch else []


def paged(page: int, per_page: int) -> list[tuple[str, str | int]]:
    return [("page", page), ("per_page", per_page)]


class RunCalls(Families):
    """Calls of runs and rungroups."""

    async def runs_page(self, project: str, filters: QueryParams, page: int, per_page: int = PER_PAGE) -> Listed[Run]:
        """GET /api/v2/{project_id}/runs"""
        query = [*filters, *paged(page, per_page)]
        return await self.get_v2(project, "runs", query=query, into=Listed[Run], listed=True)

    async def create_run(self, project: str, fields: dict[str, Any], *, branch: str | None = None) -> Run:
        """POST /api/v2/{project_id}/runs"""
        return await self.write_v2("POST", project, "runs", query=on(branch), body=fields, into=Run)

    async def run(self, project: str, run_id: str, *, branch: str | None = None) -> Run:
        """GET /api/v2/{project_id}/runs/{id}"""
        return await self.get_v2(project, "runs", run_id, query=on(branch), into=Run)

    async def update_run(
        self, project: str, run_id: str, fields: dict[str, Any], *, branch: str | None = None
    ) -> Nothing:
        """PUT /api/v2/{project_id}/runs/{id}

        Only what is sent changes. The answer is not read, since its counts lag behind.
        """
        return await self.write_v2("PUT", project, "runs", run_id, query=on(branch), body=fields, into=Nothing)

    async def delete_run(self, project: str, run_id: str, *, branch: str | None = None) -> Nothing:
        """DELETE /api/v2/{project_id}/runs/{id}"""
        return await self.write_v2("DELETE", project, "runs", run_id, query=on(branch), into=Nothing)

    async def run_stats(
        self, project: str, run_id: str, dimension: str, page: int, *, sort: QueryParams = ()
    ) -> Listed[StatsRow]:
        """GET /api/v2/{project_id}/runs/{id}/stats/{dimension}"""
        query = [*sort, ("page", page)]
        where = (project, "runs", run_id, "stats", dimension)
        return await self.get_v2(*where, query=query, into=Listed[StatsRow], listed=True)

    # Groups

    async def rungroups_page(self, project: str, page: int) -> Listed[Rungroup]:
        """GET /api/v2/{project_id}/rungroups

        Roots are paged, with their subgroups nested; some servers list only the roots.
        """
        return await self.get_v2(project, "rungroups", query=paged(page, PER_PAGE), into=Listed[Rungroup], listed=True)

    async def create_rungroup(self, project: str, fields: dict[str, Any]) -> Rungroup:
        """POST /api/v2/{project_id}/rungroups"""
        return await self.write_v2("POST", project, "rungroups", body=fields, into=Rungroup)

    async def rungroup(self, project: str, rungroup_id: str) -> Rungroup:
        """GET /api/v2/{project_id}/rungroups/{id}"""
        return await self.get_v2(project, "rungroups", rungroup_id, into=Rungroup)

    async def update_rungroup(self, project: str, rungroup_id: str, fields: dict[str, Any]) -> Nothing:
        """PUT /api/v2/{project_id}/rungroups/{id}"""
        return await self.write_v2("PUT", project, "rungroups", rungroup_id, body=fields, into=Nothing)

    async def delete_rungroup(self, project: str, rungroup_id: str) -> Nothing:
        """DELETE /api/v2/{project_id}/rungroups/{id}"""
        return await self.write_v2("DELETE", project, "rungroups", rungroup_id, into=Nothing)
