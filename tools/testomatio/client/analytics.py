"""Analytics over family A."""

from tools.kit.request import QueryParams
from tools.testomatio.client.families import Families
from tools.testomatio.client.runs import PER_PAGE, paged
from tools.testomatio.models.analytics import Chart, Rows
from tools.testomatio.models.documents import Listed


class AnalyticsCalls(Families):
    """Calls of analytics, a feature of larger plans."""

    async def test_analytics(self, project: str, kind: str, query: QueryParams) -> Rows:
        """GET /api/v2/{project_id}/analytics/tests/{kind}"""
        return await self.get_v2(project, "analytics", "tests", kind, query=query, into=Rows, listed=True)

    async def stats(self, project: str, kind: str, query: QueryParams) -> Rows:
        """GET /api/v2/{project_id}/analytics/stats/{kind}"""
        return await self.get_v2(project, "analytics", "stats", kind, query=query, into=Rows, listed=True)

    async def charts_page(
        self, project: str, filters: QueryParams, page: int, per_page: int = PER_PAGE
    ) -> Listed[Chart]:
        """GET /api/v2/{project_id}/analytics/charts"""
        query = [*filters, *paged(page, per_page)]
        return await self.get_v2(project, "analytics", "charts", query=query, into=Listed[Chart], listed=True)

    async def chart(self, project: str, chart_id: str) -> Chart:
        """GET /api/v2/{project_id}/analytics/charts/{id}"""
        return await self.get_v2(project, "analytics", "charts", chart_id, into=Chart)

    async def chart_result(self, project: str, chart_id: str, query: QueryParams = ()) -> Rows:
        """GET /api/v2/{project_id}/analytics/charts/{id}/result

        Without `number` it counts for each query; with it, it lists the tests or runs of that query, in pages.
        """
        where = (project, "analytics", "charts", chart_id, "result")
        return await self.get_v2(*where, query=query, into=Rows, listed=True)
