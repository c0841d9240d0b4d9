"""Suites over families A and B."""

from typing import Any

from tools.kit.request import QueryParams
from tools.testomatio.client.families import Families
from tools.testomatio.models.documents import Listed, Nothing
from tools.testomatio.models.suites import Suite, WebSuite, WholeWebSuite


class SuiteCalls(Families):
    """Calls of suites; `query` can name a branch."""

    async def suites(self, project: str, query: QueryParams) -> Listed[Suite]:
        """GET /api/v2/{project_id}/suites

        A page of roots with all below them; with a filter, what fits and its folders, without pages.
        """
        return await self.get_v2(project, "suites", query=query, into=Listed[Suite], listed=True)

    async def suite(self, project: str, suite_id: str, query: QueryParams = ()) -> Suite:
        """GET /api/v2/{project_id}/suites/{id}"""
        return await self.get_v2(project, "suites", suite_id, query=query, into=Suite)

    async def create_suite(self, project: str, fields: dict[str, Any], query: QueryParams = ()) -> Suite:
        """POST /api/v2/{project_id}/suites"""
        return await self.write_v2("POST", project, "suites", query=query, body=fields, into=Suite)

    async def update_suite(self, project: str, suite_id: str, fields: dict[str, Any], query: QueryParams = ()) -> None:
        """PUT /api/v2/{project_id}/suites/{id}

        Only what is sent changes; a new parent moves the suite.
        """
        await self.write_v2("PUT", project, "suites", suite_id, query=query, body=fields, into=Nothing)

    async def delete_suite(self, project: str, suite_id: str, query: QueryParams = ()) -> None:
        """DELETE /api/v2/{project_id}/suites/{id}"""
        await self.write_v2("DELETE", project, "suites", suite_id, query=query, into=Nothing)

    # Family B

    async def web_suites(self, project: str, page: int) -> Listed[WebSuite]:
        """GET /api/{p}/suites

        Always 50 per page; some hosts list the roots, others every level.
        """
        return await self.get_web(project, "suites", query=[("page", page)], into=Listed[WebSuite], envelope=None)

    async def web_suite(self, project: str, suite_id: str) -> WholeWebSuite:
        """GET /api/{p}/suites/{id}"""
        return await self.get_web(project, "suites", suite_id, into=WholeWebSuite, envelope=None)

    async def web_suite_tree(self, project: str) -> Listed[Suite]:
        """GET /api/{p}/suites/tree

        A bare nested array, in no documented order.
        """
        return await self.get_web(project, "suites", "tree", into=Listed[Suite], envelope=None)
