"""The held contract of tests, suites, labels and links: what each call sends, written from the vendor's documents."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from tests.tools.testomatio.wire import JWT, PAGE, V2, Row, sent_by
from tools.kit.form import Attached, Form, MadeFile
from tools.testomatio.client.testomatio import Testomatio

pytestmark = pytest.mark.anyio

SHOP = "/api/v2/shop"
FORM = Form([Attached(MadeFile("a.txt", b"hello"), "text/plain", name="file")], {"active": "true"}, boundary="cut")
MULTIPART = (
    '--cut\r\nContent-Disposition: form-data; name="active"\r\n\r\ntrue\r\n'
    '--cut\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\n'
    "hello\r\n--cut--\r\n"
)
LINK = {"link": [{"action": "add", "type": "label", "value": "severity-f124r"}]}
INSTEAD = {f"PATCH {V2}/tests/{{id}}": f"PUT {V2}/tests/{{id}}"}
"""Operations that one call serves with another: both update a test in part."""


async def opened_and_closed(api: Testomatio) -> None:
    await api.open_session("shop", description="Tidy")
    await api.close_session("shop")


def five(name: str, calls: list[Callable[[Testomatio], Awaitable[Any]]], number: str, key: str = "id") -> list[Row]:
    """The five operations of a resource of family A, whose bodies are sent flat."""
    page, create, one, update, delete = calls
    return [
        Row(f"GET {V2}/{name}", page, f"{SHOP}/{name}", PAGE),
        Row(f"POST {V2}/{name}", create, f"{SHOP}/{name}", body={"title": "T"}),
        Row(f"GET {V2}/{name}/{{{key}}}", one, f"{SHOP}/{name}/{number}"),
        Row(f"PUT {V2}/{name}/{{{key}}}", update, f"{SHOP}/{name}/{number}", body={"title": "U"}),
        Row(f"DELETE {V2}/{name}/{{{key}}}", delete, f"{SHOP}/{name}/{number}"),
    ]


BRANCH = [("branch", "b1")]
TITLE, OTHER = {"title": "T"}, {"title": "U"}
ROWS = [
    Row(f"GET {V2}/info", lambda a: a.project_info("shop"), f"{SHOP}/info"),
    Row(f"POST {V2}/sessions", lambda a: a.open_session("shop", description="Tidy"), f"{SHOP}/sessions",
        body={"description": "Tidy"}),
    Row(f"DELETE {V2}/sessions/{{hash}}", opened_and_closed, f"{SHOP}/sessions/abc"),
    Row(f"GET {V2}/tests", lambda a: a.tests("shop", [("suites[]", "380c64db"), ("tql", "tag == 'a'"), *BRANCH]),
        f"{SHOP}/tests", [("suites[]", "380c64db"), ("tql", "tag == 'a'"), *BRANCH]),
    Row(f"POST {V2}/tests", lambda a: a.create_test("shop", {"title": "T", "suite_id": "380c64db", **LINK}, BRANCH),
        f"{SHOP}/tests", BRANCH, {"title": "T", "suite_id": "380c64db", **LINK}),
    Row(f"GET {V2}/tests/{{id}}", lambda a: a.test("shop", "264409fe", BRANCH), f"{SHOP}/tests/264409fe", BRANCH),
    Row(f"PUT {V2}/tests/{{id}}", lambda a: a.update_test("shop", "264409fe", {"suite_id": "380c64db"}, BRANCH),
        f"{SHOP}/tests/264409fe", BRANCH, {"suite_id": "380c64db"}),
    Row(f"DELETE {V2}/tests/{{id}}", lambda a: a.delete_test("shop", "264409fe", BRANCH), f"{SHOP}/tests/264409fe",
        BRANCH),
    Row(f"POST {V2}/tests/bulk", lambda a: a.write_tests("shop", [{"id": "264409fe", "state": "manual"}], BRANCH),
        f"{SHOP}/tests/bulk", BRANCH, {"tests": [{"id": "264409fe", "state": "manual"}]}),
    Row(f"GET {V2}/suites", lambda a: a.suites("shop", [("search_text", "pay"), ("labels", "severity-f124r:high")]),
        f"{SHOP}/suites", [("search_text", "pay"), ("labels", "severity-f124r:high")]),
    Row(f"POST {V2}/suites", lambda a: a.create_suite("shop", {"title": "T", "children": [TITLE]}, BRANCH),
        f"{SHOP}/suites", BRANCH, {"title": "T", "children": [TITLE]}),
    Row(f"GET {V2}/suites/{{id}}", lambda a: a.suite("shop", "380c64db", BRANCH), f"{SHOP}/suites/380c64db", BRANCH),
    Row(f"PUT {V2}/suites/{{id}}", lambda a: a.update_suite("shop", "380c64db", {"parent_id": None}, BRANCH),
        f"{SHOP}/suites/380c64db", BRANCH, {"parent_id": None}),
    Row(f"DELETE {V2}/suites/{{id}}", lambda a: a.delete_suite("shop", "380c64db", BRANCH), f"{SHOP}/suites/380c64db",
        BRANCH),
    *five("steps", [lambda a: a.steps_page("shop", 2), lambda a: a.create_step("shop", TITLE),
                    lambda a: a.step("shop", 311), lambda a: a.update_step("shop", 311, OTHER),
                    lambda a: a.delete_step("shop", 311)], "311"),
    *five("snippets", [lambda a: a.snippets_page("shop", 2), lambda a: a.create_snippet("shop", TITLE),
                       lambda a: a.snippet("shop", 321), lambda a: a.update_snippet("shop", 321, OTHER),
                       lambda a: a.delete_snippet("shop", 321)], "321"),
    *five("labels", [lambda a: a.labels_page("shop", 2), lambda a: a.create_label("shop", TITLE),
                     lambda a: a.label("shop", "severity-f1"), lambda a: a.update_label("shop", "severity-f1", OTHER),
                     lambda a: a.delete_label("shop", "severity-f1")], "severity-f1", "slug"),
    *five("branches", [lambda a: a.branches_page("shop", [], 2), lambda a: a.create_branch("shop", "T"),
                       lambda a: a.branch("shop", "b1"), lambda a: a.rename_branch("shop", "b1", "U"),
                       lambda a: a.delete_branch("shop", "b1")], "b1", "slug"),
    Row(f"GET {V2}/tags", lambda a: a.tags("shop"), f"{SHOP}/tags"),
    Row(f"GET {V2}/tags/{{title}}", lambda a: a.tests_with_tag("shop", "area:cart/x.y"), f"{SHOP}/tags/area:cart/x.y",
        [("slim", "true")]),
    Row(f"GET {V2}/issues", lambda a: a.issues_page("shop", [("testrun_id", 9051873), ("source", "jira")], 2),
        f"{SHOP}/issues", [("testrun_id", "9051873"), ("source", "jira"), *PAGE]),
    # The target goes in the query, the issue in the body.
    Row(f"POST {V2}/issues", lambda a: a.link_issue("shop", [("test_id", "264409fe")], {"jira_id": "TST-12"}),
        f"{SHOP}/issues", [("test_id", "264409fe")], {"jira_id": "TST-12"}),
    Row(f"DELETE {V2}/issues/{{id}}", lambda a: a.unlink_issue("shop", 77, "jira_issue"), f"{SHOP}/issues/77",
        [("type", "jira_issue")]),
    Row(f"GET {V2}/milestones", lambda a: a.milestones_page("shop", [("type", "Sprint")], 2), f"{SHOP}/milestones",
        [("type", "Sprint"), *PAGE]),
    Row(f"GET {V2}/milestones/{{slug}}", lambda a: a.milestone("shop", "sprint-12"), f"{SHOP}/milestones/sprint-12"),
    Row(f"GET {V2}/requirements", lambda a: a.requirements_page("shop", [("source", "text")], 2),
        f"{SHOP}/requirements", [("source", "text"), *PAGE]),
    Row(f"POST {V2}/requirements", lambda a: a.create_requirement("shop", {"title": "T", "source_type": "jira"}),
        f"{SHOP}/requirements", body={"title": "T", "source_type": "jira"}),
    Row(f"GET {V2}/requirements/{{id}}", lambda a: a.requirement("shop", "4e400001"), f"{SHOP}/requirements/4e400001"),
    Row(f"PATCH {V2}/requirements/{{id}}", lambda a: a.update_requirement("shop", "4e400001", FORM),
        f"{SHOP}/requirements/4e400001", body=MULTIPART),
    Row(f"DELETE {V2}/requirements/{{id}}", lambda a: a.delete_requirement("shop", "4e400001"),
        f"{SHOP}/requirements/4e400001"),
    Row(f"GET {V2}/attachments", lambda a: a.attachments("shop", [("test_id", "264409fe")]), f"{SHOP}/attachments",
        [("test_id", "264409fe")]),
    Row(f"POST {V2}/attachments", lambda a: a.upload_attachment("shop", [("suite_id", "380c64db")], FORM),
        f"{SHOP}/attachments", [("suite_id", "380c64db")], MULTIPART),
    Row(f"DELETE {V2}/attachments/{{id}}", lambda a: a.delete_attachment("shop", "a77", [("testrun_id", 9)]),
        f"{SHOP}/attachments/a77", [("testrun_id", "9")]),
    Row(f"POST {V2}/shares/tests", lambda a: a.share_tests("shop", {"target_project_id": "app", "labels": ["x"]}),
        f"{SHOP}/shares/tests", body={"target_project_id": "app", "labels": ["x"]}),
    Row(f"POST {V2}/shares/suites", lambda a: a.share_suites("shop", {"target_project_ids": ["app"], "labels": ["x"]}),
        f"{SHOP}/shares/suites", body={"target_project_ids": ["app"], "labels": ["x"]}),
    Row(f"DELETE {V2}/shares/tests/{{id}}", lambda a: a.unshare_test("shop", "264409fe"),
        f"{SHOP}/shares/tests/264409fe"),
    Row(f"DELETE {V2}/shares/suites/{{id}}", lambda a: a.unshare_suite("shop", "380c64db"),
        f"{SHOP}/shares/suites/380c64db"),
    # Family B
    Row("POST /api/login", lambda a: a.log_in(), "/api/login", body={"api_token": "testomat_general0token"},
        authorization=None),
    Row("GET /api/projects", lambda a: a.projects_page(2), "/api/projects", [("page", "2"), ("per_page", "200")],
        authorization=JWT),
    Row("GET /api/projects/{p}", lambda a: a.project("shop"), "/api/projects/shop", authorization=JWT),
    Row("GET /api/{p}/suites", lambda a: a.web_suites("shop", 2), "/api/shop/suites", [("page", "2")],
        authorization=JWT),
    Row("GET /api/{p}/suites/{id}", lambda a: a.web_suite("shop", "380c64db"), "/api/shop/suites/380c64db",
        authorization=JWT),
    Row("GET /api/{p}/suites/tree", lambda a: a.web_suite_tree("shop"), "/api/shop/suites/tree", authorization=JWT),
    Row("GET /api/{p}/tests/{id}", lambda a: a.web_test("shop", "264409fe"), "/api/shop/tests/264409fe",
        authorization=JWT),
    Row("PATCH /api/{p}/tests/{id}", lambda a: a.set_parameters("shop", "264409fe", ["a"]), "/api/shop/tests/264409fe",
        body={"data": {"type": "tests", "id": "264409fe", "attributes": {"params": ["a"]}}}, authorization=JWT),
    Row("POST /api/{p}/examples", lambda a: a.create_example("shop", "264409fe", ["1"]), "/api/shop/examples",
        body={"data": {"type": "examples", "attributes": {"data": ["1"]},
                       "relationships": {"test": {"data": {"type": "tests", "id": "264409fe"}}}}}, authorization=JWT),
    Row("PATCH /api/{p}/examples/{id}", lambda a: a.update_example("shop", 7, ["2"]), "/api/shop/examples/7",
        body={"data": {"type": "examples", "id": "7", "attributes": {"data": ["2"]}}}, authorization=JWT),
    Row("DELETE /api/{p}/examples/{id}", lambda a: a.delete_example("shop", 7), "/api/shop/examples/7",
        authorization=JWT),
    Row("GET /api/{p}/comments", lambda a: a.comments_page("shop", [("test_id", "264409fe")], 1), "/api/shop/comments",
        [("test_id", "264409fe"), ("page", "1")], authorization=JWT),
    Row("POST /api/{p}/comments", lambda a: a.create_comment("shop", {"body": "B", "test_id": "264409fe"}),
        "/api/shop/comments", body={"data": {"type": "comments", "attributes": {"body": "B", "test_id": "264409fe"}}},
        authorization=JWT),
    Row("PATCH /api/{p}/comments/{id}", lambda a: a.update_comment("shop", "4", "C"), "/api/shop/comments/4",
        body={"data": {"type": "comments", "id": "4", "attributes": {"body": "C"}}}, authorization=JWT),
    Row("DELETE /api/{p}/comments/{id}", lambda a: a.delete_comment("shop", "4"), "/api/shop/comments/4",
        authorization=JWT),
    Row("GET /api/{p}/templates", lambda a: a.templates_page("shop", [("kind", "test")], 1), "/api/shop/templates",
        [("kind", "test"), ("page", "1")], authorization=JWT),
    Row("POST /api/{p}/templates", lambda a: a.create_template("shop", {"title": "T", "kind": "test", "body": "B"}),
        "/api/shop/templates",
        body={"data": {"type": "templates", "attributes": {"title": "T", "kind": "test", "body": "B"}}},
        authorization=JWT),
    Row("GET /api/{p}/templates/{id}", lambda a: a.template("shop", "61", [("test_id", "264409fe")]),
        "/api/shop/templates/61", [("test_id", "264409fe")], authorization=JWT),
    Row("PUT /api/{p}/templates/{id}", lambda a: a.update_template("shop", "61", {"body": "C"}),
        "/api/shop/templates/61", body={"data": {"type": "templates", "id": "61", "attributes": {"body": "C"}}},
        authorization=JWT),
    Row("DELETE /api/{p}/templates/{id}", lambda a: a.delete_template("shop", "61"), "/api/shop/templates/61",
        authorization=JWT),
    Row("GET /api/{p}/templates/kind/{kind}", lambda a: a.default_template("shop", "test"),
        "/api/shop/templates/kind/test", authorization=JWT),
    Row("POST /api/{p}/tests/{id}/attachment", lambda a: a.attach_to_test("shop", "264409fe", FORM),
        "/api/shop/tests/264409fe/attachment", [], MULTIPART, JWT),
    Row("POST /api/{p}/testruns/{id}/attachment", lambda a: a.attach_to_result("shop", 9051873, FORM),
        "/api/shop/testruns/9051873/attachment", [], MULTIPART, JWT),
    Row("GET /api/{p}/users", lambda a: a.users_page("shop", 2), "/api/shop/users", [("page", "2")], authorization=JWT),
    Row("GET /api/{p}/users/{id}", lambda a: a.user("shop", "4101"), "/api/shop/users/4101", authorization=JWT),
]  # fmt: skip


def answered(request: httpx.Request) -> httpx.Response:
    """What a host answers that takes everything: one thing, or a list of none."""
    if request.url.path.endswith("/sessions"):
        return httpx.Response(201, json={"data": {"hash": "abc"}})
    one: dict[str, Any] = {"id": 1, "slug": "x", "title": "T"}
    is_list = request.method == "GET" and "page" in request.url.params
    ends = ("/tests", "/suites", "/tree", "/tags", "/attachments", "x.y")
    unpaged = request.method == "GET" and request.url.path.endswith(ends)
    is_bulk = request.url.path.endswith("/bulk")
    return httpx.Response(200, json={"data": [] if is_list or unpaged or is_bulk else one})


@pytest.mark.parametrize("row", ROWS, ids=[row.operation for row in ROWS])
async def test_a_call_sends_what_the_documents_want(row: Row) -> None:
    row.compare(await sent_by(row.call, answered))


async def test_a_tag_with_a_slash_stays_one_piece_of_its_path() -> None:
    request = await sent_by(lambda a: a.tests_with_tag("shop", "area:cart/x.y"), answered)
    assert request.url.raw_path.startswith(b"/api/v2/shop/tags/area%3Acart%2Fx.y?")
