"""Reporting over family C and importing over family D, as pipelines do it with a project token."""

from collections.abc import Sequence
from typing import Any

from tools.kit.request import QueryParams
from tools.testomatio.client.families import Families
from tools.testomatio.models.reporting import FoundIds, IdMap, Received, ReportedRun


class ReportingCalls(Families):
    """Calls without a project: the token belongs to one."""

    async def open_reported_run(self, fields: dict[str, Any]) -> ReportedRun:
        """POST /api/reporter"""
        return await self.write_report("POST", "reporter", body=fields, into=ReportedRun)

    async def change_reported_run(self, run_id: str, fields: dict[str, Any]) -> ReportedRun:
        """PUT /api/reporter/{run}"""
        return await self.write_report("PUT", "reporter", run_id, body=fields, into=ReportedRun)

    async def report_results(self, run_id: str, results: Sequence[dict[str, Any]], *, batch: int) -> Received:
        """POST /api/reporter/{run}/testrun

        One result is sent alone, several as a batch of at most 100. The platform answers before it processes them.
        """
        body = results[0] if len(results) == 1 else {"tests": list(results), "batch_index": batch}
        return await self.write_report("POST", "reporter", run_id, "testrun", body=body, into=Received)

    async def load_tests(self, fields: dict[str, Any]) -> Received:
        """POST /api/load"""
        return await self.write_report("POST", "load", body=fields, into=Received)

    async def id_map(self, query: QueryParams = ()) -> IdMap:
        """GET /api/test_data"""
        return await self.get_import("test_data", query=query, into=IdMap)

    async def grep_tests(self, kind: str, wanted: str) -> FoundIds:
        """GET /api/test_grep"""
        return await self.get_import("test_grep", query=[("type", kind), ("id", wanted)], into=FoundIds)
