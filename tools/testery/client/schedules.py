"""Schedules, deploys and test plans over HTTP."""

from typing import Any

from tools.kit.client import ApiClient, path
from tools.testery.models.runs import Created
from tools.testery.models.schedules import Plan, Plans, Schedule, Schedules


class ScheduleCalls(ApiClient):
    """The calls about schedules, deploys and test plans."""

    async def schedules(self) -> list[Schedule]:
        """GET /schedules"""
        return (await self.get("/schedules", into=Schedules)).root

    async def create_schedule(self, fields: dict[str, Any]) -> Created:
        """POST /schedules"""
        return await self.write("POST", "/schedules", body=fields, into=Created)

    async def delete_schedule(self, schedule_id: int) -> None:
        """DELETE /schedules/{id}"""
        await self.send("DELETE", path("schedules", schedule_id))

    async def create_deploy(self, fields: dict[str, Any]) -> Created:
        """POST /deploys"""
        return await self.write("POST", "/deploys", body=fields, into=Created)

    async def test_plans(self) -> list[Plan]:
        """GET /test-plans"""
        return (await self.get("/test-plans", into=Plans)).root

    async def start_test_plan(self, plan_id: int, fields: dict[str, Any]) -> Created:
        """POST /test-plans/{planId}/runs"""
        return await self.write("POST", path("test-plans", plan_id, "runs"), body=fields, into=Created)

    async def cancel_plan_run(self, plan_id: int, plan_run_id: int) -> Created:
        """POST /test-plans/{planId}/runs/{planRunId}/cancel"""
        where = path("test-plans", plan_id, "runs", plan_run_id, "cancel")
        return await self.write("POST", where, body={}, into=Created)
