"""Suites of the web API: lists by level with their web order, one with what is in it, and the bare tree."""

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testomatio.sandbox.access import project
from tools.testomatio.sandbox.answers import answer, not_found
from tools.testomatio.sandbox.dates import precise
from tools.testomatio.sandbox.records import Suite
from tools.testomatio.sandbox.v2.suites import Tree
from tools.testomatio.sandbox.web import search as web_search
from tools.testomatio.sandbox.web.json_api import Row, document, linkage, paged, resource
from tools.testomatio.sandbox.web.parts import issues, label_words, shown_files
from tools.testomatio.sandbox.world import World

routes: Routes[World] = Routes()


@routes.get("/api/{p}/suites")
async def list_suites(call: Call[World]) -> Response:
    """Roots, in the order of the web app; a search keeps those with a test that fits somewhere below."""
    tree, search = _tree(call), web_search.asked(call)
    rows = tree.children.get(None, [])
    if call.world.switches.every_suite_level:
        rows = [suite for root in rows for suite in call.world.below(root)]
    fitting = None if search is None else web_search.found(call, search)
    if fitting is not None:
        hit = [tree.suites[suite_id] for suite_id in fitting]
        kept = {one.id for suite in hit for one in (suite, *tree.ancestors(suite))}
        rows = [row for row in rows if row.id in kept]
    return paged(call, rows, lambda suite: shown(call, tree, suite, fitting))


@routes.get("/api/{p}/suites/tree")
async def get_tree(call: Call[World]) -> Response:
    """A bare array in camelCase, each level by its ids and not in the order of the web app."""
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
    """One suite with the ids of what is right in it; its children come along whole."""
    tree = _tree(call)
    suite = tree.suites.get(str(call.params["suite_id"]))
    if suite is None:
        raise not_found("Suite")
    children = [shown(call, tree, child) for child in tree.children.get(suite.id, [])]
    return document(shown(call, tree, suite), included=children)


def _tree(call: Call[World]) -> Tree:
    return Tree(call.world, project(call).slug, None)


def shown(call: Call[World], tree: Tree, suite: Suite, fitting: dict[str, list[str]] | None = None) -> Row:
    """A suite; after a search with the ids of the tests right in it that fit."""
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
            "labels": label_words(world, suite.labels),
            "tags": suite.tags,
            "tests": [test.id for test in world.tests_in(suite)],
            "children": [child.id for child in children],
            **issues(world, "suite", suite.id),
            "is-branched": False,
            "is-detail": True,
            "attachments": shown_files(world, call.origin, "suite", suite.id),
            "is-linked": suite.shared_from is not None,
            "is-shared": suite.shared_from is not None,
            "test-count": tree.count(suite),
            "filtered-tests": None if fitting is None else fitting.get(suite.id, []),
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
