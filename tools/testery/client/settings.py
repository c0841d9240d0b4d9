"""Environments and pipeline stages over HTTP."""

from typing import Any

from tools.kit.client import ApiClient, path
from tools.testery.models.settings import Environment, Environments, Stage, Stages


class SettingsCalls(ApiClient):
    """The calls about environments and stages; answers of changes are not read, since not all show the new state."""

    async def environments(self) -> list[Environment]:
        """GET /environments"""
        return (await self.get("/environments", into=Environments)).root

    async def environment(self, environment_id: int) -> Environment:
        """GET /environments/{id}"""
        return await self.get(path("environments", environment_id), into=Environment)

    async def create_environment(self, fields: dict[str, Any]) -> None:
        """POST /environments"""
        await self.send("POST", "/environments", body=fields)

    async def update_environment(self, environment_id: int, fields: dict[str, Any]) -> None:
        """PATCH /environments/{id}, which replaces the whole list of variables"""
        await self.send("PATCH", path("environments", environment_id), body=fields)

    async def delete_environment(self, environment_id: int) -> None:
        """DELETE /environments/{id}"""
        await self.send("DELETE", path("environments", environment_id))

    async def pipeline_stages(self) -> list[Stage]:
        """GET /pipeline-stages"""
        return (await self.get("/pipeline-stages", into=Stages)).root

    async def pipeline_stage(self, stage_id: int) -> Stage:
        """GET /pipeline-stages/{id}"""
        return await self.get(path("pipeline-stages", stage_id), into=Stage)

    async def create_pipeline_stage(self, fields: dict[str, Any]) -> None:
        """POST /pipeline-stages"""
        await self.send("POST", "/pipeline-stages", body=fields)

    async def update_pipeline_stage(self, stage_id: int, fields: dict[str, Any]) -> None:
        """PATCH /pipeline-stages/{id}, which replaces the whole list of variables and resets what is left out"""
        await self.send("PATCH", path("pipeline-stages", stage_id), body=fields)
