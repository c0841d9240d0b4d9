"""Projects: the list and one project over family B, the configuration over family A."""

from tools.testomatio.client.families import Families
from tools.testomatio.models.documents import Listed
from tools.testomatio.models.projects import Project, ProjectInfo

PAGE = 200
"""The largest page of the list of projects."""


class ProjectCalls(Families):
    """Calls of projects; their answers contain the project's API key, which is never read."""

    async def projects_page(self, page: int, per_page: int = PAGE) -> Listed[Project]:
        """GET /api/projects"""
        query = [("page", page), ("per_page", per_page)]
        return await self.get_web("projects", query=query, into=Listed[Project], envelope=None)

    async def project(self, project: str) -> Project:
        """GET /api/projects/{p}"""
        return await self.get_web("projects", project, into=Project)

    async def project_info(self, project: str) -> ProjectInfo:
        """GET /api/v2/{project_id}/info"""
        return await self.get_v2(project, "info", into=ProjectInfo)
