"""Confirmations of bug reports and bug fixes over HTTP."""

from typing import Any

from tools.kit.client import ApiClient
from tools.testio.models.confirmations import (
    FixConfirmation,
    FixConfirmations,
    FixResult,
    FixResults,
    ReportConfirmation,
)

MOST_FIXES = 50
"""Entries of one bulk request (Bug Fix Confirmations); with more, all are refused."""


class ConfirmationCalls(ApiClient):
    """The calls around confirmations."""

    async def request_bug_report_confirmation(self, fields: dict[str, Any]) -> ReportConfirmation:
        """POST /bug_report_confirmations, whose body has no envelope"""
        return await self.write(
            "POST",
            "/bug_report_confirmations",
            body=fields,
            into=ReportConfirmation,
            envelope="bug_report_confirmation",
        )

    async def request_bug_fix_confirmations(self, entries: list[dict[str, Any]]) -> list[FixResult]:
        """POST /bug_fix_confirmations/bulk, which answers 201 even where every entry failed"""
        body = {"bug_fix_confirmations": entries}
        return (await self.write("POST", "/bug_fix_confirmations/bulk", body=body, into=FixResults)).results

    async def bug_fix_confirmations(self, bug_id: int) -> list[FixConfirmation]:
        """GET /bug_fix_confirmations"""
        query = (("bug_id", bug_id),)
        return (await self.get("/bug_fix_confirmations", query=query, into=FixConfirmations)).bug_fix_confirmations
