"""Connections for exported bugs over HTTP."""

from typing import Any

from tools.kit.client import ApiClient, path
from tools.testio.models.connections import Connection


class ConnectionCalls(ApiClient):
    """The calls around connections; no endpoint lists them, but products show theirs."""

    async def connection(self, connection_id: int) -> Connection:
        """GET /connections/{id}"""
        return await self.get(path("connections", connection_id), into=Connection, envelope="connection")

    async def create_connection(self, fields: dict[str, Any]) -> Connection:
        """POST /connections"""
        return await self._connection("POST", "/connections", fields)

    async def update_connection(self, connection_id: int, fields: dict[str, Any]) -> Connection:
        """PUT /connections/{id}"""
        return await self._connection("PUT", path("connections", connection_id), fields)

    async def delete_connection(self, connection_id: int) -> Connection:
        """DELETE /connections/{id}"""
        return await self._connection("DELETE", path("connections", connection_id))

    async def _connection(self, method: str, where: str, fields: dict[str, Any] | None = None) -> Connection:
        # The answer has an envelope; the request has none.
        return await self.write(method, where, body=fields, into=Connection, envelope="connection")
