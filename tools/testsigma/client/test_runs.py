"""Test runs and their results over HTTP."""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from tools.kit.client import ApiClient, path
from tools.kit.form import Form
from tools.kit.request import QueryParams
from tools.kit.toolset import Progress, no_progress
from tools.kit.walk import Walked
from tools.testsigma.client.paging import PageTurner
from tools.testsigma.models.test_runs import RunCase, RunCases, TestRun, TestRuns


class TestRunCalls(ApiClient):
    """The endpoints of test runs; paths take human ids such as HRB-R-4 or UUIDs, bodies UUIDs only."""

    __test__ = False

    async def test_runs_page(self, project_id: str, query: QueryParams) -> TestRuns:
        """GET /projects/{project_id}/test_runs"""
        return await self.get(path("projects", project_id, "test_runs"), query=query, into=TestRuns)

    async def walk_test_runs(
        self,
        project_id: str,
        on_row: Callable[[TestRun], None],
        *,
        filters: QueryParams = (),
        progress: Progress = no_progress,
    ) -> Walked:
        """Read all test runs of a project that pass the platform's filters."""
        fetch = partial(self.test_runs_page, project_id)
        return await PageTurner(fetch, on_row, filters=filters, progress=progress).run()

    async def test_run(self, project_id: str, run_id: str) -> TestRun:
        """GET /projects/{project_id}/test_runs/{run_id}"""
        where = path("projects", project_id, "test_runs", run_id)
        return await self.get(where, into=TestRun, envelope="data.test_run")

    async def create_test_run(self, project_id: str, fields: Mapping[str, Any]) -> TestRun:
        """POST /projects/{project_id}/test_runs"""
        where = path("projects", project_id, "test_runs")
        return await self.write("POST", where, body=fields, into=TestRun, envelope="data.test_run")

    async def update_test_run(self, project_id: str, run_id: str, fields: Mapping[str, Any]) -> TestRun:
        """PUT /projects/{project_id}/test_runs/{run_id}, with changed fields only

        The API refuses a null that it sends itself when a run is read.
        """
        where = path("projects", project_id, "test_runs", run_id)
        return await self.write("PUT", where, body=fields, into=TestRun, envelope="data.test_run")

    async def delete_test_run(self, project_id: str, run_id: str) -> None:
        """DELETE /projects/{project_id}/test_runs/{run_id}"""
        await self.send("DELETE", path("projects", project_id, "test_runs", run_id))

    async def run_cases_page(self, project_id: str, run_id: str, query: QueryParams) -> RunCases:
        """GET /projects/{project_id}/test_runs/{run_id}/test_cases"""
        where = path("projects", project_id, "test_runs", run_id, "test_cases")
        return await self.get(where, query=query, into=RunCases)

    async def walk_run_cases(self, project_id: str, run_id: str, on_row: Callable[[RunCase], None]) -> Walked:
        """Read all test cases of a run with their last results."""
        fetch = partial(self.run_cases_page, project_id, run_id)
        return await PageTurner(fetch, on_row, key=lambda row: row.test_case.id or row.id).run()

    async def record_results(self, project_id: str, run_id: str, results: Sequence[Mapping[str, Any]]) -> RunCases:
        """PUT /projects/{project_id}/test_runs/{run_id}/test_cases, as a form with JSON in its part `data`"""
        where = path("projects", project_id, "test_runs", run_id, "test_cases")
        form = Form(fields={"data": json.dumps({"test_run_cases": list(results)}, ensure_ascii=False)})
        return await self.write("PUT", where, content=form, into=RunCases)

    async def assign_test_case(self, project_id: str, run_id: str, *, case_id: str, user_id: str) -> RunCase:
        """PUT /projects/{project_id}/test_runs/{run_id}/assign_user"""
        where = path("projects", project_id, "test_runs", run_id, "assign_user")
        body = {"user_id": user_id, "test_case_id": case_id}
        return await self.write("PUT", where, body=body, into=RunCase, envelope="data.test_run_case")
