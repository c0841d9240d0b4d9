"""Plans over family A."""

from typing import Any

from tools.kit.request import QueryParams
from tools.testomatio.client.families import Families
from tools.testomatio.client.runs import PER_PAGE, paged
from tools.testomatio.models.documents import Listed, Nothing
from tools.testomatio.models.plans import Plan


class PlanCalls(Families):
    """Calls of plans."""

    async def plans_page(self, project: str, filters: QueryParams, page: int, per_page: int = PER_PAGE) -> Listed[Plan]:
        """GET /api/v2/{project_id}/plans"""
        query = [*filters, *paged(page, per_page)]
        return await self.get_v2(project, "plans", query=query, into=Listed[Plan], listed=True)

    async def create_plan(self, project: str, fields: dict[str, Any]) -> Plan:
        """POST /api/v2/{project_id}/plans"""
        return await self.write_v2("POST", project, "plans", body=fields, into=Plan)

    async def plan(self, project: str, plan_id: str) -> Plan:
        """GET /api/v2/{project_id}/plans/{id}"""
        return await self.get_v2(project, "plans", plan_id, into=Plan)

    async def update_plan(self, project: str, plan_id: str, fields: dict[str, Any]) -> Nothing:
        """PUT /api/v2/{project_id}/plans/{id}"""
        return await self.write_v2("PUT", project, "plans", plan_id, body=fields, into=Nothing)

    async def delete_plan(self, project: str, plan_id: str) -> Nothing:
        """DELETE /api/v2/{project_id}/plans/{id}"""
        return await self.write_v2("DELETE", project, "plans", plan_id, into=Nothing)
