"""Results (testruns) over family A."""

from typing import Any

from tools.kit.request import QueryParams
from tools.testomatio.client.families import Families
from tools.testomatio.client.runs import PER_PAGE, paged
from tools.testomatio.models.documents import Listed, Nothing
from tools.testomatio.models.results import FullResult, Result


class ResultCalls(Families):
    """Calls of single results."""

    async def results_page(
        self, project: str, filters: QueryParams, page: int, per_page: int = PER_PAGE
    ) -> Listed[Result]:
        """GET /api/v2/{project_id}/testruns

        Without `sort` the order depends on the server: older ones list the newest first, newer ones the oldest.
        """
        query = [*filters, *paged(page, per_page)]
        listed = await self.get_v2(project, "testruns", query=query, into=Listed[Result], listed=True)
        for result in listed.data:
            result.artifacts = [self.absolute(one) or one for one in result.artifacts]
        return listed

    async def create_result(self, project: str, fields: dict[str, Any]) -> Result:
        """POST /api/v2/{project_id}/testruns"""
        return await self.write_v2("POST", project, "testruns", body=fields, into=Result)

    async def result(self, project: str, result_id: int) -> FullResult:
        """GET /api/v2/{project_id}/testruns/{id}"""
        result = await self.get_v2(project, "testruns", result_id, into=FullResult)
        result.artifacts = [self.absolute(one) or one for one in result.artifacts]
        return result

    async def update_result(self, project: str, result_id: int, fields: dict[str, Any]) -> Nothing:
        """PUT /api/v2/{project_id}/testruns/{id}"""
        return await self.write_v2("PUT", project, "testruns", result_id, body=fields, into=Nothing)

    async def delete_result(self, project: str, result_id: int) -> Nothing:
        """DELETE /api/v2/{project_id}/testruns/{id}"""
        return await self.write_v2("DELETE", project, "testruns", result_id, into=Nothing)
