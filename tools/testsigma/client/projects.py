"""Projects over HTTP."""

from collections.abc import Callable, Mapping
from typing import Any

from tools.kit.client import ApiClient, path
from tools.kit.request import QueryParams
from tools.kit.toolset import Progress, no_progress
from tools.kit.walk import Walked
from tools.testsigma.client.cache import CachedList, ListCache
from tools.testsigma.client.paging import PageTurner
from tools.testsigma.models.projects import Project, Projects


class ProjectCalls(ApiClient):
    """The endpoints of projects."""

    project_cache: ListCache[Project]

    async def projects_page(self, query: QueryParams) -> Projects:
        """GET /projects"""
        return await self.get("/projects", query=query, into=Projects)

    async def walk_projects(self, on_row: Callable[[Project], None], *, progress: Progress = no_progress) -> Walked:
        """Read all projects."""
        return await PageTurner(self.projects_page, on_row, progress=progress).run()

    async def projects(self, *, fresh: bool = False) -> CachedList[Project]:
        """All projects, cached for a few minutes."""
        return await self.project_cache.read(self.projects_page, fresh=fresh)

    async def project(self, project_id: str) -> Project:
        """GET /projects/{project_id}"""
        return await self.get(path("projects", project_id), into=Project, envelope="data.project")

    async def create_project(self, fields: Mapping[str, Any]) -> Project:
        """POST /projects"""
        created = await self.write("POST", "/projects", body=fields, into=Project, envelope="data.project")
        self.project_cache.forget()
        return created

    async def update_project(self, project_id: str, fields: Mapping[str, Any]) -> Project:
        """PUT /projects/{project_id}, where the prefix cannot change"""
        where = path("projects", project_id)
        changed = await self.write("PUT", where, body=fields, into=Project, envelope="data.project")
        self.project_cache.forget()
        return changed

    async def delete_project(self, project_id: str) -> None:
        """DELETE /projects/{project_id}, with everything in it"""
        try:
            await self.send("DELETE", path("projects", project_id))
        finally:
            self.project_cache.forget()
