"""Folders over HTTP."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from tools.kit.client import ApiClient, path
from tools.kit.request import QueryParams
from tools.testsigma.client.cache import CachedList, read_list
from tools.testsigma.models.folders import Folder, Folders


class FolderCalls(ApiClient):
    """The endpoints of folders."""

    async def folders_page(self, project_id: str, query: QueryParams) -> Folders:
        """GET /projects/{project_id}/folders"""
        return await self.get(path("projects", project_id, "folders"), query=query, into=Folders)

    async def folders(self, project_id: str) -> CachedList[Folder]:
        """All folders of a project, flat."""
        return await read_list(partial(self.folders_page, project_id))

    async def folder(self, project_id: str, folder_id: str) -> Folder:
        """GET /projects/{project_id}/folders/{folder_id}"""
        where = path("projects", project_id, "folders", folder_id)
        return await self.get(where, into=Folder, envelope="data.folder")

    async def create_folder(self, project_id: str, fields: Mapping[str, Any]) -> Folder:
        """POST /projects/{project_id}/folders, always at the root"""
        where = path("projects", project_id, "folders")
        return await self.write("POST", where, body=fields, into=Folder, envelope="data.folder")

    async def update_folder(self, project_id: str, folder_id: str, fields: Mapping[str, Any]) -> Folder:
        """PUT /projects/{project_id}/folders/{folder_id}"""
        where = path("projects", project_id, "folders", folder_id)
        return await self.write("PUT", where, body=fields, into=Folder, envelope="data.folder")

    async def move_folder(self, project_id: str, folder_id: str, parent_id: str | None) -> Folder:
        """POST /projects/{project_id}/folders/{folder_id}/move, where null is the root"""
        where = path("projects", project_id, "folders", folder_id, "move")
        body = {"parent_folder_id": parent_id}
        return await self.write("POST", where, body=body, into=Folder, envelope="data.folder")

    async def delete_folder(self, project_id: str, folder_id: str) -> None:
        """DELETE /projects/{project_id}/folders/{folder_id}"""
        await self.send("DELETE", path("projects", project_id, "folders", folder_id))
