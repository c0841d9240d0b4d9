"""Binary apps over HTTP: one request for a small file, three for a large one."""

from typing import Any

from tools.kit.client import ApiClient, path
from tools.kit.form import Form
from tools.testio.models.binary_apps import UploadedApp, UploadPlace


class BinaryAppCalls(ApiClient):
    """The calls around binary apps; a large file goes to a storage outside of this API."""

    async def upload_binary_app(self, form: Form) -> UploadedApp:
        """POST /binary_apps"""
        return await self.write("POST", "/binary_apps", content=form, into=UploadedApp, envelope="binary_app")

    async def binary_app_upload_url(self) -> UploadPlace:
        """GET /binary_apps/upload_url, which creates an empty binary app and so is not retried"""
        return await self.write("GET", "/binary_apps/upload_url", into=UploadPlace)

    async def finalize_binary_app(self, binary_app_id: int, fields: dict[str, Any]) -> UploadedApp:
        """PUT /binary_apps/{id}"""
        return await self.write(
            "PUT", path("binary_apps", binary_app_id), body=fields, into=UploadedApp, envelope="binary_app"
        )
