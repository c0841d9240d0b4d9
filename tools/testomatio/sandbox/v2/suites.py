"""Suites: the tree with its filters, one suite, and what is written into it."""

from collections import Counter
from collections.abc import Callable

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testomatio.sandbox import labelling
from tools.testomatio.sandbox.access import project
from tools.testomatio.sandbox.answers import created, gone, invalid, v2
from tools.testomatio.sandbox.records import Suite, bare
from tools.testomatio.sandbox.requests import (
    Fields,
    assign,
    choice,
    fields_of,
    is_on,
    objects,
    query_list,
    require,
    string,
    strings_sent,
)
from tools.testomatio.sandbox.v2.pages import Groups, Row, asked_page, counted, meta, slimmed
from tools.testomatio.sandbox.v2.scope import V2, branch, moved, person, suite_of
from tools.testomatio.sandbox.world import World

routes: Routes[World] = Routes()

FILE_TYPES = ("file", "folder")
_GROUPS: Groups[Suite] = {
    "file_type": lambda suite: suite.file_type,
    "assigned_to": lambda suite: suite.assigned_to,
    "tag": lambda suite: suite.tags,
}


class Tree:
    """The suites of a project as a branch sees them, with how many tests are below each."""

    def __init__(self, world: World, slug: str, branch: str | None) -> None:
        self.world = world
        self.suites = {suite.id: suite for suite in world.suites.of(slug, branch)}
        self.children: dict[str | None, list[Suite]] = {}
        for suite in sorted(self.suites.values(), key=lambda one: one.position):
            # On a branch two suites can stand in each other, moved there and on main: both are shown as roots.
            is_in_itself = suite in self.ancestors(suite)
            self.children.setdefault(None if is_in_itself else suite.parent_id, []).append(suite)
        self._own = Counter(test.suite_id for test in world.tests.of(slug, branch))

    def count(self, suite: Suite) -> int:
        return self._own[suite.id] + sum(self.count(child) for child in self.children.get(suite.id, []))

    def ancestors(self, suite: Suite) -> list[Suite]:
        """The folders around a suite, each once."""
        found: dict[str, Suite] = {}
        parent = self.suites.get(suite.parent_id or "")
        while parent is not None and parent.id not in found:
            found[parent.id] = parent
            parent = self.suites.get(parent.parent_id or "")
        return list(found.values())

    def shown(self, suite: Suite, kept: set[str] | None = None) -> Row:
        """A suite with the suites below it; with `kept` only those of them."""
        children = [one for one in self.children.get(suite.id, []) if kept is None or one.id in kept]
        data: Row = {
            "id": suite.id,
            "type": "suite",
            "title": suite.title,
            "clean_title": bare(suite.title),
            "public_title": suite.title,
            "emoji": suite.emoji,
            "is_shared": suite.shared_from is not None,
            "file_type": suite.file_type,
            "test_count": self.count(suite),
            "assigned_to": suite.assigned_to,
            "tags": suite.tags,
            "sync": suite.sync,
            "description": suite.description,
            "parent_id": suite.parent_id,
            "labels": labelling.shown(self.world, suite.labels),
        }
        return data | {"children": [self.shown(child, kept) for child in children]} if children else data


@routes.get(f"{V2}/suites")
async def list_suites(call: Call[World]) -> Response:
    """Roots by the page with everything below them; with any filter all that fits and what is above it, unpaged."""
    tree = Tree(call.world, project(call).slug, branch(call))
    filters = _filters(call)
    found = [suite for suite in tree.suites.values() if all(fits(suite) for fits in filters)]
    if is_on(call, "count"):
        return counted(call, found, _GROUPS)
    roots = tree.children.get(None, [])
    if filters:
        kept = {one.id for suite in found for one in (suite, *tree.ancestors(suite))}
        return v2(call, slimmed(call, [tree.shown(root, kept) for root in roots if root.id in kept]))
    page, per_page = asked_page(call)
    rows = [tree.shown(root) for root in roots[per_page * (page - 1) :][:per_page]]
    return v2(call, slimmed(call, rows), meta=meta(call, len(roots)))


def _filters(call: Call[World]) -> list[Callable[[Suite], bool]]:
    world, filters = call.world, list[Callable[[Suite], bool]]()
    if file_type := call.last("file_type"):
        filters.append(lambda suite: suite.file_type == file_type)
    if tag := call.last("tag"):
        filters.append(lambda suite: tag.lstrip("@") in suite.tags)
    if labels := query_list(call, "labels"):
        filters.append(lambda suite: bool(set(labels) & labelling.titles(world, suite.labels)))
    if text := call.last("search_text"):
        filters.append(lambda suite: text.lower() in suite.title.lower())
    return filters


