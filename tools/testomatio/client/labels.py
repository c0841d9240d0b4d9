"""Labels, milestones and branches over family A."""

from typing import Any

from tools.kit.request import QueryParams
from tools.testomatio.client.families import Families
from tools.testomatio.client.runs import PER_PAGE, paged
from tools.testomatio.models.documents import Listed, Nothing
from tools.testomatio.models.labels import Label
from tools.testomatio.models.requirements import Branch, Milestone


class LabelCalls(Families):
    """Calls of labels, milestones and branches."""

    async def labels_page(self, project: str, page: int, per_page: int = PER_PAGE) -> Listed[Label]:
        """GET /api/v2/{project_id}/labels"""
        return await self.get_v2(project, "labels", query=paged(page, per_page), into=Listed[Label], listed=True)

    async def label(self, project: str, slug: str) -> Label:
        """GET /api/v2/{project_id}/labels/{slug}"""
        return await self.get_v2(project, "labels", slug, into=Label)

    async def create_label(self, project: str, fields: dict[str, Any]) -> Label:
        """POST /api/v2/{project_id}/labels"""
        return await self.write_v2("POST", project, "labels", body=fields, into=Label)

    async def update_label(self, project: str, slug: str, fields: dict[str, Any]) -> None:
        """PUT /api/v2/{project_id}/labels/{slug}"""
        await self.write_v2("PUT", project, "labels", slug, body=fields, into=Nothing)

    async def delete_label(self, project: str, slug: str) -> None:
        """DELETE /api/v2/{project_id}/labels/{slug}"""
        await self.write_v2("DELETE", project, "labels", slug, into=Nothing)

    async def milestones_page(
        self, project: str, filters: QueryParams, page: int, per_page: int = PER_PAGE
    ) -> Listed[Milestone]:
        """GET /api/v2/{project_id}/milestones"""
        query = [*filters, *paged(page, per_page)]
        return await self.get_v2(project, "milestones", query=query, into=Listed[Milestone], listed=True)

    async def milestone(self, project: str, slug: str) -> Milestone:
        """GET /api/v2/{project_id}/milestones/{slug}"""
        return await self.get_v2(project, "milestones", slug, into=Milestone)

    async def branches_page(
        self, project: str, filters: QueryParams, page: int, per_page: int = PER_PAGE
    ) -> Listed[Branch]:
        """GET /api/v2/{project_id}/branches"""
        query = [*filters, *paged(page, per_page)]
        return await self.get_v2(project, "branches", query=query, into=Listed[Branch], listed=True)

    async def branch(self, project: str, slug: str) -> Branch:
        """GET /api/v2/{project_id}/branches/{slug}"""
        return await self.get_v2(project, "branches", slug, into=Branch)

    async def create_branch(self, project: str, title: str) -> Branch:
        """POST /api/v2/{project_id}/branches"""
        return await self.write_v2("POST", project, "branches", body={"title": title}, into=Branch)

    async def rename_branch(self, project: str, slug: str, title: str) -> None:
        """PUT /api/v2/{project_id}/branches/{slug}"""
        await self.write_v2("PUT", project, "branches", slug, body={"title": title}, into=Nothing)

    async def delete_branch(self, project: str, slug: str) -> None:
        """DELETE /api/v2/{project_id}/branches/{slug}"""
        await self.write_v2("DELETE", project, "branches", slug, into=Nothing)
