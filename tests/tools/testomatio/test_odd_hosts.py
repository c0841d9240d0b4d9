"""Hosts that answer otherwise than most: without counts, flat instead of nested, bare, with nulls, broken in part."""

from typing import Any

import httpx
import pytest

from tests.acts import question
from tests.desk import desk
from tests.tools.testomatio.holding import WEB
from tests.tools.testomatio.host import Host, page_of
from tools.kit.toolset import no_progress
from tools.testomatio.tools.suite_changes import delete_suite
from tools.testomatio.tools.suite_tree import get_suite_tree
from tools.testomatio.tools.test_batches import create_tests
from tools.testomatio.tools.test_changes import delete_test
from tools.testomatio.tools.tests import get_test, list_tests
from tools.testomatio.tools.written_tests import NewTest

pytestmark = pytest.mark.anyio

SUITE = {"id": "380c64db", "type": "suite", "title": "Checkout", "file_type": "file"}


def answering(answers: dict[str, Any]) -> Host:
    return Host(**answers)


def without_counting(total: int) -> Any:
    rows = [{"id": f"{n:08d}", "title": f"T {n}", "suite_id": "380c64db"} for n in range(total)]

    def answer(request: httpx.Request) -> dict[str, Any]:
        return {"data": [], "meta": {}} if "count" in request.url.params else page_of(rows, request)

    return answer


async def test_where_the_platform_does_not_count_the_tests_are_read_for_the_question() -> None:
    host = answering({"GET /suites": {"data": [SUITE]}, "GET /suites/380c64db": {"data": SUITE}})
    host.says("GET /tests", without_counting(130))
    asked = await question(delete_suite(host.api(), "380c64db"))
    assert "With it go 130 tests." in asked


async def test_where_pages_of_tests_are_missing_the_question_says_at_least() -> None:
    def answer(request: httpx.Request) -> dict[str, Any]:
        if "count" in request.url.params:
            return {"data": [], "meta": {}}
        return {"data": [{"id": "00000001"}], "meta": {"total": 3, "page": 1, "per_page": 100}}

    host = answering({"GET /suites": {"data": [SUITE]}, "GET /suites/380c64db": {"data": SUITE}, "GET /tests": answer})
    assert "at least 1 test." in await question(delete_suite(host.api(), "380c64db"))


async def test_suites_that_come_flat_with_their_parents_are_the_same_tree() -> None:
    rows = [
        {"id": "c", "title": "C", "parentId": "b"},
        {"id": "a", "title": "A", "fileType": "folder"},
        {"id": "b", "title": "B", "parentId": "a", "fileType": "folder"},
    ]
    host = answering({"GET /suites": {"data": rows, "meta": {"total": 3}}, "GET /tests": {"meta": {"total": 4}}})
    tree = await get_suite_tree(host.api(), no_progress)
    assert [(row.depth, row.id, row.kind) for row in tree.items] == [
        (1, "a", "folder"),
        (2, "b", "folder"),
        (3, "c", "file"),
    ]
    assert (tree.tests, tree.coverage.complete) == (4, True)


async def test_a_tree_of_which_roots_are_missing_does_not_claim_to_be_whole() -> None:
    told = {"data": [SUITE], "meta": {"total": 40, "page": 1, "per_page": 100}}
    host = answering({"GET /suites": told, "GET /tests": {"meta": {"total": 4}}})
    tree = await get_suite_tree(host.api(), no_progress)
    assert not tree.coverage.complete
    assert tree.coverage.total is None
    assert "40 were announced" in (tree.coverage.why or "")


async def test_the_webs_places_count_and_what_has_none_follows_as_it_came() -> None:
    inner = [{"id": one, "title": one.upper()} for one in ("x", "y", "z")]
    rows = [{"id": "b", "title": "B"}, {"id": "n", "title": "N"}, {"id": "a", "title": "A", "children": inner}]
    told = [{"id": "a", "attributes": {"position": 1}}, {"id": "b", "attributes": {"position": 2}}]
    below = [{"id": one, "type": "suite", "attributes": {"position": n}} for n, one in enumerate("zyx")]
    host = answering({"GET /suites": {"data": rows}, "GET /tests": {"meta": {"total": 4}}})
    host.says("POST /login", {"jwt": "eyJ.a.b"})
    host.says("GET /api/shop/suites", {"data": told, "meta": {"num": 2, "per_page": 50}})
    host.says("GET /api/shop/suites/a", {"data": {"id": "a", "attributes": {}}, "included": below})
    tree = await get_suite_tree(host.api(token="testomat_general"), no_progress)
    assert [row.id for row in tree.items] == ["a", "z", "y", "x", "b", "n"]


async def test_where_the_webs_order_cannot_be_read_the_tree_comes_all_the_same() -> None:
    async with desk() as d:
        await d.fault(platform="testomatio", method="GET", path=f"{WEB}/suites", status=500, times=9)
        tree = await d.answer("testomatio_get_suite_tree")
    assert tree["coverage"]["complete"]
    assert "could not be read" in tree["order"]


async def test_a_test_of_nulls_is_a_test() -> None:
    nulls = dict.fromkeys(("title", "priority", "self_tags", "labels", "assigned_to", "position", "code"))
    host = answering({"GET /tests/264409fe": {"data": {"id": "264409fe", **nulls}}})
    host.says("GET /tests", {"data": [{"id": "264409fe", **nulls, "labels": ["Severity:high"]}]})
    assert (await get_test(host.api(), "264409fe")).test.labels == []
    (row,) = (await list_tests(host.api(), no_progress)).items
    assert (row.priority, row.labels) == ("normal", ["Severity:high"])


async def test_a_bulk_answer_may_come_bare() -> None:
    told = [{"id": "11111111", "title": "A", "status": "created"}, {"title": "B", "error": {"title": ["is taken"]}}]
    host = answering({"GET /suites/380c64db": {"data": SUITE}, "GET /tests": {"data": []}})
    host.says("POST /tests/bulk", told)
    made = await create_tests(host.api(), no_progress, "380c64db", [NewTest(title="A"), NewTest(title="B")])
    assert [(row.status, row.id) for row in made.items] == [("created", "11111111"), ("failed", None)]
    assert "is taken" in (made.items[1].why or "")


async def test_issues_that_are_not_counted_are_said_to_be_not_counted() -> None:
    host = answering({"GET /tests/264409fe": {"data": {"id": "264409fe", "title": "A"}}, "GET /issues": {"data": []}})
    assert "linked issues, which were not counted" in await question(delete_test(host.api(), "264409fe"))
