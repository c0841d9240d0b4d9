"""Test cases over HTTP."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from tools.kit.client import ApiClient, path
from tools.kit.request import QueryParams
from tools.kit.toolset import Progress, no_progress
from tools.kit.walk import Walked
from tools.testsigma.client.paging import PageTurner
from tools.testsigma.models.test_cases import TestCase, TestCases


class TestCaseCalls(ApiClient):
    """The endpoints of test cases; paths take human ids such as HRB-7 or UUIDs, bodies UUIDs only."""

    __test__ = False

    async def test_cases_page(self, project_id: str, query: QueryParams) -> TestCases:
        """GET /projects/{project_id}/test_cases"""
        return await self.get(path("projects", project_id, "test_cases"), query=query, into=TestCases)

    async def walk_test_cases(
        self,
        project_id: str,
        on_row: Callable[[TestCase], None],
        *,
        filters: QueryParams = (),
        progress: Progress = no_progress,
    ) -> Walked:
        """Read all test cases of a project that pass the platform's filters."""
        fetch = partial(self.test_cases_page, project_id)
        return await PageTurner(fetch, on_row, filters=filters, progress=progress).run()

    async def test_case(self, project_id: str, case_id: str) -> TestCase:
        """GET /projects/{project_id}/test_cases/{case_id}"""
        where = path("projects", project_id, "test_cases", case_id)
        return await self.get(where, into=TestCase, envelope="data.test_case")

    async def create_test_case(self, project_id: str, fields: Mapping[str, Any]) -> TestCase:
        """POST /projects/{project_id}/test_cases"""
        where = path("projects", project_id, "test_cases")
        return await self.write("POST", where, body=fields, into=TestCase, envelope="data.test_case")

    async def update_test_case(self, project_id: str, case_id: str, fields: Mapping[str, Any]) -> TestCase:
        """PUT /projects/{project_id}/test_cases/{case_id}, with changed fields only"""
        where = path("projects", project_id, "test_cases", case_id)
        return await self.write("PUT", where, body=fields, into=TestCase, envelope="data.test_case")

    async def delete_test_case(self, project_id: str, case_id: str) -> None:
        """DELETE /projects/{project_id}/test_cases/{case_id}"""
        await self.send("DELETE", path("projects", project_id, "test_cases", case_id))
