"""Step groups over HTTP."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from tools.kit.client import ApiClient, path
from tools.kit.request import QueryParams
from tools.kit.toolset import Progress, no_progress
from tools.kit.walk import Walked
from tools.testsigma.client.paging import PageTurner
from tools.testsigma.models.step_groups import StepGroup, StepGroups


class StepGroupCalls(ApiClient):
    """The endpoints of step groups."""

    async def step_groups_page(self, project_id: str, query: QueryParams) -> StepGroups:
        """GET /projects/{project_id}/step_groups"""
        return await self.get(path("projects", project_id, "step_groups"), query=query, into=StepGroups)

    async def walk_step_groups(
        self, project_id: str, on_row: Callable[[StepGroup], None], *, progress: Progress = no_progress
    ) -> Walked:
        """Read all step groups of a project; lists leave out their steps."""
        fetch = partial(self.step_groups_page, project_id)
        return await PageTurner(fetch, on_row, progress=progress).run()

    async def step_group(self, project_id: str, group_id: str) -> StepGroup:
        """GET /projects/{project_id}/step_groups/{group_id}"""
        where = path("projects", project_id, "step_groups", group_id)
        return await self.get(where, into=StepGroup, envelope="data.step_group")

    async def create_step_group(self, project_id: str, fields: Mapping[str, Any]) -> StepGroup:
        """POST /projects/{project_id}/step_groups"""
        where = path("projects", project_id, "step_groups")
        return await self.write("POST", where, body=fields, into=StepGroup, envelope="data.step_group")

    async def update_step_group(self, project_id: str, group_id: str, fields: Mapping[str, Any]) -> StepGroup:
        """PUT /projects/{project_id}/step_groups/{group_id}, which changes every test case that embeds it"""
        where = path("projects", project_id, "step_groups", group_id)
        return await self.write("PUT", where, body=fields, into=StepGroup, envelope="data.step_group")

    async def delete_step_group(self, project_id: str, group_id: str) -> None:
        """DELETE /projects/{project_id}/step_groups/{group_id}"""
        await self.send("DELETE", path("projects", project_id, "step_groups", group_id))
