"""Suites: the tree with its filters, and creating and changing suites."""

from collections import Counter
from collections.abc import Callable

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testomatio.sandbox import labelling
from tools.testomatio.sandbox.access import project
from tools.testomatio.sandbox.answers import created, invalid, no_content, v2_answer
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
from tools.testomatio.sandbox.v2.pages import Groups, Row, answer_count, page_and_size, page_meta, slim_rows
from tools.testomatio.sandbox.v2.scope import V2, assignee, branch, check_move, suite_of
from tools.testomatio.sandbox.world import World

routes: Routes[World] = Routes()

FILE_TYPES = ("file", "folder")
_GROUPS: Groups[Suite] = {
    "file_type": lambda suite: suite.file_type,
    "assigned_to": lambda suite: suite.assigned_to,
    "tag": lambda suite: suite.tags,
}


class Tree:
    """The suites of a project on a branch, with the number of tests below each."""

    def __init__(self, world: World, slug: str, branch: str | None) -> None:
        self.world = world
        self.suites = {suite.id: suite for suite in world.suites.of(slug, branch)}
        self.children: dict[str | None, list[Suite]] = {}
        for suite in sorted(self.suites.values(), key=lambda one: one.position):
            # Moves on a branch and on main can put two suites into each other: both are then roots.
            is_in_itself = suite in self.ancestors(suite)
            self.children.setdefault(None if is_in_itself else suite.parent_id, []).append(suite)
        self._direct_counts = Counter(test.suite_id for test in world.tests.of(slug, branch))

    def count(self, suite: Suite) -> int:
        return self._direct_counts[suite.id] + sum(self.count(child) for child in self.children.get(suite.id, []))

    def ancestors(self, suite: Suite) -> list[Suite]:
        """The folders above a suite, without duplicates."""
        found: dict[str, Suite] = {}
        parent = self.suites.get(suite.parent_id or "")
        while parent is not None and parent.id not in found:
            found[parent.id] = parent
            parent = self.suites.get(parent.parent_id or "")
        return list(found.values())

    def render(self, suite: Suite, only: set[str] | None = None) -> Row:
        """A suite with its subsuites; with `only`, limited to these."""
        children = [one for one in self.children.get(suite.id, []) if only is None or one.id in only]
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
            "labels": labelling.render_labels(self.world, suite.labels),
        }
        return data | {"children": [self.render(child, only) for child in children]} if children else data


@routes.get(f"{V2}/suites")
async def list_suites(call: Call[World]) -> Response:
    """A page of root suites with their descendants; with a filter, all matches with their ancestors, unpaged."""
    tree = Tree(call.world, project(call).slug, branch(call))
    filters = _filters(call)
    found = [suite for suite in tree.suites.values() if all(matches(suite) for matches in filters)]
    if is_on(call, "count"):
        return answer_count(call, found, _GROUPS)
    roots = tree.children.get(None, [])
    if filters:
        only = {one.id for suite in found for one in (suite, *tree.ancestors(suite))}
        return v2_answer(call, slim_rows(call, [tree.render(root, only) for root in roots if root.id in only]))
    page, per_page = page_and_size(call)
    rows = [tree.render(root) for root in roots[per_page * (page - 1) :][:per_page]]
    return v2_answer(call, slim_rows(call, rows), meta=page_meta(call, len(roots)))


def _filters(call: Call[World]) -> list[Callable[[Suite], bool]]:
    world, filters = call.world, list[Callable[[Suite], bool]]()
    if file_type := call.last("file_type"):
        filters.append(lambda suite: suite.file_type == file_type)
    if tag := call.last("tag"):
        filters.append(lambda suite: tag.lstrip("@") in suite.tags)
    if labels := query_list(call, "labels"):
        filters.append(lambda suite: bool(set(labels) & labelling.label_names(world, suite.labels)))
    if text := call.last("search_text"):
        filters.append(lambda suite: text.lower() in suite.title.lower())
    return filters


@routes.get(f"{V2}/suites/{{id}}")
async def get_suite(call: Call[World]) -> Response:
    return _answer(call, suite_of(call, call.params["id"]))


