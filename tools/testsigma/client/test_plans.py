"""Test plans over HTTP."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from tools.kit.client import ApiClient, path
from tools.kit.request import QueryParams
from tools.kit.toolset import Progress, no_progress
from tools.kit.walk import Walked
from tools.testsigma.client.paging import PageTurner
from tools.testsigma.models.test_plans import TestPlan, TestPlans
from tools.testsigma.models.test_runs import TestRun, TestRuns


class TestPlanCalls(ApiClient):
    """The endpoints of test plans."""

    __test__ = False

    async def test_plans_page(self, project_id: str, query: QueryParams) -> TestPlans:
        """GET /projects/{project_id}/test_plans"""
        return await self.get(path("projects", project_id, "test_plans"), query=query, into=TestPlans)

    async def walk_test_plans(
        self, project_id: str, on_row: Callable[[TestPlan], None], *, progress: Progress = no_progress
    ) -> Walked:
        """Read all test plans of a project."""
        fetch = partial(self.test_plans_page, project_id)
        return await PageTurner(fetch, on_row, progress=progress).run()

    async def test_plan(self, project_id: str, plan_id: str) -> TestPlan:
        """GET /projects/{project_id}/test_plans/{plan_id}"""
        where = path("projects", project_id, "test_plans", plan_id)
        return await self.get(where, into=TestPlan, envelope="data.test_plan")

    async def create_test_plan(self, project_id: str, fields: Mapping[str, Any]) -> TestPlan:
        """POST /projects/{project_id}/test_plans"""
        where = path("projects", project_id, "test_plans")
        return await self.write("POST", where, body=fields, into=TestPlan, envelope="data.test_plan")

    async def update_test_plan(self, project_id: str, plan_id: str, fields: Mapping[str, Any]) -> TestPlan:
        """PUT /projects/{project_id}/test_plans/{plan_id}, with changed fields only"""
        where = path("projects", project_id, "test_plans", plan_id)
        return await self.write("PUT", where, body=fields, into=TestPlan, envelope="data.test_plan")

    async def delete_test_plan(self, project_id: str, plan_id: str) -> None:
        """DELETE /projects/{project_id}/test_plans/{plan_id}"""
        await self.send("DELETE", path("projects", project_id, "test_plans", plan_id))

    async def complete_test_plan(self, project_id: str, plan_id: str) -> TestPlan:
        """POST /projects/{project_id}/test_plans/{plan_id}/complete"""
        where = path("projects", project_id, "test_plans", plan_id, "complete")
        return await self.write("POST", where, into=TestPlan, envelope="data.test_plan")

    async def plan_runs_page(self, project_id: str, plan_id: str, query: QueryParams) -> TestRuns:
        """GET /projects/{project_id}/test_plans/{plan_id}/test_runs"""
        where = path("projects", project_id, "test_plans", plan_id, "test_runs")
        return await self.get(where, query=query, into=TestRuns)

    async def walk_plan_runs(
        self, project_id: str, plan_id: str, on_row: Callable[[TestRun], None], *, progress: Progress = no_progress
    ) -> Walked:
        """Read all runs of a plan."""
        fetch = partial(self.plan_runs_page, project_id, plan_id)
        return await PageTurner(fetch, on_row, progress=progress).run()
