"""Test environments over HTTP."""

from typing import Any

from tools.kit.client import ApiClient, path
from tools.testio.models.environments import TestEnvironment, TestEnvironments


class EnvironmentCalls(ApiClient):
    """The calls around test environments."""

    async def test_environments(self, product_id: int) -> list[TestEnvironment]:
        """GET /products/{product_id}/test_environments"""
        where = path("products", product_id, "test_environments")
        return (await self.get(where, into=TestEnvironments)).test_environments

    async def test_environment(self, product_id: int, environment_id: int) -> TestEnvironment:
        """GET /products/{product_id}/test_environments/{id}"""
        where = path("products", product_id, "test_environments", environment_id)
        return await self.get(where, into=TestEnvironment, envelope="test_environment")

    async def create_test_environment(self, product_id: int, fields: dict[str, Any]) -> TestEnvironment:
        """POST /products/{product_id}/test_environments"""
        return await self._environment("POST", path("products", product_id, "test_environments"), fields)

    async def update_test_environment(
        self, product_id: int, environment_id: int, fields: dict[str, Any]
    ) -> TestEnvironment:
        """PUT /products/{product_id}/test_environments/{id}"""
        where = path("products", product_id, "test_environments", environment_id)
        return await self._environment("PUT", where, fields)

    async def delete_test_environment(self, product_id: int, environment_id: int) -> TestEnvironment:
        """DELETE /products/{product_id}/test_environments/{id}"""
        return await self._environment("DELETE", path("products", product_id, "test_environments", environment_id))

    async def _environment(self, method: str, where: str, fields: dict[str, Any] | None = None) -> TestEnvironment:
        body = {"test_environment": fields} if fields is not None else None
        return await self.write(method, where, body=body, into=TestEnvironment, envelope="test_environment")