@routes.post(f"{V2}/suites")
async def create_suite(call: Call[World]) -> Response:
    """Create a suite, or a tree of suites with `children`."""
    sent = fields_of(call, "suite")
    parent = parent_of(call, sent.get("parent_id"))
    validate(call, sent)
    links = labelling.read_links(call, sent, "suite")
    suite = create_from(call, sent, parent)
    labelling.apply_links(call, suite, links, "suite")
    tree = Tree(call.world, suite.project, branch(call))
    return created(call, tree.render(suite))


def validate(call: Call[World], sent: Fields) -> None:
    """Validate a suite and its descendants before any is stored."""
    require(sent, "title")
    file_type = choice(sent, "file_type", FILE_TYPES, "folder" if sent.get("children") else "file")
    assignee(call, sent)
    strings_sent(sent, "title", "description", "emoji", "file")
    children = objects(sent, "children")
    if children and file_type == "file":
        raise invalid("A suite of the type file has no children")
    for child in children:
        validate(call, child)


def create_from(call: Call[World], sent: Fields, parent: Suite | None) -> Suite:
    """Add a new suite with its children at the end of a folder or of the project."""
    world, slug = call.world, branch(call)
    children = objects(sent, "children")
    suite = Suite(world.new_id(), project(call).slug, string(sent, "title") or "", created_at=world.now())
    suite.parent_id = None if parent is None else parent.id
    suite.file_type = choice(sent, "file_type", FILE_TYPES, "folder" if children else "file")
    _set_fields(call, suite, sent)
    suite.position = 1 + max((one.position for one in _siblings(call, suite.parent_id)), default=0)
    world.suites.add(suite, slug)
    for child in children:
        create_from(call, child, suite)
    return suite


@routes.put(f"{V2}/suites/{{id}}")
@routes.patch(f"{V2}/suites/{{id}}")
async def update_suite(call: Call[World]) -> Response:
    return _answer(call, change(call, suite_of(call, call.params["id"]), fields_of(call, "suite")))


def change(call: Call[World], suite: Suite, sent: Fields) -> Suite:
    """Set the fields that were sent; a new parent moves the suite with its content."""
    world, slug = call.world, branch(call)
    if suite.shared_from is not None:
        raise invalid("A shared suite is changed in the project it comes from")
    if "title" in sent:
        require(sent, "title")
    assignee(call, sent)
    file_type = choice(sent, "file_type", FILE_TYPES, suite.file_type)
    if file_type == "folder" and world.tests_in(suite, slug):
        raise invalid("A folder holds suites and no tests")
    if file_type == "file" and world.children(suite, slug):
        raise invalid("A suite of the type file has no children")
    parent = parent_of(call, sent.get("parent_id"))
    check_move(
        {one.id: one.parent_id for one in world.suites.of(suite.project, slug)},
        suite.id,
        None if parent is None else parent.id,
    )
    links = labelling.read_links(call, sent, "suite")
    strings_sent(sent, "title", "description", "emoji", "file")

    suite = world.suites.edit(suite.id, slug)
    _set_fields(call, suite, sent)
    suite.file_type = file_type
    if "parent_id" in sent:
        target = None if parent is None else parent.id
        if target != suite.parent_id:
            suite.position = 1 + max((one.position for one in _siblings(call, target)), default=0)
        suite.parent_id = target
    labelling.apply_links(call, suite, links, "suite")
    suite.updated_at = world.now()
    return suite


@routes.delete(f"{V2}/suites/{{id}}")
async def delete_suite(call: Call[World]) -> Response:
    """Delete a suite with its subsuites and tests."""
    call.world.drop_suite(suite_of(call, call.params["id"]), branch(call))
    return no_content()


def _set_fields(call: Call[World], suite: Suite, sent: Fields) -> None:
    assign(suite, strings_sent(sent, "title", "description", "emoji", "file"))
    if "assigned_to" in sent:
        suite.assigned_to = assignee(call, sent)


def parent_of(call: Call[World], parent_id: object) -> Suite | None:
    """The parent folder in a request; None for the project itself."""
    if parent_id is None or parent_id == "":
        return None
    parent = suite_of(call, str(parent_id))
    if parent.file_type != "folder":
        raise invalid("Parent is not a folder")
    return parent


def _siblings(call: Call[World], parent_id: str | None) -> list[Suite]:
    suites = call.world.suites.of(project(call).slug, branch(call))
    return [suite for suite in suites if suite.parent_id == parent_id]


def _answer(call: Call[World], suite: Suite) -> Response:
    return v2_answer(call, Tree(call.world, suite.project, branch(call)).render(suite))
