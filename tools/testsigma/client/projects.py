"""Projects over HTTP."""

from collections.abc import Callable, Mapping
from typing import Any

from tools.kit.client import ApiClient, QueryParams, path
from tools.kit.toolset import Progress, no_progress
from tools.kit.walk import Walked
from tools.testsigma.client.memory import Kept, Memory
from tools.testsigma.client.paging import PageTurner
from tools.testsigma.models.projects import Project, Projects


class ProjectCalls(ApiClient):
    """The calls around projects."""

    known_projects: Memory[Project]

    async def projects_page(self, query: QueryParams) -> Projects:
        """GET /projects"""
        return await self.get("/projects", query=query, into=Projects)

    async def walk_projects(self, keep: Callable[[Project], None], *, progress: Progress = no_progress) -> Walked:
        """Read all projects."""
        return await PageTurner(self.projects_page, keep, key=lambda project: project.id, progress=progress).run()

    async def projects(self, *, anew: bool = False) -> Kept[Project]:
        """The projects as they were read a few minutes ago at most."""
        return await self.known_projects.recall(self.walk_projects, anew=anew)

    async def project(self, project_id: str) -> Project:
        """GET /projects/{project_id}"""
        return await self.get(path("projects", project_id), into=Project, envelope="data.project")

    async def create_project(self, fields: Mapping[str, Any]) -> Project:
        """POST /projects"""
        made = await self.write("POST", "/projects", body=fields, into=Project, envelope="data.project")
        self.known_projects.forget()
        return made

    async def update_project(self, project_id: str, fields: Mapping[str, Any]) -> Project:
        """PUT /projects/{project_id}, where the prefix cannot change"""
        where = path("projects", project_id)
        changed = await self.write("PUT", where, body=fields, into=Project, envelope="data.project")
        self.known_projects.forget()
        return changed

    async def delete_project(self, project_id: str) -> None:
        """DELETE /projects/{project_id}, with all that is in it"""
        try:
            await self.send("DELETE", path("projects", project_id))
        finally:
            self.known_projects.forget()
