"""Runs and results over family B: details that family A lacks, archives and relaunches."""

from collections.abc import Sequence

from tools.kit.form import Form
from tools.kit.request import QueryParams
from tools.testomatio.client.families import Families
from tools.testomatio.models.documents import Listed, Nothing
from tools.testomatio.models.issues import WebFile
from tools.testomatio.models.results import WebResult
from tools.testomatio.models.runs import Copied, WebRun


class WebRunCalls(Families):
    """Calls that need a login."""

    async def web_runs_page(self, project: str, filters: QueryParams, page: int) -> Listed[WebRun]:
        """GET /api/{p}/runs"""
        query = [*filters, ("page", page)]
        return await self.get_web(project, "runs", query=query, into=Listed[WebRun], envelope=None)

    async def archived_runs_page(self, project: str, page: int) -> Listed[WebRun]:
        """GET /api/{p}/runs/archives"""
        query = [("page", page)]
        return await self.get_web(project, "runs", "archives", query=query, into=Listed[WebRun], envelope=None)

    async def web_run(self, project: str, run_id: str) -> WebRun:
        """GET /api/{p}/runs/{id}"""
        return await self.get_web(project, "runs", run_id, into=WebRun)

    async def web_results_page(self, project: str, filters: QueryParams, page: int) -> Listed[WebResult]:
        """GET /api/{p}/testruns"""
        query = [*filters, ("page", page)]
        listed = await self.get_web(project, "testruns", query=query, into=Listed[WebResult], envelope=None)
        for result in listed.data:
            result.files = [self.absolute(one) or one for one in result.files]
        return listed

    async def web_result(self, project: str, result_id: int) -> WebResult:
        """GET /api/{p}/testruns/{id}"""
        result = await self.get_web(project, "testruns", result_id, into=WebResult)
        result.files = [self.absolute(one) or one for one in result.files]
        return result

    async def attach_to_result(self, project: str, result_id: int, form: Form) -> WebFile:
        """POST /api/{p}/testruns/{id}/attachment"""
        where = (project, "testruns", result_id, "attachment")
        return await self.write_web("POST", *where, content=form, into=WebFile, envelope=None)

    async def archive_rungroups(self, project: str, rungroup_ids: Sequence[str]) -> Nothing:
        """POST /api/{p}/rungroups/archive"""
        body = {"rungroups_ids": list(rungroup_ids)}
        return await self.write_web("POST", project, "rungroups", "archive", body=body, into=Nothing)

    async def unarchive_rungroups(self, project: str, rungroup_ids: Sequence[str]) -> Nothing:
        """POST /api/{p}/rungroups/unarchive"""
        body = {"rungroups_ids": list(rungroup_ids)}
        return await self.write_web("POST", project, "rungroups", "unarchive", body=body, into=Nothing)

    async def relaunch_run(self, project: str, run_id: str) -> Nothing:
        """POST /api/{p}/runs/{id}/relaunch"""
        return await self.write_web("POST", project, "runs", run_id, "relaunch", body={}, into=Nothing)

    async def relaunch_copy(self, project: str, run_id: str) -> Copied:
        """POST /api/{p}/runs/{id}/relaunch_copy"""
        return await self.write_web("POST", project, "runs", run_id, "relaunch_copy", body={}, into=Copied)