@routes.get(f"{V2}/suites/{{id}}")
async def get_suite(call: Call[World]) -> Response:
    return _one(call, suite_of(call, call.params["id"]))


@routes.post(f"{V2}/suites")
async def create_suite(call: Call[World]) -> Response:
    """A suite, or a whole tree of them when it comes with `children`."""
    sent = fields_of(call, "suite")
    parent = parent_of(call, sent.get("parent_id"))
    check(call, sent)
    links = labelling.read(call, sent, "suite")
    suite = make(call, sent, parent)
    labelling.apply(call, suite, links, "suite")
    tree = Tree(call.world, suite.project, branch(call))
    return created(call, tree.shown(suite))


def check(call: Call[World], sent: Fields) -> None:
    """See that a suite and everything below it is sound before any of it is written."""
    require(sent, "title")
    file_type = choice(sent, "file_type", FILE_TYPES, "folder" if sent.get("children") else "file")
    person(call, sent)
    strings_sent(sent, "title", "description", "emoji", "file")
    children = objects(sent, "children")
    if children and file_type == "file":
        raise invalid("A suite of the type file has no children")
    for child in children:
        check(call, child)


def make(call: Call[World], sent: Fields, parent: Suite | None) -> Suite:
    """Put a new suite, with the suites it comes with, at the end of a folder or of the project."""
    world, slug = call.world, branch(call)
    children = objects(sent, "children")
    suite = Suite(world.new_id(), project(call).slug, string(sent, "title") or "", created_at=world.now())
    suite.parent_id = None if parent is None else parent.id
    suite.file_type = choice(sent, "file_type", FILE_TYPES, "folder" if children else "file")
    _write(call, suite, sent)
    suite.position = 1 + max((one.position for one in _beside(call, suite.parent_id)), default=0)
    world.suites.add(suite, slug)
    for child in children:
        make(call, child, suite)
    return suite


@routes.put(f"{V2}/suites/{{id}}")
@routes.patch(f"{V2}/suites/{{id}}")
async def update_suite(call: Call[World]) -> Response:
    return _one(call, change(call, suite_of(call, call.params["id"]), fields_of(call, "suite")))


def change(call: Call[World], suite: Suite, sent: Fields) -> Suite:
    """Write what was sent; a parent that is sent moves the suite with everything below it."""
    world, slug = call.world, branch(call)
    if suite.shared_from is not None:
        raise invalid("A shared suite is changed in the project it comes from")
    if "title" in sent:
        require(sent, "title")
    person(call, sent)
    file_type = choice(sent, "file_type", FILE_TYPES, suite.file_type)
    if file_type == "folder" and world.tests_in(suite, slug):
        raise invalid("A folder holds suites and no tests")
    if file_type == "file" and world.children(suite, slug):
        raise invalid("A suite of the type file has no children")
    parent = parent_of(call, sent.get("parent_id"))
    moved(
        {one.id: one.parent_id for one in world.suites.of(suite.project, slug)},
        suite.id,
        None if parent is None else parent.id,
    )
    links = labelling.read(call, sent, "suite")
    strings_sent(sent, "title", "description", "emoji", "file")

    suite = world.suites.edit(suite.id, slug)
    _write(call, suite, sent)
    suite.file_type = file_type
    if "parent_id" in sent:
        target = None if parent is None else parent.id
        if target != suite.parent_id:
            suite.position = 1 + max((one.position for one in _beside(call, target)), default=0)
        suite.parent_id = target
    labelling.apply(call, suite, links, "suite")
    suite.updated_at = world.now()
    return suite


@routes.delete(f"{V2}/suites/{{id}}")
async def delete_suite(call: Call[World]) -> Response:
    """The suites and tests below it go along."""
    call.world.drop_suite(suite_of(call, call.params["id"]), branch(call))
    return gone()


def _write(call: Call[World], suite: Suite, sent: Fields) -> None:
    assign(suite, strings_sent(sent, "title", "description", "emoji", "file"))
    if "assigned_to" in sent:
        suite.assigned_to = person(call, sent)


def parent_of(call: Call[World], parent_id: object) -> Suite | None:
    """The folder something is to stand in; None for the project itself."""
    if parent_id is None or parent_id == "":
        return None
    parent = suite_of(call, str(parent_id))
    if parent.file_type != "folder":
        raise invalid("Parent is not a folder")
    return parent


def _beside(call: Call[World], parent_id: str | None) -> list[Suite]:
    suites = call.world.suites.of(project(call).slug, branch(call))
    return [suite for suite in suites if suite.parent_id == parent_id]


def _one(call: Call[World], suite: Suite) -> Response:
    return v2(call, Tree(call.world, suite.project, branch(call)).shown(suite))
