"""Tests and tags over family A."""

from collections.abc import Sequence
from typing import Any

from tools.kit.request import QueryParams
from tools.testomatio.client.families import Families
from tools.testomatio.models.documents import Listed, Nothing
from tools.testomatio.models.labels import Tag
from tools.testomatio.models.tests import BulkRow, Test


class TestCalls(Families):
    """Calls of tests and tags; `query` can name a branch."""

    __test__ = False

    async def tests(self, project: str, query: QueryParams) -> Listed[Test]:
        """GET /api/v2/{project_id}/tests

        A page of the list, newest first; with `count=true` only its counts.
        """
        return await self.get_v2(project, "tests", query=query, into=Listed[Test], listed=True)

    async def test(self, project: str, test_id: str, query: QueryParams) -> Test:
        """GET /api/v2/{project_id}/tests/{id}"""
        return await self.get_v2(project, "tests", test_id, query=query, into=Test)

    async def create_test(self, project: str, fields: dict[str, Any], query: QueryParams = ()) -> Test:
        """POST /api/v2/{project_id}/tests"""
        return await self.write_v2("POST", project, "tests", query=query, body=fields, into=Test)

    async def update_test(self, project: str, test_id: str, fields: dict[str, Any], query: QueryParams = ()) -> None:
        """PUT /api/v2/{project_id}/tests/{id}, which does what PATCH /api/v2/{project_id}/tests/{id} does

        Only what is sent changes; a new suite moves the test.
        """
        await self.write_v2("PUT", project, "tests", test_id, query=query, body=fields, into=Nothing)

    async def delete_test(self, project: str, test_id: str, query: QueryParams = ()) -> None:
        """DELETE /api/v2/{project_id}/tests/{id}"""
        await self.write_v2("DELETE", project, "tests", test_id, query=query, into=Nothing)

    async def write_tests(
        self, project: str, tests: Sequence[dict[str, Any]], query: QueryParams = ()
    ) -> list[BulkRow]:
        """POST /api/v2/{project_id}/tests/bulk

        Up to 50: those with an id are changed, the others created. The answer has one row for each, in order.
        """
        where, body = (project, "tests", "bulk"), {"tests": list(tests)}
        rows = await self.write_v2("POST", *where, query=query, body=body, into=Listed[BulkRow], envelope=None)
        return rows.data

    async def tags(self, project: str) -> Listed[Tag]:
        """GET /api/v2/{project_id}/tags"""
        return await self.get_v2(project, "tags", into=Listed[Tag], listed=True)

    async def tests_with_tag(self, project: str, tag: str) -> Listed[Test]:
        """GET /api/v2/{project_id}/tags/{title}"""
        query = [("slim", "true")]
        return await self.get_v2(project, "tags", tag, query=query, into=Listed[Test], listed=True)
