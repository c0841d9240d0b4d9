"""Shared steps and snippets over family A."""

from typing import Any

from tools.testomatio.client.families import Families
from tools.testomatio.client.runs import PER_PAGE, paged
from tools.testomatio.models.documents import Listed, Nothing
from tools.testomatio.models.steps import Step


class StepCalls(Families):
    """Calls of steps and snippets, which differ only in their path."""

    async def steps_page(self, project: str, page: int, per_page: int = PER_PAGE) -> Listed[Step]:
        """GET /api/v2/{project_id}/steps"""
        return await self.get_v2(project, "steps", query=paged(page, per_page), into=Listed[Step], listed=True)

    async def step(self, project: str, step_id: int) -> Step:
        """GET /api/v2/{project_id}/steps/{id}"""
        return await self.get_v2(project, "steps", step_id, into=Step)

    async def create_step(self, project: str, fields: dict[str, Any]) -> Step:
        """POST /api/v2/{project_id}/steps"""
        return await self.write_v2("POST", project, "steps", body=fields, into=Step)

    async def update_step(self, project: str, step_id: int, fields: dict[str, Any]) -> None:
        """PUT /api/v2/{project_id}/steps/{id}"""
        await self.write_v2("PUT", project, "steps", step_id, body=fields, into=Nothing)

    async def delete_step(self, project: str, step_id: int) -> None:
        """DELETE /api/v2/{project_id}/steps/{id}"""
        await self.write_v2("DELETE", project, "steps", step_id, into=Nothing)

    async def snippets_page(self, project: str, page: int, per_page: int = PER_PAGE) -> Listed[Step]:
        """GET /api/v2/{project_id}/snippets"""
        return await self.get_v2(project, "snippets", query=paged(page, per_page), into=Listed[Step], listed=True)

    async def snippet(self, project: str, step_id: int) -> Step:
        """GET /api/v2/{project_id}/snippets/{id}"""
        return await self.get_v2(project, "snippets", step_id, into=Step)

    async def create_snippet(self, project: str, fields: dict[str, Any]) -> Step:
        """POST /api/v2/{project_id}/snippets"""
        return await self.write_v2("POST", project, "snippets", body=fields, into=Step)

    async def update_snippet(self, project: str, step_id: int, fields: dict[str, Any]) -> None:
        """PUT /api/v2/{project_id}/snippets/{id}"""
        await self.write_v2("PUT", project, "snippets", step_id, body=fields, into=Nothing)

    async def delete_snippet(self, project: str, step_id: int) -> None:
        """DELETE /api/v2/{project_id}/snippets/{id}"""
        await self.write_v2("DELETE", project, "snippets", step_id, into=Nothing)
