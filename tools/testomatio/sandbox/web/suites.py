"""Suites of the web API: lists by level in the web app's order, one suite with its content, and the bare tree."""

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testomatio.sandbox.access import project
from tools.testomatio.sandbox.answers import answer, not_found
from tools.testomatio.sandbox.dates import precise
from tools.testomatio.sandbox.records import Suite
from tools.testomatio.sandbox.v2.suites import Tree
from tools.testomatio.sandbox.web import search as web_search
from tools.testomatio.sandbox.web.json_api import Row, document, linkage, paged, resource
from tools.testomatio.sandbox.web.parts import label_texts, render_files, render_issues
from tools.testomatio.sandbox.world import World

routes: Routes[World] = Routes()


@routes.get("/api/{p}/suites")
async def list_suites(call: Call[World]) -> Response:
    """Root suites in the web app's order; a search limits them to those with a matching test below."""
    tree, search = _tree(call), web_search.search_of(call)
    rows = tree.children.get(None, [])
    if call.world.switches.every_suite_level:
        rows = [suite for root in rows for suite in call.world.below(root)]
    matches = None if search is None else web_search.matching_ids(call, search)
    if matches is not None:
        hit = [tree.suites[suite_id] for suite_id in matches]
        suite_ids = {one.id for suite in hit for one in (suite, *tree.ancestors(suite))}
        rows = [row for row in rows if row.id in suite_ids]
    return paged(call, rows, lambda suite: render_suite(call, tree, suite, matches))


@routes.get("/api/{p}/suites/tree")
async def get_tree(call: Call[World]) -> Response:
    """A bare array in camelCase, with each level sorted by ID, not in the web app's order."""
    tree = _tree(call)

    def branch(suite: Suite) -> Row:
        return {
            "id": suite.id,
            "title": suite.title,
            "fileType": suite.file_type,
            "testCount": tree.count(suite),
            "emoji": suite.emoji,
            "children": level(suite.id),
        }

    def level(parent_id: str | None) -> list[Row]:
        return [branch(suite) for suite in sorted(tree.children.get(parent_id, []), key=lambda one: one.id)]

    return answer(level(None))


@routes.get("/api/{p}/suites/{suite_id}")
async def get_suite(call: Call[World]) -> Response:
    """A suite with the IDs of its direct content; its children are included in full."""
    tree = _tree(call)
    suite = tree.suites.get(str(call.params["suite_id"]))
    if suite is None:
        raise not_found("Suite")
    children = [render_suite(call, tree, child) for child in tree.children.get(suite.id, [])]
    return document(render_suite(call, tree, suite), included=children)


def _tree(call: Call[World]) -> Tree:
    return Tree(call.world, project(call).slug, None)


def render_suite(call: Call[World], tree: Tree, suite: Suite, matches: dict[str, list[str]] | None = None) -> Row:
    """A suite; with a search, it includes the IDs of its matching tests."""
    world, above = call.world, tree.ancestors(suite)[::-1]
    children = tree.children.get(suite.id, [])
    return resource(
        "suite",
        suite.id,
        {
            "title": suite.title,
            "public-title": suite.title,
            "description": suite.description,
            "emoji": suite.emoji,
            "sync": suite.sync,
            "file-type": suite.file_type,
            "labels": label_texts(world, suite.labels),
            "tags": suite.tags,
            "tests": [test.id for test in world.tests_in(suite)],
            "children": [child.id for child in children],
            **render_issues(world, "suite", suite.id),
            "is-branched": False,
            "is-detail": True,
            "attachments": render_files(world, call.origin, "suite", suite.id),
            "is-linked": suite.shared_from is not None,
            "is-shared": suite.shared_from is not None,
            "test-count": tree.count(suite),
            "filtered-tests": None if matches is None else matches.get(suite.id, []),
            "comments-count": sum(comment.suite_id == suite.id for comment in world.comments.values()),
            "code": None,
            "file": suite.file,
            "fullpath": " / ".join(one.title for one in (*above, suite)),
            "notes": None,
            "created-at": precise(suite.created_at),
            "updated-at": precise(suite.updated_at),
            "assigned-to": suite.assigned_to,
            "to-url": f"/projects/{suite.project}/suite/{suite.id}",
            "position": suite.position,
            "depth": len(above),
            "is-root": suite.parent_id is None,
            "parent-id": suite.parent_id,
            "path": [{"id": one.id} for one in above],
        },
        children=[linkage("suite", child.id) for child in children],
        branch=None,
    )
