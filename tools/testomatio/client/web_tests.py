"""What only family B has: parameters and examples of tests, templates, comments, members."""

from collections.abc import Mapping, Sequence
from typing import Any

from tools.kit.form import Form
from tools.kit.request import QueryParams
from tools.testomatio.client.families import Families
from tools.testomatio.models.documents import Listed, Nothing
from tools.testomatio.models.issues import WebFile
from tools.testomatio.models.web import Comment, Example, ParametrisedTest, Template, User


def document(
    kind: str, attributes: Mapping[str, Any], *, number: str | int | None = None, **related: tuple[str, str]
) -> dict[str, Any]:
    """The body of a write of family B; each relationship is a type and an id."""
    data: dict[str, Any] = {"type": kind, "attributes": dict(attributes)}
    if number is not None:
        data["id"] = str(number)
    if related:
        data["relationships"] = {name: {"data": {"type": t, "id": i}} for name, (t, i) in related.items()}
    return {"data": data}


class WebTestCalls(Families):
    """Calls that need a login."""

    async def web_test(self, project: str, test_id: str) -> ParametrisedTest:
        """GET /api/{p}/tests/{id}"""
        return await self.get_web(project, "tests", test_id, into=ParametrisedTest, envelope=None)

    async def set_parameters(self, project: str, test_id: str, names: Sequence[str]) -> None:
        """PATCH /api/{p}/tests/{id}"""
        body = document("tests", {"params": list(names)}, number=test_id)
        await self.write_web("PATCH", project, "tests", test_id, body=body, into=Nothing)

    async def attach_to_test(self, project: str, test_id: str, form: Form) -> WebFile:
        """POST /api/{p}/tests/{id}/attachment"""
        where = (project, "tests", test_id, "attachment")
        return await self.write_web("POST", *where, content=form, into=WebFile, envelope=None)

    async def create_example(self, project: str, test_id: str, cells: Sequence[str]) -> Example:
        """POST /api/{p}/examples"""
        body = document("examples", {"data": list(cells)}, test=("tests", test_id))
        return await self.write_web("POST", project, "examples", body=body, into=Example)

    async def update_example(self, project: str, example_id: int, cells: Sequence[str]) -> Example:
        """PATCH /api/{p}/examples/{id}"""
        body = document("examples", {"data": list(cells)}, number=example_id)
        return await self.write_web("PATCH", project, "examples", example_id, body=body, into=Example)

    async def delete_example(self, project: str, example_id: int) -> None:
        """DELETE /api/{p}/examples/{id}"""
        await self.write_web("DELETE", project, "examples", example_id, into=Nothing)

    # Templates

    async def templates_page(self, project: str, filters: QueryParams, page: int) -> Listed[Template]:
        """GET /api/{p}/templates"""
        query = [*filters, ("page", page)]
        return await self.get_web(project, "templates", query=query, into=Listed[Template], envelope=None)

    async def default_template(self, project: str, kind: str) -> Template:
        """GET /api/{p}/templates/kind/{kind}"""
        return await self.get_web(project, "templates", "kind", kind, into=Template)

    async def template(self, project: str, template_id: str, query: QueryParams = ()) -> Template:
        """GET /api/{p}/templates/{id}"""
        return await self.get_web(project, "templates", template_id, query=query, into=Template)

    async def create_template(self, project: str, attributes: Mapping[str, Any]) -> Template:
        """POST /api/{p}/templates"""
        body = document("templates", attributes)
        return await self.write_web("POST", project, "templates", body=body, into=Template)

    async def update_template(self, project: str, template_id: str, attributes: Mapping[str, Any]) -> None:
        """PUT /api/{p}/templates/{id}"""
        body = document("templates", attributes, number=template_id)
        await self.write_web("PUT", project, "templates", template_id, body=body, into=Nothing)

    async def delete_template(self, project: str, template_id: str) -> None:
        """DELETE /api/{p}/templates/{id}"""
        await self.write_web("DELETE", project, "templates", template_id, into=Nothing)

    # Comments. Their format is not documented.

    async def comments_page(self, project: str, target: QueryParams, page: int) -> Listed[Comment]:
        """GET /api/{p}/comments"""
        query = [*target, ("page", page)]
        return await self.get_web(project, "comments", query=query, into=Listed[Comment], envelope=None)

    async def create_comment(self, project: str, attributes: Mapping[str, Any]) -> None:
        """POST /api/{p}/comments"""
        await self.write_web("POST", project, "comments", body=document("comments", attributes), into=Nothing)

    async def update_comment(self, project: str, comment_id: str, text: str) -> None:
        """PATCH /api/{p}/comments/{id}"""
        body = document("comments", {"body": text}, number=comment_id)
        await self.write_web("PATCH", project, "comments", comment_id, body=body, into=Nothing)

    async def delete_comment(self, project: str, comment_id: str) -> None:
        """DELETE /api/{p}/comments/{id}"""
        await self.write_web("DELETE", project, "comments", comment_id, into=Nothing)

    # Members

    async def users_page(self, project: str, page: int) -> Listed[User]:
        """GET /api/{p}/users"""
        return await self.get_web(project, "users", query=[("page", page)], into=Listed[User], envelope=None)

    async def user(self, project: str, user_id: str) -> User:
        """GET /api/{p}/users/{id}"""
        return await self.get_web(project, "users", user_id, into=User)
