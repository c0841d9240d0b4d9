"""Issues, files, requirements and shares of tests and suites over family A."""

from typing import Any

from tools.kit.form import Form
from tools.kit.request import QueryParams
from tools.testomatio.client.families import Families
from tools.testomatio.client.runs import PER_PAGE, paged
from tools.testomatio.models.documents import Listed, Nothing
from tools.testomatio.models.issues import Attachment, Issue
from tools.testomatio.models.requirements import Queued, Requirement


class LinkCalls(Families):
    """Calls of issues, attachments, requirements and shares."""

    async def issues_page(
        self, project: str, filters: QueryParams, page: int, per_page: int = PER_PAGE
    ) -> Listed[Issue]:
        """GET /api/v2/{project_id}/issues"""
        query = [*filters, *paged(page, per_page)]
        return await self.get_v2(project, "issues", query=query, into=Listed[Issue], listed=True)

    async def link_issue(self, project: str, target: QueryParams, issue: dict[str, str]) -> Issue:
        """POST /api/v2/{project_id}/issues

        The query names the target, the body the issue.
        """
        return await self.write_v2("POST", project, "issues", query=target, body=issue, into=Issue)

    async def unlink_issue(self, project: str, issue_id: int, kind: str) -> None:
        """DELETE /api/v2/{project_id}/issues/{id}"""
        await self.write_v2("DELETE", project, "issues", issue_id, query=[("type", kind)], into=Nothing)

    async def attachments(self, project: str, target: QueryParams) -> Listed[Attachment]:
        """GET /api/v2/{project_id}/attachments"""
        files = await self.get_v2(project, "attachments", query=target, into=Listed[Attachment], listed=True)
        for file in files.data:
            file.url = self.absolute(file.url)
        return files

    async def upload_attachment(self, project: str, target: QueryParams, form: Form) -> Attachment:
        """POST /api/v2/{project_id}/attachments"""
        made = await self.write_v2("POST", project, "attachments", query=target, content=form, into=Attachment)
        made.url = self.absolute(made.url)
        return made

    async def delete_attachment(self, project: str, attachment_id: str, target: QueryParams) -> None:
        """DELETE /api/v2/{project_id}/attachments/{id}"""
        await self.write_v2("DELETE", project, "attachments", attachment_id, query=target, into=Nothing)

    async def requirements_page(
        self, project: str, filters: QueryParams, page: int, per_page: int = PER_PAGE
    ) -> Listed[Requirement]:
        """GET /api/v2/{project_id}/requirements"""
        query = [*filters, *paged(page, per_page)]
        return await self.get_v2(project, "requirements", query=query, into=Listed[Requirement], listed=True)

    async def requirement(self, project: str, requirement_id: str) -> Requirement:
        """GET /api/v2/{project_id}/requirements/{id}"""
        return await self.get_v2(project, "requirements", requirement_id, into=Requirement)

    async def create_requirement(self, project: str, body: dict[str, Any] | Form) -> Requirement:
        """POST /api/v2/{project_id}/requirements

        With files a form, else JSON.
        """
        return await self.write_v2("POST", project, "requirements", **_either(body), into=Requirement)

    async def update_requirement(self, project: str, requirement_id: str, body: dict[str, Any] | Form) -> None:
        """PATCH /api/v2/{project_id}/requirements/{id}"""
        where = (project, "requirements", requirement_id)
        await self.write_v2("PATCH", *where, **_either(body), into=Nothing)

    async def delete_requirement(self, project: str, requirement_id: str) -> None:
        """DELETE /api/v2/{project_id}/requirements/{id}"""
        await self.write_v2("DELETE", project, "requirements", requirement_id, into=Nothing)

    async def share_tests(self, project: str, fields: dict[str, Any]) -> Queued:
        """POST /api/v2/{project_id}/shares/tests"""
        return await self.write_v2("POST", project, "shares", "tests", body=fields, into=Queued)

    async def share_suites(self, project: str, fields: dict[str, Any]) -> Queued:
        """POST /api/v2/{project_id}/shares/suites"""
        return await self.write_v2("POST", project, "shares", "suites", body=fields, into=Queued)

    async def unshare_test(self, project: str, test_id: str) -> None:
        """DELETE /api/v2/{project_id}/shares/tests/{id}"""
        await self.write_v2("DELETE", project, "shares", "tests", test_id, into=Nothing)

    async def unshare_suite(self, project: str, suite_id: str) -> None:
        """DELETE /api/v2/{project_id}/shares/suites/{id}"""
        await self.write_v2("DELETE", project, "shares", "suites", suite_id, into=Nothing)


def _either(body: dict[str, Any] | Form) -> dict[str, Any]:
    return {"content": body} if isinstance(body, Form) else {"body": body}
