"""JUnit imports over HTTP; the API spells their two paths differently."""

from tools.kit.client import ApiClient, path
from tools.kit.form import Form
from tools.testsigma.models.imports import JUnitImport


class ImportCalls(ApiClient):
    """The endpoints of JUnit imports."""

    async def start_import(self, project_id: str, run_id: str, form: Form) -> JUnitImport:
        """POST /projects/{project_id}/junit-import/test-run/{run_id}, with the file as `junit_xml`"""
        where = path("projects", project_id, "junit-import", "test-run", run_id)
        return await self.write("POST", where, content=form, into=JUnitImport, envelope="data.import")

    async def junit_import(self, project_id: str, import_id: str) -> JUnitImport:
        """GET /projects/{project_id}/junit-imports/{import_id}/status"""
        where = path("projects", project_id, "junit-imports", import_id, "status")
        return await self.get(where, into=JUnitImport, envelope="data.import")
